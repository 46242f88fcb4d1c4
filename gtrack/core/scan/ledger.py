"""The ledger of a window: score = relevance of its known bases + unplaced + absorbed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gtrack.core.scan.shard import ShardResult


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One window on one strand, for one target.

    Parameters
    ----------
    score : float
        What is explained.
    probability : float
        NaN where the output has none.
    relevance : float
        Sum over all A, C, G, T units of the input.
    unplaced : float
        Relevance of [CLS], [SEP], [UNK] and N.
    absorbed : float
        The rest, which biases, softmax and ALiBi keep.
    """

    score: float
    probability: float
    relevance: float
    unplaced: float
    absorbed: float


def entries(result: ShardResult, row: int) -> Iterator[LedgerEntry]:
    """Yield the entries of one row of a shard, target by target."""
    columns = (result.score, result.probability, result.relevance_sum, result.unplaced)
    of_row = (column[:, row].tolist() for column in columns)
    for score, probability, total, unplaced in zip(*of_row, strict=True):
        yield LedgerEntry(score, probability, total, unplaced, score - total - unplaced)
