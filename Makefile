# Two commands do all the set-up: `make serve` and `make test`.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PACKAGE_INPUTS := pyproject.toml constraints.txt
GRAPH_INPUTS := $(shell find ontology data queries -type f)
# a change to the program may change what is built, and what is found wrong
PROGRAM_INPUTS := $(shell find g7graph -name '*.py' -o -name '*.rq' -o -name '*.toml')

.PHONY: serve build validate test lint format bench clean

serve: build validate ## build, validate and serve the framework at http://$(HOST):$(PORT)
	$(BIN)/g7graph serve --host $(HOST) --port $(PORT)

build: dist/.built ## the store's dumps, in dist/
validate: dist/.validated ## shapes, terms, links and checks over the data

test: lint ## lint, types, format and every test
	$(BIN)/pytest

lint: $(VENV)/.developer
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/g7graph format --check

format: $(VENV)/.developer ## put code and Turtle in their canonical form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/g7graph format

bench: $(VENV)/.developer ## speed and memory, each beside a peer in the same run
	$(BIN)/python bench/run.py

clean: ## remove what was built and installed
	rm -rf $(VENV) dist

dist/.built: $(VENV)/.user $(GRAPH_INPUTS) $(PROGRAM_INPUTS)
	$(BIN)/g7graph build
	touch $@

dist/.validated: $(VENV)/.user $(GRAPH_INPUTS) $(PROGRAM_INPUTS)
	mkdir -p dist
	$(BIN)/g7graph validate
	touch $@

$(VENV)/.user: $(PACKAGE_INPUTS)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "g7graph needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[mcp,pandas,parquet]'
	touch $@

$(VENV)/.developer: $(VENV)/.user
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[mcp,pandas,parquet,dev]'
	touch $@
