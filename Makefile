# make demo    set up and scan the example        make check   everything a commit must pass
# make test    set up and run the tests           make bench   the benchmarks, with their gates
# make view    look at the demo                   make docs    the documents as pages, in out/docs
PYTHON ?= python3
BIN := .venv/bin
# A worker for each core, at most 8 (tests/workers.py); one that is idle takes over tests of another.
PYTEST = $(BIN)/python -m pytest -n auto --dist worksteal
export OMP_NUM_THREADS ?= 1

.PHONY: demo test long check lint bench view docs setup system plugin clean

setup: .venv/.ready

# torch first: without it, a dependency that asks for "torch" brings another build. Then all the
# rest without dependencies, because lxt names torchvision, which gtrack does not need.
.venv/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

system:
	@sh scripts/system_packages.sh

# igv.js of the lock file, for the viewer and its tests; not in git, and in wheels (hatch_build.py).
plugin: igv_plugin/node_modules/.ready

igv_plugin/node_modules/.ready: igv_plugin/package-lock.json
	@if command -v npm >/dev/null 2>&1 && cd igv_plugin && \
	  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null; \
	then touch node_modules/.ready; \
	else echo "igv.js is not here, and gtrack view needs it: make plugin (with npm and a network)," \
	  "or --igv-js FILE" >&2; fi

demo: setup plugin
	$(BIN)/gtrack demo --out out/demo

test: setup system plugin
	$(PYTEST) -m "not long"
	@sh scripts/system_packages.sh --say

long: setup system plugin
	$(PYTEST) -m long

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@sh igv_plugin/lint/run.sh

check: lint test

bench: setup
	@for script in benchmarks/*.py; do echo "# $$script"; $(BIN)/python $$script || exit 1; done

docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	@echo "out/docs/index.html"

view: setup plugin
	$(BIN)/gtrack view out/demo

clean:
	rm -rf .venv out build dist igv_plugin/node_modules
