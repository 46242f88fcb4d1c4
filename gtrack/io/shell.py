"""Commands for a user's shell that make a right file of a wrong one; they run as printed."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

_GZIP = b"\x1f\x8b"


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


def pasted(path: Path | str) -> str:
    r"""Return a path as a word of a shell, printable and in one line.

    Names with controls, odd bytes or double blanks, which a message would change, are written as
    ``$'...'``, which bash, zsh and ksh read.

    Examples
    --------
    >>> pasted("my peaks.bed"), pasted("a\tb")
    ("'my peaks.bed'", "$'a\\011b'")
    """
    name = os.fspath(path)
    if name.startswith("-"):
        name = f"./{name}"
    if name.isprintable() and " ".join(name.split()) == name:
        return shlex.quote(name)
    safe = (
        chr(byte) if 32 < byte < 127 and byte not in b"'\\" else f"\\{byte:03o}"
        for byte in os.fsencode(name)
    )
    return f"$'{''.join(safe)}'"


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
    free = (folder / name for name in names if not (folder / name).exists())
    return next(free, folder / names[0])
