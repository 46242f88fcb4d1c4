"""The passport of a map: what was checked, what came out, in words, and what no check could see.

Two questions are asked apart, because a map can be a true account of a model that has learnt
nothing: A, does the model see something in the regions; B, does the map describe the model. Two
guards stand beside B: C, are the rules computed exactly, without which B is not supported; D, did
the referee of B have a say, which is a warning.

The thresholds were measured on small models (CNN and DNABERT-2 of a few layers), over resamples of
windows: they separate trained models from untrained, permuted and label-permuted ones on A, and
right maps from flipped, shifted and reversed ones on B.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, cast

SCHEMA = "gtrack-trust/1"

Verdict = Literal["supported", "mixed", "not supported", "not asked"]

WORST_FIRST: tuple[Verdict, ...] = ("not supported", "mixed", "not asked", "supported")
"""Of several verdicts the first of these leads: what was not asked is not vouched for."""

SEES, STRANDS = (0.60, 0.55), (0.30, 0.15)
MASKED, MUTATED = (0.92, 0.80), (0.80, 0.65)
"""Supported from, mixed from; below, not supported."""

SEES_EITHER = (0.62, 0.58)
"""The first of these where shuffles may lie on either side: of 40 windows without any difference as
many are beyond as are above those, 6 and 22 of a hundred."""

MANY = 40
"""Windows from which on these hold for A1."""

EXACT = 1e-5
"""Largest relative error of a map, and of what is conserved."""

SAME_TRACK = 1e-4
"""Largest difference between the track and the map made anew, over the map's largest value: batches
of another shape round otherwise."""

SILENT = 0.10
"""Largest share of windows in which nothing moves the score by :data:`MOVES` of itself."""

MOVES = 0.10

FEWEST = 10
"""Windows below which A, B and D are not judged."""


@dataclass(frozen=True, slots=True)
class Line:
    """One check.

    Parameters
    ----------
    name : str
        ``A1``, ``A2``, ``B``, ``C1`` to ``C4``, ``D``.
    asks : str
        What is measured, for a person.
    verdict : str
    value : float
        NaN where it was not asked.
    n : int
        Windows that the value is of.
    supported, mixed : float or None
        Thresholds; `mixed` is None where the check has one threshold alone.
    lower : bool
        Whether small values are good.
    reason : str
        Why it was not asked; empty where it was.
    """

    name: str
    asks: str
    verdict: Verdict
    value: float
    n: int
    supported: float
    mixed: float | None
    lower: bool = False
    reason: str = ""


def of_few(limits: tuple[float, float], n: int) -> tuple[float, float]:
    """Return limits of an AUROC of `n` windows that chance passes as seldom as those of `MANY`.

    Examples
    --------
    >>> [round(each, 2) for each in of_few(SEES, 10)], of_few(SEES, 100) == SEES
    ([0.7, 0.6], True)
    """
    if not 0 < n < MANY:
        return limits
    wider = math.sqrt((2 * n + 1) / n**2 / ((2 * MANY + 1) / MANY**2))  # errors of Mann and Whitney
    high, low = (0.5 + wider * (each - 0.5) for each in limits)
    return high, low


def at_least(
    name: str, asks: str, value: float, n: int, limits: tuple[float, float], reason: str = ""
) -> Line:
    """Judge a value that should be high.

    Parameters
    ----------
    name, asks : str
    value : float
        NaN is not judged.
    n : int
        Windows; below :data:`FEWEST` nothing is judged.
    limits : tuple of (float, float)
        Supported from, mixed from; both included.
    reason : str
        Why there is no value, where there is none.

    Examples
    --------
    >>> [at_least("A1", "", value, 40, SEES).verdict for value in (0.6, 0.55, 0.54)]
    ['supported', 'mixed', 'not supported']
    """
    high, low = limits
    why = _unasked(value, n, FEWEST, reason)
    if why:
        return Line(name, asks, "not asked", math.nan, n, high, low, reason=why)
    verdict: Verdict = (
        "supported" if value >= high else "mixed" if value >= low else "not supported"
    )
    return Line(name, asks, verdict, value, n, high, low)


def at_most(
    name: str,
    asks: str,
    value: float,
    n: int,
    limit: float,
    *,
    reason: str = "",
    fewest: int = 1,
    above: Verdict = "not supported",
) -> Line:
    """Judge a value that should be low; `above` is said of one beyond the limit.

    Examples
    --------
    >>> at_most("D", "", 0.2, 40, SILENT, above="mixed").verdict
    'mixed'
    """
    why = _unasked(value, n, fewest, reason)
    if why:
        return Line(name, asks, "not asked", math.nan, n, limit, None, True, why)
    return Line(name, asks, "supported" if value <= limit else above, value, n, limit, None, True)


def _unasked(value: float, n: int, fewest: int, reason: str) -> str:
    if reason:
        return reason
    if n < fewest:
        return f"{n} window{'s' * (n != 1)}; a verdict needs {fewest} at least"
    return "the measure is not defined on these windows" if math.isnan(value) else ""


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict that leads; not asked where there is none.

    Examples
    --------
    >>> worst(["supported", "mixed"]), worst(["not asked", "supported"]), worst([])
    ('mixed', 'not asked', 'not asked')
    """
    return min(verdicts, key=WORST_FIRST.index, default="not asked")


