"""What a figure is made of: shapes and words at places in millimetres, y downwards. No library."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]

MOVE, LINE, CLOSE = 1, 2, 79
"""Codes of a path's points."""

MM = 72 / 25.4
"""Points of a millimetre."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """One path, filled, or drawn as lines where it has a `line` (its width in points)."""

    points: Floats
    codes: Codes
    colour: str
    group: str
    opacity: float = 1.0
    line: float | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text: its baseline at `y`, in points high."""

    text: str
    x: float
    y: float
    size: float
    anchor: Literal["left", "center", "right"] = "left"
    bold: bool = False
    colour: str = ""


@dataclass(slots=True)
class Part:
    """A piece of a figure: from y = 0 to its height."""

    height: float = 0.0
    shapes: list[Shape] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)

    def place(self, other: Part, x: float, y: float) -> None:
        """Put another piece at a point of this one."""
        by = np.array([x, y])
        self.shapes += [replace(each, points=each.points + by) for each in other.shapes]
        self.words += [replace(each, x=each.x + x, y=each.y + y) for each in other.words]

    def fill(self, path: tuple[Floats, Codes], colour: str, group: str, opacity: float = 1) -> None:
        """Add a filled path; nothing where it is empty."""
        if len(path[0]):
            self.shapes.append(Shape(*path, colour, group, opacity))

    def stroke(self, path: tuple[Floats, Codes], colour: str, group: str, line: float) -> None:
        """Add lines, their width in points; nothing where there are none."""
        if len(path[0]):
            self.shapes.append(Shape(*path, colour, group, line=line))


def polygons(corners: Sequence[Sequence[tuple[float, float]]]) -> tuple[Floats, Codes]:
    """Return closed polygons as one path."""
    points: list[tuple[float, float]] = []
    codes: list[int] = []
    for each in corners:
        points += [*each, each[0]]
        codes += [MOVE, *[LINE] * (len(each) - 1), CLOSE]
    return np.array(points, np.float64).reshape(-1, 2), np.array(codes, np.uint8)


def boxes(
    left: Floats | float, right: Floats | float, top: Floats | float, bottom: Floats | float
) -> tuple[Floats, Codes]:
    """Return many rectangles as one path; arrays of one length, or single numbers."""
    a, b, c, d = np.broadcast_arrays(*map(np.atleast_1d, (left, right, top, bottom)))
    xs, ys = np.stack([a, b, b, a, a], axis=1), np.stack([c, c, d, d, c], axis=1)
    points = np.stack([xs, ys], axis=2).reshape(-1, 2).astype(np.float64)
    return points, np.tile(np.array([MOVE, LINE, LINE, LINE, CLOSE], np.uint8), len(a))


def lines(pieces: Iterable[Sequence[tuple[float, float]]]) -> tuple[Floats, Codes]:
    """Return open lines as one path."""
    points: list[tuple[float, float]] = []
    codes: list[int] = []
    for each in pieces:
        points += each
        codes += [MOVE, *[LINE] * (len(each) - 1)]
    return np.array(points, np.float64).reshape(-1, 2), np.array(codes, np.uint8)


def letters(
    outline: tuple[Floats, Codes],
    left: NDArray[np.floating],
    width: float,
    foot: NDArray[np.floating],
    tall: NDArray[np.floating],
) -> tuple[Floats, Codes]:
    """Return one letter at many places as one path.

    Parameters
    ----------
    outline : (ndarray of float64, ndarray of uint8)
        Its points in a box of one by one that stands on the axis, and their codes.
    left : ndarray of float64, shape (N,)
        Of each box.
    width : float
    foot, tall : ndarray of float64, shape (N,)
        Where each stands, and how high it is; a negative one hangs, upside down.
    """
    points, codes = outline
    xs = left[:, None] + points[None, :, 0] * width
    ys = foot[:, None] - points[None, :, 1] * tall[:, None]
    return np.stack([xs, ys], axis=2).reshape(-1, 2), np.tile(codes, len(left))
