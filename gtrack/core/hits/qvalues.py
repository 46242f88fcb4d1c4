"""Target-decoy q-values: the share of false calls among the calls at least as good."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gtrack.core.ties import ranks


def decoy_qvalues(
    targets: NDArray[np.float64], decoys: NDArray[np.float64], scale: float
) -> NDArray[np.float64]:
    """Return one q-value per target.

    ``q(t) = min over t' <= t of (1 + decoys >= t') * scale / (targets >= t')``, at most 1 (Storey's
    running minimum over target-decoy counts; the 1 is the decoy that was about to come, without
    which few decoys would promise too much: Levitsky et al., J. Proteome Res. 16:393, 2017).

    Parameters
    ----------
    targets : ndarray of float64, shape (T,)
        Scores, higher is better; scores equal in five significant digits get equal q.
    decoys : ndarray of float64, shape (D,)
        Scores of what is known to be false and went the same way.
    scale : float
        How many targets' worth of chance one decoy stands for: bases searched for targets over
        bases searched for decoys.

    Examples
    --------
    >>> decoy_qvalues(np.array([9.0, 5.0, 1.0]), np.array([4.0]), 0.1).round(3).tolist()
    [0.05, 0.05, 0.067]
    """
    score = ranks(targets)
    ranked = np.sort(score)
    beaten = len(ranked) - np.searchsorted(ranked, ranked, side="left")
    false = len(decoys) - np.searchsorted(np.sort(ranks(decoys)), ranked, side="left") + 1
    q = np.minimum(np.minimum.accumulate(false * scale / beaten), 1.0)
    return np.asarray(q[np.searchsorted(ranked, score, side="left")])
