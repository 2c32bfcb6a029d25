# `make china` and `make test` do everything on a fresh machine: environment, solve, summary, report path.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help china test laws solvers fuzz bench mutants docs

help: ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*##/\t/'

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { echo "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.12 ..."; exit 1; }
	@echo "making the environment (once) ..."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	@touch $(READY)

china: $(READY) ## solve the 31-province instance, show the plan, say where its files are
	$(BIN)/qipan solve instances/china --out plans/china --force

test: $(READY) ## lint, types and tests
	$(BIN)/ruff check models optimizer tests benchmarks instances notebooks
	$(BIN)/ruff format --check models optimizer tests benchmarks instances notebooks
	$(BIN)/mypy
	$(BIN)/pytest -n 2

SEEDS ?= 20000

laws: $(READY) ## every law on 20,000 random instances (hours); fewer: make laws SEEDS=500
	$(BIN)/python -m benchmarks.laws $(SEEDS)

bench: $(READY) ## measure speed and memory, write benchmarks/latest.json
	$(BIN)/python -m benchmarks

solvers: $(READY) ## 100,000 small models against SCIP and full enumeration (hours)
	$(BIN)/python -m benchmarks second_solver

fuzz: $(READY) ## an hour of spoiled files
	$(BIN)/python -m benchmarks.fuzz 3600

mutants: $(READY) ## random points, and changes of plans and of the formulation: does the audit see it?
	$(BIN)/python -m benchmarks.mutants points 200
	$(BIN)/python -m benchmarks.mutants cells 200
	$(BIN)/python -m benchmarks.mutants formulation 200

docs: $(READY) ## build the documentation in docs/_build
	$(BIN)/python docs/generate.py
	$(BIN)/sphinx-build -q -W docs docs/_build
