"""Versions: what the bytes of a scan depend on, and whether a scan of another can go on."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.plan import Plan
from gtrack.io.bigwig import COMPRESSOR

_PACKAGES = ("gtrack", "torch", "transformers", "tokenizers", "lxt", "numpy")


def versions() -> dict[str, str]:
    """Return the versions that decide bytes, by package, and the compressor's."""
    return {**{name: version(name) for name in _PACKAGES}, "compressor": COMPRESSOR}


def check_version(plan: Plan, out: Path) -> None:
    """Refuse to go on with what another version of gtrack began.

    Raises
    ------
    InputError
        Naming both.
    """
    began, here = plan.versions.get("gtrack"), version("gtrack")
    if plan.sealed or began != here:
        raise InputError(
            f"{out}: the scan is of gtrack {began}, and this is gtrack {here}: its results can be "
            f"read, but not continued; finish it with gtrack {began}, or start anew with "
            "--overwrite"
        )
