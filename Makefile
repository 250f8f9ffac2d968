# Two commands on a fresh machine: `make run` serves the chat, `make test` proves it.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 7860
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: run test test-long lint bench screenshots clean help

run: $(VENV)/installed ## Install, index corpus/, serve the chat on 127.0.0.1:7860
	$(BIN)/qa serve --host $(HOST) --port $(PORT)

test: $(VENV)/installed-dev ## Lint, types, import contracts and every test (installs Chromium where CI=true and it is missing)
	@$(BIN)/python scripts/ensure_chromium.py
	@$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest

test-long: $(VENV)/installed-dev ## The tests that `make test` leaves out because each takes over 20 seconds
	$(BIN)/python -m pytest -m long

lint: $(VENV)/installed-dev ## Lint, types and import contracts only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/installed-dev ## Measure on the sets in EVAL=DIR and write bench/RESULTS.md
	@test -n "$(EVAL)" || { echo "Name the folder of evaluation sets: make bench EVAL=DIR (docs/evaluation.md says what is in it)"; exit 2; }
	$(BIN)/python bench/run.py "$(EVAL)"

screenshots: $(VENV)/installed-dev ## Make the pictures in docs/ anew (needs Chromium)
	$(BIN)/python scripts/screenshots.py

clean: ## Remove what can be made again: the environment, the index, caches (never corpus/)
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find index -mindepth 1 ! -name README.md -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Groundwire needs Python 3.11 or newer; set PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(PIP) -e ".[dev]"
	@touch $@
