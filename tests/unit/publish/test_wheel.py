"""A wheel, really built: what the viewer needs is in it, and nothing else."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
DIST = Path("igv_plugin/node_modules/igv")
ASSETS = "gtrack/publish/viewer/assets/"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """What a wheel is built from, without igv.js."""
    tree = tmp_path / "tree"
    skip = shutil.ignore_patterns("__pycache__", "node_modules", "*.tmp")
    for name in ("gtrack", "igv_plugin"):
        shutil.copytree(ROOT / name, tree / name, ignore=skip)
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    return tree


def build(tree: Path, path: str) -> tuple[subprocess.CompletedProcess[str], Path]:
    """Build a wheel; return how it ended and the unpacked wheel."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tree.parent],
        cwd=tree,
        env={**os.environ, "PATH": path},
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
    assert "not in this wheel" not in done.stdout + done.stderr
    held = {str(f.relative_to(unpacked)) for f in unpacked.rglob("*") if f.is_file()}
    sources = {f.name for f in (ROOT / "igv_plugin" / "src").iterdir()}
    assert {name.removeprefix(ASSETS) for name in held if name.startswith(ASSETS)} == {
        *(f"igv/{name}" for name in ("igv.esm.min.js", "LICENSE", "NOTICES.md")),
        *(f"plugin/{name}" for name in sources),
    }
    assert not [name for name in held if name.endswith((".map", ".d.ts", ".test.js"))]
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


def test_a_wheel_without_npm(tree: Path, tmp_path: Path) -> None:
    done, unpacked = build(tree, str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "igv.js is not in this wheel: npm is not on PATH" in done.stdout + done.stderr
    said = python(unpacked, LIST)
    assert "this gtrack was installed without it; give --igv-js FILE" in said.stderr


def test_another_igv_js_is_refused(tree: Path, tmp_path: Path) -> None:
    script = tree / DIST / "dist" / "igv.esm.min.js"
    script.parent.mkdir(parents=True)
    script.write_text("export default {}")
    (tmp_path / "npm").write_text("#!/bin/sh\nexit 0\n")  # one that leaves the file as it is
    (tmp_path / "npm").chmod(0o755)
    done, unpacked = build(tree, f"{tmp_path}:/bin:/usr/bin")
    assert done.returncode != 0
    assert "not the igv.js that hatch_build.py pins" in done.stderr
    assert not unpacked.exists()


def test_the_notices_name_what_the_lock_pins() -> None:
    lock = (ROOT / "igv_plugin" / "package-lock.json").read_text()
    version = re.search(r'"node_modules/igv": \{\s+"version": "([\d.]+)"', lock)
    assert version is not None
    for file in ("igv_plugin/NOTICES.md", "hatch_build.py", "gtrack/publish/viewer/assets.py"):
        assert version[1] in (ROOT / file).read_text(), file
