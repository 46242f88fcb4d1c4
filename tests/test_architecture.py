"""The house stays as ARCHITECTURE.md draws it."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from graphlib import TopologicalSorter
from itertools import pairwise
from pathlib import Path

import grimp
import pytest

from docs.rooms import imported
from gtrack.attribution import METHODS
from gtrack.attribution.rules import RULES
from gtrack.core import catalogue
from gtrack.engines import ENGINES
from gtrack.models import MODELS

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "gtrack").rglob("*.py"))
LONGEST = 300
"""Lines of a module: beyond, it is no longer one room."""


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_one_room(module: Path) -> None:
    assert len(module.read_text().splitlines()) <= LONGEST


MOST_LINES = 50
"""Lines of code of a function: beyond, it does two things."""

_NO_CODE = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE),
    *(tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER),
}


def code_lines(source: str) -> Iterator[tuple[str, int]]:
    """Yield every function with its lines that are neither blank, comment nor docstring."""
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _NO_CODE:
            code.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = code & set(range(node.lineno, (node.end_lineno or 0) + 1))
            if ast.get_docstring(node, clean=False) is not None:
                said = node.body[0]
                lines -= set(range(said.lineno, (said.end_lineno or 0) + 1))
            yield node.name, len(lines)


def test_the_count_leaves_out_what_is_no_code() -> None:
    source = """def one(
    x,
):
    '''Said

    in lines.'''
    # why

    return [
        x,  # kept
    ]
"""
    assert list(code_lines(source)) == [("one", 6)]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_function_does_one_thing(module: Path) -> None:
    long = {name: lines for name, lines in code_lines(module.read_text()) if lines > MOST_LINES}
    assert not long


def uses_numpy(source: str) -> bool:
    """Tell whether a module imports NumPy for more than types."""
    return any(
        name.partition(".")[0] == "numpy" and not name.startswith("numpy.typing.")
        for name in imported(source)
    )


def test_numpy_is_seen_where_it_is_used() -> None:
    assert uses_numpy("import numpy as np")
    assert uses_numpy("def f():\n    from numpy.linalg import norm")
    assert not uses_numpy("from numpy.typing import NDArray")
    assert not uses_numpy("if TYPE_CHECKING:\n    import numpy as np")


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_workflows_do_no_arithmetic(module: Path) -> None:
    if module.is_relative_to(ROOT / "gtrack/workflows"):
        assert not uses_numpy(module.read_text())


TESTS = sorted((ROOT / "tests").rglob("*.py"))


def test_no_two_test_modules_have_one_name() -> None:
    names = [module.name for module in TESTS if module.name.startswith("test_")]
    assert sorted(names) == sorted(set(names)), "pytest imports modules by their bare names"


def compares_with_itself(node: ast.AST) -> bool:
    """Tell whether both sides of a comparison are one name or number: calls may differ."""
    if not isinstance(node, ast.Compare):
        return False
    sides = [node.left, *node.comparators]
    said = [ast.unparse(side) for side in sides if not calls_in(side)]
    return any(one == other for one, other in pairwise(said))


def calls_in(node: ast.AST) -> list[ast.AST]:
    return [each for each in ast.walk(node) if isinstance(each, ast.Call)]


@pytest.mark.parametrize("module", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_tests_can_fail_and_stand_alone(module: Path) -> None:
    source = module.read_text()
    assert not [n.lineno for n in ast.walk(ast.parse(source)) if compares_with_itself(n)]
    parts = [part for name in imported(source) for part in name.split(".")]
    assert not [part for part in parts if part.startswith("test_")]


def test_import_contracts_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]


def test_no_module_needs_itself_for_types_neither() -> None:
    graph = grimp.build_graph("gtrack", exclude_type_checking_imports=False, cache_dir=None)
    needs = {each: graph.find_modules_directly_imported_by(each) for each in graph.modules}
    assert len(needs) > 600
    TopologicalSorter(needs).prepare()  # CycleError names the circle


@pytest.mark.parametrize(
    ("table", "group"),
    [
        *((MODELS, "gtrack.models"), (METHODS, "gtrack.methods"), (RULES, "gtrack.rules")),
        (ENGINES, "gtrack.engines"),
    ],
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
