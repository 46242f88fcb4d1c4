"""The flow of one training: read, split, train, test, write."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gtrack.core.errors import InputError, OutputError
from gtrack.core.ports import OnStep
from gtrack.core.training.scale import Scale
from gtrack.core.training.schedule import steps_of
from gtrack.io.atomic import write_text
from gtrack.io.folders import making_folder
from gtrack.models.device import always_there, resolve_devices
from gtrack.models.folder import locate
from gtrack.workflows.training.data import TrainingData, read_data
from gtrack.workflows.training.job import TrainJob, TrainResult
from gtrack.workflows.training.negatives import write_negatives
from gtrack.workflows.training.record import (
    SCHEMA,
    describe_data,
    describe_scale,
    describe_settings,
    told,
    versions,
)
from gtrack.workflows.training.work_folder import check_work_folder, working

if TYPE_CHECKING:
    from gtrack.workflows.training.networks import Trainee

LARGEST_BATCH = 1024
"""Of a training set that is smaller."""

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
        drawn negatives and ``training.json``. It appears under its name complete or not at all.

    Raises
    ------
    InputError
        For bad input or options, an output folder that is not empty, or a work folder of another
        training.
    ModelError
        When the model to go on from, the device or the training fails.
    OutputError
        When the disk refuses, or another run is at work in the work folder.
    """
    _check_output(job)
    if not always_there(job.device):
        resolve_devices(job.device)
    with _disk(job.out):
        data = read_data(job)
        described = describe_data(job, data)
        for line in told(described, data):
            say(line)
        if job.batch > max(LARGEST_BATCH, len(data.split.train)):
            raise InputError(
                f"--batch {job.batch}: more than the {len(data.split.train):,} training windows; "
                f"give {LARGEST_BATCH} or fewer"
            )
        scale = Scale.of(data.examples.truth, data.split.train)
        rows = len(data.split.train)
        steps = job.steps or steps_of(job.epochs, rows, job.batch, new=job.base is None)
        say(
            f"steps: {steps:,} of {job.batch:,} windows each, which is "
            f"{steps * job.batch / rows:,.1f} times the training set"
        )
        if job.base is not None:
            locate(job.base)
        device = resolve_devices(job.device)[0]
        settings = describe_settings(job, steps, device)
        identity = {"kind": job.kind, "data": described, "settings": settings}
        with working(job, identity) as work:
            from gtrack.workflows.training.course import trained  # noqa: PLC0415  (torch: seconds)

            course = trained(job, data, scale, steps, device, work, on_step, say)
            with course as (trainee, metrics):
                record = {
                    "schema": SCHEMA,
                    "kind": job.kind,
                    "parameters": sum(p.numel() for p in trainee.network.parameters()),
                    "data": described,
                    "settings": settings | {"learning_rate": job.lr or trainee.rate},
                    "started_afresh": list(trainee.afresh),
                    "versions": versions(),
                    "metrics": metrics,
                }
                if scale is not None:
                    record["scale"] = describe_scale(data.examples.truth, scale)
                _write_folder(trainee, record, job, data)
    return TrainResult(job.out, record)


def _check_output(job: TrainJob) -> None:
    if job.out.exists() and (not job.out.is_dir() or any(job.out.iterdir())):
        raise InputError(f"{job.out}: exists and is not an empty folder; give another --out")
    check_work_folder(job)


def _write_folder(
    trainee: Trainee, record: dict[str, Any], job: TrainJob, data: TrainingData
) -> None:
    """Write the model folder beside its name, sync it, then give it its name."""
    with making_folder(job.out) as partial:
        trainee.network.to("cpu")
        trainee.model.save(partial)
        write_negatives(job, data, partial)
        write_text(partial / "training.json", json.dumps(record, indent=2) + "\n")


@contextmanager
def _disk(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise OutputError(
            f"{problem.filename or out}: {problem.strerror or problem}; check the folder's "
            "permissions and free space, then go on with --resume"
        ) from problem
