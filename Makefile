# The commands for users and developers. `make help` lists them.
SHELL := /bin/sh
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

# Variables of `make run`, passed on when they are set: PORT, DATA_DIR, DATABASE_URL, OCS_CONFIG_DIR, SEQUENCERS.
export PORT DATA_DIR DATABASE_URL OCS_CONFIG_DIR SEQUENCERS

.PHONY: help setup run test test-ocs test-compose test-k3d test-cluster test-install chaos test-cpython lint generate pictures images sbom k3d-up k3d-down bench bench-images bench-cluster format clean

help: ## List the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

setup: ## Install the dependencies, if they have changed
	@sh scripts/setup

run: setup ## Start Sequencer on this machine and print its address
	@exec node launcher/src/main.ts

test: ## Run every test: lint, types, unit, integration, end-to-end
	@sh scripts/test

test-ocs: setup ## Run the same scripts against real OCS and the simulator; OBSERVATORY is the folder with the tools
	@sh scripts/test-ocs

test-cpython: setup ## Run modules of CPython's test suite under the runner and compare the results (some minutes)
	@.venv/bin/python runner-image/tests/cpython.py

test-compose: setup ## Test the small site of docs/small-site.md on a Docker engine
	@sh scripts/test-compose

test-k3d: setup ## Test `make k3d-up` on a Docker engine with k3d
	@sh scripts/test-k3d

test-cluster: setup ## Run the tests that need the Kubernetes cluster of KUBECONFIG
	@sh scripts/test-cluster

test-install: setup ## Test the chart on the cluster of KUBECONFIG, with images built here; LOAD_IMAGES loads them on the nodes
	@sh scripts/test-install

chaos: setup ## Kill parts of a site on the cluster of KUBECONFIG while scripts run, for DURATION seconds (900)
	@DURATION=$${DURATION:-900} sh scripts/test-install chaos

lint: setup ## Run the linters and type checkers
	@sh scripts/test lint

generate: setup ## Write the generated files: SDL, client types, error page, settings, protocol, custom resources, chart values
	@sh scripts/generate

pictures: setup ## Take the pictures of docs/guide in both themes
	@cd e2e && PICTURES=$(CURDIR)/docs/guide/pictures playwright test pictures

images: ## Build the images of compose.yml
	@sh scripts/images

k3d-up: ## Install Sequencer on a k3d cluster on this machine, or update it; CLUSTER is its name, PORT that of the pages
	@sh k3d/up.sh

k3d-down: ## Delete the cluster of k3d-up with all its data
	@sh k3d/down.sh

sbom: setup ## Write the contents of each image into sbom/, as CycloneDX
	@node scripts/sbom.ts

bench-images: setup ## Measure the images: sizes and start times
	@node bench/src/images.ts

bench-cluster: setup ## Measure the operator on the Kubernetes cluster of KUBECONFIG; PARTS selects figures
	@node bench/src/cluster.ts $(PARTS)

bench: setup ## Measure all figures and print a table
	@node bench/src/main.ts

format: setup ## Format the code
	@prettier --write --log-level warn .
	@.venv/bin/ruff format runner-image

clean: ## Remove the results of setup and builds; keeps `data`
	rm -rf node_modules .venv .venv-* .setup web/dist
