"""How the models of a plan are scanned, with what was found by trying."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gtrack.core.ports import Attributor, SequenceModel
from gtrack.core.scan.plan import ModelPlan, Plan
from gtrack.core.sequences import Reference
from gtrack.workflows.scanning.batch_size import with_found_batches, with_tried
from gtrack.workflows.scanning.job import ScanJob
from gtrack.workflows.scanning.model_plan import plan_model
from gtrack.workflows.scanning.precision_audit import audited


def plan_models(
    job: ScanJob,
    models: Mapping[str, SequenceModel],
    device: str,
    method: Attributor,
    stored: Plan | None,
) -> tuple[ModelPlan, ...]:
    """Return how each model is scanned."""
    auto, planned = job.batch_units == "auto", []
    for name, where in job.models:
        model = models[name]
        one = plan_model(job, name, where, model, device, method)
        planned.append(with_found_batches(one, model, method, device, stored, wanted=auto))
    return tuple(planned)


def found_by_trying(
    job: ScanJob, plan: Plan, models: Mapping[str, SequenceModel], genome: Reference
) -> dict[str, dict[str, Any]]:
    """Return what was found by trying: that batches were, and how near bf16 is to fp32."""
    if job.batch_units == "auto":
        tried = {model.name: {"batch_units_from": "auto"} for model in plan.models}
        plan = replace(plan, tried=with_tried(plan, tried))
    return with_tried(plan, audited(plan, models, genome, job.workers))
