"""Results of pools in one piece, the obvious way: the twin of `core/scan/shard_columns.py`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gtrack.core.scan.shard import ShardResult


def concatenate(parts: Sequence[ShardResult], targets: int) -> ShardResult:
    """Join the results of consecutive pools; none give an empty result."""
    whole = (ShardResult.empty(targets), *parts)
    return ShardResult(
        *(
            np.concatenate([getattr(part, name) for part in whole], axis=-1)
            for name in ShardResult.columns()
        )
    )
