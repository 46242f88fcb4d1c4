"""The config of a network of gtrack's own: its shape and its labels, as ``config.json`` keeps them.

It is written by transformers, which is not imported before that: it takes longer than all else that
a scan needs together.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

_NOT_KEPT = ("model_type", "transformers_version")  # what the file says of itself


class NetworkConfig:
    """Labels, and whatever else a config may say; kinds add the fields of their shape.

    Parameters
    ----------
    id2label : mapping of int to str, or None
        Names of the outputs; ``LABEL_0``, ``LABEL_1``, ... where there are none.
    label2id : mapping of str to int, or None
        The same the other way round.
    num_labels : int
        How many there are, where they have no names.
    problem_type : str or None
        What they are; :mod:`gtrack.core.heads` reads it.
    **others
        Kept as attributes, and written.
    """

    model_type: ClassVar[str]

    def __init__(
        self,
        *,
        id2label: Mapping[Any, str] | None = None,
        label2id: Mapping[str, int] | None = None,
        num_labels: int = 2,
        problem_type: str | None = None,
        **others: Any,
    ) -> None:
        if id2label is None:
            id2label = {index: f"LABEL_{index}" for index in range(num_labels)}
        self.id2label = {int(index): label for index, label in id2label.items()}
        by_label = {label: index for index, label in self.id2label.items()}
        self.label2id = by_label if label2id is None else dict(label2id)
        self.problem_type = problem_type
        self.architectures: list[str] | None = None
        for name, value in others.items():
            if name not in _NOT_KEPT:
                setattr(self, name, value)

    @property
    def num_labels(self) -> int:
        """How many outputs there are."""
        return len(self.id2label)

    def to_dict(self) -> dict[str, Any]:
        """Return all fields by name."""
        return {**vars(self), "model_type": self.model_type}

    def save_pretrained(self, folder: Path) -> None:
        """Write ``config.json`` into an existing folder, as transformers writes it."""
        from transformers import PretrainedConfig  # noqa: PLC0415  (four seconds with what it loads)

        kind = type(type(self).__name__, (PretrainedConfig,), {"model_type": self.model_type})
        config = kind()
        for name, value in vars(self).items():
            setattr(config, name, value)
        config.save_pretrained(folder)
