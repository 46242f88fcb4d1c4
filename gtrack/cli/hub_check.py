"""``gtrack hub --check``: what is wrong with a hub's folder, or with a hub where it is hosted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from gtrack.cli.options import FILE, not_empty
from gtrack.cli.terminal import echo
from gtrack.core.errors import InputError
from gtrack.core.printable import shown, some
from gtrack.core.web_address import is_address

if TYPE_CHECKING:
    from gtrack.workflows.hubs.live import LiveCheck

LEVELS = ("error", "warning", "note")
_NAMED = 3  # files of one finding that are named


class _FileOrAddress(click.Path):
    """A path; an address of the web stays the text that it is."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the path, or the address."""
        not_empty(ctx, param, value)
        return value if is_address(str(value)) else FILE.convert(value, param, ctx)


FILE_OR_ADDRESS = _FileOrAddress()
"""What a hub's folder can be: a path, or where it is on the web."""


def check(where: Path | str) -> None:
    """Check a hub and print what is wrong.

    Raises
    ------
    InputError
        When something is.
    """
    if isinstance(where, str):
        _check_address(where)
    else:
        _check_folder(where)


def _check_folder(folder: Path) -> None:
    from gtrack.workflows.hubs.check import check_hub_folder

    done = check_hub_folder(folder)
    for finding in done.findings:
        echo(finding)
    how = "gtrack's rules and hubCheck" if done.real else "gtrack's rules (hubCheck is not on PATH)"
    if done.findings:
        said = f"{_count(len(done.findings), 'finding')} by {how}"
        raise InputError(f"{done.file}: {said}; correct the lines above")
    echo(f"{done.file}: no findings by {how}", err=True)


def _check_address(address: str) -> None:
    from gtrack.cli.progress import Bars
    from gtrack.workflows.hubs.live import check_hub_address

    with Bars() as bars:
        last = 0

        def tell(done: int, total: int) -> None:
            nonlocal last
            bars.tell("files", done - last, total)
            last = done

        done = check_hub_address(address, on_files=tell)
    rows = _rows(done)
    for line in _lines(rows):
        echo(line)
    counts = [_count(n, level) for level in LEVELS if (n := sum(r.level == level for r in rows))]
    said = f"{_count(done.files, 'file')} asked for (host: {done.host}); "
    said += ", ".join(counts) or "nothing is wrong"
    if any(row.level == "error" for row in rows):
        raise InputError(f"{shown(done.address)}: {said}; see the cures above")
    echo(f"{done.address}: {said}", err=True)


class _Row(NamedTuple):
    """One line of the table: how bad, of which files, what, and the cure."""

    level: str
    files: str
    said: str
    cure: str


def _rows(done: LiveCheck) -> list[_Row]:
    """Put findings that differ in their file alone into one, the worst first."""
    files: dict[tuple[str, str, str], list[str]] = {}
    for each in done.findings:
        files.setdefault((each.level, each.said, each.cure), []).append(each.file)
    rows = [_Row(level, some(names, _NAMED, 60), *rest) for (level, *rest), names in files.items()]
    return sorted(rows, key=lambda row: LEVELS.index(row.level))


def _lines(rows: list[_Row]) -> Iterator[str]:
    wide = max((len(row.files) for row in rows), default=0)
    for row in rows:
        yield f"{row.level:7}  {row.files:{wide}}  {row.said}"
        if row.cure:
            yield f"{'':7}  {'':{wide}}  -> {row.cure}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
