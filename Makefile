# Legekonsultasjon: the commands people use. `make help` lists them.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# no_emoji: Fyne's own emoji font would take 10 MB; the system's is used where there is one.
TAGS        := nomicrophone,nolibopusfile,no_emoji
GO          := go
VERSION     := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS     := -X main.version=$(VERSION)
PURE        := ./core/... ./signaling-server/... ./app/ui/...
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.7.0
VULNCHECK   := golang.org/x/vuln/cmd/govulncheck@v1.1.4
NFPM        := github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.44.2
NEED        := sh e2e/need.sh
DONE         = @echo "$@: done"

# As root, for what installs packages on machines of its own.
AS_ROOT      = $(if $(filter-out 0,$(shell id -u)),-exec 'sudo -n env PATH=$(PATH)')

# What people may set.
ACCESS_VECTORS ?= $(CURDIR)/core/access/testdata/access.json
FUZZTIME       ?= 20s
E2E_RUN        ?= .
E2E_VIDEO      ?=
E2E_AUDIO      ?=
BENCH          ?= .
DRILL          ?=
RUNS           ?=
MAINTAINER     ?= Legekonsultasjon <drift@legekonsultasjon.no>
export ACCESS_VECTORS E2E_VIDEO E2E_AUDIO RUNS

.PHONY: help
help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

.PHONY: build
build: ## build bin/legekonsultasjon and bin/signaling-server
	@$(NEED) go build
	$(GO) build -tags $(TAGS) -ldflags "$(LDFLAGS)" -o bin/legekonsultasjon .
	CGO_ENABLED=0 $(GO) build -ldflags "$(LDFLAGS)" -o bin/signaling-server ./signaling-server
	$(DONE)

.PHONY: demo
demo: ## the main job in one command: server, post office and the doctor's window, on this machine
	@$(NEED) go build demo
	@$(MAKE) --no-print-directory build
	$(GO) build -tags $(TAGS) -o bin/demo ./e2e/demo
	@exec bin/demo

.PHONY: check
check: ## the quick part: formatting, vet, staticcheck, unit tests without cgo, the page's tests and types
	@$(NEED) go build page check
	@bad=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$bad" || { echo "not gofmt-ed: $$bad"; exit 1; }
	$(GO) vet -tags $(TAGS) ./...
	CGO_ENABLED=0 GOOS=windows $(GO) vet $(PURE)
	CGO_ENABLED=0 GOOS=darwin $(GO) vet -tags ci $(PURE)
	$(GO) run $(STATICCHECK) -tags $(TAGS) ./...
	CGO_ENABLED=0 $(GO) test $(PURE) ./e2e/arch
	@$(MAKE) --no-print-directory page
	$(DONE)

