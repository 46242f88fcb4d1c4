"""The values of an evaluation: one per metric and region, in columns that are made when first met.

Every metric of a window is decided here from its maps, those of its controls and its referees.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gtrack.core.evaluation_rows import BOUND
from gtrack.core.site_masks import WindowSites
from gtrack.evaluation.circular_shifts import shift_p
from gtrack.evaluation.faithfulness import agreement, is_silent, sign_agreement
from gtrack.evaluation.localisation import mass_accuracy
from gtrack.evaluation.localisation_bounds import mass_ceiling, rank_ceiling
from gtrack.evaluation.similarity import MEASURES, pearson, spearman
from gtrack.evaluation.units import sums, token_ceiling
from gtrack.evaluation.window_maps import WindowMap
from gtrack.evaluation.window_metrics import blind, of_map, on_sites

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

BLIND = "blind"
"""Method of a map that knows nothing, where its score is known without a map."""

SHUFFLED = "shuffled_pair"
"""Method of the map of another window: what two maps have in common by composition alone."""

UNTRAINED = "untrained"
"""Method of the map of a twin whose weights are permuted."""

POSITION = "position_control"
"""Method of the window's own map on the places where another window has its sites."""

FLAT = "flat_overlap"
"""Method of a map that is flat on the tokens that touch the truth: a reference, and no bound."""


class Key(NamedTuple):
    """What a column holds."""

    model: str
    target: str
    method: str
    metric: str
    level: str


Found = Iterator[tuple[str, str, str, float]]
"""Method, metric, level and value."""


class Sheet:
    """Columns over the same regions.

    Parameters
    ----------
    regions : int
        How many.
    loci : ndarray of int64, shape (regions,), optional
        Regions of one number are one observation.
    """

    def __init__(self, regions: int, loci: NDArray[np.int64] | None = None) -> None:
        self.regions, self.loci = regions, loci
        self.columns: dict[Key, array[float]] = {}

    def put(
        self, region: int, model: str, target: str, found: Iterable[tuple[str, str, str, float]]
    ) -> None:
        """Enter values of one region."""
        for method, metric, level, value in found:
            key = Key(model, target, method, metric, level)
            if key not in self.columns:
                self.columns[key] = array("d", [math.nan]) * self.regions
            self.columns[key][region] = value


def of_track(method: str, relevance: Floats, sites: WindowSites | None) -> Found:
    """Yield what a track alone tells of a window: no model is needed."""
    for metric, value in of_map(relevance).items():
        yield method, metric, "base", value
    if sites is not None:
        judged, mask = relevance[sites.judged], sites.inside[sites.judged]
        for metric, value in on_sites(judged, mask).items():
            yield method, metric, "base", value
        for metric, value in blind(judged, mask).items():
            yield BLIND, metric, "base", value


def of_place(method: str, relevance: Floats, sites: WindowSites, elsewhere: Mask | None) -> Found:
    """Yield whether a map owes its localisation to where sites lie in windows.

    Parameters
    ----------
    method : str
    relevance : ndarray of float64, shape (L,)
    sites : WindowSites
        The truth of the window, which circular shifts are held against.
    elsewhere : ndarray of bool, shape (L,), or None
        The truth of another window, laid on this one where its own sites are not.
    """
    judged, mask = relevance[sites.judged], sites.inside[sites.judged]
    if mask.any():
        yield method, "shift_p", "base", shift_p(judged, mask, mass_accuracy)
    if elsewhere is not None:
        for metric, value in on_sites(judged, elsewhere[sites.judged] & ~mask).items():
            yield POSITION, metric, "base", value


