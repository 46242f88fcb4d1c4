# make demo    set up and scan the example        make check   everything a commit must pass
# make test    set up and run the quick tests     make bench   the benchmarks, with their gates
# make view    look at the demo                   make docs    the documents as pages, in out/docs
# make wheel   a wheel in dist/                   make lowest  tests on the lowest versions
# make lock    the locks anew                     make recipes Dockerfile and conda recipe, linted
# make hooks   lint what a commit changes         make peers   modisco-lite, Fi-NeMo, Quantus, peft
# make clean   remove all that was made           make readers IGV, igv.js, R and more read the demo
PYTHON ?= python3
BIN := .venv/bin
# What pip is told to install as torch (docs/how-to/install.md has one without CUDA).
TORCH ?= --requirement requirements/torch.txt
WITH_NEEDS = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
# Locks hold every package, so nothing is asked of a package's own list.
PIP = $(WITH_NEEDS) --no-deps
# pip would compile on one core, and others' tests, too.
COMPILE = $(BIN)/python -m compileall -qq -j 0 -x '/(tests?|testing/_internal)/' .venv/lib || true
# A worker for each core, at most 8 (tests/workers.py); one that is idle takes over tests of another.
PYTEST = $(BIN)/python -m pytest -n auto --dist worksteal
export OMP_NUM_THREADS ?= 1

.PHONY: demo test long check lint lint-python lint-plugin bench view docs wheel lowest recipes peers readers lock hooks setup system plugin clean

# What gtrack runs with: torch first, with what its build needs (CUDA, where it has it); then each
# package by its hash, which puts right what the lock holds (docs/decisions/0018).
.venv/.run: requirements/torch.txt requirements/run.lock requirements/lxt.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	  "Python 3.11 or later is needed: add PYTHON=python3.12, for example")'
	$(PYTHON) -m venv .venv
	$(WITH_NEEDS) $(TORCH)
	$(PIP) --require-hashes --requirement requirements/run.lock
	$(PIP) --require-hashes --requirement requirements/lxt.lock --no-build-isolation --use-pep517
	$(PIP) --no-build-isolation --editable .
	@$(COMPILE)
	touch $@

# And what it is tested and linted with.
.venv/.ready: .venv/.run requirements/development.lock
	$(PIP) --require-hashes --requirement requirements/development.lock
	@$(COMPILE)
	touch $@

setup: .venv/.ready

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

demo: .venv/.run plugin
	$(BIN)/gtrack demo --out out/demo

# LONG=1: the long ones, too, whose end the quick ones fill.
test: setup system plugin
	$(PYTEST) $(if $(LONG),,-m "not long")
	@sh scripts/system_packages.sh --say

long: setup system plugin
	$(PYTEST) -m long

lint: lint-python lint-plugin

lint-python: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lint-plugin:
	@sh igv_plugin/lint/run.sh

check: lint test

# hit_peers is called by hits and real_peers (by hand), other peers by make peers, each apart;
# gpu_* are of benchmarks/gpu.sh.
ALONE = $(filter-out %_peers.py $(wildcard benchmarks/gpu_*.py), $(sort $(wildcard benchmarks/*.py)))
bench: setup
	@for script in $(ALONE); do echo "# $$script"; $(BIN)/python $$script || exit 1; done

view: .venv/.run plugin
	$(BIN)/gtrack view out/demo

# The tools of the pages are 110 MB, and only this needs them.
.venv/.docs: .venv/.ready requirements/docs.lock
	$(PIP) --require-hashes --requirement requirements/docs.lock
	@$(COMPILE)
	touch $@

docs: .venv/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	@echo "out/docs/index.html"

wheel: .venv/.run plugin
	$(BIN)/python -m hatchling build -t wheel

# The lowest versions that pyproject.toml admits, but for torch: what is older than the locked one
# is not to be had everywhere without gigabytes of CUDA.
LOWEST := out/lowest/bin/python
lowest: plugin
	$(PYTHON) -m venv --clear out/lowest
	$(LOWEST) -m pip install --quiet "pip>=25.1"
	$(LOWEST) -m pip install --quiet $(TORCH)
	$(LOWEST) -m pip install --quiet --constraint requirements/lowest.txt --group test --editable .
	$(LOWEST) -m pip install --quiet --no-deps --require-hashes --requirement requirements/lxt.lock
	$(LOWEST) -m pytest -n auto -m "not long" \
	  tests/unit/models tests/unit/attribution tests/unit/io tests/scan tests/hits/test_golden_hits.py

# The Dockerfile and the conda recipe, by their linters (no Docker and no conda channel is asked).
recipes:
	$(PYTHON) -m venv --clear out/recipes
	out/recipes/bin/python -m pip install --quiet "pip>=25.1"
	out/recipes/bin/python -m pip install --quiet --group recipes
	out/recipes/bin/hadolint Dockerfile
	out/recipes/bin/python scripts/check_recipe.py

# modisco-lite and Fi-NeMo, in an environment of their own, run what `gtrack export` prints.
out/peers/.ready: requirements/torch.txt pyproject.toml
	$(PYTHON) -m venv --clear out/peers
	out/peers/bin/python -m pip install --quiet "pip>=25.1"
	out/peers/bin/python -m pip install --quiet $(TORCH)
	out/peers/bin/python -m pip install --quiet --group peers
	touch $@

# Quantus, apart from them: it needs other versions, and neither zennit nor torchvision beside it.
out/quantus/.ready: requirements/torch.txt pyproject.toml
	$(PYTHON) -m venv --clear out/quantus
	out/quantus/bin/python -m pip install --quiet "pip>=25.1"
	out/quantus/bin/python -m pip install --quiet $(TORCH)
	out/quantus/bin/python -m pip install --quiet --group metric-peers
	touch $@

# peft, which brings what gtrack opens models with.
out/peft/.ready: requirements/torch.txt pyproject.toml
	$(PYTHON) -m venv --clear out/peft
	out/peft/bin/python -m pip install --quiet "pip>=25.1"
	out/peft/bin/python -m pip install --quiet $(TORCH)
	out/peft/bin/python -m pip install --quiet --group lora-peers
	touch $@

peers: .venv/.run out/peers/.ready out/quantus/.ready out/peft/.ready
	$(BIN)/python scripts/peers.py out/peers/bin
	PYTHONPATH=. out/quantus/bin/python benchmarks/metric_peers.py
	PYTHONPATH=. out/peft/bin/python benchmarks/lora_peers.py

# Programs of others that read bigWig, bigBed and BED; igv.js as it is, the first with letters.
out/readers/.ready: pyproject.toml
	$(PYTHON) -m venv --clear out/readers
	out/readers/bin/python -m pip install --quiet "pip>=25.1"
	out/readers/bin/python -m pip install --quiet --group readers
	npm install --prefix out/readers/igv-first --ignore-scripts --no-audit --no-fund igv@3.5.3
	touch $@

readers: demo out/readers/.ready
	@sh scripts/system_packages.sh --readers
	npm install --prefix out/readers/igv-newest --ignore-scripts --no-audit --no-fund igv@latest
	$(BIN)/gtrack hub out/demo --email nobody@example.org
	$(BIN)/python -m scripts.readers out/demo out/readers --page docs/reference/readers.md

lock:
	$(PYTHON) scripts/lock.py

hooks: setup
	$(BIN)/pre-commit install

clean:
	rm -rf .venv out build dist igv_plugin/node_modules igv_plugin/lint/node_modules
