"""The units of a model's batches: ``--batch-tokens auto``, and half where memory is short."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

from gtrack.attribution.batch_size import found_batch_units
from gtrack.attribution.pool import OutOfMemoryError
from gtrack.core.errors import ModelError
from gtrack.core.ports import Attributor, Runner, SequenceModel
from gtrack.core.scan.plan import ModelPlan, Plan
from gtrack.engines.local import Serial
from gtrack.models.device import one_thread_per_operation


def with_found_batches(
    planned: ModelPlan,
    model: SequenceModel,
    method: Attributor,
    device: str,
    stored: Plan | None,
    *,
    wanted: bool,
) -> ModelPlan:
    """Return a model's plan with batches that were found by trying, where they are `wanted`.

    Of a stored plan, that is resumed, nothing is tried anew: the number decides bytes. What did
    not fit then is not tried either.
    """
    if stored is not None:
        short = stored.tried.get(planned.name, {}).get("batch_units_from") == "memory"
        for earlier in stored.models:
            if earlier.name == planned.name and (wanted or short):
                return replace(planned, batch_units=earlier.batch_units)
    if not wanted:
        return planned
    runner: Runner = Serial()
    with closing(runner), one_thread_per_operation(device == "cpu"):
        units = found_batch_units(
            planned.name,
            model,
            method,
            planned.contrasts,
            planned.window_bp,
            2 if planned.strand == "both" else 1,
            planned.batch_units,
            runner,
        )
    return replace(planned, batch_units=units)


def halved(plan: Plan, name: str, units: int) -> Plan:
    """Return a plan whose batches of one model have half the units of one that did not fit.

    Parameters
    ----------
    plan : Plan
        Of which nothing is done yet.
    name : str
    units : int
        Of the batch that did not fit, padding included.
    """
    models = tuple(
        replace(model, batch_units=max(1, min(model.batch_units, units) // 2))
        if model.name == name
        else model
        for model in plan.models
    )
    return replace(
        plan, models=models, tried=with_tried(plan, {name: {"batch_units_from": "memory"}})
    )


@contextmanager
def fixed_by_plan() -> Iterator[None]:
    """Say of memory that is short for a batch what to do where others share the plan."""
    try:
        yield
    except OutOfMemoryError as error:
        raise ModelError(
            f"{error}. The plan has fixed it, and others may be at work by it: give the command "
            "of gtrack plan again, so and with --overwrite, which removes what is done"
        ) from error


def said_of_found(plan: Plan) -> Iterator[str]:
    """Yield what a user should know of what was found by trying."""
    for model in plan.models:
        facts = plan.tried.get(model.name, {})
        if facts.get("batch_units_from") == "auto":
            yield f"{model.name}: --batch-tokens auto found {model.batch_units}"
        if "bf16_audit" in facts:
            found = facts["bf16_audit"]
            yield (
                f"{model.name}: relevance in bf16 is that in fp32 to a cosine of "
                f"{found['cosine']:.4f} or more in {found['windows']} windows of the scan"
            )


def with_tried(plan: Plan, more: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return what a plan says of each model that was found by trying, with more of it."""
    names = plan.tried.keys() | more.keys()
    return {name: {**plan.tried.get(name, {}), **more.get(name, {})} for name in sorted(names)}
