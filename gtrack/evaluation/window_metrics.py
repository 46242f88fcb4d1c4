"""Every metric of one map that needs no model, by name."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gtrack.evaluation.complexity import effective_complexity, entropy, relative_entropy
from gtrack.evaluation.localisation import (
    auprc,
    auroc,
    chance,
    enrichment,
    mass_accuracy,
    pointing_game,
    rank_accuracy,
)
from gtrack.evaluation.sparsity import gini, hoyer

Floats = NDArray[np.float64]

OF_MAP: dict[str, Callable[[Floats], float]] = {
    "gini": gini,
    "hoyer": hoyer,
    "entropy": entropy,
    "relative_entropy": relative_entropy,
    "effective_complexity": effective_complexity,
}
"""Sparsity and complexity: of the map alone, base by base or token by token."""

ON_SITES: dict[str, Callable[[Floats, NDArray[np.bool_]], float]] = {
    "mass_accuracy": mass_accuracy,
    "rank_accuracy": rank_accuracy,
    "auroc": auroc,
    "auprc": auprc,
    "pointing_game": pointing_game,
    "enrichment": enrichment,
}
"""Localisation: of a map and the bases that are known to matter."""


def of_map(relevance: Floats) -> dict[str, float]:
    """Return sparsity and complexity of a map, shape (n,); NaN where a metric is undefined."""
    return {name: metric(relevance) for name, metric in OF_MAP.items()}


def on_sites(relevance: Floats, mask: NDArray[np.bool_]) -> dict[str, float]:
    """Return the localisation of a map, shape (L,), on sites; NaN where a metric is undefined."""
    return {name: metric(relevance, mask) for name, metric in ON_SITES.items()}


def blind(relevance: Floats, mask: NDArray[np.bool_]) -> dict[str, float]:
    """Return what a map that knows nothing scores on these sites, metric by metric."""
    share = chance(relevance, mask)
    if not 0 < share < 1:
        return dict.fromkeys(ON_SITES, math.nan)
    flat = dict.fromkeys(ON_SITES, share)
    return {**flat, "auroc": 0.5, "enrichment": 1.0}
