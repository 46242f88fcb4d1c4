"""Names of outputs, from a config that may say anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gtrack.core.printable import shown

_FEW = 4  # labels in a message
MOST = 100_000
"""Outputs of a model, at most."""


def labels_of(config: Mapping[str, Any], rows: int | None) -> tuple[str, ...]:
    """Return one label per row of the classifier; two where there is none (`rows` None).

    Parameters
    ----------
    config : mapping
        Content of ``config.json``; ``id2label`` and ``num_labels`` are looked at.
    rows : int or None
        Rows of the classifier in the checkpoint.

    Raises
    ------
    ValueError
        When ``id2label`` does not name the labels 0, 1, 2, ..., each by a text of its own, or there
        are not as many as rows.
    """
    if rows is not None and rows > MOST:
        raise ValueError(f"{rows:,} labels, more than the {MOST:,} that gtrack names")
    names = config.get("id2label")
    if names is None:
        count = config.get("num_labels") or (2 if rows is None else rows)
        if type(count) is not int or not 1 <= count <= MOST:
            raise ValueError(f"num_labels is {shown(repr(count), 40)}, not a positive whole number")
        labels = tuple(f"LABEL_{i}" for i in range(count))
    else:
        labels = _named(names)
    if rows is not None and len(labels) != rows:
        held = "id2label" if names is not None else "num_labels"
        raise ValueError(
            f"{len(labels)} labels, but the classifier has {rows} rows; name as many in {held}, or "
            f"copy the config.json that was saved with these weights"
        )
    return labels


def _named(names: object) -> tuple[str, ...]:
    try:
        labels = tuple(names[str(i)] for i in range(len(names)))  # type: ignore[arg-type, index]
    except (KeyError, TypeError) as problem:
        raise ValueError(
            f"id2label does not name the labels 0, 1, 2, ...; {_written(names)}"
        ) from problem
    if not all(isinstance(label, str) and label.strip() for label in labels):
        raise ValueError(f"id2label holds a label that is no text; {_written(names)}")
    if not all(label.isascii() or _is_text(label) for label in labels):
        raise ValueError("id2label holds a label that is no text in Unicode")
    if len(set(labels)) != len(labels) or not labels:
        twice = next((label for i, label in enumerate(labels) if label in labels[:i]), "none")
        raise ValueError(
            f"id2label does not hold distinct labels: {shown(twice, 80)}; "
            "give every output a name of its own"
        )
    return labels


def _written(names: object) -> str:
    """Return the cure: how the labels of `names` are written, where they can be guessed at all."""
    values = list(names.values()) if isinstance(names, Mapping) else names
    values = values if isinstance(values, list) else []
    said = {str(i): str(name).strip() or f"LABEL_{i}" for i, name in enumerate(values)}
    example = json.dumps(said if 0 < len(said) <= _FEW else {"0": "no", "1": "yes"})
    return f'write "id2label": {shown(example, 200)}, a name for each output'


def _is_text(label: str) -> bool:
    """Tell whether a text can be written: halves of surrogate pairs, which JSON can hold, not."""
    try:
        label.encode()
    except UnicodeEncodeError:
        return False
    return True
