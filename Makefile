# `make` alone explains every target. CI calls the same targets as people do.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development
FUZZING := .rasid/fuzz-venv/.locked
DATA ?= .rasid
# Python versions whose interpreters are looked for by `make test-pythons`, beside the one of $(VENV).
PYTHONS := 3.11 3.12 3.13

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo engines check test test-real campaign planted test-fast fuzz test-compose test-providers test-pythons bench generate lock clean

help: ## explain every target
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(RUNTIME) ## make .venv with the services, the demo's engines and the `rasid` command

setup-dev: $(DEVELOPMENT) ## make .venv with all that `make check` and `make test` need

demo: $(RUNTIME) ## start engines, services and a small city on this machine, and watch an alert ring (Ctrl-C ends it)
	@$(BIN)/rasid demo --data $(DATA)

secrets: $(RUNTIME) ## make deploy/.env and deploy/tokens for the containers; what is there stays
	@$(BIN)/rasid secrets deploy

check: $(DEVELOPMENT) ## everything that needs no engine: style, types, import direction, generated files, locks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/rasid generate --check
	@$(MAKE) -s check-prometheus

check-prometheus: ## scrape configuration, rules and the rules' tests, by promtool (Debian's package prometheus)
	@if command -v promtool >/dev/null; then \
		promtool check config --syntax-only deploy/prometheus/prometheus.yml && \
		promtool check rules deploy/prometheus/rules/*.yml && \
		promtool test rules deploy/prometheus/tests/*.yml; \
	else \
		echo "Prometheus' rules are not checked here: promtool is missing (Debian: apt-get install prometheus)"; \
		test -z "$$CI"; \
	fi

engines: $(RUNTIME) ## build MinIO and SecantusDB's Rust server for tests and benchmarks (about 15 minutes, once)
	@$(BIN)/rasid engines build

test: $(DEVELOPMENT) ## every test, on real engines that it fetches and starts itself, in shares side by side (about 12 minutes, more on a busy machine)
	@# The tests start services hundreds of times: compiled once, also where Python is told to write no bytecode.
	@$(BIN)/python -m compileall -q rasid services tools
	@$(BIN)/python -m tests.shares

test-real: $(DEVELOPMENT) ## what needs engines, on 3 Kafka nodes, MinIO with 4 drives and secantusd-rs (about 15 minutes)
	@$(BIN)/python -m compileall -q rasid services tools
	@$(BIN)/python -m tests.shares --real

campaign: $(DEVELOPMENT) ## work while all dies by chance: SEED, EVENTS (20000), KILLS (20), ROUNDS (5); RASID_TEST_ENGINES=real for those
	@$(BIN)/python -m compileall -q rasid services tools
	@RASID_CAMPAIGN_SEED=$(SEED) RASID_CAMPAIGN_EVENTS=$(or $(EVENTS),20000) RASID_CAMPAIGN_KILLS=$(or $(KILLS),20) \
		RASID_CAMPAIGN_ROUNDS=$(or $(ROUNDS),5) $(BIN)/pytest -q -s tests/campaign

planted: $(DEVELOPMENT) ## plant a bug of each kind into a copy of the tree and see that the suite catches it (about 4 minutes)
	@$(BIN)/python -m tests.planted

test-fast: $(DEVELOPMENT) ## unit and property tests only: no engine, no network
	$(BIN)/pytest tests/unit tests/property

fuzz: $(DEVELOPMENT) ## coverage-guided fuzzing of every adapter, a minute each (FUZZ_SECONDS); finds are left in .rasid/fuzz
	@if $(MAKE) -s $(FUZZING); then \
		$(BIN)/python -m tests.fuzz $(or $(FUZZ_SECONDS),60); \
	else \
		echo "The adapters are not checked here by fuzzing: atheris cannot be installed for $$($(BIN)/python --version), see above"; \
		echo "(there are wheels of it for CPython 3.11 to 3.13 on Linux x86-64)."; \
		test -z "$$CI"; \
	fi

test-compose: $(DEVELOPMENT) ## the containers, for real: up, confined, the walk, killed, down and up (needs root or docker)
	$(BIN)/pytest tests/compose

test-providers: $(DEVELOPMENT) ## whom an identity provider of others signs in: Keycloak, fetched once (177 MB; a minute)
	$(BIN)/pytest tests/providers

test-pythons: ## unit and property tests on every supported Python that this machine has
	@tests/pythons $(PYTHONS)

bench: $(DEVELOPMENT) ## every benchmark, as JSON, each with its limit measured in the same run
	$(BIN)/rasid bench

generate: $(DEVELOPMENT) ## write schemas, AsyncAPI, docs/events.md and docs/metrics.md anew
	$(BIN)/rasid generate

lock: $(DEVELOPMENT) ## resolve the requirement locks anew from pyproject.toml
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 \
		--extra build --extra demo pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 \
		--extra build --extra demo --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 \
		--extra build --extra city -c requirements.lock pyproject.toml -o deploy/requirements.lock
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 \
		tests/fuzz/requirements.in -o tests/fuzz/requirements.lock

clean: ## remove .venv and caches (the demo's data in .rasid stays)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "Rasid needs Python 3.11, 3.12 or 3.13; '$(PYTHON)' is $$($(PYTHON) --version 2>&1)."; \
		  echo "To mend it: make setup PYTHON=/path/to/python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DEVELOPMENT): requirements-dev.lock pyproject.toml | $(BIN)/python
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(FUZZING): tests/fuzz/requirements.lock | $(BIN)/python
	$(BIN)/python -m venv --clear $(@D)
	$(@D)/bin/pip install -q --disable-pip-version-check --only-binary :all: --require-hashes -r tests/fuzz/requirements.lock
	@touch $@
