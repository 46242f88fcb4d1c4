"""The regions of a plan on disk, ``regions.tsv`` beside ``plan.json``, by columns."""

from __future__ import annotations

import io
from array import array
from collections.abc import Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from gtrack.core.lines import Part, lines_of
from gtrack.core.narrow_columns import narrow
from gtrack.core.regions import STRANDS, Regions
from gtrack.core.texts import Chosen, GrowingTexts

_COLUMNS = "chrom\tstart\tend\tname\tstrand\tsummit\tknown"
_LABEL = "\tlabel"  # a last column, where regions have labels
_STRANDS = [strand.encode() for strand in STRANDS]
_AT_ONCE = 1 << 10  # lines that are in memory at once


def written_regions(regions: Regions, known: NDArray[np.integer]) -> Iterator[bytes]:
    """Yield the file, part by part."""
    labelled = regions.labels is not None
    yield f"{_COLUMNS}{_LABEL * labelled}\n".encode()
    tab = b"\t"
    for low in range(0, len(regions), _AT_ONCE):
        part = regions[low : low + _AT_ONCE]
        columns: list[Part] = [Chosen(part.chroms, part.chrom), tab, part.start, tab, part.end]
        columns += [tab, part.names if part.named else b".", tab, Chosen(STRANDS, part.strand)]
        columns += [tab, _summits(part), tab, known[low : low + _AT_ONCE]]
        if part.labels is not None:
            columns += [tab, [label or "" for label in part.labels]]
        yield lines_of([*columns, b"\n"], len(part))


def _summits(regions: Regions) -> Part:
    """Return the summit of each, or nothing where there is none."""
    summits = regions.summit
    if (summits < 0).all():
        return b""
    return summits if (summits >= 0).all() else [str(s) if s >= 0 else "" for s in summits.tolist()]


def read_back(data: bytes) -> tuple[Regions, NDArray[np.integer]]:
    """Return the regions and the known bases of each.

    Raises
    ------
    ValueError
        When the file is not as it was written.
    """
    if data[-1:] != b"\n":
        raise ValueError("regions.tsv stops inside a line")
    file = io.BytesIO(data)
    file.readline().decode()
    chroms: dict[bytes, int] = {}
    numbers = [array("q") for _ in range(6)]  # chromosome, start, end, strand, summit, known
    names, labels = GrowingTexts(), GrowingTexts()
    while lines := list(islice(file, _AT_ONCE)):
        cells = [line[:-1].split(b"\t") for line in lines]
        if not {*map(len, cells)} <= {_COLUMNS.count("\t") + 1, _COLUMNS.count("\t") + 2}:
            raise ValueError("regions.tsv has a line of other columns")
        chrom, start, end, name, strand, summit, count, label = zip(
            *((*row, b"")[:8] for row in cells), strict=True
        )
        numbers[0].extend(chroms.setdefault(each, len(chroms)) for each in chrom)
        for column, of_lines in zip(numbers[1:3], (start, end), strict=True):
            column.extend(map(int, of_lines))
        numbers[3].extend(map(_STRANDS.index, strand))
        numbers[4].extend(int(each) if each else -1 for each in summit)
        numbers[5].extend(map(int, count))
        names.add(name)
        labels.add(label)
    of, starts, ends, strands, summits, known = map(np.array, numbers)
    if (starts < 0).any() or (ends <= starts).any() or b"" in chroms:
        raise ValueError("regions.tsv has a region that is none")
    if (summits < -1).any() or (summits >= ends - starts).any():
        raise ValueError("regions.tsv has a summit outside its region")
    regions = Regions(
        *([each.decode() for each in chroms], of, starts, ends),
        strands if (strands != _STRANDS.index(b".")).any() else None,
        summits if (summits >= 0).any() else None,
        None if names.are(".") else names.texts(),
        None if labels.are("") else [each or None for each in labels.texts()],
    )
    return regions, narrow(known)
