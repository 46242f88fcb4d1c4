"""The chance of a training: one stream per purpose, so that none moves when another is used."""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What is drawn; the numbers are part of the seeds of every training so far."""

    NEGATIVES = 1
    SPLIT = 2
    SHOWING = 3
    ORDER = 4
    TOKENIZER = 5


def stream(seed: int, purpose: Purpose, *number: int) -> np.random.Generator:
    """Return the stream of a purpose, and of a number where it has several."""
    return np.random.default_rng([seed, int(purpose), *number])
