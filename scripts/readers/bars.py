"""Bars in a snapshot of IGV desktop, in pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

BLUE, ORANGE, LINE = (0, 114, 178), (213, 94, 0), (192, 192, 192)
GROUND = (250, 250, 250)
FULL = 49
"""Of a bar at the end of the scale, in a track as high as the session says."""
PIXEL = 2.5
"""What a bar may be off: IGV rounds its ends."""

Image = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bars:
    """One track: how far bars go up and down from its middle, at each column of its panel."""

    up: npt.NDArray[np.int64]
    down: npt.NDArray[np.int64]

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.up.size)


def bars(image: Image) -> list[Bars]:
    """Return the bars of each track that has a line in its middle, from above."""
    left, right = _panel(image)
    panel = image[:, left:right]
    line = np.all(panel == np.array(LINE), axis=2) | _is(panel, BLUE) | _is(panel, ORANGE)
    grey = np.all(panel == np.array(LINE), axis=2)
    middles = np.flatnonzero(line.all(axis=1) & (grey.mean(axis=1) > 0.5))
    found = []
    for middle in middles:
        if not (_ground(panel[middle - 1]) and _ground(panel[middle + 1])):
            continue  # the frame of a panel
        above, below = panel[middle - FULL - 4 : middle], panel[middle + 1 : middle + FULL + 5]
        found.append(Bars(_is(above, BLUE).sum(axis=0), _is(below, ORANGE).sum(axis=0)))
    return found


def misfit(drawn: Bars, values: npt.NDArray[Any]) -> tuple[float, float]:
    """Return how far bars are off the values of as many bases, and what a pixel is worth.

    IGV shows a base or two more than it was asked for: the better fit counts.
    """
    best = (np.inf, np.nan)
    for bases in (len(values), len(values) + 1, len(values) + 2):
        at = ((np.arange(len(values)) + 0.5) * drawn.width / bases).astype(int)
        high = np.where(values >= 0, drawn.up[at], -drawn.down[at])
        worth = float((high * values).sum() / (values * values).sum())
        wrong = np.where(values >= 0, drawn.down[at], drawn.up[at])
        off = float(np.maximum(np.abs(high - worth * values), wrong).max())
        best = min(best, (off, 1 / worth if worth else np.nan))
    return best


def standing(ends: npt.NDArray[np.int64], base: int, bases: int) -> int:
    """Return how long the bar is that stands over a base, within three columns of it."""
    at = int((base + 0.5) * ends.size / bases)
    return int(ends[max(0, at - 3) : at + 4].max())


def _panel(image: Image) -> tuple[int, int]:
    """Return the first and the last column of the panel of data, which has a frame."""
    row = np.all(image[image.shape[0] // 3] == np.array(LINE), axis=1)
    frames = np.flatnonzero(row)
    gaps = np.diff(frames)
    widest = int(gaps.argmax())
    return int(frames[widest]) + 1, int(frames[widest + 1]) - 1


def _is(image: Image, colour: tuple[int, int, int]) -> npt.NDArray[np.bool_]:
    return np.asarray(np.all(image == np.array(colour), axis=-1))


def _ground(row: Image) -> bool:
    return bool(np.all(row == np.array(GROUND), axis=1).mean() > 0.25)
