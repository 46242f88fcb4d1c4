"""Inputs among the files that a run removes or replaces: they are refused, and so kept."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from gtrack.core.errors import InputError

Inputs = Iterable[tuple[str, str | Path | None]]
"""Each option, as it stands before the path, with its file, or the folder of a model."""

_INDEXES = (".fai", ".gzi", ".tbi", ".csi")
_LINKS = 40
"""Links that Linux follows in one path."""


def refuse_inputs(
    inputs: Inputs,
    going: Iterable[Path],
    why: str,
    folder: str = "the folder of the scan",
) -> None:
    """Refuse inputs that are among the files which a run takes away.

    Parameters
    ----------
    inputs : iterable of (str, str or Path or None)
        Of a model's folder, what lies in it itself is read. Links are followed, and each step of
        the way counts. What is no path of this machine (a Hub id, a database) is passed over.
    going : iterable of Path
        Files; a link among them goes itself, and not what it leads to.
    why, folder : str
        What takes them, and where they lie, to be said.

    Raises
    ------
    InputError
        Naming both.
    """
    gone = {path.parent.resolve() / path.name: path for path in going}
    folders = {place.parent: path for place, path in gone.items()}
    for option, given in inputs:
        for place in [] if given is None else _places(Path(given)):
            taken = gone.get(place) or (folders.get(place) if place.is_dir() else None)
            if taken is not None:
                raise InputError(
                    f"{option}{given}: lies in {folder}, where {why} {taken}; "
                    "copy it elsewhere first"
                )


def of_models(models: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the models of a job as inputs."""
    return ((f"--model {name}=", where) for name, where in models)


def of_files(files: Mapping[str, str | Path | None]) -> Iterator[tuple[str, str | Path | None]]:
    """Yield files by their options as inputs, and the indexes beside them."""
    for option, path in files.items():
        yield option, path
        if path is not None:
            for ending in _INDEXES:
                yield option, f"{path}{ending}"


def _places(path: Path) -> Iterator[Path]:
    """Yield the places that a path leads through: each link, and what stands at the end."""
    try:
        for _ in range(_LINKS):
            place = path.parent.resolve() / path.name
            yield place
            if not place.is_symlink():
                break
            path = place.parent / os.readlink(place)
        yield path.resolve()
    except (OSError, RuntimeError, ValueError):
        return  # no path, too long, a loop: whoever reads it says so
