"""The examples of a job: read, split, and checked to suffice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.core.training.apart import Groups, Shared, distinct, grouped, set_apart
from gtrack.core.training.examples import ExampleSet
from gtrack.core.training.splits import Split, split_examples
from gtrack.core.training.truth import Rows, Truth
from gtrack.workflows.training.from_csv import csv_examples, read_csv
from gtrack.workflows.training.from_regions import flanked_length, region_examples
from gtrack.workflows.training.job import TrainJob

_MANY_NUMBERS = 10


@dataclass(frozen=True, slots=True, eq=False)
class ExtraTest:
    """A further test set: the `rows` of it that are tested on, and why others are not.

    Parameters
    ----------
    examples : ExampleSet
        All of it.
    rows : ndarray of int64
        Those that are tested on.
    removed : int
        Rows left out because an earlier one has their sequence.
    shared : Shared
        What training shows as well.
    """

    examples: ExampleSet
    rows: Rows
    removed: int
    shared: Shared


@dataclass(frozen=True, slots=True, eq=False)
class TrainingData:
    """What a job trains and tests on.

    Parameters
    ----------
    examples : ExampleSet
        All rows but those of a further test set.
    window_bp : int
        Length of a window.
    split : Split
        Which rows are trained on and which are tested on.
    extra : ExtraTest or None
        A further test set.
    """

    examples: ExampleSet
    window_bp: int
    split: Split
    extra: ExtraTest | None

    @property
    def tests(self) -> dict[str, tuple[ExampleSet, Rows]]:
        """Every test set by its name in the record."""
        tests: dict[str, tuple[ExampleSet, Rows]] = {}
        if len(self.split.test):
            tests["test"] = self.examples, self.split.test
        if self.extra is not None:
            tests["test_csv"] = self.extra.examples, self.extra.rows
        return tests

    def groups(self, test: str) -> Groups:
        """Return the groups of the rows of a test set, in their order."""
        examples, rows = self.tests[test]
        if test == "test" and self.split.groups is not None:
            return self.split.groups[rows]
        return grouped(examples, rows)


def read_data(job: TrainJob) -> TrainingData:
    """Read and split what a job trains and tests on.

    Raises
    ------
    InputError
        For bad files, or when something is left without a row to learn it from or to test it on.
    """
    examples, window_bp = read_training_examples(job)
    split = split_examples(examples, job.holdout, job.share, job.seed, job.shared)
    extra = None
    if job.test_csv is not None:
        split, extra = _extra_test(job, job.test_csv, examples, split, window_bp)
    return TrainingData(examples, window_bp, split, extra)


def _extra_test(
    job: TrainJob, path: Path, examples: ExampleSet, split: Split, window_bp: int
) -> tuple[Split, ExtraTest]:
    """Read the further test set, and part it from the training set."""
    extra = csv_examples(path, *read_csv(job, path, examples.truth.names), window_bp, 0)
    training, testing = (examples, split.train), (extra, extra.truth.rows)
    train, rows, shared = set_apart(training, testing, job.shared)
    removed = 0
    if job.shared != "keep":
        rows, removed = distinct(extra, rows)
    for where, of, kept, purpose in (
        (path, extra, rows, "to test on"),
        (job.csv or job.positives, examples, train, "to train on"),
    ):
        if missing := of.truth.lack(kept):
            why = f"; training shows {shared.tests:,} of its rows" if shared.tests else ""
            cure = "add rows"
            if why:
                other = (
                    "" if job.shared == "train" else "--shared train to leave them out there, or "
                )
                cure = f"add other rows, or give {other}--shared keep for a score that is too high"
            raise InputError(f"{where}: {missing} is left {purpose}{why}; {cure}")
    within = len(train) - len(distinct(examples, train)[0])
    split = replace(split, train=train, within_training=within)
    return split, ExtraTest(extra, rows, removed, shared)


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
                f"on --window {window_bp}; leave it out, or give {longest} at most"
            )
        if "shift" in job.augment and not (examples.left.any() or examples.right.any()):
            raise InputError(
                f"{job.csv}: no sequence is longer than the window of {window_bp} bp, so that "
                "nothing can shift; give a smaller --window or drop --augment shift"
            )
    else:
        window_bp = job.window_bp or job.resize or flanked_length(job)
        examples = region_examples(job, window_bp, _reach(job, window_bp))
    if examples.truth.outputs == "classes":
        _check_classes(job, examples.truth)
    return examples, window_bp


def _reach(job: TrainJob, window_bp: int) -> int:
    if "shift" not in job.augment:
        return 0
    return job.shift_bp or max(1, window_bp // 10)


def _numbers_hint(truth: Truth) -> str:
    """Point to regression where labels look like measured numbers."""
    try:
        numbers = [float(name) for name in truth.names]
    except ValueError:
        return ""
    if len(numbers) < _MANY_NUMBERS:
        return ""
    return f"; {len(numbers):,} labels are numbers: to learn those as values, give --values label"


def _check_classes(job: TrainJob, truth: Truth) -> None:
    if len(truth.names) < 2:
        raise InputError(
            f"{job.csv}: every row has the label {shown(truth.names[0], 80)!r}; training needs two "
            "or more, so add rows of another label"
        )
    counts = truth.count(truth.rows)
    name = min(counts, key=counts.__getitem__)
    if counts[name] < 2 and job.share:
        raise InputError(
            f"{job.csv or job.positives}: label {shown(name, 80)!r} has {counts[name]} row; it "
            f"needs one to train on and one to test on{_numbers_hint(truth)}"
        )
