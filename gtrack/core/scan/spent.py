"""Where the time of a scan went, by the lines of its run log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

STAGES = (
    *("planning", "opening", "reading", "tokenising", "model", "projecting", "writing"),
    *("merging", "calling", "judging"),
)
"""In the order in which they come; those from "reading" to "writing" are the shards'."""

OF_PROCESSES = STAGES[1:7]
"""Those of every process that does shards: its models are opened, and then it is at them."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Where the time of a scan went, all of its runs together.

    Attributes
    ----------
    seconds : dict of str to float
        Busy seconds of every stage, in the order of `STAGES`. Stages overlap where they have
        threads or processes of their own: the sum may be more than the clock says.
    windows, bases : int
        Of the pieces that were done, the null's included, each as often as it was done.
    under_way : float
        Seconds of the clock in which at least one piece was under way.
    devices : tuple of str
        Kinds of devices that did them.
    processes : int
        That did at least one piece.
    clock : float
        Seconds of all these processes' clocks in which each opened its models or was at a piece:
        two side by side for a minute are two minutes.
    """

    seconds: dict[str, float]
    windows: int = 0
    bases: int = 0
    under_way: float = 0.0
    devices: tuple[str, ...] = ()
    processes: int = 0
    clock: float = 0.0

    @property
    def shares(self) -> dict[str, float]:
        """How much of `clock` each stage of the processes was busy, 0 to 1; empty where none was.

        That of ``model`` is the share that would be left if all else took no time at all.
        """
        if self.clock <= 0:
            return {}
        busy = {stage: self.seconds.get(stage, 0.0) for stage in OF_PROCESSES}
        return {stage: min(1.0, seconds / self.clock) for stage, seconds in busy.items()}

    @property
    def total(self) -> float:
        """Busy seconds of all stages."""
        return sum(self.seconds.values())

    @property
    def slowest(self) -> str:
        """The stage that took longest."""
        return max(self.seconds, key=lambda stage: self.seconds[stage])

    def per_second(self, count: int) -> float | None:
        """Return a rate while pieces were under way; None where none was."""
        return count / self.under_way if self.under_way > 0 else None


def spent(events: Iterable[Mapping[str, Any]]) -> Spent | None:
    """Return where the time went; None where nothing is known of it.

    Parameters
    ----------
    events : iterable of mapping
        Lines of run logs, in any order; what makes no sense is passed over.

    Examples
    --------
    >>> done = {"event": "done", "time": "2026-11-29T22:00:05+00:00", "lasted": 5.0}
    >>> found = spent([{**done, "windows": 10, "bases": 50, "seconds": {"model": 4.0}}])
    >>> found.seconds, found.under_way, found.per_second(found.windows)
    ({'model': 4.0}, 5.0, 2.0)
    >>> found.shares["model"]
    0.8
    """
    sums: dict[str, float] = {}
    windows = bases = 0
    stretches, devices = dict[object, list[tuple[float, float]]](), dict[str, None]()
    for each in events:
        seconds = each.get("seconds")
        for stage, number in seconds.items() if isinstance(seconds, dict) else ():
            if stage in STAGES and isinstance(number, int | float) and number > 0:
                sums[stage] = sums.get(stage, 0.0) + number
        if each.get("event") == "opened":
            devices[str(each.get("device")).partition(":")[0]] = None
        elif each.get("event") == "done":
            windows += _count(each.get("windows"))
            bases += _count(each.get("bases"))
            if (stretch := _stretch(each)) is not None:
                process = str(each.get("host")), str(each.get("pid"))
                stretches.setdefault(process, []).append(stretch)
    if not sums:
        return None
    ordered = {stage: sums[stage] for stage in STAGES if stage in sums}
    under_way = _covered([each for some in stretches.values() for each in some])
    at_pieces = sum(map(_covered, stretches.values()))
    clock = at_pieces and at_pieces + ordered.get("opening", 0.0)
    return Spent(ordered, windows, bases, under_way, tuple(devices), len(stretches), clock)


def _count(number: object) -> int:
    return number if isinstance(number, int) and number > 0 else 0


def _stretch(done: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return when a piece began and ended."""
    try:
        end = datetime.fromisoformat(done["time"]).timestamp()
        return end - max(0.0, float(done["lasted"])), end
    except (LookupError, TypeError, ValueError):
        return None


def _covered(stretches: list[tuple[float, float]]) -> float:
    """Return how long at least one stretch was under way."""
    covered, reached = 0.0, float("-inf")
    for begin, end in sorted(stretches):
        covered += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return covered
