"""A stranger's environment: empty, outside the clone, in a folder with a space."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import distribution
from pathlib import Path

import pytest

LENT = ("torch", "torchgen", "functorch", "torch-*.dist-info")
"""What an environment borrows from the one of the tests, so that no gigabyte is unpacked again."""


class Environment:
    """A new virtual environment that has torch and nothing else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "their environment" / "bin"
        subprocess.run([sys.executable, "-m", "venv", self.bin.parent], check=True)
        (site,) = (self.bin.parent / "lib").glob("python*/site-packages")
        own = Path(str(distribution("torch").locate_file("")))
        lent = folder / "lent"
        lent.mkdir()
        for pattern in LENT:
            for path in own.glob(pattern):
                (lent / path.name).symlink_to(path)
        (site / "lent.pth").write_text(f"{lent}\n")

    def env(self, **more: str) -> Mapping[str, str]:
        """Return the variables of a shell that knows nothing of this clone."""
        own = ("GTRACK_", "PYTHON", "VIRTUAL_ENV")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(own)}
        return {**kept, "PATH": f"{self.bin}:{os.environ['PATH']}", **more}

    def run(self, *command: object, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment to its end."""
        return subprocess.run(
            [str(self.bin / str(command[0])), *map(str, command[1:])],
            cwd=self.folder,
            env=self.env(**env),
            capture_output=True,
            text=True,
        )

    def installed(self) -> dict[str, str]:
        """Return what pip finds here, but for pip and setuptools that a venv may begin with."""
        listed = self.run("python", "-m", "pip", "list", "--format=freeze").stdout
        found = dict(line.split("==") for line in listed.splitlines())
        return {name: found[name] for name in sorted(found) if name not in ("pip", "setuptools")}


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Environment]:
    """Return the maker of such environments."""
    return lambda: Environment(tmp_path_factory.mktemp("a stranger's folder"))
