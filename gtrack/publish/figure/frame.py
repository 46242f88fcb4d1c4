"""Where the bases of a panel lie across the page, and what is drawn of a base that narrow."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gtrack.publish.drawing import called, width_of
from gtrack.publish.figure.ink import MM

LEFT, RIGHT = 13.0, 5.0
"""Beside the data, in mm: there stand the numbers of the scale and the ends of the strand."""

LETTER = 0.45
"""A base that is so wide, in mm, has a letter; narrower ones are mush, and there are bars."""

FINEST = 0.1
"""No bar is narrower, in mm: bases that are share one, up to their largest value and down to their
smallest."""

_LONGEST = 60  # characters of a name

NAME, SMALL = 7.0, 6.0
"""Sizes of text in points: of names, and of all else."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A panel's place, 0-based half-open, and its width in mm, margins and all."""

    start: int
    end: int
    width: float

    @property
    def room(self) -> float:
        """Width of the data in mm."""
        return self.width - LEFT - RIGHT

    @property
    def step(self) -> float:
        """Width of a base in mm."""
        return self.room / (self.end - self.start)

    @property
    def letters(self) -> bool:
        """Whether bases have letters."""
        return self.step >= LETTER

    @property
    def bin(self) -> int:
        """Bases that share a bar; 1 where each has its own."""
        return max(1, math.ceil(FINEST / self.step * (1 - 1e-9)))

    def x(self, position: float) -> float:
        """Return where a position lies, from the panel's left, cut to the data."""
        return LEFT + min(max(0.0, (position - self.start) * self.step), self.room)


def wide(words: str, size: float = SMALL, *, bold: bool = False) -> float:
    """Return the width of a text in mm."""
    return width_of(words, size, bold=bold) / MM


def fitted(name: str, room: float, size: float = SMALL, *, bold: bool = False) -> str:
    """Return a name for print that is no wider than a room in mm; its middle goes first."""
    words = called(name, _LONGEST)
    longest = len(words)
    while longest > 1 and wide(words, size, bold=bold) > room:
        longest -= 1
        words = called(name, longest)
    return words
