"""Values per base that a user gave, as a low lane of bars."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.publish.markup import Markup, join, void
from gtrack.publish.report.inks import inked
from gtrack.publish.report.lanes import label, short

HEIGHT = 30
"""Of the whole lane, in pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class SignalRow:
    """What one signal says of a place.

    Parameters
    ----------
    name : str
    values : ndarray of float32, shape (bases,)
        NaN where a base has none.
    low, high : float
        The values at the lane's lower and upper edge: one scale for all places of a page. They
        enclose 0, where bars begin, and are not the same.
    """

    name: str
    values: NDArray[np.float32]
    low: float
    high: float


def said_of_signal(row: SignalRow) -> str:
    """Return a lane in words: its scale, and its largest value here."""
    finite = row.values[np.isfinite(row.values)]
    largest = f"{finite.max():.3g}" if len(finite) else "none"
    return f"{row.name}: scale {row.low:.3g} to {row.high:.3g}; largest value here: {largest}."


def signal_lane(row: SignalRow, width: float) -> tuple[Markup, int]:
    """Return the bars of a place with their scale, and how high they are in all.

    Neighbouring bases of one value are one bar; a base without a value has none.
    """
    scale, step = HEIGHT / (row.high - row.low), width / len(row.values)
    floor = row.high * scale
    edges = np.flatnonzero(np.diff(row.values)) + 1  # NaN differs from all, itself included
    path = []
    for first, end in zip([0, *edges.tolist()], [*edges.tolist(), len(row.values)], strict=True):
        value = float(row.values[first])
        if np.isfinite(value) and value:
            left, right = short(first * step), short(end * step)
            path.append(
                f"M{left} {short(floor)}V{short(floor - value * scale)}H{right}V{short(floor)}z"
            )
    return join(
        *(void("path", d="".join(path), **inked("feature")) for _ in path[:1]),
        void("path", d=f"M0 {short(floor)}H{short(width)}", **inked("axis")),
        label(f"{row.high:.3g}", -8, 9, **inked("end")),
        *(label(f"{row.low:.3g}", -8, HEIGHT, **inked("end")) for _ in range(row.low < 0)),
    ), HEIGHT
