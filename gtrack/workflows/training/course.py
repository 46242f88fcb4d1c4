"""The course of one training: the network, what it is shown, its steps and its test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from gtrack.core.heads import Head
from gtrack.core.ports import OnStep
from gtrack.core.training.scale import Scale, network_truth
from gtrack.core.training.showing import plan_showing
from gtrack.evaluation.outputs import score_outputs
from gtrack.models.weights import check_finite
from gtrack.workflows.training.batches import ShownBatches
from gtrack.workflows.training.data import TrainingData
from gtrack.workflows.training.job import TrainJob
from gtrack.workflows.training.networks import Trainee, make_trainee
from gtrack.workflows.training.predictions import predict
from gtrack.workflows.training.trainer import fit

Say = Callable[[str], None]


@contextmanager
def trained(
    job: TrainJob,
    data: TrainingData,
    scale: Scale | None,
    steps: int,
    device: str,
    work: Path,
    on_step: OnStep | None,
    say: Say,
) -> Iterator[tuple[Trainee, dict[str, Any]]]:
    """Yield the network of a job when it is trained, and its scores on every test set.

    Parameters
    ----------
    job : TrainJob
    data : TrainingData
    scale : Scale or None
        Of values.
    steps : int
    device : str
    work : Path
        The work folder.
    on_step, say : callable
        As :func:`gtrack.workflows.train.train` takes them.
    """
    with _threads(job.threads):
        trainee = _begun(job, data, scale, work, say)
        batches = _shown(job, data, scale, trainee, steps)
        fit(trainee, batches, job, steps, device, on_step)
        if scale is not None:
            trainee.rescale(scale)
        check_finite(trainee.network.state_dict(), job.out)
        yield trainee, {name: _score(trainee, data, name, job, device) for name in data.tests}


def _begun(job: TrainJob, data: TrainingData, scale: Scale | None, work: Path, say: Say) -> Trainee:
    """Make the network, from the seed."""
    torch.manual_seed(job.seed)
    head = Head(job.outputs, data.examples.truth.names)
    windows = [data.examples.window(row) for row in data.split.train.tolist()]
    trainee = make_trainee(job, head, data.window_bp, windows, work)
    if trainee.afresh:
        say(_afresh(trainee, head, job))
    if scale is not None and trainee.goes_on:
        trainee.rescale(scale.inverse)
    return trainee


def _shown(
    job: TrainJob, data: TrainingData, scale: Scale | None, trainee: Trainee, steps: int
) -> ShownBatches:
    """Fix what is shown at every step."""
    showing = plan_showing(
        data.examples,
        data.split.train,
        steps * job.batch,
        augment=job.augment,
        short_first=job.short_first,
        seed=job.seed,
    )
    truth = network_truth(data.examples.truth, scale)
    return ShownBatches(data.examples, truth, showing, trainee, job.batch, job.seed)


def _score(
    trainee: Trainee, data: TrainingData, test: str, job: TrainJob, device: str
) -> dict[str, Any]:
    examples, rows = data.tests[test]
    sequences = [examples.window(row) for row in rows.tolist()]
    logits = predict(trainee, sequences, both_strands=job.strands == "both", device=device)
    return score_outputs(logits, examples.truth, rows, job.seed, data.groups(test))


def _afresh(trainee: Trainee, head: Head, job: TrainJob) -> str:
    line = f"started afresh: {', '.join(trainee.afresh)}; the rest is that of {job.base}"
    if trainee.before is not None and trainee.before.outputs != head.outputs:
        line += f", whose outputs are {trainee.before.outputs} and not {head.outputs}"
    return line


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
