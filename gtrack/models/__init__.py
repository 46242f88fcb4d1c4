"""Models by kind: how to recognise a model folder, load it, and encode sequences for it.

A third model is a new file, one line here, and its rules in ``gtrack.attribution.rules``.
"""

from __future__ import annotations

MODELS: dict[str, str] = {
    "cnn": "gtrack.models.cnn:Cnn",
    "dnabert2": "gtrack.models.dnabert2:Dnabert2",
}
"""Kind -> ``module:class`` of the ModelKind, loaded on first use."""

FILES: dict[str, tuple[str, ...]] = {"cnn": (), "dnabert2": ("tokenizer.json",)}
"""Kind -> what else of a folder than config and weights decides the outputs."""

GROUP = "gtrack.models"
"""Entry points that extend the table of models."""
