"""Whether rounded arithmetic explains a model as float32 does: a few rows explained in both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gtrack.attribution.pool import PoolExplainer
from gtrack.core.encodings import Encodings
from gtrack.core.ports import Attributor, Runner, SequenceModel
from gtrack.core.scan.answers import Answers
from gtrack.core.sequences import lengths_of

LEAST = 0.999
"""Cosine of a row's relevance to that in float32, at the least."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found.

    Attributes
    ----------
    rows : int
        That had any relevance.
    cosine : float
        The least of them, over all targets; 1 where there was none.
    row : int
        The row that it is of.
    """

    rows: int
    cosine: float
    row: int


def evenly(count: int, wanted: int) -> list[int]:
    """Return some numbers below `count`, from all over it: fewer where there are not so many.

    Examples
    --------
    >>> evenly(100, 4), evenly(2, 4)
    ([0, 33, 66, 99], [0, 1])
    """
    places: list[int] = np.unique(np.linspace(0, count - 1, wanted).astype(np.int64)).tolist()
    return places


def audit(
    name: str,
    model: SequenceModel,
    methods: tuple[Attributor, Attributor],
    contrasts: NDArray[np.float64],
    encodings: Encodings,
    texts: Sequence[str],
    called: Callable[[int], str],
    *,
    budget: int,
    runner: Runner,
) -> Audit:
    """Explain rows by the same method twice, in another arithmetic and in float32.

    Parameters
    ----------
    name : str
        What messages call the model.
    model : SequenceModel
    methods : tuple of (Attributor, Attributor)
        In the arithmetic that is asked about, and in float32.
    contrasts : ndarray of float64, shape (targets, outputs)
    encodings, texts, called
        The rows, as of a pool.
    budget : int
        Units of a batch.
    runner : Runner
    """
    found: list[Answers] = []
    for method in methods:
        with method.applied(model) as explain:
            per_base = method.per_base
            explainer = PoolExplainer(name, model, explain, contrasts, budget, per_base, runner)
            found.append(explainer(encodings, texts, called))
    lengths = lengths_of(texts) if methods[0].per_base else encodings.lengths
    return compared(found[0].relevance, found[1].relevance, lengths)


def compared(
    rough: NDArray[np.float64], exact: NDArray[np.float64], lengths: NDArray[np.int64]
) -> Audit:
    """Compare relevance, shape (targets, sum of lengths), row by row; all of 0 on both sides agree.

    Examples
    --------
    >>> a, b = np.array([[1.0, 0, 0, 0, 1, 1]]), np.array([[2.0, 0, 0, 0, 1, 0]])
    >>> compared(a, b, np.array([2, 2, 2]))
    Audit(rows=2, cosine=0.7071067811865475, row=2)
    """
    edges = np.concatenate([[0], np.cumsum(lengths)])
    least, worst, rows = 1.0, 0, 0
    for row, (first, end) in enumerate(pairwise(edges.tolist())):
        some = False
        for one, other in zip(rough[:, first:end], exact[:, first:end], strict=True):
            if not (one.any() or other.any()):
                continue
            size = float(np.linalg.norm(one) * np.linalg.norm(other))
            cosine = float(one @ other) / size if size else 0.0
            if cosine < least:
                least, worst = cosine, row
            some = True
        rows += some
    return Audit(rows, least, worst)