def of_maps(maps: Mapping[str, WindowMap], sites: WindowSites | None, tokens: bool) -> Found:
    """Yield what maps of a window tell, level by level, and the bounds that tokens set."""
    for method, found in maps.items():
        yield from of_track(method, found.bases, sites)
        if tokens and found.units.size:
            for metric, value in of_map(found.units).items():
                yield method, metric, "token", value
    if sites is not None and tokens and maps:
        found = next(iter(maps.values()))
        inside = sites.inside & np.isfinite(found.bases)
        spans = found.spans.clip(sites.judged.start, sites.judged.stop)
        yield BLIND, "mass_accuracy" + BOUND, "base", mass_ceiling(inside, spans)
        yield BLIND, "rank_accuracy" + BOUND, "base", rank_ceiling(inside, spans)
        yield from of_track(FLAT, found.tokens_over(sites.inside), sites)


def of_pair(method: str, first: WindowMap, second: WindowMap, tokens: WindowMap | None) -> Found:
    """Yield how alike two maps of a window are, base by base and over the tokens of one.

    The bound is how alike the first is to itself, told over these tokens and spread evenly.
    """
    for name, measure in MEASURES.items():
        yield method, name, "base", measure(first.bases, second.bases)
        if tokens is None or not len(tokens.spans):
            continue
        over = [_over(each, tokens) for each in (first, second)]
        yield method, name, "token", measure(*over)
        if tokens is second and method != SHUFFLED:
            bound = token_ceiling(first.bases, tokens.spans, measure)
            yield method, name + BOUND, "base", bound


def of_ism(
    maps: Mapping[str, WindowMap],
    ism: WindowMap,
    other: WindowMap | None,
    score: float,
    tokens: bool,
) -> Found:
    """Yield how far maps agree with in-silico mutagenesis, and with `other`, of another window."""
    against = {method: (found, ism) for method, found in maps.items()}
    if other is not None and other.bases.shape == ism.bases.shape:
        own = next(iter(maps.values()), ism)
        against[SHUFFLED] = (own, other)
    for method, (found, referee) in against.items():
        yield method, "ism_pearson", "base", agreement(found.bases, referee.bases, pearson)
        yield method, "ism_spearman", "base", agreement(found.bases, referee.bases, spearman)
        yield method, "ism_sign", "base", sign_agreement(found.bases, referee.bases)
        if tokens and len(found.spans):
            over = sums(referee.bases, found.spans)
            yield method, "ism_pearson", "token", agreement(found.units, over, pearson)
            yield method, "ism_spearman", "token", agreement(found.units, over, spearman)
    if tokens and maps:
        spans = next(iter(maps.values())).spans
        for name, measure in (("ism_pearson", pearson), ("ism_spearman", spearman)):
            yield BLIND, name + BOUND, "base", token_ceiling(ism.bases, spans, measure)
    if np.isfinite(ism.bases).any():
        yield "ism", "silent", "window", float(is_silent(ism.bases, score))


def of_masks(maps: Mapping[str, WindowMap], left_out: Floats, other: Floats | None) -> Found:
    """Yield how far maps agree, token by token, with leaving tokens out by [MASK]."""
    for method, found in maps.items():
        yield method, "mask_pearson", "token", agreement(found.units, left_out, pearson)
        yield method, "mask_spearman", "token", agreement(found.units, left_out, spearman)
    if other is not None and maps:
        units = next(iter(maps.values())).units
        both = min(len(units), len(other))  # windows have tokens of their own
        for name, measure in (("mask_pearson", pearson), ("mask_spearman", spearman)):
            yield SHUFFLED, name, "token", agreement(units[:both], other[:both], measure)


def of_twin(method: str, trained: WindowMap, twin: WindowMap) -> Found:
    """Yield how alike a map is to that of the untrained twin: it should not be."""
    yield method, "untrained_spearman", "base", spearman(np.abs(trained.bases), np.abs(twin.bases))
    yield method, "untrained_pearson", "base", pearson(trained.bases, twin.bases)


def completeness(maps: Mapping[str, WindowMap], score: float) -> Found:
    """Yield the sum of the relevance over the score that it explains."""
    for method, found in maps.items():
        value = float(np.nansum(found.bases) / score) if score else math.nan
        yield method, "completeness", "window", value


def _over(found: WindowMap, tokens: WindowMap) -> Floats:
    if found is tokens:
        return found.units
    return sums(found.bases, tokens.spans)
