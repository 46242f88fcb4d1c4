"""The price of a method that is dear, by a timed sample of each model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gtrack.core.ports import Priced, SequenceModel, lacking
from gtrack.core.scan.cost import Cost
from gtrack.core.scan.plan import Plan
from gtrack.engines.local import available_cores
from gtrack.models.device import one_thread_per_operation
from gtrack.workflows.scanning.method import make_method


def costs(
    plan: Plan, models: Mapping[str, SequenceModel], devices: int, workers: int | None
) -> Iterator[Cost]:
    """Yield what each model costs; nothing where the method does not say what it costs.

    Parameters
    ----------
    plan : Plan
    models : mapping of str to SequenceModel
        Its models by name, opened.
    devices : int
        How many devices share the work.
    workers : int or None
        CPU threads; None for all cores.
    """
    method = make_method(plan.options)
    if lacking(method, Priced):
        return
    on_cpu = plan.options.device_kind == "cpu"
    lanes = (workers or available_cores()) if on_cpu else devices
    for model in plan.models:
        with one_thread_per_operation(on_cpu):
            price = method.price(  # type: ignore[attr-defined]
                models[model.name], model.window_bp, model.batch_units
            )
        yield Cost.of(plan, model.name, price, lanes)
