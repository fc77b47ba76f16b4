# Pavilion's commands; `make` alone lists them. Everything runs from a bare checkout: tools and servers install themselves, pinned.

GO ?= go
export GOFLAGS := -buildvcs=false
LINT := $(GO) tool -modfile=.ci/tools/golangci-lint.mod golangci-lint

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help build fmt tidy vet lint vulncheck deps race test fuzz check

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort | column -t -s "$$(printf '\t')"

build: ## the binary as the image holds it: bin/pavilion
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags='-s -w' -o bin/pavilion .

fmt: ## format the code and tidy go.mod
	$(LINT) fmt
	$(GO) mod tidy

tidy: ## go.mod and go.sum are as `go mod tidy` leaves them
	$(GO) mod tidy -diff

vet: ## the compiler's own checks
	$(GO) vet ./...

lint: ## every linter of .golangci.yml, formatting included
	$(LINT) run

vulncheck: ## known vulnerabilities in what the code calls, where the database answers
	.ci/vulncheck

deps: ## install the servers that the tests talk to, where they are missing
	$(GO) run ./sandbox/engines/install

race: deps ## every test under the race detector
	$(GO) test -race -shuffle=on -timeout 10m ./...

# The tests come last, so that their result stands at the end.
test: tidy vet lint vulncheck race ## all that must hold before a change lands

FUZZTIME ?= 30s
fuzz: ## run every fuzz test for FUZZTIME
	@set -e; for package in $$($(GO) list ./...); do \
		for name in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "$$package $$name"; $(GO) test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done

check: test fuzz ## test, then fuzz
