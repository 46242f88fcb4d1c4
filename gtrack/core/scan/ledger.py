"""The ledger of a window: score = relevance of its known bases + unplaced + absorbed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gtrack.core.scan.shard import ShardResult


def absorbed(result: ShardResult) -> NDArray[np.float64]:
    """Return the rest of every score, shape (T, N): what biases, softmax and ALiBi keep.

    The others are columns of a result: ``relevance_sum`` over all A, C, G, T units of the input,
    and ``unplaced`` of [CLS], [SEP], [UNK] and N.
    """
    return np.asarray(result.score - result.relevance_sum - result.unplaced)
