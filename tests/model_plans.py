"""A model of a plan, of which a test says only what it is about."""

from __future__ import annotations

from typing import Any

from gtrack.core.heads import Head
from gtrack.core.scan.plan import ModelPlan


def model_plan(**own: Any) -> ModelPlan:
    """Return a model that reads bases, with fields of its own."""
    usual: dict[str, Any] = {
        "name": "cnn",
        "kind": "cnn",
        "sha256": "a" * 64,
        "unit": "base",
        "exact": False,
        "unit_limit": None,
        "head": Head("classes", ("no", "yes")),
        "targets": (1,),
        "parameters": {},
        "window_bp": 10,
        "stride": 5,
        "strand": "both",
        "strand_from": "default",
        "batch_units": 640,
    }
    return ModelPlan(**usual | own)
