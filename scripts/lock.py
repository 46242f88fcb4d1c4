"""Makes the locks in requirements/ of what pyproject.toml asks for.

A version that is locked stays where it fits; with ``--upgrade`` the newest that fits is taken. Each
package stands with the hashes of all its files, torch not at all (requirements/torch.txt), and lxt
without its dependencies, which gtrack does not use. It needs a package index and some minutes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path("requirements")
HEAD = (
    "# This file is made by: python scripts/lock.py (of pyproject.toml; --upgrade for newer ones)\n"
)
OPTIONS = (
    *("--quiet", "--no-config", "--strip-extras", "--generate-hashes"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-emit-options", "--no-header"),
    *("--annotation-style", "line", "--unsafe-package", "torch"),
    *("--constraint", str(FOLDER / "constraints.txt")),
)


def main(*more: str) -> None:
    """Write every lock; with more options of pip-compile."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    with tempfile.TemporaryDirectory() as tools:
        venv.create(tools, with_pip=True)
        python = str(Path(tools) / "bin" / "python")
        run(python, "-m", "pip", "install", "--quiet", "--upgrade", "pip", "pip-tools")
        wanted = project["project"]
        direct = [*wanted["dependencies"], *wanted["optional-dependencies"]["evaluate"]]
        direct += members(groups, "build")
        compile_lock(python, "run", direct, *more)
        held = ["--constraint", str(FOLDER / "run.lock")]
        compile_lock(python, "development", members(groups, "dev"), *more, *held)
        held += ["--constraint", str(FOLDER / "development.lock")]
        compile_lock(python, "docs", members(groups, "docs"), *more, *held)
        (FOLDER / "lxt.lock").write_text(HEAD + alone(python, *members(groups, "lxt")))


def members(groups: dict[str, Any], name: str) -> list[str]:
    """Return the requirements of a dependency group, with those of the groups that it includes."""
    found: list[str] = []
    for entry in groups[name]:
        found += [entry] if isinstance(entry, str) else members(groups, entry["include-group"])
    return found


def compile_lock(python: str, name: str, direct: list[str], *more: str) -> None:
    """Write the lock of these requirements and all that they ask for."""
    lock = FOLDER / f"{name}.lock"
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "direct.in"
        wanted.write_text("\n".join(direct))
        output = ("--output-file", str(lock), str(wanted))
        run(python, "-m", "piptools", "compile", *OPTIONS, *more, *output)
        text = lock.read_text().replace(f"-r {wanted}", "gtrack")
    # It ends with a warning that torch is not there.
    lock.write_text(HEAD + text.partition("\n# WARNING:")[0].rstrip() + "\n")


def alone(python: str, requirement: str) -> str:
    """Return the lines of a lock that holds one package without its dependencies."""
    options = ("--quiet", "--dry-run", "--ignore-installed", "--no-deps", "--report", "-")
    (found,) = json.loads(run(python, "-m", "pip", "install", *options, requirement))["install"]
    digest = found["download_info"]["archive_info"]["hashes"]["sha256"]
    name, version = found["metadata"]["name"], found["metadata"]["version"]
    return f"{name}=={version} \\\n    --hash=sha256:{digest}\n"


def run(*command: str) -> str:
    """Run a program in the source tree and return what it printed."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    return done.stdout


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--upgrade"]):
        sys.exit(f"lock.py: {sys.argv[1]}: the only option is --upgrade")
    os.chdir(ROOT)
    main(*sys.argv[1:])
