"""``--precision bf16`` is held to float32 before a scan begins, on windows of the scan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gtrack.attribution.audit import LEAST, Audit, audit, evenly
from gtrack.core.encodings import Encodings
from gtrack.core.errors import ModelError
from gtrack.core.ports import Attributor, Priced, Runner, SequenceModel, lacking
from gtrack.core.scan.plan import ModelPlan, Plan
from gtrack.core.sequences import Reference
from gtrack.workflows.folder.genome import window_sequences
from gtrack.workflows.scanning.batch_runner import batch_runner
from gtrack.workflows.scanning.method import method_class
from gtrack.workflows.scanning.rows import read_rows

_WINDOWS, _DEAR = 16, 2
"""Windows of each model that are explained twice; of a method that has a price."""


def audited(
    plan: Plan, models: Mapping[str, SequenceModel], genome: Reference, workers: int | None
) -> dict[str, dict[str, Any]]:
    """Return for each model what the audit of its arithmetic found; nothing but of bf16.

    Raises
    ------
    ModelError
        When a window is explained differently, with the cure.
    """
    if plan.options.precision != "bf16":
        return {}
    with batch_runner(plan.options.device_kind, workers) as runner:
        found = {
            model.name: _of_model(plan, model, models[model.name], genome, runner)
            for model in plan.models
        }
    return {
        name: {"bf16_audit": {"windows": each.rows, "cosine": round(each.cosine, 6)}}
        for name, each in found.items()
    }


def _of_model(
    plan: Plan, planned: ModelPlan, model: SequenceModel, genome: Reference, runner: Runner
) -> Audit:
    """Audit one model on windows evenly from all over the scan."""
    made = method_class(plan.options.method)
    parameters = plan.options.parameters
    methods: tuple[Attributor, Attributor] = made(parameters, "bf16"), made(parameters, "fp32")
    grid, wanted = plan.grid(planned.name), _WINDOWS if lacking(made, Priced) else _DEAR
    sampled = evenly(len(grid), wanted)
    encodings: list[Encodings] = []
    texts: list[str] = []
    for window in sampled:
        sequences = window_sequences(genome, grid, window, window + 1)
        rows, read = read_rows(planned.name, model, grid, window, sequences, None)
        encodings.append(rows.encodings[:1])
        texts.append(read[0])
    joined = Encodings.of([row for each in encodings for row in each])

    def called(row: int) -> str:
        return f"window {grid.locus(sampled[row])}"

    found = audit(
        *(planned.name, model, methods, planned.contrasts, joined, texts, called),
        budget=planned.batch_units,
        runner=runner,
    )
    if found.cosine < LEAST:
        instead = "fp32" if plan.options.device_kind == "cpu" else "tf32 or fp32"
        raise ModelError(
            f"--precision bf16: model {planned.name}, {called(found.row)}: cosine "
            f"{found.cosine:.4f} to the relevance in fp32, below {LEAST}; use --precision {instead}"
        )
    return found
