# make demo    set up and scan the example        make check   everything a commit must pass
# make test    set up and run the tests           make bench   the benchmarks, with their gates
# make view    look at the demo
PYTHON ?= python3
BIN := .venv/bin
export OMP_NUM_THREADS ?= 1

.PHONY: demo test long check lint bench view setup system clean

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

demo: setup
	$(BIN)/gtrack demo --out out/demo

test: setup system
	$(BIN)/python -m pytest -m "not long"
	@sh scripts/system_packages.sh --say

long: setup system
	$(BIN)/python -m pytest -m long

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

bench: setup
	@for script in benchmarks/*.py; do echo "# $$script"; $(BIN)/python $$script || exit 1; done

view: setup
	@echo "The viewer is not built yet; open out/demo/tracks in IGV."

clean:
	rm -rf .venv out build dist
