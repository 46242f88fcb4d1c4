"""The first line that a run of a job writes into the run log."""

from __future__ import annotations

from collections.abc import Mapping

from gtrack.core.scan.plan import Plan
from gtrack.workflows.folder.run_log import RunLog
from gtrack.workflows.scanning.job import ScanJob


def begin_log(
    verb: str, job: ScanJob, plan: Plan, planning: Mapping[str, float], *, resume: bool
) -> None:
    """Say that a run of a job begins, whose plan is made; paths stand in ``run.local.json``."""
    engine = {"engine": job.engine, **{k: v for k, v in job.engine_options.items() if v}}
    asked = {"device": job.device, "workers": job.workers, "resume": resume}
    RunLog(job.out).begin(verb, plan, **engine, **asked, seconds=dict(planning))
