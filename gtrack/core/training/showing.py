"""What the network is shown at each step, fixed before the first: rows, moves and orientations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError
from gtrack.core.sequences import reverse_complement
from gtrack.core.training.chance import Purpose, stream
from gtrack.core.training.examples import ExampleSet

MOST_DRAWS = 200_000_000
"""Draws of a training, whose plan takes 17 bytes each."""

POOL = 48
"""Batches among which sequences of like length are brought together."""


@dataclass(frozen=True, slots=True, eq=False)
class Showing:
    """Every draw of a training, in order.

    Parameters
    ----------
    rows : ndarray of int64, shape (draws,)
        Row of the example set.
    flips : ndarray of bool, shape (draws,)
        Show the reverse complement.
    offsets : ndarray of int64, shape (draws,)
        Move within the flanks, in bp.
    """

    rows: NDArray[np.int64]
    flips: NDArray[np.bool_]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def sequence(self, examples: ExampleSet, draw: int) -> str:
        """Return the sequence of one draw, as it is shown."""
        window = examples.window(int(self.rows[draw]), int(self.offsets[draw]))
        return reverse_complement(window) if self.flips[draw] else window


def plan_showing(
    examples: ExampleSet,
    train: NDArray[np.int64],
    draws: int,
    *,
    augment: frozenset[str],
    short_first: bool,
    seed: int,
) -> Showing:
    """Plan all draws of a training: whole passes over the rows, each in a new random order.

    Parameters
    ----------
    examples : ExampleSet
        All rows.
    train : ndarray of int64
        Rows to draw from.
    draws : int
        Steps times batch.
    augment : frozenset of {"rc", "shift"}
        ``rc`` flips a draw with probability 1/2; ``shift`` moves it, uniformly within the flanks.
    short_first : bool
        Sort all draws by length, so that short sequences come first.
    seed : int
        Same seed, same plan.

    Raises
    ------
    InputError
        For more draws than `MOST_DRAWS`.
    """
    if draws > MOST_DRAWS:
        raise InputError(
            f"{draws:.3g} windows would be shown, steps times batch, of {len(train):,} that there "
            f"are; {MOST_DRAWS:,} are the most: give fewer --epochs or --steps, or a lower --batch"
        )
    rng = stream(seed, Purpose.SHOWING)
    passes = -(-draws // len(train))
    rows = np.concatenate([rng.permutation(train) for _ in range(passes)])[:draws]
    flips = rng.random(draws) < 0.5 if "rc" in augment else np.zeros(draws, bool)
    offsets = np.zeros(draws, np.int64)
    if "shift" in augment:
        offsets = rng.integers(-examples.left[rows], examples.right[rows], endpoint=True)
    if short_first:
        order = np.argsort(examples.lengths()[rows], kind="stable")
        rows, flips, offsets = rows[order], flips[order], offsets[order]
    return Showing(rows, flips, offsets)


def order_pool(units: Sequence[int], batch: int, seed: int, pool: int) -> NDArray[np.int64]:
    """Return the order in which a pool of draws is shown: like lengths together, batches shuffled.

    Parameters
    ----------
    units : sequence of int
        Length of each draw of the pool as the network reads it; a multiple of `batch` of them.
    batch : int
        Rows per batch.
    seed, pool : int
        Seed of the training, and number of the pool: together they decide the order.
    """
    batches = np.argsort(units, kind="stable").reshape(-1, batch)
    return stream(seed, Purpose.ORDER, pool).permutation(batches).ravel()
