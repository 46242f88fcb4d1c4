"""``gtrack hub --check``: the linter on a hub's folder, and UCSC's own where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from gtrack.core.errors import InputError
from gtrack.core.printable import pasted, shown
from gtrack.io.bbi import big_file
from gtrack.io.foreign import missing
from gtrack.io.text import read_lines, whole_text
from gtrack.io.twobit_reader import twobit_sizes
from gtrack.publish.hub.check import check_hub, leaves_folder
from gtrack.publish.hub.reading import HubFiles
from gtrack.publish.stanzas import FILES, files_in

Found = TypeVar("Found")

_REAL = "hubCheck"
_SECONDS = 600
_LONGEST = 200  # bytes of a file's name
_DIGITS = 18  # of a length


@dataclass(frozen=True, slots=True)
class HubCheck:
    """The `findings` on a `file`, by UCSC's hubCheck as well where `real` says so."""

    file: Path
    findings: tuple[str, ...]
    real: bool


def check_hub_folder(where: Path, *, real: bool = True) -> HubCheck:
    """Check a hub.

    Parameters
    ----------
    where : Path
        A scan's folder with a hub in it, a hub's folder, or a ``hub.txt``.
    real : bool
        Run UCSC's hubCheck, too, where it is on the PATH.

    Raises
    ------
    InputError
        When there is no hub, or hubCheck does not come to an end.
    """
    file = _hub_file(where)
    text = whole_text(file)
    found = check_hub(text, _files(file.parent, text), file.name)
    findings = [shown(str(each)) for each in found]  # the text may hold commands to a terminal
    program = shutil.which(_REAL) if real else None
    if program:
        findings += _real_findings(program, file)
    return HubCheck(file, tuple(findings), program is not None)


def _hub_file(where: Path) -> Path:
    if where.is_file():
        return where
    for file in (where / "hub" / "hub.txt", where / "hub.txt"):
        if file.is_file():
            return file
    if not where.exists() and (said := missing(where)) != "no such file":
        raise InputError(f"{shown(where)}: {said}")
    if not where.exists() and where.name == "hub.txt":
        raise InputError(
            f"{shown(where)}: no such file; an address of the web begins with https://"
        )
    raise InputError(
        f"{shown(where)}: no hub here; gtrack hub {pasted(where)} --email ADDRESS makes one of a "
        "scan"
    )


def _files(folder: Path, text: str) -> HubFiles:
    """Open what the hub's text names, inside its folder."""
    named: dict[str, set[str]] = {name: set() for name in FILES}
    for setting, _ in files_in(text):
        url = setting.value
        if setting.name not in named:  # names of features: no browser but gtrack's reads them
            continue
        if len(url.encode()) < _LONGEST and "\0" not in url and not leaves_folder(url):
            named[setting.name].add(url)
    every = {url for urls in named.values() for url in urls}
    there = {u for url in every for u in (url, f"{url}.html") if (folder / u).is_file()}

    def opened(name: str, open_file: Callable[[Path], Found]) -> dict[str, Found | str]:
        return {url: _or_why(open_file, folder / url) for url in named[name] if url in there}

    return HubFiles(
        data=opened("bigDataUrl", big_file),
        sizes={**opened("twoBitPath", twobit_sizes), **opened("chromSizes", _chrom_sizes)},
        groups={url: whole_text(folder / url) for url in named["groups"] & there},
        tables={url: whole_text(folder / url) for url in named["metaDataUrl"] & there},
        there=frozenset(there),
    )


def _or_why(read: Callable[[Path], Found], path: Path) -> Found | str:
    try:
        return read(path)
    except InputError as error:
        return str(error)


def _chrom_sizes(path: Path) -> Mapping[str, int]:
    sizes = {}
    for number, line in read_lines(path):
        name, _, size = line.decode(errors="replace").partition("\t")
        if not size.isdecimal() or len(size) > _DIGITS:
            raise InputError(f"{shown(path)}:{number}: not a name, a tab and a length")
        sizes[name] = int(size)
    return sizes


def _real_findings(program: str, file: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as cache:
        command = [program, f"-udcDir={cache}", str(file)]
        try:
            done = subprocess.run(  # noqa: S603
                command, capture_output=True, text=True, errors="replace", timeout=_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise InputError(f"{program}: does not come to an end: {error}") from error
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    if done.returncode == 0:
        return []
    return [f"{_REAL}: {shown(line)}" for line in lines] or [f"{_REAL}: exit {done.returncode}"]
