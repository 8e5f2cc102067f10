# Every command a developer or an operator of this repository needs. `make` alone lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= python3
JOBS ?= 2
ARGS ?=
VECTORS ?= ../shared/vectors

TOOLS := .tools
VENV := .venv
BIN := $(VENV)/bin
UV := $(TOOLS)/bin/uv
CONTRACTS := anchoring/contracts
PEERS := tests/peers
# Node and npm come from the tools, never from the machine.
export PATH := $(CURDIR)/$(TOOLS)/bin:$(PATH)

.PHONY: help
help: ## List the targets
	@echo "Digital Credentials Platform"
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

## --- install ---------------------------------------------------------------------------

SETUP := $(TOOLS)/.done $(VENV)/.done $(CONTRACTS)/node_modules/.done \
	$(if $(wildcard $(PEERS)/package-lock.json),$(PEERS)/node_modules/.done)

.PHONY: setup
setup: $(SETUP) ## Install everything into this folder; start nothing

$(TOOLS)/.done: config/tools.lock
	@$(PYTHON) config/check_python.py
	@echo "[1/4] $(TOOLS): uv (installs Python packages) and Node 24 with npm"
	@$(PYTHON) -m venv --clear $(TOOLS)
	@$(TOOLS)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r config/tools.lock
	@touch $@

$(VENV)/.done: tests/requirements.lock pyproject.toml $(TOOLS)/.done
	@echo "[2/4] $(VENV): the node's Python packages, PostgreSQL among them, and what tests it"
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(TOOLS)/bin/python $(VENV)
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode tests/requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-build-isolation --no-deps --editable .
	@touch $@

$(CONTRACTS)/node_modules/.done: $(CONTRACTS)/package-lock.json $(TOOLS)/.done
	@echo "[3/4] $(CONTRACTS): the local chain (anvil), the Solidity compiler, the registry of did:ethr"
	@cd $(CONTRACTS) && npm ci --silent --ignore-scripts
	@touch $@

$(PEERS)/node_modules/.done: $(PEERS)/package-lock.json $(TOOLS)/.done
	@echo "[4/4] $(PEERS): verifiers by others, which share no code with ours"
	@cd $(PEERS) && npm ci --silent --ignore-scripts
	@touch $@

## --- use -------------------------------------------------------------------------------

.PHONY: run
run: setup ## Install if needed, then start a node (ARGS="--port 9000 --tls …"); Ctrl-C stops it
	@$(BIN)/dcp up $(ARGS)

## --- check -----------------------------------------------------------------------------

.PHONY: check
check: setup ## Format, lint, types, import contracts, generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m config.variables --check

.PHONY: test
test: setup ## Unit and integration tests (ARGS="tests/vc -k status")
	$(BIN)/pytest -q -n $(JOBS) --dist loadfile $(ARGS)

.PHONY: e2e
e2e: setup ## A whole node, from the CSV file to the independent verifiers
	$(BIN)/pytest -q tests/e2e $(ARGS)

.PHONY: peers
peers: setup ## Verifiers by others check our credentials and we check theirs
	$(BIN)/pytest -q tests/peers $(ARGS)

.PHONY: chaos
chaos: setup ## Kill the worker and the node in every state
	$(call needs,tests/chaos)
	$(BIN)/pytest -q tests/chaos $(ARGS)

.PHONY: conformance
conformance: setup ## The specifications' own vectors (VECTORS=folder)
	$(BIN)/python -m tests.conformance $(VECTORS)

.PHONY: fuzz
fuzz: setup ## Random and hostile input, longer than in `make test`
	$(call needs,tests/fuzz)
	$(BIN)/pytest -q tests/fuzz $(ARGS)

.PHONY: bench
bench: setup ## Measure against references; writes build/bench.json
	$(call needs,tests/bench)
	$(BIN)/python -m tests.bench $(ARGS)

# $(call needs,FOLDER): say plainly that a suite is not part of this version.
needs = @test -e $(1)/__init__.py || { echo "$(1) is not part of this version" >&2; exit 1; }

## --- maintain --------------------------------------------------------------------------

.PHONY: gen
gen: setup ## Rewrite generated files
	$(BIN)/python -m config.variables

.PHONY: lock
lock: $(TOOLS)/.done ## Resolve all dependencies anew into the lock files
	$(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header \
		-o requirements.lock
	$(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header \
		--group dev -c requirements.lock -o tests/requirements.lock
	$(UV) pip compile config/tools.in --universal --python-version 3.11 --generate-hashes --no-header \
		-o config/tools.lock
	cd $(CONTRACTS) && npm install --silent --package-lock-only --ignore-scripts
	test ! -e $(PEERS)/package.json || (cd $(PEERS) && npm install --silent --package-lock-only --ignore-scripts)

.PHONY: clean
clean: ## Remove what was installed or built; keeps the data folder .dcp
	rm -rf $(TOOLS) $(VENV) $(CONTRACTS)/node_modules $(PEERS)/node_modules build dist
	rm -rf .mypy_cache .ruff_cache .import_linter_cache .hypothesis .pytest_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
