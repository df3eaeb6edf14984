# Two commands are enough: `make demo` and `make test`. Everything here runs in a clean clone with Python, make and git.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UNTIL ?=
# Compile once at set-up, not anew in every process where PYTHONDONTWRITEBYTECODE is set (as in many containers).
export UV_COMPILE_BYTECODE := 1
export DAGSTER_HOME ?= $(CURDIR)

.PHONY: help setup demo test ui lint types rules check java s3a browser s3 postgres requirements clean bench screenshots

help: ## Show what every target does
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: $(VENV)/.main ## Install the platform into .venv (done by every target that needs it)

demo: $(VENV)/.main ## Set up, then replay a year of real flights (UNTIL=2013-03 ends early; again: changes nothing)
	$(BIN)/platform replay $(if $(UNTIL),--until $(UNTIL))

ui: $(VENV)/.main ## Open the Dagster UI on http://localhost:3000 over what the demo did
	$(BIN)/dagster dev -w workspace.yaml

test: $(VENV)/.dev ## Run the tests (those that need Java or a browser skip with the reason if it is missing)
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: lint types rules ## Run lint, types, import contracts and declarations

lint: $(VENV)/.dev ## Check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev ## Check types
	$(BIN)/mypy

rules: $(VENV)/.dev ## Check the import contracts of the rooms and the declarations of the products
	$(BIN)/lint-imports
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/dg check yaml
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/dg check defs

bench: $(VENV)/.dev ## Run the benchmarks (minutes; engines needs Java)
	$(BIN)/python benchmarks/loading.py
	$(BIN)/python benchmarks/engines.py
	$(BIN)/python benchmarks/overhead.py
	$(BIN)/python benchmarks/lake.py
	$(BIN)/python benchmarks/profile.py --peers none
	$(BIN)/python benchmarks/windows.py
	$(BIN)/python benchmarks/training.py
	$(BIN)/python benchmarks/backtest.py --until 2013-05
	$(BIN)/python benchmarks/spot.py

screenshots: $(VENV)/.dev ## Take the README's screenshots of a short replay (needs chromium)
	$(BIN)/python -m pytest -m browser --save-screenshots=docs/images

java: ## Install Java for a real Apache Spark (Debian; needs root)
	apt-get update -qq && apt-get install -y -qq --no-install-recommends openjdk-17-jre-headless

s3a: $(VENV)/.main ## Fetch the jars through which Apache Spark reaches S3 (10 MB from Maven Central, checked; needs Java)
	bash requirements/jars.sh $(BIN)/python

browser: ## Install chromium and its driver for the browser tests (Debian; needs root)
	apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium chromium-driver

s3: ## Install a real S3 server for the tests: Ceph's object gateway (Debian; needs root)
	apt-get update -qq && apt-get install -y -qq --no-install-recommends ceph-mon ceph-osd ceph-base ceph-common radosgw

postgres: ## Install PostgreSQL for the tests of a shared catalog (Debian; needs root)
	apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql

requirements: $(VENV)/.uv ## Compile the pinned requirement files anew from pyproject.toml
	bash requirements/compile.sh $(BIN)/uv

clean: ## Delete the environment, the data folder and the local Dagster instance
	rm -rf $(VENV) data history schedules storage logs .logs_queue *.egg-info

$(VENV)/.uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else "Python 3.11, 3.12 or 3.13 is needed, this is " + sys.version.split()[0] + ". Name one: make PYTHON=python3.12 ...")'
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "This Python cannot make virtual environments; on Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.main: $(VENV)/.uv requirements/main.txt requirements/build.txt pyproject.toml
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --build-constraints requirements/build.txt -r requirements/main.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.main requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --build-constraints requirements/build.txt -r requirements/dev.txt
	@touch $@
