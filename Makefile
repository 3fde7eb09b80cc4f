# make demo, make test: everything on a fresh machine with Python, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: setup test lint format bench demo index index-gate index-package docs image clean
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

# The site, in build/docs; a page that warns is an error.
docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet -f docs/mkdocs.yml

# The program as an image of several platforms; `make image IMAGE=registry/name:tag OUTPUT=--push` publishes it.
IMAGE ?= prelaunch:dev
PLATFORMS ?= linux/amd64,linux/arm64
OUTPUT ?= --output type=oci,dest=build/image.tar
image:
	mkdir -p build
	docker buildx build --platform $(PLATFORMS) $(OUTPUT) --tag $(IMAGE) .

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

# The name index: every distribution that is in it once more, as the registry has them today. Hours; see FORMAT.md.
INDEX := build/index
INDEX_NAMES ?=
INDEX_FLAGS ?= --cache build/index-cache
index: setup
	mkdir -p $(INDEX)
	$(BIN)/prelaunch index build $(INDEX_NAMES) $(INDEX_FLAGS) --output $(INDEX)/names.idx
	@echo 'look at the report and at $(INDEX), then: cp $(INDEX)/* hooks/prelaunch/index/ && make index-gate'

# No import that works may be flagged: the popular packages, their own imports and all names that they have.
GATE ?=
index-gate: setup
	$(BIN)/python gates/index_gate.py --folder build/index-gate $(GATE)
	$(BIN)/python gates/index_gate.py --folder build/index-gate-2023 --before 2023-06-01 --python python3.11 $(GATE)
	$(BIN)/python gates/index_gate.py --folder build/index-gate-2021 --before 2021-12-01 --python python3.9 $(GATE)

# A wheel with an index of its own, which prelaunch uses where it is installed beside it.
index-package: index
	mkdir -p index-package/prelaunch_index
	cp $(INDEX)/names.idx index-package/prelaunch_index/
	PRELAUNCH_INDEX_VERSION=$$(date +%Y.%m.%d) $(BIN)/python -m pip wheel --no-deps --wheel-dir dist ./index-package

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build dist
