"""A wheel, really built: the viewer, the example and lxt's rules are in it, and nothing else."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DIST = Path("igv_plugin/node_modules/igv")
ASSETS = "gtrack/publish/viewer/assets/"
RULES = "gtrack/attribution/rules/lxt-2.1/"
EXAMPLE = "gtrack/example_data/"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """What a wheel is built from, without igv.js."""
    tree = tmp_path / "tree"
    skip = shutil.ignore_patterns("__pycache__", "node_modules", "*.tmp")
    for name in ("gtrack", "igv_plugin", "example_data", "requirements"):
        shutil.copytree(ROOT / name, tree / name, ignore=skip)
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    return tree


def build(tree: Path, path: str, **env: str) -> tuple[subprocess.CompletedProcess[str], Path]:
    """Build a wheel; return how it ended and the unpacked wheel."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tree.parent],
        cwd=tree,
        env={**os.environ, "PATH": path, **env},
        capture_output=True,
        text=True,
    )
    unpacked = tree.parent / "wheel"
    for wheel in tree.parent.glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(unpacked)
    return done, unpacked


def python(unpacked: Path, code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(unpacked)!r})\n{code}"],
        cwd=unpacked.parent,
        env={key: value for key, value in os.environ.items() if key != "GTRACK_IGV_JS"},
        capture_output=True,
        text=True,
    )


LIST = """
from gtrack.publish.viewer.assets import asset_files
print(*asset_files().values(), sep="\\n")
"""


def test_a_wheel_with_igv_js(tree: Path, tmp_path: Path) -> None:
    if not (ROOT / DIST).is_dir():
        pytest.skip(f"{DIST} is not there: run make plugin")
    shutil.copytree(ROOT / DIST, tree / DIST)
    done, unpacked = build(tree, str(tmp_path))
    assert done.returncode == 0, done.stderr
    held = {str(f.relative_to(unpacked)) for f in unpacked.rglob("*") if f.is_file()}
    plugin = ROOT / "igv_plugin" / "src"
    sources = {f.relative_to(plugin).as_posix() for f in plugin.rglob("*.*")}
    assert {name.removeprefix(ASSETS) for name in held if name.startswith(ASSETS)} == {
        *(f"igv/{name}" for name in ("igv.esm.min.js", "LICENSE", "NOTICES.md")),
        *(f"plugin/{name}" for name in sources),
    }
    assert not [name for name in held if name.endswith((".map", ".d.ts", ".test.js", ".fai"))]
    assert {name.removeprefix(RULES) for name in held if name.startswith(RULES)} == {
        "rules.py",
        "LICENSE",
    }
    own = ROOT / "example_data"
    for name in [name for name in held if name.startswith(EXAMPLE)]:
        assert not name.endswith(".py")
        assert (unpacked / name).read_bytes() == (own / name.removeprefix(EXAMPLE)).read_bytes()
    assert not [
        name for name in held if name.split("/")[0] not in ("gtrack",) and "dist-info" not in name
    ]
    igv = unpacked / ASSETS / "igv"
    pin = re.search(r'IGV_SHA256 = "(\w+)"', (ROOT / "hatch_build.py").read_text())
    assert pin is not None
    digest = hashlib.sha256((igv / "igv.esm.min.js").read_bytes()).hexdigest()
    assert digest == pin[1]
    assert "Broad Institute" in (igv / "LICENSE").read_text()
    listed = python(unpacked, LIST)
    files = listed.stdout.split()
    assert len(files) == 3 + len(sources), listed.stderr
    assert all(Path(file).is_file() and Path(file).is_relative_to(unpacked) for file in files)


def test_the_rules_of_a_wheel_are_lxts(tree: Path, tmp_path: Path) -> None:
    _, unpacked = build(tree, str(tmp_path), GTRACK_WITHOUT_IGV_JS="1")
    installed = distribution("lxt")
    rules = (unpacked / RULES / "rules.py").read_bytes()
    assert rules == Path(str(installed.locate_file("lxt/efficient/rules.py"))).read_bytes()
    assert "The Clear BSD License" in (unpacked / RULES / "LICENSE").read_text()
    code = "from gtrack.attribution.rules import lxt; print(lxt.lxt_file(), lxt.divide_gradient)"
    said = python(unpacked, code)
    assert str(unpacked / RULES / "rules.py") in said.stdout, said.stderr


def test_without_npm_nothing_is_built(tree: Path, tmp_path: Path) -> None:
    done, unpacked = build(tree, str(tmp_path))
    assert done.returncode != 0
    last = (done.stdout + done.stderr).strip().splitlines()[-1]
    assert "igv.js, which `gtrack view` shows, could not be fetched: npm is not on PATH" in last
    assert "set GTRACK_WITHOUT_IGV_JS=1" in last
    assert not unpacked.exists()


def test_a_wheel_without_igv_js(tree: Path, tmp_path: Path) -> None:
    done, unpacked = build(tree, str(tmp_path), GTRACK_WITHOUT_IGV_JS="1")
    assert done.returncode == 0, done.stderr
    said = python(unpacked, LIST)
    assert "this gtrack was installed without it; give --igv-js FILE" in said.stderr


def test_another_lxt_is_not_taken(tree: Path, tmp_path: Path) -> None:
    """Where the one that is here does not fit, pip fetches the locked one, and here it cannot."""
    hook = tree / "hatch_build.py"
    hook.write_text(hook.read_text().replace('LXT_SHA256 = "2.1", "', 'LXT_SHA256 = "2.1", "0'))
    env = {"GTRACK_WITHOUT_IGV_JS": "1", "PIP_NO_INDEX": "1"}
    done, unpacked = build(tree, str(tmp_path), **env)
    assert done.returncode != 0
    last = (done.stdout + done.stderr).strip().splitlines()[-1]
    assert "gtrack: lxt 2.1, whose rules it uses, could not be fetched: " in last
    assert not unpacked.exists()


def test_another_igv_js_is_refused(tree: Path, tmp_path: Path) -> None:
    script = tree / DIST / "dist" / "igv.esm.min.js"
    script.parent.mkdir(parents=True)
    script.write_text("export default {}")
    (tmp_path / "npm").write_text("#!/bin/sh\nexit 0\n")  # one that leaves the file as it is
    (tmp_path / "npm").chmod(0o755)
    done, unpacked = build(tree, f"{tmp_path}:/bin:/usr/bin")
    assert done.returncode != 0
    assert "not the igv.js that hatch_build.py pins" in done.stdout + done.stderr
    assert not unpacked.exists()


def test_the_notices_name_what_the_lock_pins() -> None:
    lock = (ROOT / "igv_plugin" / "package-lock.json").read_text()
    version = re.search(r'"node_modules/igv": \{\s+"version": "([\d.]+)"', lock)
    assert version is not None
    for file in ("igv_plugin/NOTICES.md", "hatch_build.py", "gtrack/publish/viewer/assets.py"):
        assert version[1] in (ROOT / file).read_text(), file
