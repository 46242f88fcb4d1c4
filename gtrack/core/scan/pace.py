"""How fast a scan goes, by when its pieces ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_PAUSE, _TIMES = 60.0, 10.0
"""A longer time without an end, in seconds and in times of a piece, is a pause."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A piece of work that is done: when, in seconds of any clock, and what was in it."""

    at: float
    windows: int
    bases: int


@dataclass(frozen=True, slots=True)
class Pace:
    """Windows and bases in a second."""

    windows: float
    bases: float


def pace(pieces: Iterable[Ended], at_work: int = 1) -> Pace | None:
    """Return how fast pieces ended since the last pause; None where too few did.

    Parameters
    ----------
    pieces : iterable of Ended
        In any order.
    at_work : int
        Pieces that are done at one time. The first ones only say when the rest began.

    Examples
    --------
    >>> pace([Ended(10.0, 4, 400), Ended(12.0, 4, 400), Ended(14.0, 4, 400)])
    Pace(windows=2.0, bases=200.0)
    """
    with_windows = (each for each in pieces if each.windows)  # of more shards than pools, some
    ends = _since_pause(sorted(with_windows, key=lambda each: each.at), max(1, at_work))
    later = ends[max(1, at_work) :]
    seconds = ends[-1].at - ends[0].at if ends else 0.0
    if not later or seconds <= 0:
        return None
    return Pace(
        sum(each.windows for each in later) / seconds, sum(each.bases for each in later) / seconds
    )


def _since_pause(ends: list[Ended], at_work: int) -> list[Ended]:
    """Return the pieces after the last pause; of runs side by side, each ends one meanwhile."""
    usual = [later.at - before.at for before, later in zip(ends, ends[at_work:], strict=False)]
    if not usual:
        return ends
    longest = max(_PAUSE, _TIMES * median(usual))
    gaps = [later.at - before.at for before, later in pairwise(ends)]
    return ends[max((at + 1 for at, gap in enumerate(gaps) if gap > longest), default=0) :]
