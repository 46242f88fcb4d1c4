"""Whether relevance, or hits, lie on an annotation by more than chance.

Two kinds of chance. *Shifts*: the annotation of every region moved round the region, by a place of
its own, which keeps the map's clusters and the annotation's lengths. *Background*: stretches of the
same length and of like GC content outside the annotation, which asks whether composition explains
it. Negative relevance counts as 0. Hits are given as a map, too: at the middle base of each the
number of hits there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gtrack.evaluation.annotated_stretches import Flags, Places, Stretches, nearest, runs, upto
from gtrack.evaluation.bootstrap import Floats, estimates

_TIE = 1e-9
"""Of all relevance: sums in another order differ by less."""

_TAIL = 0.025
"""Where chance gives as much, or as little, more often than that, an interval of 95 % holds 1."""


@dataclass(frozen=True, slots=True)
class Enrichment:
    """Share of relevance on an annotation, against chance.

    Parameters
    ----------
    observed, expected : float
        Shares, 0 to 1; NaN with a `reason`.
    ratio : float
        observed / expected: 1 is chance.
    ci_low, ci_high : float
        95 % interval of the ratio: of the bootstrap over regions, and at least as wide as chance
        spreads; NaN for fewer than five regions.
    p : float
        One-sided: how often chance gives as much, (1 + draws) / (1 + all draws).
    n : int
        Regions (of shifts) or annotated stretches (of background) that count.
    reason : str
        Why there is no number, or what was left out; else "".
    """

    observed: float
    expected: float
    ratio: float
    ci_low: float
    ci_high: float
    p: float
    n: int
    reason: str = ""


def against_shifts(
    maps: Sequence[ArrayLike],
    masks: Sequence[ArrayLike],
    *,
    draws: int = 1000,
    resamples: int = 1000,
    seed: int = 0,
) -> Enrichment:
    """Compare with the annotation moved round each region by a random number of bases.

    Parameters
    ----------
    maps : sequence of array_like of float, each of shape (bases,)
        Signed relevance, or numbers of hits; NaN where a base has no value. Such bases are taken
        out first, and the rest of the region closes up.
    masks : sequence of array_like of bool, each of shape (bases,)
        True on the annotated bases.
    draws : int
        Joint moves of all regions; each region's place is drawn from all of its places.
    resamples : int
        Of the bootstrap.
    seed : int

    Returns
    -------
    Enrichment
        `expected` is exact, the mean over all moves: of each region's relevance the annotated share
        of its bases. Regions without positive relevance count nowhere. All NaN where no relevance
        is positive, or where the annotation covers none or all of the bases that have some.

    Raises
    ------
    ValueError
        When a map and its mask differ in shape, or a value is infinite.
    """
    rng = np.random.default_rng(seed)
    inside, chance, whole = [], [], []
    null = np.zeros(draws)
    for values, mask in _paired(maps, masks):
        total = float(values.sum())
        if total <= 0:
            continue
        moved = _moved_sums(values, mask)
        null += moved[rng.integers(len(moved), size=draws)]
        inside.append(float(values[mask].sum()))
        chance.append(total * float(mask.mean()))
        whole.append(total)
    if not whole:
        return _nothing("no relevance is positive")
    if not 0 < sum(chance) < sum(whole) * (1 - 1e-12):
        return _nothing("the annotation covers none or all of the bases")
    return _enrichment(
        np.array(inside), np.array(chance), math.fsum(whole), null, len(whole), resamples, seed
    )


def against_background(
    maps: Sequence[ArrayLike],
    masks: Sequence[ArrayLike],
    bases: Sequence[str],
    *,
    tolerance: float = 0.05,
    draws: int = 1000,
    resamples: int = 1000,
    seed: int = 0,
) -> Enrichment:
    """Compare with stretches as long, and of like GC content, that the annotation does not touch.

    Parameters
    ----------
    maps, masks
        As :func:`against_shifts` takes them. An annotated stretch is a run of the mask.
    bases : sequence of str
        The regions' sequences, ACGTN; stretches with an N or a base without a value do not count.
    tolerance : float
        Largest difference in GC content, 0 to 1.
    draws, resamples, seed : int

    Returns
    -------
    Enrichment
        Of the stretches that have a match: `observed` is the share of all positive relevance that
        lies on them, `expected` that on one match each, mean over all matches. What has no match
        is counted in `reason`. It takes memory for all regions at once: some 200 bytes a base.

    Notes
    -----
    `p` and the interval keep clusters. In each draw the stretches of a region are laid on another
    place together, and each goes to the nearest one of its length and GC content, annotated or not:
    what is on the annotation is one of the places where it could lie. Of maps that knew nothing of
    the annotation, .01 to .063 had p < .05 (`benchmarks/enrichment_null.py`).

    Raises
    ------
    ValueError
        As for :func:`against_shifts`, or when a sequence is not as long as its map.
    """
    pool = Stretches.of(maps, masks, bases)
    total = float(pool.positive[-1])
    if total <= 0:
        return _nothing("no relevance is positive")
    if not len(pool.starts):
        return _nothing("the annotation has no stretch whose bases all have a value")
    moved = pool.moved(np.random.default_rng(seed), draws)
    inside, chance = np.zeros(pool.regions), np.zeros(pool.regions)
    null, matched = np.zeros(draws), 0
    for length in np.unique(pool.lengths).tolist():
        places, gc, sums, outside = pool.of_length(length)
        alike: dict[int, tuple[Places, Floats, Floats]] = {}
        for start in pool.starts[pool.lengths == length].tolist():
            own = pool.gc_of(start, length)
            if own not in alike:
                like = np.flatnonzero(np.abs(gc - own) <= int(tolerance * length + 1e-9))
                there = sums[like]
                alike[own] = places[like], there, there[outside[like]]
            at, there, background = alike[own]
            if not len(background):
                continue
            matched += 1
            null += there[nearest(at, moved(start))]
            inside[pool.region[start]] += pool.sum_of(start, length)
            chance[pool.region[start]] += background.mean()
    missing = len(pool.starts) - matched
    reason = f"{missing} of {len(pool.starts)} stretches have no match" if missing else ""
    if not matched or chance.sum() <= 0:
        why = reason or "no match has positive relevance"
        return _nothing(why)
    kept = np.unique(pool.region[pool.starts])
    return _enrichment(inside[kept], chance[kept], total, null, matched, resamples, seed, reason)


def _paired(
    maps: Sequence[ArrayLike], masks: Sequence[ArrayLike]
) -> Iterator[tuple[Floats, Flags]]:
    """Yield positive relevance and mask of every region, without bases that have no value."""
    for given, mask in zip(maps, masks, strict=True):
        values, inside = np.asarray(given, np.float64), np.asarray(mask, np.bool_)
        if values.ndim != 1 or values.shape != inside.shape:
            raise ValueError(f"map {values.shape} and mask {inside.shape}: two equal vectors")
        if np.isinf(values).any():
            raise ValueError("relevance holds an infinite value")
        known = ~np.isnan(values)
        yield np.clip(values[known], 0.0, None), inside[known]


def _moved_sums(values: Floats, mask: Flags) -> Floats:
    """Return the sum of values inside the mask moved right by 0, 1, ... bases."""
    before = upto(np.concatenate([values, values]))
    moves = np.arange(len(values))
    sums = np.zeros(len(values))
    for start, end in runs(mask):
        sums += before[moves + end] - before[moves + start]
    return sums


def _enrichment(
    inside: Floats,
    chance: Floats,
    total: float,
    null: Floats,
    n: int,
    resamples: int,
    seed: int,
    reason: str = "",
) -> Enrichment:
    def measure(weights: Floats) -> dict[str, Floats]:
        above, below = weights @ inside, weights @ chance
        nan = np.full(len(above), np.nan)
        with np.errstate(over="ignore"):  # next to nothing by chance
            return {"ratio": np.divide(above, below, out=nan, where=below > 0)}

    strata = np.zeros(len(inside), np.int64)
    found = estimates(measure, strata, resamples=resamples, seed=seed)["ratio"]
    as_much, as_little = (
        (1 + int((sign * (null - inside.sum()) >= -_TIE * total).sum())) / (1 + len(null))
        for sign in (1, -1)
    )
    observed, expected = float(inside.sum()) / total, float(chance.sum()) / total
    # Regions without relevance on the annotation say nothing of how much a few could have there.
    low, high = found.low, found.high
    if not math.isnan(low):
        with np.errstate(over="ignore"):
            below, above = (np.quantile(null, (0.025, 0.975)) / chance.sum()).tolist()
        low, high = min(low, max(0.0, found.value + 1 - above)), max(high, found.value + 1 - below)
        low = min(low, 1.0) if as_much > _TAIL else low
        high = max(high, 1.0) if as_little > _TAIL else high
    return Enrichment(observed, expected, found.value, low, high, as_much, n, reason)


def _nothing(reason: str) -> Enrichment:
    return Enrichment(*(math.nan,) * 6, n=0, reason=reason)
