"""The examples of a job: read, split, and checked to suffice."""

from __future__ import annotations

import numpy as np

from gtrack.core.errors import InputError
from gtrack.workflows.training.examples import ExampleSet
from gtrack.workflows.training.from_csv import csv_examples, read_csv
from gtrack.workflows.training.from_regions import region_examples
from gtrack.workflows.training.job import TrainJob
from gtrack.workflows.training.truth import Truth


def read_training_examples(job: TrainJob) -> tuple[ExampleSet, int]:
    """Read what a job trains on, and the length of its windows in bp.

    Raises
    ------
    InputError
        For bad files, regions off the genome, a window longer than its chromosome, fewer than two
        labels, or a request that the input cannot meet.
    """
    if job.csv is not None:
        rows, truth = read_csv(job, job.csv)
        window_bp = job.window_bp or max(len(row.sequence) for row in rows)
        examples = csv_examples(job.csv, rows, truth, window_bp, _reach(job, window_bp))
        longest = int(examples.lengths().max())
        if longest < window_bp:
            raise InputError(
                f"{job.csv}: the longest sequence has {longest} bp, so a model cannot be trained "
                f"on --window {window_bp}"
            )
        if "shift" in job.augment and not (examples.left.any() or examples.right.any()):
            raise InputError(
                f"{job.csv}: no sequence is longer than the window of {window_bp} bp, so that "
                "nothing can shift; give a smaller --window or drop --augment shift"
            )
    else:
        window_bp = job.window_bp or 0
        examples = region_examples(job, window_bp, _reach(job, window_bp))
    if examples.truth.outputs == "classes":
        _check_classes(job, examples.truth)
    return examples, window_bp


def _reach(job: TrainJob, window_bp: int) -> int:
    if "shift" not in job.augment:
        return 0
    return job.shift_bp or max(1, window_bp // 10)


def _check_classes(job: TrainJob, truth: Truth) -> None:
    if len(truth.names) < 2:
        raise InputError(
            f"{job.csv}: every row has the label {truth.names[0]!r}; training needs two or more"
        )
    counts = truth.count(np.arange(len(truth)))
    name = min(counts, key=counts.__getitem__)
    if counts[name] < 2 and job.share:
        raise InputError(
            f"{job.csv or job.positives}: label {name!r} has {counts[name]} row; it needs one to "
            "train on and one to test on"
        )
