"""What is declared is what is used: dependencies, lowest versions, locks, version, addresses."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name as canonical

import gtrack
from tests.install.declared import DECLARED, EXTRAS, PROJECT, ROOT, lock, pinned

MAKE = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
LOCKS = ("run", "development", "docs", "lxt")

INDIRECT = {
    "accelerate": ("transformers.training_args", r"pip install .*accelerate"),
    "biopython": ("pyfaidx", "BioPython >= .* must be installed to read block gzip"),
}
"""What is declared and not imported: (the module that wants it, the words to find there)."""

WITH_TORCH = {"triton"}
"""What comes with torch for CUDA alone, and is imported only where it is there."""

OWN_LIST = {
    f"lxt 2.1 requires {name}, which is not installed."
    for name in ("bitsandbytes", "open-clip-torch", "zennit")  # its tabulate is Snakemake's, too
}
"""What pip check says of a development environment: lxt's list, which gtrack does not need."""


def imported() -> set[str]:
    """Return the distributions that gtrack's modules import, wherever in the module."""
    found = set()
    for module in (ROOT / "gtrack").rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module)
    names = {name.partition(".")[0] for name in found} - sys.stdlib_module_names - {"gtrack"}
    owners = packages_distributions()
    return {canonical(owner) for name in names - WITH_TORCH for owner in owners[name]}


def test_every_import_is_declared_and_all_that_is_declared_is_used() -> None:
    extra = {*EXTRAS["evaluate"], *EXTRAS["snakemake"], *EXTRAS["notebook"]}
    assert imported() == (set(DECLARED) | extra) - set(INDIRECT)


@pytest.mark.parametrize("name", INDIRECT)
def test_what_is_not_imported_is_wanted_by_what_is(name: str) -> None:
    module, words = INDIRECT[name]
    code = f"import importlib.util as u; print(u.find_spec({module!r}).origin)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert re.search(words, Path(found.stdout.strip()).read_text())


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_a_hash_for_every_package(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.lock").read_text()
    assert text.startswith("# This file is made by: python scripts/lock.py")
    assert lock(name)
    assert len(re.findall(r"^[^\s#]", text, re.MULTILINE)) == len(lock(name)), "a package a line"
    for package, held in lock(name).items():
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", held), package
    assert "://" not in text
    assert "torch" not in lock(name), "its wheel differs between indexes: requirements/torch.txt"


@pytest.mark.parametrize("group", ["build", "test", "lint", "docs", "bench", "lxt", ""])
def test_the_locks_hold_what_is_declared(group: str) -> None:
    needs = PROJECT["dependency-groups"][group] if group else PROJECT["project"]["dependencies"]
    own = {"": "run", "build": "run", "lxt": "lxt", "docs": "docs"}.get(group, "development")
    where = ["run"] if own == "run" else ["run", own]
    held = pinned(*where)
    for need in map(Requirement, needs):
        if need.name != "torch":
            assert held[canonical(need.name)] in need.specifier, need


def test_what_runs_holds_what_evaluate_wants() -> None:
    held = pinned("run")
    for name, need in EXTRAS["evaluate"].items():
        assert held[name] in need.specifier


def test_the_locks_agree() -> None:
    every = pinned("run", "development", "docs")
    for name in LOCKS[:3]:
        assert pinned(name).items() <= every.items()
    assert int(every["packaging"].partition(".")[0]) < 26, "snakemake 9 wants packaging < 26"


@MAKE
def test_a_python_that_is_too_old_is_told_so_before_anything_is_fetched(tmp_path: Path) -> None:
    old = tmp_path / "python3.10"
    as_old = "import sys; sys.version_info = (3, 10, 13); exec(sys.argv.pop())"
    old.write_text(f'#!/bin/sh\n[ "$1" = -c ] && exec "{sys.executable}" -c "{as_old}" "$2"\n')
    old.chmod(0o755)
    done = subprocess.run(
        ["make", "--always-make", ".venv/.run", f"PYTHON={old}"],
        **{"cwd": ROOT, "capture_output": True, "text": True},
        env={"PATH": os.environ["PATH"]},
    )
    assert done.returncode == 2
    assert not done.stdout
    assert done.stderr.startswith("Python 3.11 or later is needed: add PYTHON=")


@MAKE
def test_torch_comes_with_what_its_build_needs() -> None:
    """The one that pip finds by itself on Linux is for CUDA, whose libraries are packages."""
    asked = subprocess.run(
        ["make", "--dry-run", "--always-make", ".venv/.run"],
        **{"cwd": ROOT, "capture_output": True, "text": True, "check": True},
        env={"PATH": os.environ["PATH"]},  # not what a make around this was told
    )
    texts = {"Makefile": asked.stdout, "page": (ROOT / "docs/how-to/install.md").read_text()}
    for where, text in texts.items():
        (line,) = (line for line in text.splitlines() if "requirements/torch.txt" in line)
        assert "pip install" in line, where
        assert "--no-deps" not in line, where


def test_lxt_is_one_release_everywhere() -> None:
    from gtrack.attribution.rules.lxt_file import PINNED, lxt_file

    hook = (ROOT / "hatch_build.py").read_text()
    assert pinned("lxt")["lxt"] == PINNED == lxt_file()[1]
    assert f'LXT, LXT_SHA256 = "{PINNED}"' in hook


def test_the_lowest_versions_are_the_declared_ones() -> None:
    lowest = (ROOT / "requirements" / "lowest.txt").read_text()
    stated = dict(re.findall(r"^(\S+)==(\S+)$", lowest, re.MULTILINE))
    bounds = {
        name: next(part.version for part in need.specifier if part.operator == ">=")
        for name, need in DECLARED.items()
    }
    del bounds["torch"]
    assert {canonical(name): number for name, number in stated.items()} == bounds


def test_pip_check_complains_of_lxts_list_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "check"],
        capture_output=True,
        text=True,
    )
    assert set(done.stdout.splitlines()) == OWN_LIST, done.stderr


