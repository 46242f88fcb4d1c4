"""Commands for a user's shell that make a right file of a wrong one; they run as printed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from gtrack.core.printable import pasted

_GZIP = b"\x1f\x8b"
_MOST_NAMES = 30
_PLAIN = re.compile(r"[A-Za-z0-9_.|:*-]{1,40}")


def filtered(path: Path, command: str, ending: str = "") -> str:
    r"""Return the line that sends a file through a command and keeps what comes out.

    The new file has a name that is free, beside the old one or, where nothing can be written there,
    in the current folder. What is gzipped is unpacked first. What can be read only once (a pipe)
    is not named: it goes through the command on its way.

    Parameters
    ----------
    path : Path
    command : str
        Reads standard input and writes standard output; free of tabs and line ends.
    ending : str
        Of the new name, such as ``.bed``; empty: that of the old one.

    Examples
    --------
    >>> filtered(Path("no file"), "tr ',' '.'")
    "tr ',' '.' < 'no file' > 'no file.2'"
    """
    if path.exists() and not path.is_file():
        return f"{command} (what the pipe gives goes through it)"
    packed = _head(path, 2) == _GZIP
    new = pasted(_free(path, packed, ending))
    if packed:
        return f"gzip -dc {pasted(path)} | {command} > {new}"
    return f"{command} < {pasted(path)} > {new}"


def renamed(path: Path, names: Mapping[str, str], tabs: bool) -> str:
    r"""Return the command that gives chromosomes, the first column, their other names.

    Empty where the names are many or odd.

    Parameters
    ----------
    path : Path
    names : mapping of str to str
        Old to new.
    tabs : bool
        Whether tabs separate the columns.

    Examples
    --------
    >>> renamed(Path("a.bed"), {"1": "chr1"}, tabs=False).partition("BEGIN ")[2]
    '{m["1"] = "chr1"} {$1 = ($1 in m) ? m[$1] : $1} 1\' < a.bed > a.2.bed'
    """
    if len(names) > _MOST_NAMES or not all(map(_PLAIN.fullmatch, [*names, *names.values()])):
        return ""
    pairs = "; ".join(f'm["{old}"] = "{new}"' for old, new in names.items())
    program = f"BEGIN {{{pairs}}} {{$1 = ($1 in m) ? m[$1] : $1}} 1"
    return filtered(path, awk(program, tabs))


def awk(program: str, tabs: bool) -> str:
    """Return a command of awk over columns, which `tabs` or blanks separate; it writes tabs."""
    option = r"-F '\t' " if tabs else ""
    return rf"awk {option}-v OFS='\t' '{program}'"


def renaming(bed: Path | None) -> Callable[[Mapping[str, str]], str] | None:
    """Return what gives the command that renames chromosomes in a BED; None without one."""
    if bed is None:
        return None
    return lambda names: renamed(bed, names, tabs=holds(bed, b"\t"))


def holds(path: Path, sign: bytes) -> bool:
    """Tell whether a sign stands in the first part of a file; of a pipe nothing is known: True."""
    if not path.is_file():
        return True
    head = _head(path, 1 << 16)
    if head.startswith(_GZIP):
        return True
    return sign in head


def _head(path: Path, size: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError:
        return b""


def _free(path: Path, packed: bool, ending: str) -> Path:
    """Return a name that no file has yet."""
    folder = path.parent if os.access(path.parent, os.W_OK) else Path()
    stem = path.name
    if packed:
        stem = stem.removesuffix(".gz").removesuffix(".bgz")
    old = Path(stem).suffix
    ending = ending or old
    stem = stem.removesuffix(old)
    names = [f"{stem}{ending}", *(f"{stem}.{number}{ending}" for number in range(2, 100))]
    free = (folder / name for name in names if name != path.name and not (folder / name).exists())
    return next(free, folder / f"{stem}.new{ending}")
