# Everything needed but Go, make and git comes through go.mod.

GO        ?= go
BIN       ?= bin
FUZZTIME  ?= 30s
BENCH     ?= .
BENCHTIME ?= 200ms
LOAD      ?=
TESTFLAGS ?=

# The race detector needs a C compiler; go itself tells whether it found one.
RACE := $(if $(filter 1,$(shell $(GO) env CGO_ENABLED)),-race)

# Without machine paths, and without what only a debugger reads, which is a sixth of
# a cold build. To debug: go build ./cmd/coredns. The same flags share what is compiled.
BUILDFLAGS := -trimpath -gcflags=all=-dwarf=false

.DEFAULT_GOAL := build

.PHONY: build
build: ## build the programs into bin/; they are one file with two names
	@mkdir -p $(BIN)
	@# GOGC is for the compiler, whose largest package then takes half a gigabyte.
	GOGC=400 $(GO) build $(BUILDFLAGS) -ldflags='-s -w' -o $(BIN)/ ./cmd/coredns
	@ln -f $(BIN)/coredns $(BIN)/internaldns

.PHONY: run
run: build ## build, then serve Corefile.example on 127.0.0.1:1053
	$(BIN)/coredns -conf Corefile.example

# Not of go.mod: what it needs is no module of the project. Later versions need modules
# that the module proxy does not have.
NFPM    ?= $(GO) run github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.44.1
VERSION ?= $(shell sed -n 's/^const Version = "\(.*\)"/\1/p' plugin/pkg/scope/complete.go)
ARCH    ?= $(shell $(GO) env GOARCH)

.PHONY: packages
packages: export CGO_ENABLED = 0
packages: export GOARCH = $(ARCH)
packages: build ## a .deb and an .rpm in bin/, with a static program for ARCH; fetches and compiles nfpm
	@for kind in deb rpm; do \
		GOARCH= VERSION=$(VERSION) ARCH=$(ARCH) BIN=$(BIN) $(NFPM) package -f deploy/nfpm.yaml -p $$kind -t $(BIN)/ || exit 1; \
	done

.PHONY: test
test: gofmt ## formatting, go vet and every test; TESTFLAGS=-count=1 for what did not change, too
ifeq ($(RACE),)
	@echo "no C compiler: testing without the race detector"
endif
	$(GO) test $(or $(RACE),$(BUILDFLAGS)) -vet=all -timeout=30m $(TESTFLAGS) ./...

.PHONY: gofmt
gofmt: ## is everything formatted?
	@unformatted=$$(gofmt -l $$($(GO) list -f '{{.Dir}}' ./...)); \
	if [ -n "$$unformatted" ]; then echo "gofmt these files:"; echo "$$unformatted"; exit 1; fi

.PHONY: lint
lint: ## staticcheck, which compiles everything again without the race detector
	GOFLAGS="$$($(GO) env GOFLAGS) $(BUILDFLAGS)" $(GO) tool staticcheck ./...

.PHONY: bench
bench: ## all benchmarks, or BENCH=REGEXP, as a table beside stock plugins
	$(GO) run ./test/bench/table -bench='$(BENCH)' -benchtime=$(BENCHTIME) ./plugin/... ./test/bench

.PHONY: bench-load
bench-load: build ## what a query costs each server; needs dnsperf, LOAD='-workloads small' for less
	$(GO) run ./test/bench/load -coredns $(BIN)/coredns $(LOAD)

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME
	@set -e; for dir in $$(grep -rl '^func Fuzz' --include='*_test.go' . | xargs -n1 dirname | sort -u); do \
		for target in $$($(GO) test -list='^Fuzz' $$dir | grep '^Fuzz'); do \
			echo "$$dir $$target"; \
			$(GO) test -run='^$$' -fuzz="^$$target\$$" -fuzztime=$(FUZZTIME) $$dir; \
		done; \
	done

.PHONY: update
update: ## rewrite goldens and scenario expectations; read the diff before committing it
	@set -e; for dir in $$(grep -rl 'flag.Bool("update"' --include='*_test.go' . | xargs -n1 dirname | sort -u); do \
		$(GO) test $$dir -update; \
	done

.PHONY: dashboard
dashboard: ## check and build the dashboard's pages anew, which are committed; the only step that needs Node (20.19 or later)
	cd plugin/internaldns/dashboard && npm ci --no-audit --no-fund && npm run typecheck && npm test && npm run build

SHOTS ?= $(or $(TMPDIR),/tmp)/dashboard-shots

.PHONY: dashboard-shots
dashboard-shots: ## pictures of every page, wide and narrow, light and dark, in SHOTS; needs chromium
	DASHBOARD_SHOTS=$(abspath $(SHOTS)) $(GO) test ./test -run TestDashboardPages -count=1 -timeout=30m
	@echo "they are in $(abspath $(SHOTS))"

# Helm is a program of another module, so that nothing of it is among ours.
HELM := $(BIN)/helm
HELM_VERSION := v4.3.2

$(HELM):
	@mkdir -p $(BIN)
	CGO_ENABLED=0 GOGC=400 GOBIN=$(abspath $(BIN)) $(GO) install $(BUILDFLAGS) -ldflags='-s -w' helm.sh/helm/v4/cmd/helm@$(HELM_VERSION)

.PHONY: chart
chart: $(HELM) ## check the Helm chart in deploy/chart; builds helm into bin/ the first time, which takes minutes
	@for values in deploy/chart/ci/*-values.yaml; do \
		$(HELM) lint --strict --quiet deploy/chart --values $$values || exit 1; \
	done

.PHONY: clean
clean: ## remove what build made
	rm -rf $(BIN)

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "%-10s %s\n", $$1, $$2}' Makefile
