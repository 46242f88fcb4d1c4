"""What in a scan's folder is true of one machine and one hour only: no result depends on it."""

from __future__ import annotations

from pathlib import Path


def of_the_hour(path: Path | str) -> bool:
    """Tell whether a file of a scan's folder is the record of a run, or a run's log."""
    path = Path(path)
    return path.name == "run.local.json" or path.parent.name == "runs"


def lasting(out: Path, *apart: str) -> dict[str, bytes]:
    """Return the bytes of all other files of a scan's folder by name, without folders `apart`."""
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and not of_the_hour(path)
        if not {*apart} & {*path.relative_to(out).parts}
    }
