"""bedtools' one door: which bases of regions an annotation covers, by pybedtools.

pybedtools is an extra and runs the program ``bedtools``; both are looked for before all else.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError
from gtrack.core.printable import shown

Place = tuple[str, int, int]
"""Chromosome, start and end: 0-based, half-open, in bp."""


def require_bedtools() -> ModuleType:
    """Return pybedtools, or say now what is missing.

    Raises
    ------
    InputError
        Where pybedtools or the program ``bedtools`` is missing, with the cure.
    """
    try:
        import pybedtools  # noqa: PLC0415  (an extra; it takes a second)
    except ImportError as error:
        raise InputError(
            "annotations need pybedtools, which is not installed: pip install 'gtrack[evaluate]'"
        ) from error
    if shutil.which("bedtools") is None:
        raise InputError(
            "annotations need the program bedtools, which is not on the PATH: "
            "apt-get install bedtools, or conda install -c bioconda bedtools"
        )
    module: ModuleType = pybedtools
    return module


def covered(regions: Sequence[Place], annotated: Iterable[Place]) -> list[list[tuple[int, int]]]:
    """Return which bases of every region an annotation covers.

    Parameters
    ----------
    regions : sequence of (str, int, int)
        They may overlap; each is answered for itself.
    annotated : iterable of (str, int, int)
        In any order; those that overlap or touch count once. Empty ones (start = end) count
        nowhere, and chromosomes without a region are passed over.

    Returns
    -------
    list of list of (int, int)
        For every region the covered runs, in order: start and end, 0-based, half-open, from the
        region's first base on.

    Raises
    ------
    InputError
        As `require_bedtools` says, and where bedtools refuses, with its words.
    """
    bedtools = require_bedtools()
    found: list[list[tuple[int, int]]] = [[] for _ in regions]
    with tempfile.TemporaryDirectory(prefix="gtrack-bedtools-") as own:
        folder = Path(own)
        chroms = {chrom: f"c{k}" for k, chrom in enumerate(dict.fromkeys(r[0] for r in regions))}
        ours, theirs = folder / "regions.bed", folder / "annotated.bed"
        _write(ours, ((chroms[c], a, b, k) for k, (c, a, b) in enumerate(regions)))
        _write(theirs, ((chroms[c], a, b) for c, a, b in annotated if c in chroms and a < b))
        if not ours.stat().st_size or not theirs.stat().st_size:
            return found
        try:
            to = [str(folder / f"{step}.bed") for step in ("sorted", "merged", "pieces")]
            merged = bedtools.BedTool(str(theirs)).sort(output=to[0]).merge(output=to[1])
            merged.intersect(b=str(ours), wb=True, output=to[2])
            text = Path(to[2]).read_text()
        except bedtools.helpers.BEDToolsError as error:
            raise InputError(f"bedtools refuses the annotation: {shown(str(error))}") from error
    for line in text.splitlines():
        _, start, end, _, first, _, number = line.split("\t")
        found[int(number)].append((int(start) - int(first), int(end) - int(first)))
    return [sorted(runs) for runs in found]


def masks(regions: Sequence[Place], annotated: Iterable[Place]) -> list[NDArray[np.bool_]]:
    """Return for every region which bases an annotation covers, each of shape (bases,).

    Parameters and errors are those of `covered`.
    """
    found = []
    for (_, start, end), runs in zip(regions, covered(regions, annotated), strict=True):
        mask = np.zeros(end - start, np.bool_)
        for first, last in runs:
            mask[first:last] = True
        found.append(mask)
    return found


def _write(path: Path, rows: Iterable[tuple[object, ...]]) -> None:
    """Write BED; chromosomes by number, so that no name is read as a header."""
    with path.open("w") as file:
        file.writelines("\t".join(map(str, row)) + "\n" for row in rows)
