"""A place as people write it: ``chr1:1,000-2,000``, ``1 1000 2000``, ``chr1:5+20``, ``1:2M``.

The viewer's box reads the same (``igv_plugin/src/pure/places.js``); a test holds the two together.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import NamedTuple

_NUMBER = r"([0-9][0-9,_']*(?:\.[0-9]+)?)\s*(k|m|kb|mb|bp)?"
_AWAY = r"\s*(?:-|\N{EN DASH}|\N{EM DASH}|\N{MINUS SIGN}|\.\.+|:|to|\s)\s*"
_FROM_TO = re.compile(f"{_NUMBER}(?:{_AWAY}{_NUMBER})?", re.IGNORECASE)
_FROM_FOR = re.compile(rf"{_NUMBER}\s*\+\s*{_NUMBER}", re.IGNORECASE)
_STRAND = re.compile(r"\s*\([-+\N{MINUS SIGN}.]\)$|\s+[-+\N{MINUS SIGN}.]$")
_SEPARATOR = re.compile(r"[:\s]")
_MARKS = str.maketrans("", "", ",_'")
_UNITS = {"k": 1e3, "m": 1e6}
_BEYOND = 1e15  # bases that no chromosome has


class LoosePlace(NamedTuple):
    """First and last base as they were written, counted from 1."""

    chrom: str
    first: int
    last: int


def loose_place(text: str, known: Callable[[str], str | None]) -> LoosePlace | None:
    """Read a place; None where a text does not begin with a chromosome, or no numbers follow.

    Parameters
    ----------
    text : str
    known : callable
        The name of the chromosome that a name means; None where it means none.

    Examples
    --------
    >>> known = {"chr1": "chr1", "1": "chr1"}.get
    >>> loose_place("1 140209 140348", known)
    LoosePlace(chrom='chr1', first=140209, last=140348)
    >>> loose_place("chr1:0.1-0.2M(+)", known)
    LoosePlace(chrom='chr1', first=100000, last=200000)
    >>> loose_place("chr1:1,000+200", known)
    LoosePlace(chrom='chr1', first=1000, last=1199)
    """
    bare = _STRAND.sub("", text.strip())
    # a name may hold colons and spaces: the longest that is known
    for found in reversed(list(_SEPARATOR.finditer(bare))):
        chrom = known(bare[: found.start()].strip())
        if chrom is not None:
            numbers = _numbers(bare[found.end() :].strip())
            return None if numbers is None else LoosePlace(chrom, *numbers)
    return None


def _numbers(text: str) -> tuple[int, int] | None:
    if found := _FROM_FOR.fullmatch(text):
        first, length = _bases(found[1], found[2]), _bases(found[3], found[4])
        return first, first + length - 1
    found = _FROM_TO.fullmatch(text)
    if found is None:
        return None
    if found[3] is None:
        return (_bases(found[1], found[2]),) * 2
    return _bases(found[1], found[2] or found[4]), _bases(found[3], found[4])


def _bases(digits: str, unit: str | None) -> int:
    number = float(digits.translate(_MARKS)) * _UNITS.get((unit or "")[:1].lower(), 1.0)
    return math.floor(min(number, _BEYOND) + 0.5)
