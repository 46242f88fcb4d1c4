"""What keeps rows on one side of a split: one sequence, a like one, an overlap on the genome."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gtrack.core.sequences import reverse_complement
from gtrack.core.training.examples import NO_PLACE, ExampleSet
from gtrack.core.training.likeness import Pairs, alike_groups, first_alike
from gtrack.core.training.truth import Rows

Groups = NDArray[np.int64]
"""A number per row; rows of one number stand for one."""

Side = tuple[ExampleSet, Rows]
"""Some rows of a set."""

_NAMED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """What of a test set training shows as well, in whole or for the most part.

    Parameters
    ----------
    tests : int
        Rows of the test set that are like a training row.
    trains : int
        Training rows that were left out for being like a test row.
    left_out_of : {"test", "train", "keep"}
        Which side gave way; ``keep``: neither.
    first : tuple of str
        Of the first few, which row is like which.
    """

    tests: int
    trains: int
    left_out_of: str
    first: tuple[str, ...]


def canonical_windows(examples: ExampleSet) -> list[str]:
    """Return every window, or its reverse complement where that comes first in the alphabet."""
    return _keys((examples, examples.truth.rows))


def distinct(examples: ExampleSet, rows: Rows) -> tuple[Rows, int]:
    """Return the rows whose window no earlier one has in either orientation; count the others."""
    first: dict[str, int] = {}
    for row, key in zip(rows.tolist(), _keys((examples, rows)), strict=True):
        first.setdefault(key, row)
    kept = np.fromiter(first.values(), np.int64, len(first))
    return kept, len(rows) - len(kept)


def copies(examples: ExampleSet) -> Groups:
    """Return a number for every row: rows of one number have one window in either orientation."""
    numbers: dict[str, int] = {}
    keys = canonical_windows(examples)
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)


def grouped(examples: ExampleSet, rows: Rows) -> Groups:
    """Return a number for each of `rows`: rows of one number overlap, are alike or are the same."""
    side = examples, rows
    links = np.concatenate([_same(_keys(side)), _overlaps(examples, rows)])
    return alike_groups(_sequences(side), links)


def set_apart(training: Side, testing: Side, give_way: str) -> tuple[Rows, Rows, Shared]:
    """Find test rows that are the same as a training row, or like one, and take them from a side.

    Parameters
    ----------
    training, testing : tuple of ExampleSet and ndarray of int64
        The rows of either side; the sets may be one.
    give_way : {"test", "train", "keep"}
        The side that loses them; ``keep``: neither.

    Returns
    -------
    train, test : ndarray of int64
        The rows that are left.
    shared : Shared
        What was found.
    """
    like = _first_like(testing, training)
    hit = np.flatnonzero(like >= 0)
    (of_train, train), (of_test, test) = training, testing
    first = tuple(
        f"{of_test.origins[test[k]]} is like {of_train.origins[train[like[k]]]}"
        for k in hit[:_NAMED].tolist()
    )
    if give_way == "test":
        test = np.delete(test, hit)
    elif give_way == "train" and len(hit):
        train = train[_first_like(training, testing) < 0]
    return train, test, Shared(len(hit), len(training[1]) - len(train), give_way, first)


def _sequences(side: Side) -> list[str]:
    examples, rows = side
    return [examples.sequences[row] for row in rows.tolist()]


def _keys(side: Side) -> list[str]:
    examples, rows = side
    windows = map(examples.window, rows.tolist())
    return [min(window, reverse_complement(window)) for window in windows]


def _first_like(side: Side, other: Side) -> NDArray[np.int64]:
    """Return for each row of a side the first of the other that is the same or like it, or -1."""
    first: dict[str, int] = {}
    for row, key in enumerate(_keys(other)):
        first.setdefault(key, row)
    same = np.array([first.get(key, -1) for key in _keys(side)], np.int64)
    return np.where(same >= 0, same, first_alike(_sequences(side), _sequences(other)))


def _same(keys: list[str]) -> Pairs:
    """Link every row to the first of its key."""
    first: dict[str, int] = {}
    pairs = [(first.setdefault(key, row), row) for row, key in enumerate(keys)]
    return np.array([pair for pair in pairs if pair[0] != pair[1]], np.int64).reshape(-1, 2)


def _overlaps(examples: ExampleSet, rows: Rows) -> Pairs:
    """Link rows of which one, moved as far as its flanks go, shares a base with the other."""
    start = examples.starts[rows]
    reach = np.maximum(examples.left[rows], examples.right[rows])
    end = start + examples.lengths()[rows] + reach
    chroms = [examples.chroms[row] for row in rows.tolist()]
    at = np.flatnonzero(start != NO_PLACE).tolist()
    pairs: list[tuple[int, int]] = []
    furthest = -1
    for one, other in pairwise(sorted(at, key=lambda row: (chroms[row], start[row]))):
        before = bool(pairs) and pairs[-1][1] == one
        furthest = max(furthest, end[one]) if before else end[one]
        if chroms[one] == chroms[other] and start[other] < furthest:
            pairs.append((one, other))
    return np.array(pairs, np.int64).reshape(-1, 2)
