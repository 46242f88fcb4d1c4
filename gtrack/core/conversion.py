"""What a kind of model and ``gtrack convert`` owe each other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from gtrack.core.ports import ModelKind

if TYPE_CHECKING:
    from torch import Tensor


class Convertible(ModelKind, Protocol):
    """A kind that ``gtrack convert`` serves; others need not be."""

    @classmethod
    def adopt(
        cls,
        tensors: Mapping[str, Tensor],
        config: Mapping[str, Any],
        folder: Path,
        beside: Path | None = None,
    ) -> Adopted:
        """Take a checkpoint of any layout that it claims.

        The kind's other `files` lie in `beside` where that is given, else in the checkpoint's own
        folder, which messages name.
        """


class Adopted(Protocol):
    """A checkpoint under gtrack's names, ready to be saved as a model folder.

    Attributes
    ----------
    labels : tuple of str
        Names of its outputs.
    window_bp : int or None
        Length of the training sequences, to be recorded; may be set.
    absent : tuple of str
        Parts that it lacks; a model with any can only be trained on.
    dropped : tuple of str
        Tensors that are no part of the network: what only pretraining or training needs.
    """

    labels: tuple[str, ...]
    window_bp: int | None
    absent: tuple[str, ...]
    dropped: tuple[str, ...]

    def save(self, folder: Path) -> None:
        """Write the files of a model folder into an existing one."""