.PHONY: page
page: ## the patient's page: type check and tests
	@$(NEED) page
	test -d node_modules/typescript || npm ci --no-audit --no-fund --silent
	npx --no-install tsc -p tsconfig.json
	node --test signaling-server/web/test/*.test.mjs
	$(DONE)

.PHONY: vectors
vectors: ## check a vector file (ACCESS_VECTORS=path) with Go and with the page's JavaScript
	@$(NEED) go page
	CGO_ENABLED=0 $(GO) test -count=1 -run Vectors ./core/access
	node --test signaling-server/web/test/access.test.mjs
	$(DONE)

.PHONY: test
test: check ## everything that CI runs: unit tests to end-to-end tests with real browsers and a real window
	@$(NEED) go build page e2e sms mail certificate
	@$(MAKE) --no-print-directory build
	$(GO) test -tags $(TAGS) ./app/... ./assets/...
	$(GO) test -count=1 ./e2e/rig ./e2e/postoffice ./e2e/bench/load
	$(GO) test -count=1 ./e2e/sms ./e2e/mail ./e2e/certificate
	@$(MAKE) --no-print-directory e2e
	@$(MAKE) --no-print-directory audit
	@$(MAKE) --no-print-directory drill RUNS=1
	$(DONE)

.PHONY: race
race: ## the race detector over everything
	@$(NEED) go build e2e
	$(GO) test -race -tags $(TAGS) ./core/... ./signaling-server/... ./app/...
	$(DONE)

.PHONY: fuzz
fuzz: ## each fuzz target for FUZZTIME
	@$(NEED) go
	@set -e; for f in $$(grep -rl '^func Fuzz' --include='*_test.go' core signaling-server app); do \
	  d=$$(dirname $$f); for t in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/p' $$f); do \
	    echo "$$d $$t"; $(GO) test -tags $(TAGS) -run '^$$' -fuzz "^$$t\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x ./$$d; done; done
	$(DONE)

.PHONY: vuln
vuln: ## known vulnerabilities in what is used (needs the vulnerability database)
	$(GO) run $(VULNCHECK) -tags $(TAGS) ./...
	$(DONE)

# Tells and does not judge: what was found yesterday in somebody's library is no fault of today's change. make vuln judges.
.PHONY: audit
audit: ## bills of materials of bin/ into dist/bills, and what the vulnerability database knows of what they name
	$(GO) run ./packaging -bills -from bin -out dist/bills
	@for p in signaling-server legekonsultasjon; do \
	  $(GO) run $(VULNCHECK) -mode binary bin/$$p || echo "audit: bin/$$p: see above; make vuln looks closer"; done
	$(DONE)

.PHONY: e2e
e2e: ## end-to-end stories: E2E_RUN=regex E2E_VIDEO=clip.y4m E2E_AUDIO=clip.wav
	@$(NEED) go build e2e
	@$(MAKE) --no-print-directory build
	$(GO) build -tags $(TAGS),inspect -ldflags "$(LDFLAGS)" -o bin/legekonsultasjon-inspect .
	$(GO) test -tags $(TAGS) -count=1 -v -timeout 40m -run '$(E2E_RUN)' ./e2e
	$(DONE)

.PHONY: drill
drill: ## faults on purpose: DRILL=regex RUNS=n
	@$(NEED) go build e2e
	@$(MAKE) --no-print-directory build
	$(GO) build -tags $(TAGS),inspect -ldflags "$(LDFLAGS)" -o bin/legekonsultasjon-inspect .
	$(GO) test -tags $(TAGS),hostile -count=1 -v -timeout 3h -run '(?i)^Test($(DRILL))' ./e2e/drill
	$(DONE)

.PHONY: bench
bench: ## measure: BENCH=regex RUNS=n; writes bench/out/latest.json
	@$(NEED) go build e2e
	@$(MAKE) --no-print-directory build
	$(GO) build -tags $(TAGS),inspect -ldflags "$(LDFLAGS)" -o bin/legekonsultasjon-inspect .
	$(GO) build -tags $(TAGS) -o bin/bench ./e2e/bench
	bin/bench '$(BENCH)'
	$(DONE)

.PHONY: packages
packages: ## .deb, .rpm, bills of materials and checksums into dist/, installed and removed on fresh machines
	@$(NEED) go build packages
	@mkdir -p dist/build
	GOBIN=$(CURDIR)/dist/build $(GO) install $(NFPM)
	$(GO) build -o dist/build/packaging ./packaging
	dist/build/packaging -tags $(TAGS) -maintainer '$(MAINTAINER)'
	dist/build/packaging -from dist/build -maintainer '$(MAINTAINER)' -out dist/build/again >/dev/null
	dist/build/packaging -from dist/build -version 99.0.0 -maintainer '$(MAINTAINER)' -out dist/build/next >/dev/null
	$(GO) test -count=1 -v -timeout 30m -run 'Package' $(AS_ROOT) ./e2e/packages
	@cat dist/SHA256SUMS
	$(DONE)

.PHONY: sbom
sbom: ## bills of materials (CycloneDX) of both programs into dist/
	@$(NEED) go build packages
	$(GO) run ./packaging -bills -tags $(TAGS)
	$(DONE)

.PHONY: first-call
first-call: ## after make packages: the commands of docs/FIRST-CALL.md on a fresh machine, up to the first call, timed
	@$(NEED) go build packages e2e certificate
	$(GO) build -tags $(TAGS),inspect -ldflags "$(LDFLAGS)" -o bin/legekonsultasjon-inspect .
	$(GO) test -count=1 -v -timeout 30m -run TestFirstCall $(AS_ROOT) ./e2e/packages
	$(DONE)

.PHONY: screenshots
screenshots: ## write the desktop's views and the patient's page to docs/images
	@$(NEED) go build e2e
	@$(MAKE) --no-print-directory build
	$(GO) run -tags $(TAGS) ./e2e/screenshots docs/images
	$(DONE)

.PHONY: clean
clean: ## remove what was built and the demo's profile
	rm -rf bin dist var bench/out
	$(DONE)
