"""The band around the mean of an ensemble in a figure: one standard deviation on either side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gtrack.publish.markup import Markup, join, void
from gtrack.publish.report.inks import inked
from gtrack.publish.report.lanes import short

_LOW = 1.5  # of a lower band the edges would be one line, and hide what it is around


def reach(values: NDArray[np.float32], spread: NDArray[np.float32]) -> float:
    """Return the largest |value| that a band reaches; 0 where there is none.

    Examples
    --------
    >>> reach(np.float32([1, -3, np.nan]), np.float32([2, 1, np.nan]))
    4.0
    """
    ends = np.abs(values) + spread
    return float(ends[np.isfinite(ends)].max(initial=0))


def band(
    values: NDArray[np.float32], spread: NDArray[np.float32], scale: float, step: float
) -> tuple[Markup, Markup]:
    """Return the band, which stands behind the letters, and its edges, which stand before them.

    Parameters
    ----------
    values, spread : ndarray of float32, shape (bases,)
        NaN where a base has none.
    scale, step : float
        Pixels of a unit of relevance, and of a base; the axis is at height 0.
    """
    tops = (-(values.astype(np.float64) + spread) * scale).tolist()
    ends = (-(values.astype(np.float64) - spread) * scale).tolist()
    blocks, edges = [], []
    for at in np.flatnonzero(np.isfinite(values) & (spread > 0)).tolist():
        left, right = short(at * step), short((at + 1) * step)
        top, end = short(tops[at]), short(ends[at])
        blocks.append(f"M{left} {top}H{right}V{end}H{left}z")
        if ends[at] - tops[at] > _LOW:
            edges.append(f"M{left} {top}H{right}M{left} {end}H{right}")
    return _drawn(blocks, "band"), _drawn(edges, "edges")


def _drawn(parts: list[str], kind: str) -> Markup:
    return join(*(void("path", d="".join(parts), **inked(kind)) for _ in parts[:1]))
