"""The text that a tokenizer is trained on: pieces of a random sample of the training windows."""

from __future__ import annotations

from collections.abc import Iterator

from gtrack.core.sequences import reverse_complement
from gtrack.core.training.chance import Purpose, stream

TEXT_BP = 10_000_000
"""Bases that a tokenizer is trained on, at most."""

PIECE_BP = 1_000
"""Longer sequences are cut: the cost of a merge grows with the length of a word."""


def pieces(sequences: list[str], *, both_strands: bool, seed: int) -> Iterator[str]:
    """Yield runs of known bases, at most `PIECE_BP` long, until there are `TEXT_BP` bases.

    Parameters
    ----------
    sequences : list of str
        Upper-case A, C, G, T and N; taken in random order.
    both_strands : bool
        Take each from either strand with probability 1/2.
    seed : int
        Of the training.
    """
    rng = stream(seed, Purpose.TOKENIZER)
    left = TEXT_BP
    for row in rng.permutation(len(sequences)).tolist():
        if left <= 0:
            return
        sequence = sequences[row][:left]
        if both_strands and rng.random() < 0.5:
            sequence = reverse_complement(sequence)
        left -= len(sequence)
        for run in sequence.split("N"):
            for at in range(0, len(run), PIECE_BP):
                yield run[at : at + PIECE_BP]
