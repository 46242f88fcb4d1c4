"""Refuse NaN and infinity, and say where they arose: the row and the first module."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from gtrack.core.encodings import Explained
from gtrack.core.errors import ModelError
from gtrack.core.ports import SequenceModel

if TYPE_CHECKING:
    from torch import nn


class NonFiniteError(ModelError):
    """A logit or a relevance is NaN or infinite (exit 4).

    Parameters
    ----------
    row : int
        First such row of the batch, so that the caller can name the window.
    module : str
        The first module, in order of computation, with a NaN or infinity in that row.
    """

    def __init__(self, row: int, module: str) -> None:
        self.row = row
        self.module = module
        super().__init__(
            f"row {row} of the batch: NaN or infinity first arises in {module}; check the weights "
            "of the model for damage, and try --precision fp32"
        )


def first_bad_row(explained: Explained) -> int | None:
    """Return the first row with a NaN or infinite logit, or relevance for any target, or None."""
    good = np.isfinite(explained.logits).all(axis=1)
    good &= np.isfinite(explained.relevance).all(axis=(0, 2))
    return None if good.all() else int(np.argmin(good))


class Trace:
    """Hooks that note the first module whose output, then gradient, is not finite in one row.

    Parameters
    ----------
    network : torch.nn.Module
        The network to watch while the context lasts.
    row : int
        The row of the batch to look at.
    """

    def __init__(self, network: nn.Module, row: int) -> None:
        self._network = network
        self._row = row
        self._handles: list[Any] = []
        self.culprit: str | None = None

    def __enter__(self) -> Trace:
        for name, module in self._network.named_modules():
            self._handles.append(module.register_forward_hook(self._watch(name or "the network")))
        return self

    def __exit__(self, *exception: object) -> None:
        for handle in self._handles:
            handle.remove()

    def note(self, what: str, value: object) -> None:
        """Record `what` if nothing is recorded yet and `value` is not finite in the row."""
        import torch  # noqa: PLC0415  (seconds)

        if self.culprit is None and isinstance(value, torch.Tensor):
            rows = value if value.shape[0] == 1 else value[self._row : self._row + 1]
            if not bool(torch.isfinite(rows).all()):
                self.culprit = what

    def _watch(self, name: str) -> Callable[[nn.Module, Any, Any], None]:
        def hook(_module: nn.Module, _inputs: Any, output: Any) -> None:
            self.note(f"the output of {name}", output)
            if getattr(output, "requires_grad", False):
                output.register_hook(
                    lambda gradient: self.note(f"the gradient at the output of {name}", gradient)
                )

        return hook


def locate(model: SequenceModel, row: int, run: Callable[[], object]) -> str:
    """Run a failed pass again, slowly, and return where the row first left the finite numbers."""
    with Trace(model.network, row) as trace:
        run()
    return trace.culprit or "the sum of embedding x gradient"
