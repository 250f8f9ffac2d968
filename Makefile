# Two commands on a fresh machine: `make run` serves the chat, `make test` proves it. `make help` lists the others.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 7860
SAMPLE ?= 300
SEED ?= 0
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

# These need no browser, process, real weights or clock: they disturb nobody and run beside one another. The marks are
# put on by tests/support/markers.py.
MARKED := browser or process or model or clock
SLOWEST := --durations=25

.PHONY: run check test test-long lint fix docs mutants bench screenshots clean help

run: $(VENV)/installed ## Install, index corpus/, serve the chat on 127.0.0.1:7860
	$(BIN)/qa serve --host $(HOST) --port $(PORT)

check: $(VENV)/installed-dev lint ## Lint, types, import contracts and the quick tests, in parallel: while you work
	$(BIN)/python -m pytest -n logical --hypothesis-profile quick -m "not ($(MARKED) or long)" $(SLOWEST)

test: $(VENV)/installed-dev ## All but the long tests (installs Chromium where CI=true and it is missing): before you offer a change
	@$(BIN)/python scripts/ensure_chromium.py
	@$(MAKE) --no-print-directory lint
	@failed=0; set -x; \
	$(BIN)/python -m pytest -n logical -m "not ($(MARKED) or long)" $(SLOWEST) || failed=1; \
	$(BIN)/python -m pytest -m "($(MARKED)) and not long" $(SLOWEST) || failed=1; \
	exit $$failed

test-long: $(VENV)/installed-dev ## The tests that `make test` leaves out because each takes over 20 seconds
	$(BIN)/python -m pytest -m long $(SLOWEST)

lint: $(VENV)/installed-dev ## Lint, types and import contracts only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(VENV)/installed-dev ## Mend what lint can mend by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/installed-dev ## Write settings and command-line help into docs/guide.md
	$(BIN)/python scripts/make_docs.py

mutants: $(VENV)/installed-dev ## Break the code in SAMPLE=300 places, one at a time, and list what no test notices (an hour or two)
	$(BIN)/python scripts/mutants.py --sample $(SAMPLE) --seed $(SEED)

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
