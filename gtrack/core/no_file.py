"""What is said of a path under which there is no file."""

from __future__ import annotations

import re
from pathlib import Path

from gtrack.core.printable import pasted, shown

_ADDRESS = re.compile(r"([a-z][a-z0-9+]+):/+(.+)", re.IGNORECASE)
_FETCHED = frozenset(("http", "https", "ftp"))
_DRIVE = re.compile(r"([A-Za-z]):\\(.*)")


def missing(path: Path) -> str:
    r"""Say what a path is under which there is no file.

    Examples
    --------
    >>> missing(Path("https://a.org/b.bed"))
    'an address, no file; fetch it first: curl -fLO https://a.org/b.bed'
    >>> missing(Path("hg38.fa"))
    'no such file'
    """
    text = str(path)
    if found := _ADDRESS.fullmatch(text):
        kind = found[1].lower()
        if kind == "file":
            return f"an address; give the path alone: {pasted('/' + found[2])}"
        if kind in _FETCHED:
            whole = pasted(f"{found[1]}://{found[2]}")  # a path keeps one slash of two
            return f"an address, no file; fetch it first: curl -fLO {whole}"
        return "an address, no file; fetch it first"
    if found := _DRIVE.match(text):
        there = f"/mnt/{found[1].lower()}/{found[2]}".replace("\\", "/")
        return f"no such file; a path of Windows is another one here, in WSL {shown(there)}"
    if text.startswith("~"):
        return (
            "no such file; the shell puts a home for ~ only where a word begins: leave a blank "
            "before it, and no quotes around it"
        )
    return "no such file"
