# Everything a person types. `make help` lists it.
SHELL := /bin/sh
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

# Variables of `make run`, passed on when they are set: PORT, DATA_DIR, DATABASE_URL, OCS_CONFIG_DIR, SEQUENCERS.
export PORT DATA_DIR DATABASE_URL OCS_CONFIG_DIR SEQUENCERS

.PHONY: help setup run test test-ocs test-compose test-cluster test-install chaos test-cpython lint generate images sbom bench bench-images bench-cluster format clean

help: ## What can be made
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

setup: ## Install what the project needs, once
	@sh scripts/setup

run: setup ## Start the whole product here and print its address
	@exec node launcher/src/main.ts

test: ## Set up, then pass every test: lint, types, unit, integration, end-to-end
	@sh scripts/test

test-ocs: setup ## The same scripts against real OCS and the simulator; OBSERVATORY names the folder with the tools
	@sh scripts/test-ocs

test-cpython: setup ## Modules of CPython's own tests under the runner: the same pass (some minutes)
	@.venv/bin/python runner-image/tests/cpython.py

test-compose: setup ## The small site of docs/small-site.md, on a Docker engine
	@sh scripts/test-compose

test-cluster: setup ## Tests on the Kubernetes cluster of KUBECONFIG
	@sh scripts/test-cluster

test-install: setup ## The chart on the cluster of KUBECONFIG, from images built here; LOAD_IMAGES takes them there
	@sh scripts/test-install

chaos: setup ## Kill parts of a site on the cluster of KUBECONFIG for 15 minutes, or DURATION seconds, while scripts run
	@DURATION=$${DURATION:-900} sh scripts/test-install chaos

lint: setup ## Linters and types, in both languages
	@sh scripts/test lint

generate: setup ## Write the generated files: SDL, client types, error page, custom resources
	@sh scripts/generate

images: ## Build the images of compose.yml
	@sh scripts/images

sbom: setup ## What is in each image, as CycloneDX, into sbom/
	@node scripts/sbom.ts

bench-images: setup ## Measure the images: sizes, and how long they take to be ready
	@node bench/src/images.ts

bench-cluster: setup ## Measure the operator on the Kubernetes cluster of KUBECONFIG; PARTS names some of the figures
	@node bench/src/cluster.ts $(PARTS)

bench: setup ## Measure every figure and print a table
	@node bench/src/main.ts

format: setup ## Lay the code out
	@prettier --write --log-level warn .
	@.venv/bin/ruff format runner-image

clean: ## Remove what set-up and builds have made; `data` stays
	rm -rf node_modules .venv .venv-* .setup web/dist
