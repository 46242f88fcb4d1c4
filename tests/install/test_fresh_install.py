"""A stranger's install: by pip's own resolver, in an empty environment outside the clone.

`make test` installs a wheel, with versions held to the lock, so that a release of this morning does
not decide it. `make long` types what a stranger types, and takes what there is.
"""

from __future__ import annotations

import hashlib
import json
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from Bio.bgzf import BgzfWriter
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name as canonical

import gtrack
from tests.install.conftest import Environment
from tests.install.declared import PROJECT, ROOT, pinned

IGV = re.search(r'IGV_SHA256 = "(\w+)"', (ROOT / "hatch_build.py").read_text())[1]


def needed() -> set[str]:
    """Return what a user's environment may hold: the run lock without its build tools."""
    building = {canonical(Requirement(need).name) for need in PROJECT["dependency-groups"]["build"]}
    only_for_building = building | {"pathspec", "pluggy", "trove-classifiers", "tomlkit"}
    return set(pinned("run")) - only_for_building | {"gtrack", "torch"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, with lxt and igv.js of the development environment."""
    if not (ROOT / "igv_plugin" / "node_modules" / "igv").is_dir():
        pytest.skip("igv_plugin/node_modules/igv is not there: run make plugin")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@contextmanager
def viewing(there: Environment, *arguments: object) -> Iterator[str]:
    """Run ``gtrack view`` and give its address; it ends by a signal, as Ctrl-C ends it."""
    command = [there.bin / "gtrack", "view", *map(str, arguments), "--no-browser"]
    with subprocess.Popen(
        command, cwd=there.folder, env=there.env(), stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()
    assert server.returncode in (0, 130), server.returncode


def read(address: str) -> bytes:
    with urllib.request.urlopen(address) as answer:
        return bytes(answer.read())


def check(there: Environment, before: dict[str, str]) -> None:
    """What an install must be: nothing too much, nothing changed, and it works."""
    after = there.installed()
    assert {canonical(name) for name in after} <= needed()
    assert before.items() <= after.items(), "what was there is as it was"
    assert after["gtrack"] == gtrack.__version__
    checked = there.run("python", "-m", "pip", "check")
    assert checked.stdout == "No broken requirements found.\n"

    demo = there.run("gtrack", "demo", "--out", "out/demo", OMP_NUM_THREADS="1")
    assert demo.returncode == 0, demo.stderr
    out = there.folder / "out" / "demo"
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["job"]["method"] == "attnlrp"
    assert manifest["versions"]["lxt"] == pinned("lxt")["lxt"]
    packed = there.folder / "genome.fa.gz"  # which pyfaidx reads with another package
    with BgzfWriter(str(packed)) as file:
        file.write((ROOT / "example_data" / "genome.fa").read_bytes())
    (there.folder / "one.bed").write_text("chr1\t1000\t1200\n")
    model = f"cnn={ROOT / 'example_data' / 'models' / 'cnn'}"
    files = ("--bed", "one.bed", "--fasta", packed, "--model", model, "--out", "out/packed")
    scan = there.run("gtrack", "scan", *files, OMP_NUM_THREADS="1")
    assert scan.returncode == 0, scan.stderr
    with viewing(there, "out/demo") as url:
        page, script = read(url), read(f"{url}_gtrack/igv/igv.esm.min.js")
        assert b"<!doctype html>" in page.lower()
        assert hashlib.sha256(script).hexdigest() == IGV
        assert json.loads(read(f"{url}manifest.json")) == manifest


def test_a_wheel_works_outside_the_clone(fresh, wheel: Path) -> None:
    there = fresh()
    held = there.folder / "held.txt"  # the lock's hashes would be asked of torch and the wheel, too
    held.write_text("".join(f"{name}=={number}\n" for name, number in pinned("run").items()))
    before = there.installed()
    assert set(before) == {"torch"}
    options = ("--quiet", "--no-compile", "--disable-pip-version-check", "--constraint", held)
    done = there.run("python", "-m", "pip", "install", *options, wheel)
    assert done.returncode == 0, done.stderr
    check(there, before)


@pytest.mark.long
def test_what_a_stranger_types(fresh) -> None:
    there = fresh()
    before = there.installed()
    done = there.run("pip", "install", ROOT, PIP_NO_COMPILE="1")  # what is run is compiled then
    assert done.returncode == 0, done.stderr
    check(there, before)
