"""The models of a job, opened; those of a finished scan that is asked for again stay closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gtrack.core.errors import GtrackError
from gtrack.core.ports import Attributor, SequenceModel
from gtrack.core.scan.plan import ModelPlan, Plan
from gtrack.core.scan.widening import said_of_window
from gtrack.models.device import always_there, resolve_devices, resolve_precision, surely_cpu
from gtrack.models.folder import holds, open_model, refuse_none
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.scanning.job import ScanJob
from gtrack.workflows.scanning.tried import plan_models


@dataclass(frozen=True, slots=True)
class Opened:
    """Models and how each is scanned.

    Parameters
    ----------
    devices : tuple of str
    precision : str
    models : mapping of str to SequenceModel
        On the first device; none where they stay closed.
    plans : tuple of ModelPlan
    """

    devices: tuple[str, ...]
    precision: str
    models: Mapping[str, SequenceModel]
    plans: tuple[ModelPlan, ...]

    def said_of_windows(self) -> list[str]:
        """Return what a user should know of windows unlike those of training."""
        trained = [(plan, self.models[plan.name]) for plan in self.plans if self.models]
        return [
            line
            for plan, model in trained
            for line in said_of_window(plan.name, plan.window_bp, model.window_bp)
        ]


def refuse_machine(job: ScanJob) -> None:
    """Refuse a device or an arithmetic that not every machine has; torch is asked for no other."""
    if not always_there(job.device, job.precision):
        _machine(job)


def opened_models(
    job: ScanJob,
    method: type[Attributor],
    parameters: Mapping[str, str],
    stored: Plan | None,
    folder: ScanFolder,
) -> Opened:
    """Open the models of a job: from here on torch is needed, but where all is done already.

    Parameters
    ----------
    job : ScanJob
    method : class
    parameters : mapping of str to str
        Its own.
    stored : Plan or None
        That of the scan which is resumed.
    folder : ScanFolder

    Raises
    ------
    InputError, ModelError
        When a model, the device or the arithmetic is none, or a model cannot do what is asked.
    """
    refuse_none(where for _, where in job.models)
    if stored is not None and _is_done(job, stored, folder):
        device = "cpu" if job.device == "auto" else job.device
        devices = tuple(resolve_devices(device))
        return Opened(devices, resolve_precision(job.precision, "cpu"), {}, stored.models)
    devices, precision = _machine(job)
    models = {name: open_model(where, device=devices[0]) for name, where in job.models}
    asked = method(parameters, precision)
    plans = plan_models(job, models, devices[0], asked, stored)
    return Opened(devices, precision, models, plans)


def _machine(job: ScanJob) -> tuple[tuple[str, ...], str]:
    devices = tuple(resolve_devices(job.device))
    return devices, resolve_precision(job.precision, devices[0])


def _is_done(job: ScanJob, stored: Plan, folder: ScanFolder) -> bool:
    """Tell whether a scan is finished, and its models would say of themselves what they said.

    They would where they were asked the same, and their files are what they were. Whatever else
    may be the matter is told when they are opened.
    """
    bases = None if stored.null is None else stored.null.bases
    if job.windows or job.null_bases not in (None, bases) or not surely_cpu(job.device):
        return False  # of a window that was asked for, the model says whether it is a good one
    names = [name for name, _ in job.models]
    if stored.options.device_kind != "cpu" or [model.name for model in stored.models] != names:
        return False
    try:
        return (
            folder.read_run().get("asked") == job.asked(stored.digest)
            and folder.is_finished(stored)
            and all(
                holds(where, model.kind, model.sha256)
                for (_, where), model in zip(job.models, stored.models, strict=True)
            )
        )
    except GtrackError:
        return False
