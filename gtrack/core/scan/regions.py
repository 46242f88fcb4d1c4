"""The regions of a run against the chromosomes of its genome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError
from gtrack.core.intervals import Interval
from gtrack.core.narrow_columns import narrowest
from gtrack.core.printable import few
from gtrack.core.regions import Regions
from gtrack.core.scan.one_axis import on_axis

_MITOCHONDRIA = ("chrM", "MT", "chrMT", "M")

_AT_ONCE = 1 << 14  # regions that are joined at once


def check_regions(
    regions: Sequence[Interval],
    chrom_sizes: Mapping[str, int],
    fasta: Path,
    renaming: Callable[[Mapping[str, str]], str] | None = None,
) -> None:
    """Refuse regions that do not lie on the genome; nothing is clipped, skipped or renamed.

    Parameters
    ----------
    regions : sequence of Interval
        In file order; `origin` is what the messages point to.
    chrom_sizes : mapping of str to int
        Lengths in bp, in the order of the FASTA.
    fasta : Path
        Only named in messages.
    renaming : callable, optional
        Gives the command that renames chromosomes in the file of the regions, or nothing.

    Raises
    ------
    InputError
        At the first region on an unknown chromosome, with all such names counted and the first
        three listed with the name they may have in the FASTA; otherwise at the first region that
        ends beyond its chromosome.
    """
    columns = Regions.of(regions)
    known = np.array([chrom_sizes.get(chrom, -1) for chrom in columns.chroms], np.int64)
    size = known[columns.chrom]
    strange = np.flatnonzero(size < 0)
    if len(strange):
        missing = Counter(columns.chroms[each] for each in columns.chrom[strange].tolist())
        where = _where(columns[int(strange[0])])
        raise InputError(f"{where}{_unknown(missing, chrom_sizes, fasta, renaming)}")
    beyond = np.flatnonzero(columns.end > size)
    if len(beyond):
        region = columns[int(beyond[0])]
        raise InputError(
            f"{_where(region)}the region ends at {region.end}, beyond the end of "
            f"{region.chrom!r} ({chrom_sizes[region.chrom]} bp in {fasta}); is the BED for another "
            "assembly?"
        )


def canonical_regions(
    regions: Sequence[Interval], chrom_sizes: Mapping[str, int]
) -> tuple[Regions, int]:
    """Sort regions and collapse equal ones, so that the order of the BED does not matter.

    The order is chromosome (as in the FASTA), start, end, strand, name, summit.

    Returns
    -------
    regions : Regions
        Sorted, without duplicates; of equal ones the first of the file is kept.
    duplicates : int
        How many were collapsed.

    Raises
    ------
    KeyError
        For a chromosome that `check_regions` would have refused.
    """
    columns = Regions.of(regions)
    start, end = columns.places
    keys = (columns.strand, end, start, narrowest(columns.rank(chrom_sizes)))
    order = np.lexsort(keys)
    tied = np.ones(max(len(order) - 1, 0), bool)
    for key in keys:
        ordered = key[order]
        tied &= ordered[1:] == ordered[:-1]
    if tied.any():
        order = _without_twins(columns, order, np.concatenate([[False], tied]))
    if len(order) == len(columns) and (order[1:] > order[:-1]).all():
        return columns, 0
    return columns.take(order), len(regions) - len(order)


def _without_twins(
    regions: Regions, order: NDArray[np.intp], tied: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Sort regions of one place by name and summit, and leave out those that were there already.

    Parameters
    ----------
    regions : Regions
    order : ndarray of int, shape (R,)
        Sorts them by place and strand, and equal ones as they were given.
    tied : ndarray of bool, shape (R,)
        Whether each, in this order, has place and strand of the one before.
    """
    first = np.flatnonzero(~tied)
    ends = np.append(first[1:], len(order))
    several = ends - first > 1
    kept = np.ones(len(order), bool)
    for low, high in zip(first[several].tolist(), ends[several].tolist(), strict=True):
        distinct: dict[Interval, int] = {}
        for index in order[low:high].tolist():
            distinct.setdefault(regions[index], index)
        by_name = sorted(distinct, key=lambda r: (r.name, -1 if r.summit is None else r.summit))
        order[low : low + len(by_name)] = [distinct[each] for each in by_name]
        kept[low + len(by_name) : high] = False
    return order[kept]


def _where(region: Interval) -> str:
    return f"{region.origin}: " if region.origin else ""


