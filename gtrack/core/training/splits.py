"""Which rows are trained on and which are tested on, and that no test row was seen in training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError
from gtrack.core.training.apart import (
    Groups,
    Shared,
    canonical_windows,
    copies,
    distinct,
    grouped,
    set_apart,
)
from gtrack.core.training.chance import Purpose, stream
from gtrack.core.training.examples import ExampleSet
from gtrack.core.training.truth import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Rows by their part, and what was found between the parts.

    Parameters
    ----------
    train : ndarray of int64
        Rows of the training set.
    test : ndarray of int64
        Rows of the held-out set; may be empty. Unless the user keeps them, no row of it overlaps a
        training row on the genome or is like one
        (:func:`~gtrack.core.training.likeness.alike_groups`), and no sequence stands in it twice.
    within_training : int
        Training rows whose sequence, in either orientation, an earlier training row has.
    removed_duplicates : int
        Rows taken out of the test set because an earlier row of it has their sequence.
    groups : ndarray of int64, shape (rows,), or None
        Of a random split: the group of every row. Rows of a group overlap or are alike, and stand
        on one side.
    shared : Shared
        What stood on both sides.
    conflicts : tuple of str
        One message per sequence that is given with different labels or values.
    """

    train: Rows
    test: Rows
    within_training: int
    removed_duplicates: int
    groups: Groups | None
    shared: Shared
    conflicts: tuple[str, ...]


def split_examples(
    examples: ExampleSet,
    holdout: tuple[str, ...],
    share: float,
    seed: int,
    give_way: str = "test",
) -> Split:
    """Split by chromosome, or at random by groups, so that no test row is one that training shows.

    The random test set is a share of the distinct sequences, of each class alike where outputs are
    classes; groups of windows that overlap or are alike fall on one side as wholes.

    Parameters
    ----------
    examples : ExampleSet
        All rows.
    holdout : tuple of str
        Chromosomes to test on; none: a random share.
    share : float
        Of a random split, from 0 to below 1.
    seed : int
        Of the chance.
    give_way : {"test", "train", "keep"}
        Which side loses the rows that stand on both; ``keep``: neither, and a random split holds
        copies of a sequence together only.

    Raises
    ------
    InputError
        When what is left to train or to test on has no row of a class, none with or none without a
        label, or one number alone of a value.
    """
    groups = None
    if holdout:
        held = np.array([chrom in holdout for chrom in examples.chroms])
    elif not share:
        held = np.zeros(len(examples), bool)
    else:
        groups = grouped(examples, examples.truth.rows)
        together = groups if give_way != "keep" else copies(examples)
        firsts, _ = distinct(examples, examples.truth.rows)
        rng = stream(seed, Purpose.SPLIT)
        held = _random_share(examples.truth.strata(), firsts, together, share, rng)
    train, test = np.flatnonzero(~held), np.flatnonzero(held)
    shared = Shared(0, 0, give_way, ())
    if len(test) and (holdout or give_way == "keep"):
        train, test, shared = set_apart((examples, train), (examples, test), give_way)
    duplicates = 0
    if give_way != "keep":
        test, duplicates = distinct(examples, test)
    within_training = len(train) - len(distinct(examples, train)[0])
    conflicts = _conflicts(examples, canonical_windows(examples))
    split = Split(train, test, within_training, duplicates, groups, shared, tuple(conflicts))
    for rows, purpose in ((split.train, "to train on"), (split.test, "to test on")):
        if rows is split.train or holdout or share:
            _require(examples, split, rows, purpose)
    return split


def _random_share(
    strata: NDArray[np.int64],
    firsts: Rows,
    groups: Groups,
    share: float,
    rng: np.random.Generator,
) -> NDArray[np.bool_]:
    """Draw groups until each stratum has its share of the distinct sequences, and none has more.

    `firsts` are the rows that are the first of their sequence. Where no group fits into the share
    of a stratum, the smallest that has one of its rows is taken.
    """
    levels, level = np.unique(strata, return_inverse=True)
    has = np.zeros((int(groups.max()) + 1, len(levels)), np.int64)
    np.add.at(has, (groups[firsts], level[firsts]), 1)
    sizes = has.sum(0)
    left = np.maximum(1, np.round(share * sizes).astype(np.int64))
    left = np.minimum(left, np.maximum(0, sizes - 1))
    wanted = left.copy()
    chosen = np.zeros(len(has), bool)
    for stratum in range(len(levels)):
        rows = rng.permutation(firsts[level[firsts] == stratum])
        for group in groups[rows].tolist():
            if left[stratum] <= 0:
                break
            if not chosen[group] and (has[group] <= left).all():
                chosen[group] = True
                left -= has[group]
        if wanted[stratum] and not has[chosen, stratum].any():
            group = int(min(groups[rows].tolist(), key=lambda group: has[group].sum()))
            chosen[group] = True
            left -= has[group]
    return np.asarray(chosen[groups])


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


def _require(examples: ExampleSet, split: Split, rows: Rows, purpose: str) -> None:
    missing = examples.truth.lack(rows)
    if not missing:
        return
    cure, why = "another --seed or --test-share", ""
    if any(examples.chroms):
        cure = "other --holdout chromosomes, or another --test-share"
    largest = 0 if split.groups is None else int(np.bincount(split.groups).max())
    if split.conflicts:
        why = (
            f" ({len(split.conflicts):,} sequences have more than one label, the first: "
            f"{split.conflicts[0]})"
        )
    elif split.shared.left_out_of != "keep" and largest > len(examples) // 2:
        why = (
            f" ({largest:,} of {len(examples):,} windows overlap or share much of their sequence, "
            "through each other, and stay on one side)"
        )
        cure = "--shared keep if they are meant to be variants of one sequence"
        if any(examples.chroms):
            cure = "--holdout chromosomes to test on"
    elif split.shared.tests and split.shared.left_out_of != "keep":
        why = f" ({split.shared.tests:,} test windows are like training windows)"
        cure = f"--shared keep for a score that is too high, {cure}"
    raise InputError(f"{missing} is left {purpose}{why}; choose {cure}, or add rows")
