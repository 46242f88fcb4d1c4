"""Training examples out of a CSV of sequences with a label, several labels or values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.core.scan.widening import SHORT_BP
from gtrack.core.training.examples import Example, ExampleSet
from gtrack.core.training.truth import Truth
from gtrack.io.examples_csv import (
    NUMBER,
    LabelledSequence,
    MeasuredSequence,
    read_examples,
    read_numbers,
)
from gtrack.workflows.training.job import TrainJob

CsvRows = Sequence[LabelledSequence] | Sequence[MeasuredSequence]


def label_names(rows: Iterable[LabelledSequence]) -> tuple[str, ...]:
    """Return the labels in their order: as numbers where all are whole numbers, else as text."""
    names = {row.label for row in rows}
    if all(re.fullmatch(r"[+-]?[0-9]+", name) for name in names):
        return tuple(sorted(names, key=lambda name: (int(name), name)))
    return tuple(sorted(names))


def read_csv(
    job: TrainJob, path: Path, names: tuple[str, ...] | None = None
) -> tuple[CsvRows, Truth]:
    """Read a CSV in the form that a job names, and what is true of its rows.

    Parameters
    ----------
    job : TrainJob
        Names columns of labels or of values, or neither: then there is a column of classes.
    path : Path
        The file.
    names : tuple of str or None
        The classes by index; None takes those that the file has.

    Raises
    ------
    InputError
        For a bad file, a class that is none of `names`, or one number spelt in two ways.
    """
    if job.outputs != "classes":
        only_0_and_1 = job.outputs == "labels"
        measured = read_numbers(path, job.columns, only_0_and_1=only_0_and_1)
        numbers = [row.numbers for row in measured]
        return measured, Truth.listed(job.outputs, job.columns, numbers)
    rows = read_examples(path)
    if names is None:
        _refuse_twins(path, rows)
        names = label_names(rows)
    index = {name: i for i, name in enumerate(names)}
    for row in rows:
        if row.label not in index:
            raise InputError(
                f"{path}:{row.line}: label {row.label!r} is none of the training labels "
                f"{', '.join(names)}"
            )
    return rows, Truth.listed("classes", names, [index[row.label] for row in rows])


def _refuse_twins(path: Path, rows: Iterable[LabelledSequence]) -> None:
    """Refuse labels that are one number, as 1 and 1.0 are: they would be two classes."""
    spelled: dict[float, str] = {}
    for row in rows:
        if not NUMBER.fullmatch(row.label):
            continue
        before = spelled.setdefault(float(row.label), row.label)
        if before != row.label:
            raise InputError(
                f"{path}:{row.line}: label {shown(row.label, 80)!r} is the number of "
                f"{shown(before, 80)!r} in other lines, and would be a class of its own; write "
                "both alike"
            )


def csv_examples(
    path: Path,
    rows: CsvRows,
    truth: Truth,
    window_bp: int,
    reach: int,
) -> ExampleSet:
    """Make windows of CSV rows: the middle of a sequence that is longer than `window_bp`.

    Parameters
    ----------
    path : Path
        Named in messages.
    rows : sequence of LabelledSequence or MeasuredSequence
        The rows.
    truth : Truth
        What is true of them.
    window_bp : int
        Longest window; shorter sequences stay as they are.
    reach : int
        Longest flank to keep on each side, in bp.
    """
    examples = [
        Example.middle(row.sequence, window_bp, reach, f"{path}:{row.line}") for row in rows
    ]
    for each in examples:
        each.check_known()
    lengths = [len(row.sequence) for row in rows]
    notes = {
        "cropped_to_window": sum(length > window_bp for length in lengths),
        "windows_with_n": sum("N" in each.sequence for each in examples),
        "short_sequences": sum(length < SHORT_BP <= window_bp for length in lengths),
    }
    return ExampleSet.of(truth, examples, {name: n for name, n in notes.items() if n})