def _unknown(
    missing: Mapping[str, int],
    chrom_sizes: Mapping[str, int],
    fasta: Path,
    renaming: Callable[[Mapping[str, str]], str] | None,
) -> str:
    listed = []
    known = False
    for name, count in islice(missing.items(), 3):
        alias = known_as(name, chrom_sizes)
        known = known or alias is not None
        hint = f", there {alias!r}" if alias else ""
        listed.append(f"{name!r} ({count} region{'s'[: count > 1]}{hint})")
    more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    plural = "chromosomes" if len(missing) > 1 else "chromosome"
    if known:
        cure = "rename them in the BED; gtrack does not guess"
        others = known_names(missing, chrom_sizes)
        command = renaming(others) if renaming and len(others) == len(missing) else ""
        cure += f": {command}" if command else ""
    else:
        cure = f"its names are {few(map(repr, chrom_sizes))}"
    return f"{plural} not in {fasta}: {', '.join(listed)}{more}; {cure}"


def known_as(name: str, chrom_sizes: Mapping[str, int]) -> str | None:
    """Name under which the FASTA may hold the chromosome `name`: chr1 / 1, chrM / MT, case."""
    return _known_as(name, chrom_sizes, _folded(chrom_sizes))


def _folded(chrom_sizes: Mapping[str, int]) -> dict[str, str]:
    return {chrom.casefold(): chrom for chrom in chrom_sizes}


def _known_as(name: str, chrom_sizes: Mapping[str, int], folded: Mapping[str, str]) -> str | None:
    bare = name.strip()
    candidates = [bare, bare[3:] if bare[:3].lower() == "chr" else f"chr{bare}"]
    if bare.lower() in {m.lower() for m in _MITOCHONDRIA}:
        candidates += _MITOCHONDRIA
    for candidate in candidates:
        if candidate in chrom_sizes:
            return candidate
        if candidate.casefold() in folded:
            return folded[candidate.casefold()]
    return None


def known_names(names: Iterable[str], chrom_sizes: Mapping[str, int]) -> dict[str, str]:
    """Return what the FASTA may call chromosomes that it does not have, as far as that is known.

    Examples
    --------
    >>> known_names(["1", "MT", "un"], {"chr1": 5, "chrM": 3})
    {'1': 'chr1', 'MT': 'chrM'}
    """
    missing = [name for name in dict.fromkeys(names) if name not in chrom_sizes]
    folded = _folded(chrom_sizes) if missing else {}
    found = {name: _known_as(name, chrom_sizes, folded) for name in missing}
    return {name: other for name, other in found.items() if other is not None}


def merge_regions(regions: Sequence[Interval]) -> dict[str, list[tuple[int, int]]]:
    """Return the union of sorted regions: chromosome to sorted, disjoint (start, end).

    Regions that touch are joined.
    """
    union: dict[str, list[tuple[int, int]]] = {}
    for region in regions:
        runs = union.setdefault(region.chrom, [])
        if runs and region.start <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(runs[-1][1], region.end))
        else:
            runs.append((region.start, region.end))
    return union


def run_begins(regions: Regions, rank: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return which of sorted regions begin a run of their union; see :func:`union_of`."""
    begins, reached = np.ones(len(regions), bool), -1
    start, end = regions.places
    for low in range(0, len(regions), _AT_ONCE):
        some = slice(low, low + _AT_ONCE)
        right = np.append(reached, on_axis(rank[some], end[some]))
        np.maximum.accumulate(right, out=right)
        begins[some] = on_axis(rank[some], start[some]) > right[:-1]
        reached = right[-1]
    return begins


def union_of(
    regions: Regions, rank: NDArray[np.integer], begins: NDArray[np.bool_]
) -> tuple[NDArray[np.integer], NDArray[np.integer], NDArray[np.integer]]:
    """Return the union of sorted regions as columns; see :func:`merge_regions`.

    Parameters
    ----------
    regions : Regions
    rank : ndarray of int, shape (R,)
        Number of each one's chromosome, rising.
    begins : ndarray of bool, shape (R,)
        Of :func:`run_begins`.

    Returns
    -------
    rank, start, end : ndarray of int, shape (K,)
        Sorted, disjoint runs; nobody writes into them.
    """
    start, end = regions.places
    if begins.all():  # most often: no copies
        return rank, start, end
    return rank[begins], start[begins], np.maximum.reduceat(end, np.flatnonzero(begins))
