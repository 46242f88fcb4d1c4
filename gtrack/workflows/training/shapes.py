"""Shapes of new networks, by name or from a JSON file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.core.small_file import whole_json

CNN_CONFIGS: dict[str, dict[str, Any]] = {
    "small": {"channels": [32, 32], "kernel_sizes": [15, 7]},
    "tiny": {"channels": [8], "kernel_sizes": [9]},
}
DNABERT2_CONFIGS: dict[str, dict[str, Any]] = {
    "small": {
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "hidden_dropout_prob": 0.0,
    },
    "tiny": {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "hidden_dropout_prob": 0.0,
    },
    "base": {},
}
"""Shapes by name; ``small`` learns long motifs in minutes on one CPU thread."""


def shape_of(wish: str, known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the shape of a name, or of a JSON file.

    Raises
    ------
    InputError
        When it is neither.
    """
    if wish in known:
        return known[wish]
    path = Path(wish)
    if not path.is_file():
        raise InputError(
            f"--config {shown(wish)}: neither one of {', '.join(known)} nor a JSON file; write the "
            "JSON into a file and give its name"
        )
    try:
        shape = whole_json(path)
    except OSError as problem:
        raise InputError(f"{path}: cannot be read: {problem.strerror}") from problem
    except ValueError as problem:
        raise InputError(f"{path}: not JSON: {problem}") from problem
    if not isinstance(shape, dict):
        raise InputError(f"{path}: holds no JSON object")
    return shape
