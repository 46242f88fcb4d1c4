"""Logos of motifs: letters as high as their information, base under base of the hit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.motif_hit import MotifHit
from gtrack.publish.drawing import letter_outlines
from gtrack.publish.figure.frame import LEFT, Frame
from gtrack.publish.figure.ink import Part, letters
from gtrack.publish.session import LETTERS

Floats = NDArray[np.float64]

LOGO = 4.5
"""Height of 2 bits in mm."""

KEY_STEP, _KEY_TALL = 0.8, 3.0  # mm: of a position in the key, and of 2 bits there

MOST_BITS = 2.0


def stacked(probabilities: Sequence[Sequence[float]], *, minus: bool) -> tuple[Floats, Floats]:
    """Return the height of A, C, G, T at every position and what it stands on, in bits.

    They lie as the forward strand of the genome does: of a hit on the minus strand backwards and
    complemented. The least likely letter is the lowest.

    Examples
    --------
    >>> high, foot = stacked([[0.0, 0.0, 0.5, 0.5], [1, 0, 0, 0]], minus=True)
    >>> high.tolist(), foot.tolist()
    ([[0.0, 0.0, 0.0, 2.0], [0.5, 0.5, 0.0, 0.0]], [[0.0, 0.0, 0.0, 0.0], [0.0, 0.5, 0.0, 0.0]])
    """
    rows = np.array(probabilities, np.float64).reshape(-1, 4)
    if minus:
        rows = rows[::-1, ::-1]
    bits = np.where(rows > 0, rows * np.log2(np.where(rows > 0, rows, 1.0)), 0.0).sum(axis=1)
    high = rows * np.maximum(0.0, MOST_BITS + bits)[:, None]
    order = np.argsort(high, axis=1, kind="stable")
    ordered = np.take_along_axis(high, order, axis=1)
    foot = np.zeros_like(high)
    np.put_along_axis(foot, order, np.cumsum(ordered, axis=1) - ordered, axis=1)
    return high, np.where(high > 0, foot, 0.0)


def logo(probabilities: Sequence[Sequence[float]], hit: MotifHit, frame: Frame, group: str) -> Part:
    """Return the logo of a hit's motif under its bases, as far as the panel goes."""
    high, foot = stacked(probabilities, minus=hit.strand == "-")
    at = hit.start + np.arange(len(high))
    inside = (at >= frame.start) & (at < frame.end) & (at < hit.end)
    left = LEFT + (at[inside] - frame.start) * frame.step
    return _drawn(high[inside], foot[inside], left, (frame.step, LOGO, group))


def key_logo(probabilities: Sequence[Sequence[float]]) -> Part:
    """Return the logo of a motif as it reads, for the key."""
    high, foot = stacked(probabilities, minus=False)
    return _drawn(high, foot, np.arange(len(high)) * KEY_STEP, (KEY_STEP, _KEY_TALL, "key"))


def _drawn(
    high: Floats, foot: Floats, left: NDArray[np.floating], how: tuple[float, float, str]
) -> Part:
    step, tall, group = how
    part = Part(tall)
    for k, (base, outline) in enumerate(letter_outlines().items()):
        here = high[:, k] > 0.02
        feet = tall - foot[here, k] / MOST_BITS * tall
        path = letters(
            outline, left[here] + 0.04 * step, 0.92 * step, feet, high[here, k] / MOST_BITS * tall
        )
        part.fill(path, LETTERS[base], f"{group}-{base}")
    return part