def test_the_version_stands_in_one_place() -> None:
    plugin = ROOT / "igv_plugin"
    package = json.loads((plugin / "package.json").read_text())
    locked = json.loads((plugin / "package-lock.json").read_text())
    assert "version" not in PROJECT["project"]
    assert PROJECT["tool"]["hatch"]["version"]["path"] == "gtrack/core/version.py"
    assert package["version"] == locked["version"] == gtrack.__version__ == version("gtrack")
    cite = (ROOT / "CITATION.cff").read_text()
    assert re.search(r"^version: (.*)$", cite, re.MULTILINE)[1] == gtrack.__version__
    log = (ROOT / "CHANGELOG.md").read_text()
    assert re.search(r"^## (\d\S*?),? ", log + " ", re.MULTILINE)[1] == gtrack.__version__


def test_the_version_needs_no_torch() -> None:
    code = "import sys, gtrack; print(gtrack.__version__, 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [gtrack.__version__, "False"]


def test_the_addresses_are_those_of_the_citation() -> None:
    cite = (ROOT / "CITATION.cff").read_text()
    assert set(PROJECT["project"]["urls"].values()) == set(re.findall(r'url: "(.*)"', cite))
    own = re.search(r"^license: (.*)$", cite, re.MULTILINE)[1]
    assert PROJECT["project"]["license"].split(" AND ")[0] == own


def test_the_conda_recipe_asks_for_the_same() -> None:
    text = (ROOT / "conda" / "recipe.yaml").read_text()
    recipe = yaml.safe_load(text)
    assert recipe["context"]["version"] == gtrack.__version__
    wanted = {f"{need.name} {need.specifier}".lower() for need in DECLARED.values()}
    renamed = {"torch": "pytorch"}
    stated = {re.sub(" (?=<)", "", need) for need in recipe["requirements"]["run"]}
    found = {name.partition(" ")[0]: set(re.split("[ ,]", name)[1:]) for name in stated}
    del found["python"]
    assert found == {
        renamed.get(name, name): set(bounds.split(","))
        for name, _, bounds in (need.partition(" ") for need in wanted)
    }
    assert recipe["about"]["license"] == PROJECT["project"]["license"]
    assert recipe["about"]["summary"] == PROJECT["project"]["description"]
