# Pavilion's commands; `make` alone lists them.

GO ?= go
export GOFLAGS := -buildvcs=false

.DEFAULT_GOAL := help
.PHONY: help build deps test race vet fuzz

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort | column -t -s "$$(printf '\t')"

build: ## compile everything
	$(GO) build ./...

vet: ## the compiler's own checks, formatting and a tidy go.mod
	@test -z "$$(gofmt -l . )" || { gofmt -l .; echo 'run: gofmt -w .'; exit 1; }
	$(GO) vet ./...
	$(GO) mod tidy -diff

deps: ## install the servers that the tests talk to, where they are missing
	$(GO) run ./sandbox/engines/install

test: vet deps ## install what is missing and run every test under the race detector
	$(GO) test -race -shuffle=on -timeout 10m ./...

FUZZTIME ?= 30s
fuzz: ## run every fuzz test for FUZZTIME
	@set -e; for package in $$($(GO) list ./...); do \
		for name in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "$$package $$name"; $(GO) test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done