@dataclass(frozen=True, slots=True)
class Passport:
    """What is known of the maps of one target of one model.

    Parameters
    ----------
    model, target : str
        The model's name and the label of the output.
    unit : {"token", "base"}
        What the model reads.
    lines : tuple of Line
        All checks, in the order of their names.
    """

    model: str
    target: str
    unit: str
    lines: tuple[Line, ...]

    def of(self, axis: str) -> tuple[Line, ...]:
        """Return the lines of one letter."""
        return tuple(line for line in self.lines if line.name[0] == axis)

    @property
    def sees(self) -> Verdict:
        """A: the worse of the lines that were asked."""
        return _asked(self.of("A"))

    @property
    def describes(self) -> Verdict:
        """B, no better than C: rules that are not exact pull it down.

        C leaves it alone where it was not asked. D is a warning: a saturated score is no fault of
        the map.
        """
        exact = _asked(self.of("C"))
        return worst([_asked(self.of("B")), *([] if exact == "not asked" else [exact])])

    @property
    def verdict(self) -> Verdict:
        """The worse of both axes."""
        return worst([self.sees, self.describes])

    def to_json(self) -> dict[str, Any]:
        """Return a record of JSON's types; a value that is not there is null."""
        return {
            **{key: getattr(self, key) for key in ("model", "target", "unit")},
            **{key: getattr(self, key) for key in ("verdict", "sees", "describes")},
            "lines": [_record(line) for line in self.lines],
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Passport:
        """Return what :meth:`to_json` wrote; verdicts of axes are made anew of the lines."""
        names = {field.name for field in fields(Line)}
        lines = (
            Line(**{key: _read(key, value) for key, value in line.items() if key in names})
            for line in record["lines"]
        )
        return cls(record["model"], record["target"], record["unit"], tuple(lines))


def _asked(lines: Sequence[Line]) -> Verdict:
    return worst([line.verdict for line in lines if line.verdict != "not asked"])


def _record(line: Line) -> dict[str, Any]:
    record = {field.name: getattr(line, field.name) for field in fields(Line)}
    return {**record, "value": None if math.isnan(line.value) else float(f"{line.value:.4g}")}


def _read(key: str, value: Any) -> Any:
    if key == "value":
        return math.nan if value is None else float(value)
    if key == "verdict" and value not in WORST_FIRST:
        raise ValueError(f"{value!r} is no verdict")
    return cast(Any, value)
