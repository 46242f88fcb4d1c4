"""What a reader's answer is held against ours by, and how it is told."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CLOSE = 1e-6
"""Readers that print text round to six decimals."""

AGREES, WRONG, ABSENT = "agrees", "WRONG", "not here"


@dataclass(frozen=True, slots=True)
class Row:
    """What one reader made of one file.

    Parameters
    ----------
    reader, version : str
        Who read it.
    file : str
        What was read, by its path in the scan's folder.
    compared : str
        What of it was compared.
    result : str
        `AGREES`, `WRONG` or `ABSENT`.
    note : str
        How many, what differs, or how to get what is absent.
    """

    reader: str
    version: str
    file: str
    compared: str
    result: str
    note: str = ""


def missing(reader: str, how: str) -> Row:
    """Return the row of a reader that this machine lacks."""
    return Row(reader, "-", "all", "nothing", ABSENT, how)


def values(ours: Mapping[str, Sequence[float]], theirs: Mapping[str, Sequence[float]]) -> str:
    """Return what differs between values of the same places, or nothing.

    A base without a value is NaN, and must be one for both.
    """
    if not ours:
        return "nothing was compared"
    for place, wanted in ours.items():
        found = theirs.get(place, ())
        if len(found) != len(wanted):
            return f"{place}: {len(found)} values, {len(wanted)} expected"
        for base, (one, other) in enumerate(zip(wanted, found, strict=True)):
            if not same(one, other):
                return f"{place}: {other:g} at base {base}, {one:g} expected"
    return ""


def same(one: float, other: float) -> bool:
    """Tell whether two values are the same, no value being the same as no value."""
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return abs(one - other) <= CLOSE * max(1.0, abs(one))


def records(ours: Sequence[Sequence[object]], theirs: Sequence[Sequence[object]]) -> str:
    """Return what differs between two tables, or nothing; the order of rows does not count."""
    if not ours:
        return "nothing was compared"
    if len(ours) != len(theirs):
        return f"{len(theirs)} rows, {len(ours)} expected"
    for wanted, found in zip(sorted(map(_key, ours)), sorted(map(_key, theirs)), strict=True):
        if len(wanted) != len(found) or not all(map(_equal, wanted, found)):
            return f"{found}, {wanted} expected"
    return ""


def _key(row: Sequence[object]) -> tuple[str, ...]:
    return tuple(str(cell) for cell in row)


def _equal(one: str, other: str) -> bool:
    try:
        return one == other or same(float(one), float(other))
    except ValueError:
        return False


def judged(row: Sequence[str], difference: str, note: str) -> Row:
    """Return a row of (reader, version, file, compared) with its result."""
    reader, version, file, compared = row
    result, said = (WRONG, difference) if difference else (AGREES, note)
    return Row(reader, version, file, compared, result, said)


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table."""
    head = ("reader", "version", "file", "what was compared", "result")
    lines = [head, ("---",) * len(head)]
    for row in rows:
        result = f"{row.result}: {row.note}" if row.note else row.result
        lines.append((row.reader, row.version, f"`{row.file}`", row.compared, result))
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
