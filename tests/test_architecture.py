"""The house stays as ARCHITECTURE.md draws it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gtrack.attribution import METHODS
from gtrack.attribution.rules import RULES
from gtrack.core import catalogue
from gtrack.models import MODELS

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "gtrack").rglob("*.py"))
LONGEST = 300
"""Lines of a module: beyond, it is no longer one room."""


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_one_room(module: Path) -> None:
    assert len(module.read_text().splitlines()) <= LONGEST


def test_import_contracts_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize(
    ("table", "group"),
    [(MODELS, "gtrack.models"), (METHODS, "gtrack.methods"), (RULES, "gtrack.rules")],
)
def test_every_entry_of_a_catalogue_loads(table: dict[str, str], group: str) -> None:
    for name in catalogue.names(table, group):
        assert catalogue.load(table, name, group) is not None


def test_models_methods_and_rules_fit_together() -> None:
    assert set(RULES) == set(MODELS)


FORBIDDEN = {
    r"\bpickle\.|import pickle": "no pickle",
    r"trust_remote_code\s*=\s*True": "no remote code",
    r"shell\s*=\s*True": "no shell strings",
    r"monkey_patch\(": "nothing global is patched",
    r"weights_only\s*=\s*False": "no pickle through torch",
    r"\bprint\(": "data and messages go through click and rich",
}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_dangerous(module: Path) -> None:
    text = module.read_text()
    for pattern, why in FORBIDDEN.items():
        assert not re.search(pattern, text.replace("console.print(", "")), why


def test_no_machine_and_no_registry_is_named() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    names = [name for name in listed.stdout.split() if not name.endswith((".safetensors", ".png"))]
    if not names:
        pytest.skip("not a git checkout")
    own = Path(__file__).name
    hosts = re.compile("py" + r"pi\.org|files\.python" + "hosted|registry\\.np" + "mjs|/ro" + "ot/")
    for name in names:
        path = ROOT / name
        if path.name != own and path.is_file() and path.stat().st_size < 2_000_000:
            assert not hosts.search(path.read_text(errors="replace")), name


def test_no_test_asserts_on_seconds() -> None:
    """A busy machine is no fault of gtrack; see CONTRIBUTING, and tests/costs.py for ratios."""
    clocks = re.compile(r"assert .*\b(monotonic|perf_counter|process_time|time\.time)\(")
    found = [
        f"{path.name}:{number}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if clocks.search(line)
    ]
    assert not found
