"""Rows of a GTF or GFF3 that belong together, found by their ids alone: what lies elsewhere goes.

Reading a row takes ten times as long. Whatever makes a feature shares ids with it, directly or
through others, so a family none of whose rows reaches a place makes no feature there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from urllib.parse import unquote_to_bytes

from gtrack.io.annotations.attributes import GtfAttributes

Line = tuple[int, list[bytes]]
"""Number and fields of a row."""

Span = tuple[int, int]
"""Start and end: 0-based half-open."""

_GTF_KEYS = (b"gene_id", b"transcript_id")
_GTF = {key: re.compile(rb'%b\s+(?:"([^"]*)"|([^";\s]+))' % key).search for key in _GTF_KEYS}
_GFF3 = re.compile(rb"(?:ID|Parent|Derives_from)\s*=([^;]*)")
_FAR = 1 << 62


def gtf_ids(text: bytes) -> list[bytes]:
    """Return the ids in the ninth column of a GTF, and perhaps other words.

    Examples
    --------
    >>> gtf_ids(b'gene_id "G1"; transcript_id "T1"; gene_name "TBP";')
    [b'G1', b'T1']
    """
    if b'\\"' in text or text.count(b'"') % 2:
        return _gtf_read(text)
    found = []
    for key in _GTF_KEYS:
        count = text.count(key)
        if count > 1:
            return _gtf_read(text)
        if count and (value := _GTF[key](text)):
            found.append(value[1] or value[2] or b"")
    return found or [text.strip(b" ;\t")]  # an id alone


def _gtf_read(text: bytes) -> list[bytes]:
    given = GtfAttributes(text)
    return [given.get(key) for key in _GTF_KEYS]


def gff3_ids(text: bytes) -> list[bytes]:
    """Return the ids in the ninth column of a GFF3.

    Examples
    --------
    >>> gff3_ids(b"ID=t1;Parent=g1,g%202")
    [b't1', b'g1,g 2', b'g1', b'g 2']
    """
    found = []
    for value in _GFF3.findall(text):
        for each in (value, *value.split(b",")) if b"," in value else (value,):
            found.append(unquote_to_bytes(each.strip()) if b"%" in each else each.strip())
    return found


def kin_at(
    lines: Iterable[Line],
    places: Mapping[bytes, Sequence[Span]],
    ids_of: Callable[[bytes], list[bytes]],
) -> Iterator[Line]:
    """Yield the rows whose family reaches a place; of a chromosome without places all.

    Parameters
    ----------
    lines : iterable of Line
    places : mapping of bytes to sequence of Span
        By the first column as it stands there.
    ids_of : callable
        The ids in a row's ninth column.
    """
    found: list[Line] = []
    there: dict[bytes, list[Line]] = {}
    for line in lines:
        there.setdefault(line[1][0], []).append(line)
    for chrom, mine in there.items():
        found += families_at(mine, places[chrom], ids_of) if chrom in places else mine
    yield from sorted(found, key=itemgetter(0))


def families_at(
    lines: Sequence[Line], spans: Sequence[Span], ids_of: Callable[[bytes], list[bytes]]
) -> list[Line]:
    """Return the rows of one chromosome whose family reaches one of some places."""
    families, mine = _Families(), []
    for _, fields in lines:
        try:
            start, end = int(fields[3]) - 1, int(fields[4])
        except ValueError:
            start, end = 0, _FAR  # its reader says what is wrong with it
        mine.append(families.add(ids_of(fields[8]), start, end))
    near = [
        any(low < end and high > start for start, end in spans) for low, high in families.reaches()
    ]
    return [line for line, family in zip(lines, mine, strict=True) if near[family]]


class _Families:
    """Families under way: how far each reaches, and which turned out to be one."""

    def __init__(self) -> None:
        self._of: dict[bytes, int] = {}
        self._same: list[int] = []
        self._reach: list[tuple[int, int]] = []

    def add(self, ids: Iterable[bytes], start: int, end: int) -> int:
        """Put a row into the family of its ids; return a number of it."""
        mine = -1
        for each in ids:
            family = self._root(self._of[each]) if each in self._of else mine
            if not each or family < 0:
                continue
            if mine < 0:
                mine = family
            elif family != mine:
                self._same[family] = mine
                self._widen(mine, *self._reach[family])
        if mine < 0:
            mine = len(self._same)
            self._same.append(mine)
            self._reach.append((start, end))
        else:
            self._widen(mine, start, end)
        for each in ids:
            if each:
                self._of[each] = mine
        return mine

    def reaches(self) -> list[tuple[int, int]]:
        """Return the first and last base of every family, by number."""
        return [self._reach[self._root(at)] for at in range(len(self._same))]

    def _root(self, at: int) -> int:
        while self._same[at] != at:
            self._same[at] = at = self._same[self._same[at]]
        return at

    def _widen(self, family: int, start: int, end: int) -> None:
        low, high = self._reach[family]
        if start < low or end > high:
            self._reach[family] = min(low, start), max(high, end)
