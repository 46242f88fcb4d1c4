"""What pyproject.toml and the locks say, for the tests of installing."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name as canonical

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DECLARED = {
    canonical(need.name): need for need in map(Requirement, PROJECT["project"]["dependencies"])
}
EXTRAS = {
    name: {canonical(need.name): need for need in map(Requirement, needs)}
    for name, needs in PROJECT["project"]["optional-dependencies"].items()
}
"""What a user may ask for; `evaluate` is imported by gtrack where it is wanted."""


def lock(name: str) -> dict[str, str]:
    """Return the packages of a lock by name, as they stand there: the version and the hashes."""
    text = (ROOT / "requirements" / f"{name}.lock").read_text()
    blocks = re.findall(r"^(\S+)==(\S+)((?: \\\n.*)*)", text, re.MULTILINE)
    return {canonical(package): f"{version}{hashes}" for package, version, hashes in blocks}


def pinned(*names: str) -> dict[str, str]:
    """Return the versions in one or more locks."""
    return {key: held.split()[0] for name in names for key, held in lock(name).items()}
