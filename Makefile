# make demo, make test: everything on a fresh machine with Python, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: setup test lint format bench demo clean
setup: $(READY)

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $@

test: setup
	$(BIN)/python -m pytest

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup
	$(BIN)/python benchmarks/run.py

# The founding incident: what is found, what is mended, and that nothing is left.
DEMO := build/demo
demo: setup
	@rm -rf $(DEMO) && mkdir -p $(DEMO) && cp -R tests/projects/founding_incident/. $(DEMO)
	@git -C $(DEMO) init -q && git -C $(DEMO) add -A
	@echo '$$ prelaunch check'
	@cd $(DEMO) && { ../../$(BIN)/prelaunch check || test $$? -eq 1; }
	@printf '\n%s\n' '$$ prelaunch builds'
	@cd $(DEMO) && ../../$(BIN)/prelaunch builds
	@printf '\n%s\n' '$$ prelaunch check --fix'
	@cd $(DEMO) && ../../$(BIN)/prelaunch check --fix
	@printf '\n%s\n' '$$ git diff'
	@git -C $(DEMO) --no-pager diff
	@printf '\n%s\n' '$$ prelaunch check'
	@cd $(DEMO) && ../../$(BIN)/prelaunch check

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build dist
