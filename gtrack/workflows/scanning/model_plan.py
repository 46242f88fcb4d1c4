"""How each model is scanned: what the user asked for, else what the model's folder says."""

from __future__ import annotations

from typing import cast

from gtrack.core.errors import GtrackError, InputError
from gtrack.core.heads import Head, Outputs
from gtrack.core.ports import Attributor, SequenceModel
from gtrack.core.scan.plan import ModelPlan
from gtrack.models.folder import digest
from gtrack.workflows.scanning.batch_runner import default_units
from gtrack.workflows.scanning.job import ScanJob
from gtrack.workflows.scanning.method import method_class


def method_of(job: ScanJob) -> tuple[type[Attributor], dict[str, str]]:
    """Return the class of the method, and all its parameters once it takes them."""
    method = method_class(job.method)
    return method, method.validated(job.parameters)


def plan_model(
    job: ScanJob,
    name: str,
    where: str,
    model: SequenceModel,
    device: str,
    method: Attributor | None,
) -> ModelPlan:
    """Return how one model is scanned on a device, by a method.

    Without a method nothing is explained, and all outputs are wanted.

    Raises
    ------
    InputError
        When its folder does not say how long its input is and the job does not either, or a target
        is unknown.
    """
    window = job.windows.get(name, job.windows.get(None, model.window_bp))
    if window is None:
        like = model.likely_window_bp
        raise InputError(
            f"--model {name}={where}: the model does not say how long its input is; give "
            f"--window {name}=BP, the length it was trained on"
            f"{f', for example {like}' if like else ''}"
        )
    stride = job.strides.get(name, job.strides.get(None, max(1, window // 2)))
    strand, source = model.strands or "both", "training" if model.strands else "default"
    if job.strand is not None:
        strand, source = job.strand, "option"
    head = _head(job, name, where, model)
    wishes = job.targets.get(name, job.targets.get(None, ()))
    everything = tuple(range(len(head.names)))
    return ModelPlan(
        name=name,
        kind=model.kind,
        sha256=digest(where),
        unit=model.unit,
        exact=model.exact_length,
        unit_limit=model.unit_limit,
        head=head,
        targets=everything if method is None else head.targets(name, wishes),
        parameters={} if method is None else method.used(model.kind),
        window_bp=window,
        stride=stride,
        strand=strand,
        strand_from=source,
        batch_units=default_units(model, device)
        if job.batch_units in (None, "auto")
        else int(job.batch_units),
    )


def _head(job: ScanJob, name: str, where: str, model: SequenceModel) -> Head:
    """Return what a model's outputs are: what the user says, else what its folder says."""
    said = job.outputs.get(name, job.outputs.get(None))
    try:
        return Head(cast(Outputs, said), model.labels, "option") if said else model.head
    except GtrackError as error:
        raise type(error)(f"--model {name}={where}: {error}") from error
