"""The flow of one training: read, split, train, test, write."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gtrack.core.errors import InputError, OutputError
from gtrack.core.heads import Head
from gtrack.core.ports import OnStep
from gtrack.io.atomic import write_text
from gtrack.io.folders import making_folder
from gtrack.models.device import resolve_devices
from gtrack.models.weights import check_finite
from gtrack.workflows.training.augment import plan_showing
from gtrack.workflows.training.data import read_training_examples
from gtrack.workflows.training.examples import ExampleSet
from gtrack.workflows.training.from_csv import csv_examples, read_csv
from gtrack.workflows.training.job import TrainJob, TrainResult
from gtrack.workflows.training.networks import Trainee, make_trainee
from gtrack.workflows.training.record import (
    SCHEMA,
    describe_data,
    describe_scale,
    describe_settings,
    versions,
)
from gtrack.workflows.training.scale import Scale, network_truth
from gtrack.workflows.training.scores import score_outputs
from gtrack.workflows.training.splits import (
    Split,
    canonical_windows,
    purge_duplicates,
    split_examples,
)
from gtrack.workflows.training.trainer import ShownBatches, fit, predict
from gtrack.workflows.training.truth import Rows
from gtrack.workflows.training.work_folder import check_work_folder, working

Say = Callable[[str], None]


def train(
    job: TrainJob, *, on_step: OnStep | None = None, say: Say = lambda _: None
) -> TrainResult:
    """Train a model and write its folder.

    Parameters
    ----------
    job : TrainJob
        What to do.
    on_step : callable, optional
        Called after every step with step, steps and the mean loss of the last steps.
    say : callable, optional
        Takes one line about each thing that the user should know.

    Returns
    -------
    TrainResult
        The finished folder: ``config.json``, ``model.safetensors``, the tokenizer of a dnabert2,
        and ``training.json``. It appears under its name complete or not at all.

    Raises
    ------
    InputError
        For bad input or options, an output folder that is not empty, or a work folder of another
        training.
    ModelError
        When the model to go on from, the device or the training fails.
    OutputError
        When the disk refuses.
    """
    _check_output(job)
    device = resolve_devices(job.device)[0]
    with _threads(job.threads), _disk(job.out):
        examples, window_bp = read_training_examples(job)
        split = split_examples(examples, job.holdout, job.share, job.seed)
        data = describe_data(job, examples, split, window_bp)
        tests: dict[str, tuple[ExampleSet, Rows]] = {}
        if len(split.test):
            tests["test"] = examples, split.test
        if job.test_csv is not None:
            extra, rows = _extra_tests(job, examples, split, window_bp)
            tests["test_csv"] = extra, rows
            data["rows"]["test_csv"] = extra.truth.count(rows)
            if "windows" in data:
                data["windows"]["test_csv"] = len(rows)
            data["duplicates"]["removed_from_test_csv"] = len(extra) - len(rows)
        for line in _told(data, split):
            say(line)

        scale = Scale.of(examples.truth, split.train)
        steps = job.steps or max(1, math.ceil(job.epochs * len(split.train) / job.batch))
        settings = describe_settings(job, steps, device)
        with working(job, {"kind": job.kind, "data": data, "settings": settings}) as work:
            torch.manual_seed(job.seed)
            head = Head(job.outputs, examples.truth.names)
            training = [examples.window(row) for row in split.train.tolist()]
            trainee = make_trainee(job, head, window_bp, training, work)
            if trainee.afresh:
                say(_afresh(trainee, head, job))
            if scale is not None and trainee.goes_on:
                scale.unfold(trainee.network.classifier)
            showing = plan_showing(
                examples,
                split.train,
                steps * job.batch,
                augment=job.augment,
                short_first=job.short_first,
                seed=job.seed,
            )
            truth = network_truth(examples.truth, scale)
            batches = ShownBatches(examples, truth, showing, trainee, job.batch, job.seed)
            fit(trainee, batches, job, steps, device, on_step)
            if scale is not None:
                scale.fold(trainee.network.classifier)
            check_finite(trainee.network.state_dict(), job.out)
            metrics = {name: _score(trainee, *test, job, device) for name, test in tests.items()}
            record = {
                "schema": SCHEMA,
                "kind": job.kind,
                "parameters": sum(p.numel() for p in trainee.network.parameters()),
                "data": data,
                "settings": settings | {"learning_rate": job.lr or trainee.rate},
                "started_afresh": list(trainee.afresh),
                "versions": versions(),
                "metrics": metrics,
            }
            if scale is not None:
                record["scale"] = describe_scale(examples.truth, scale)
            _write_folder(trainee, record, job.out)
    return TrainResult(job.out, record)


def _extra_tests(
    job: TrainJob, examples: ExampleSet, split: Split, window_bp: int
) -> tuple[ExampleSet, Rows]:
    """Read the further test set, and leave out what stands in the training set."""
    assert job.test_csv is not None
    extra = csv_examples(
        job.test_csv, *read_csv(job, job.test_csv, examples.truth.names), window_bp, 0
    )
    keys = canonical_windows(examples)
    seen = {keys[row] for row in split.train.tolist()}
    rows, _ = purge_duplicates(canonical_windows(extra), np.arange(len(extra)), seen)
    if missing := extra.truth.lack(rows):
        raise InputError(
            f"{job.test_csv}: {missing} is left that is not in the training set; without it there "
            "is nothing to test on"
        )
    return extra, rows


def _score(
    trainee: Trainee, examples: ExampleSet, rows: Rows, job: TrainJob, device: str
) -> dict[str, Any]:
    sequences = [examples.window(row) for row in rows.tolist()]
    logits = predict(trainee, sequences, both_strands=job.strands == "both", device=device)
    return score_outputs(logits, examples.truth, rows, job.seed)


def _afresh(trainee: Trainee, head: Head, job: TrainJob) -> str:
    line = f"started afresh: {', '.join(trainee.afresh)}; the rest is that of {job.base}"
    if trainee.before is not None and trainee.before.outputs != head.outputs:
        line += f", whose outputs are {trainee.before.outputs} and not {head.outputs}"
    return line


def _told(data: dict[str, Any], split: Split) -> Iterator[str]:
    for part, counts in data["rows"].items():
        total = data.get("windows", {}).get(part, sum(counts.values()))
        if total:
            listed = ", ".join(f"{count:,} {name}" for name, count in counts.items())
            of = f" ({listed})" if data.get("outputs") != "values" else ""
            yield f"{part.replace('_', ' ')}: {total:,} windows{of}"
    found = data["duplicates"]
    if found["within_training"]:
        yield f"duplicates: {found['within_training']:,} within the training set, kept"
    for name, what in (
        ("removed_from_test", "test rows share their sequence with training rows or each other"),
        ("overlapping_removed_from_test", "test windows overlap training windows"),
        ("removed_from_test_csv", "rows of --test-csv stand in the training set or twice"),
    ):
        if found.get(name):
            yield f"duplicates: {found[name]:,} {what}; removed from the test set"
    if split.conflicts:
        what = "values" if data.get("outputs") == "values" else "labels"
        how = "stand in rows that differ" if "outputs" in data else "have more than one label"
        yield (
            f"conflicting {what}: {len(split.conflicts):,} sequences {how}, "
            f"kept; the first: {split.conflicts[0]}"
        )
    for name, value in data["notes"].items():
        yield f"{name.replace('_', ' ')}: {value:,}"


def _check_output(job: TrainJob) -> None:
    if job.out.exists() and (not job.out.is_dir() or any(job.out.iterdir())):
        raise InputError(f"{job.out}: exists and is not an empty folder; give another --out")
    check_work_folder(job)


def _write_folder(trainee: Trainee, record: dict[str, Any], out: Path) -> None:
    """Write the model folder beside its name, sync it, then give it its name."""
    with making_folder(out) as partial:
        trainee.network.to("cpu")
        trainee.model.save(partial)
        write_text(partial / "training.json", json.dumps(record, indent=2) + "\n")


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _disk(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise OutputError(
            f"{problem.filename or out}: {problem.strerror or problem}; check the folder's "
            "permissions and free space, then go on with --resume"
        ) from problem
