"""How well one column of scores ranks the rows that have a label above those that have not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gtrack.evaluation.bootstrap import Floats


class RankCurve:
    """True and false positives as the threshold falls through one column of scores.

    Parameters
    ----------
    scores : ndarray, shape (rows,)
        Only their order matters.
    positive : ndarray of bool, shape (rows,)
        Rows that have the label.
    """

    def __init__(self, scores: Floats, positive: NDArray[np.bool_]) -> None:
        self._order = np.argsort(-scores, kind="stable")
        self._positive = positive[self._order]
        ranked = scores[self._order]
        self._group_ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))

    def _counts(self, weights: Floats) -> tuple[Floats, Floats]:
        ranked = weights[:, self._order]
        hits = np.cumsum(ranked * self._positive, axis=1)[:, self._group_ends]
        every = np.cumsum(ranked, axis=1)[:, self._group_ends]
        return hits, every - hits

    def areas(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return AUROC and AUPRC of rows with weights.

        Parameters
        ----------
        weights : ndarray, shape (resamples, rows)

        Returns
        -------
        tuple of ndarray, shape (resamples,)
            The trapezoid under the ROC curve, in which ties count one half, and average precision
            (precision at each step of recall, without interpolation). NaN where the weights leave
            no row with the label, or, for AUROC, none without it.
        """
        hits, misses = self._counts(weights)
        gained = np.diff(hits, axis=1, prepend=0.0)
        before = np.pad(hits[:, :-1], ((0, 0), (1, 0)))
        area = ((hits + before) / 2 * np.diff(misses, axis=1, prepend=0.0)).sum(1)
        precision = hits / np.maximum(hits + misses, 1e-300)
        return (
            _share(area, hits[:, -1] * misses[:, -1]),
            _share((precision * gained).sum(1), hits[:, -1]),
        )


def _share(part: Floats, whole: Floats) -> Floats:
    out = np.full(len(part), np.nan)
    return np.asarray(np.divide(part, whole, out=out, where=whole > 0))
