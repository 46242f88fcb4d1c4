"""Which rows are trained on and which are tested on, and that no test row was seen in training."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError
from gtrack.core.sequences import reverse_complement
from gtrack.core.training.chance import Purpose, stream
from gtrack.core.training.examples import NO_PLACE, ExampleSet
from gtrack.core.training.truth import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Rows by their part, and what was found between the parts.

    Parameters
    ----------
    train : ndarray of int64
        Rows of the training set.
    test : ndarray of int64
        Rows of the held-out set. None shares its sequence, in either orientation, or a base of the
        genome with what a training row may show; no sequence stands in it twice. May be empty.
    within_training : int
        Training rows whose sequence, in either orientation, an earlier training row has.
    removed_duplicates, removed_overlaps : int
        Rows taken out of the test set for these two reasons.
    conflicts : tuple of str
        One message per sequence that is given with different labels or values.
    """

    train: Rows
    test: Rows
    within_training: int
    removed_duplicates: int
    removed_overlaps: int
    conflicts: tuple[str, ...]


def split_examples(
    examples: ExampleSet, holdout: tuple[str, ...], share: float, seed: int
) -> Split:
    """Split by chromosome, or at random, and purge the test set of what training shows.

    The random test set is a share of the distinct sequences, of each class alike where outputs are
    classes; so the copies of a sequence, and its reverse complements, fall on one side.

    Raises
    ------
    InputError
        When what is left to train or to test on has no row of a class, none with or none without a
        label, or one number alone of a value.
    """
    keys = canonical_windows(examples)
    if holdout:
        held = np.array([chrom in holdout for chrom in examples.chroms])
    else:
        held = _random_share(examples.truth.strata(), keys, share, stream(seed, Purpose.SPLIT))
    train, test = np.flatnonzero(~held), np.flatnonzero(held)
    seen = {keys[row] for row in train}
    within_training = len(train) - len(seen)
    test, duplicates = purge_duplicates(keys, test, seen)
    apart = _apart(examples, train, test)
    conflicts = _conflicts(examples, keys)
    split = Split(
        train, test[apart], within_training, duplicates, int((~apart).sum()), tuple(conflicts)
    )
    _require(examples, split.train, "to train on")
    if holdout or share:
        _require(examples, split.test, "to test on")
    return split


def canonical_windows(examples: ExampleSet) -> list[str]:
    """Return every window, or its reverse complement where that comes first in the alphabet."""
    windows = map(examples.window, range(len(examples)))
    return [min(window, reverse_complement(window)) for window in windows]


def purge_duplicates(keys: list[str], rows: Rows, seen: set[str]) -> tuple[Rows, int]:
    """Return the rows whose key is neither in `seen` nor an earlier row's; count the others."""
    known = set(seen)
    kept = []
    for row in rows.tolist():
        if keys[row] not in known:
            known.add(keys[row])
            kept.append(row)
    return np.array(kept, np.int64), len(rows) - len(kept)


def _random_share(
    strata: NDArray[np.int64], keys: list[str], share: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    first: dict[str, int] = {}
    for row, key in enumerate(keys):
        first.setdefault(key, row)
    distinct = np.fromiter(first.values(), np.int64, len(first))
    chosen: set[str] = set()
    for stratum in np.unique(strata[distinct]) if share else ():
        rows = distinct[strata[distinct] == stratum]
        count = min(max(1, round(share * len(rows))), len(rows) - 1)
        chosen.update(keys[row] for row in rng.permutation(rows)[:count])
    return np.array([key in chosen for key in keys])


def _apart(examples: ExampleSet, train: Rows, test: Rows) -> NDArray[np.bool_]:
    """Say for each test row whether its window overlaps no training window on the genome."""
    lengths = examples.lengths()
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in train.tolist():
        if examples.starts[row] != NO_PLACE:
            start = int(examples.starts[row])
            reach = int(max(examples.left[row], examples.right[row]))
            spans[examples.chroms[row]].append((start - reach, start + int(lengths[row]) + reach))
    seen = {chrom: _union(runs) for chrom, runs in spans.items()}
    apart = np.ones(len(test), bool)
    for index, row in enumerate(test.tolist()):
        start = int(examples.starts[row])
        runs = seen.get(examples.chroms[row], [])
        if start != NO_PLACE:
            before = bisect_left(runs, (start + int(lengths[row]),)) - 1
            apart[index] = before < 0 or runs[before][1] <= start
    return apart


def _union(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    union: list[tuple[int, int]] = []
    for start, end in sorted(runs):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], end))
        else:
            union.append((start, end))
    return union


def _conflicts(examples: ExampleSet, keys: list[str]) -> list[str]:
    first: dict[str, int] = {}
    found: dict[str, str] = {}
    for row, key in enumerate(keys):
        other = first.setdefault(key, row)
        if key in found or (words := examples.truth.difference(row, other)) is None:
            continue
        found[key] = (
            f"{examples.origins[row]} ({words[0]}) has the sequence of "
            f"{examples.origins[other]} ({words[1]})"
        )
    return list(found.values())


def _require(examples: ExampleSet, rows: Rows, purpose: str) -> None:
    if missing := examples.truth.lack(rows):
        by_place = any(examples.chroms)
        cure = "other --holdout chromosomes, another" if by_place else "another --seed or"
        raise InputError(f"{missing} is left {purpose}; choose {cure} --test-share, or add rows")
