"""How the lines of a BED are laid out: separator, number of columns, narrowPeak or not."""

from __future__ import annotations

import re
from pathlib import Path

from gtrack.io.bed_columns import quoted, whole
from gtrack.io.bed_cures import kept
from gtrack.io.shell import awk, filtered

NARROW_PEAK = 10
"""Columns of a narrowPeak."""

_FLOAT = re.compile(rb"[+-]?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?|inf|nan)", re.IGNORECASE)


class Layout:
    """What the first data line says of the others: separator, columns, narrowPeak or not."""

    def __init__(
        self, path: Path, line: bytes, number: int, before: Layout | None, must_peak: bool
    ) -> None:
        self.line, self._path, self._must_peak = number, path, must_peak
        self.tabs: bool = before.tabs if before else b"\t" in line
        self.columns = 0
        self.columns = len(self.split(line))
        if self.columns < 3:
            raise ValueError(
                f"{self.columns} column{'s'[: self.columns > 1]}; a BED line has at least 3, "
                "separated by tabs: chromosome, start, end"
            )
        if must_peak and self.columns != NARROW_PEAK:
            cure = "or call the file .bed"
            if self.columns > NARROW_PEAK:
                cure = f"keep these alone: {kept(path, NARROW_PEAK, self.tabs)}"
            raise ValueError(f"{self.columns} columns; a narrowPeak line has 10; {cure}")
        self._peaks: bool | None = True if must_peak else None

    def split(self, line: bytes) -> list[bytes]:
        """Return the fields of a line, or raise ValueError where it is laid out otherwise."""
        tabs = b"\t" in line
        fields = line.split(b"\t") if tabs else line.split()
        if len(fields) == self.columns and tabs == self.tabs:
            return fields
        if tabs != self.tabs:
            kinds = ("tabs", "spaces") if tabs else ("spaces", "tabs")
            raise ValueError(
                f"separated by {kinds[0]}, line {self.line} by {kinds[1]}; use tabs in every line: "
                f"{filtered(self._path, awk('NF {$1 = $1} 1', tabs=False))}"
            )
        if self.columns:
            few, ending = _fitting(len(fields), self.columns), ""
            if self._must_peak:
                few, ending = (NARROW_PEAK, "") if len(fields) > NARROW_PEAK else (few, ".bed")
            raise ValueError(
                f"{len(fields)} columns{'' if tabs else ' (separated by spaces)'}, line "
                f"{self.line} has {self.columns}; every line needs the same number: keep "
                f"the first alone: {kept(self._path, few, tabs, ending)}"
            )
        return fields

    def summit(self, fields: list[bytes], length: int) -> int | None:
        """Give the offset of the summit in a region of `length` bp; None where there is none."""
        try:
            summit = _summit(fields, length)
        except ValueError as error:
            if self._must_peak:
                raise ValueError(
                    f"{error}; correct it, or keep columns 1-6 alone: "
                    f"{kept(self._path, 6, self.tabs, '.bed')}"
                ) from error
            if self._peaks:
                raise ValueError(
                    f"not a narrowPeak line as line {self.line} is ({error}); correct it, or keep "
                    f"columns 1-6 if column 10 is no summit: {kept(self._path, 6, self.tabs)}"
                ) from error
            self._peaks = False
            return None
        if self._peaks is False:
            raise ValueError(
                f"a narrowPeak line, but line {self.line} is not; correct that one, or keep "
                f"columns 1-6 if column 10 is no summit: {kept(self._path, 6, self.tabs)}"
            )
        self._peaks = True
        return summit


def _fitting(*columns: int) -> int:
    """Return how many columns to keep of lines that have so many."""
    return 3 if min(columns) < 4 else min(4, *columns)


def _summit(fields: list[bytes], length: int) -> int | None:
    if fields[4] != b"." and not _FLOAT.fullmatch(fields[4]):
        raise ValueError(f"score {quoted(fields[4])} in column 5 is not a number")
    for column in (7, 8, 9):
        if not _FLOAT.fullmatch(fields[column - 1]):
            raise ValueError(f"{quoted(fields[column - 1])} in column {column} is not a number")
    if fields[9] == b"-1":
        return None
    summit = whole(fields[9], "summit offset")
    if summit >= length:
        raise ValueError(f"summit offset {summit} lies outside the region of {length} bp")
    return summit
