# Pavilion's commands; `make` alone lists them. Everything runs from a bare checkout: tools and servers install themselves, pinned.

GO ?= go
export GOFLAGS := -buildvcs=false
# What a build calls itself: the tag it stands on, or the last one with how far it is from there.
VERSION ?= $(shell git describe --tags --match 'v*' --always --dirty 2>/dev/null || echo devel)
LDFLAGS = -s -w -X pavilion/app.stamp=$(VERSION)
BINARY = bin/pavilion
LINT := $(GO) tool -modfile=.ci/tools/golangci-lint.mod golangci-lint

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help build quick demo bench chaos chaos-broadcast chaos-index rehearse picture page fmt tidy vet lint vulncheck deps race test fuzz check release

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort | column -t -s "$$(printf '\t')"

build: ## the binary as the image holds it: bin/pavilion
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags='$(LDFLAGS)' -o $(BINARY) .

# Every server and browser of the tests comes from sandbox/install, so the packages whose tests do not depend on it need none.
quick: vet ## while you work: vet, formatting, and every test of the packages whose tests need no server
	@$(LINT) fmt --diff
	@packages=$$($(GO) list -test -f '{{.ImportPath}} {{join .Deps " "}} ' ./... | \
		awk '$$1 ~ /[.]test$$/ && !/ pavilion\/sandbox\/install / && !/^pavilion\/internal\/repo/ { sub(/[.]test$$/, "", $$1); print $$1 }'); \
		[ -n "$$packages" ] && $(GO) test $$packages
	@$(GO) test -count=1 ./internal/repo # it asks the go command, and the cache of results does not see that

demo: ## play the main job on a simulated Telegram, then stay up to chat in the browser or with a client of your own (ONCE=1: stop after the transcript)
	@echo 'Building (the first time takes a few minutes)…'
	@$(GO) build ./sandbox/demo . # both binaries' packages side by side
	@$(GO) build -o bin/demo ./sandbox/demo
	@trap : INT; bin/demo $(if $(ONCE),-once) || [ $$? -eq 130 ] # the shell outlives Ctrl-C, and 130 says only that

bench: ## print figures beside their baselines, on private servers or on those of MONGO_URIS (BENCH_ONLY=relevance, search, archive, delivery, booking, broadcast or page, BENCH_FILES="100000 1000000", BENCH_BOOKINGS="1000 1000000")
	@mkdir -p bin
	@$(GO) build -o bin/bench ./sandbox/bench
	@exec bin/bench

chaos: ## inject faults into Postgres, Redis and the server while six clients book and pay; fails if anything is lost or doubled (some minutes)
	@mkdir -p bin
	@$(GO) build -o bin/chaos ./sandbox/chaos
	@exec bin/chaos

chaos-broadcast: ## kill the bot 50 times during a broadcast to 10,000 people; fails unless each got it exactly once (about a minute)
	PAVILION_BROADCAST_CHAOS=10000/50 $(GO) test ./e2e -run TestBroadcast_Killed -count=1 -v -timeout 60m

chaos-index: ## stop, hang and fill the databases and kill the bot during 200,000 posts, edits and deletions; fails unless the index has exactly what Telegram has (ten minutes)
	@mkdir -p bin
	@$(GO) build -o bin/chaos-index ./sandbox/archivechaos/run
	@exec bin/chaos-index

# The release before is the last tag, and as long as there is none, the commit that was released last.
FROM ?= $(shell git describe --tags --abbrev=0 --match 'v*' HEAD^ 2>/dev/null || echo 2839914)
rehearse: ## kill, stop and replace every process of a fleet under load, upgrade from the release before (FROM=commit) and back, and restore a backup; prints the gaps (ten minutes)
	@mkdir -p bin
	@$(GO) build -o bin/rehearse ./sandbox/rehearsal/run
	@FROM='$(FROM)' exec bin/rehearse

picture: ## draw the README's pictures from a run of the demo, and take those of the chat page and of every screen of the Mini App from their tests
	$(GO) build -o bin/demo ./sandbox/demo
	bin/demo -once -color -pace 0 > bin/transcript.txt || { tail -n 3 bin/transcript.txt; exit 1; }
	$(GO) run ./sandbox/demo/picture -chapter 'A file posted now' -chapter 'A member types' < bin/transcript.txt > docs/demo.svg
	$(GO) run ./sandbox/demo/picture -chapter 'Pages, filters' < bin/transcript.txt > docs/pages.svg
	$(GO) run ./sandbox/demo/picture -chapter 'A database goes away' < bin/transcript.txt > docs/outage.svg
	$(GO) run ./sandbox/demo/picture -chapter 'A net is booked' < bin/transcript.txt > docs/nets.svg
	$(GO) run ./sandbox/demo/picture -chapter 'Booked and paid in the chat' -from 'taps [ ✋ Keep' -to 'called back' < bin/transcript.txt > docs/chat.svg
	PAVILION_CHATPAGE_PICTURE='$(CURDIR)/docs/chatpage.png' $(GO) test ./sandbox/chatpage -run TestPage -count=1
	@mkdir -p bin/shots docs/page
	PAVILION_SHOTS='$(CURDIR)/bin/shots' $(GO) test ./e2e -run 'TestPage$$' -count=1
	cp bin/shots/*-*.webp docs/page/

page: ## build the Mini App anew: types from the API's description, phrases, and the bundle in web/app/dist
	$(GO) test ./web/app -run Bundle -count=1 -update

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

# The longest packages come first, so that all others run beside them.
race: deps ## every test under the race detector
	$(GO) test -race -shuffle=on -timeout 35m ./e2e ./filter ./web/nets ./booking ./...

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

release: ## binaries for Linux with SBOMs, checksums and notes: bin/release (VERSION=v1.2.3)
	@.ci/release '$(VERSION)'
