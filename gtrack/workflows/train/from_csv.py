"""Training examples out of a CSV of labelled sequences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from gtrack.core.errors import InputError
from gtrack.io.examples_csv import LabelledSequence
from gtrack.workflows.train.examples import NO_PLACE, ExampleSet


def label_names(rows: Iterable[LabelledSequence]) -> tuple[str, ...]:
    """Return the labels in their order: as numbers where all are whole numbers, else as text."""
    names = {row.label for row in rows}
    if all(re.fullmatch(r"[+-]?[0-9]+", name) for name in names):
        return tuple(sorted(names, key=lambda name: (int(name), name)))
    return tuple(sorted(names))


def csv_examples(
    path: Path,
    rows: Sequence[LabelledSequence],
    window_bp: int,
    names: tuple[str, ...],
    reach: int,
) -> ExampleSet:
    """Make windows of CSV rows: the middle of a sequence that is longer than `window_bp`.

    Parameters
    ----------
    path : Path
        Named in messages.
    rows : sequence of LabelledSequence
        The rows.
    window_bp : int
        Longest window; shorter sequences stay as they are.
    names : tuple of str
        The labels, by index.
    reach : int
        Longest flank to keep on each side, in bp.
    """
    index = {name: i for i, name in enumerate(names)}
    sequences, left, right = [], [], []
    for row in rows:
        if row.label not in index:
            raise InputError(
                f"{path}:{row.line}: label {row.label!r} is none of the training labels "
                f"{', '.join(names)}"
            )
        spare = max(0, len(row.sequence) - window_bp)
        at = spare // 2
        before, after = min(reach, at), min(reach, spare - at)
        sequences.append(row.sequence[at - before : len(row.sequence) - (spare - at) + after])
        left.append(before)
        right.append(after)
    cropped = sum(len(row.sequence) > window_bp for row in rows)
    return ExampleSet(
        names,
        sequences,
        np.array(left, np.int32),
        np.array(right, np.int32),
        np.array([index[row.label] for row in rows], np.int64),
        [f"{path}:{row.line}" for row in rows],
        [""] * len(rows),
        np.full(len(rows), NO_PLACE, np.int64),
        {"cropped_to_window": cropped} if cropped else {},
    )
