"""The pass that every method but ISM makes: input x gradient, under the rules on the network.

LRP differs from the plain gradient only by the rules that are on while the pass runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gtrack.attribution.finite import NonFiniteError, first_bad_row, locate
from gtrack.attribution.passes import embedded, outputs
from gtrack.attribution.precision import any_weight, autocast, check, products, repeatable
from gtrack.attribution.rules import rules_of
from gtrack.attribution.rules.context import applied, borrowed, in_float64
from gtrack.core.encodings import Explained
from gtrack.core.ports import SequenceModel
from gtrack.core.precision import Precision


@dataclass(frozen=True, slots=True)
class InputGradient:
    """Explains batches under the rules that are on the network: one forward, a backward each.

    A :class:`gtrack.core.optional_ports.Staying`.

    Parameters
    ----------
    model : SequenceModel
        Its network is frozen and in eval mode.
    precision : {"fp32", "tf32", "bf16"}
        Arithmetic of the matrix products.
    centred : bool
        Take the gradient less its mean over the channels of a unit.
    rounded : torch.dtype, optional
        Of the answers; without it, that of the model, or float32 where that is a half type.
    """

    model: SequenceModel
    precision: Precision
    centred: bool = False
    rounded: torch.dtype | None = None

    @property
    def recordable(self) -> bool:
        """The same steps for every batch of a shape; of models of others nobody knows that."""
        return getattr(self.model, "repeatable", False)

    def __call__(
        self, batch: Any, contrasts: NDArray[np.float64], sequences: Sequence[str] = ()
    ) -> Explained:
        """Explain one batch.

        Parameters
        ----------
        batch : object
            What ``model.collate`` made.
        contrasts : ndarray of float64, shape (targets, outputs)
            The scalar ``outputs @ contrasts[t]`` of every row is explained for each target t.
        sequences : sequence of str
            Not read: the embedded batch says all.

        Returns
        -------
        Explained
            Outputs, shape (rows, outputs), and relevance, shape (targets, rows, units): the sum
            over channels of embedding x gradient; float32, or float64 when the model is.

        Raises
        ------
        ModelError
            When an output or a relevance is NaN or infinite; names the row and the module.
        """
        run = partial(self._pass, batch, contrasts)
        explained = run()
        row = first_bad_row(explained)
        if row is not None:
            raise NonFiniteError(row, locate(self.model, row, run))
        return explained

    def weights(self, contrasts: NDArray[np.float64]) -> Tensor:
        """Return contrasts where the model is, in its type."""
        there = any_weight(self.model)
        return torch.as_tensor(contrasts, dtype=there.dtype, device=there.device)

    def tensors(self, batch: Any, weights: Tensor) -> tuple[Tensor, Tensor]:
        """Return outputs and relevance where they were computed, without waiting for them."""
        last = len(weights) - 1
        relevance = []
        with torch.enable_grad():
            leaf = embedded(self.model, batch).detach().requires_grad_(True)
            with autocast(self.precision, self.model):
                logits = outputs(self.model, batch, leaf)
            logits = logits.to(leaf.dtype)
            for target, contrast in enumerate(weights):
                score = (logits @ contrast).sum()
                (gradient,) = torch.autograd.grad(score, leaf, retain_graph=target < last)
                if self.centred:
                    gradient = gradient - gradient.mean(dim=-1, keepdim=True)
                relevance.append((leaf.detach() * gradient).sum(dim=-1))
        rounded = self.rounded or torch.promote_types(leaf.dtype, torch.float32)
        return logits.detach().to(rounded), torch.stack(relevance).to(rounded)

    @contextmanager
    def products(self) -> Iterator[None]:
        """Set how products are computed while it lasts, and that they give the same bits again.

        On CUDA the model's device is the current one, which recordings and kernels of Triton ask
        for; each thread has its own.
        """
        parameter = any_weight(self.model)
        on_device = torch.cuda.device_of(parameter)  # type: ignore[no-untyped-call]
        with on_device, products(self.precision, self.model), repeatable(self.model):
            yield

    def _pass(self, batch: Any, contrasts: NDArray[np.float64]) -> Explained:
        with self.products():
            logits, relevance = self.tensors(batch, self.weights(contrasts))
            return Explained(logits=logits.cpu().numpy(), relevance=relevance.cpu().numpy())


@contextmanager
def plain(
    model: SequenceModel, precision: Precision, *, centred: bool = False
) -> Iterator[InputGradient]:
    """Freeze the network and yield the pass without rules; give it back on leaving.

    Raises
    ------
    ModelError
        When the arithmetic does not suit the device.
    """
    check(precision, model)
    with borrowed(model.network):
        yield InputGradient(model, precision, centred=centred)


@contextmanager
def ruled(
    model: SequenceModel, precision: Precision, method: str, parameters: Mapping[str, str]
) -> Iterator[InputGradient]:
    """Put the rules of a method on the network and yield the pass; take them off on leaving.

    Raises
    ------
    ModelError
        When there are no rules for the model or for one of its modules, or the arithmetic does not
        suit the device.
    """
    check(precision, model)
    rules = rules_of(model.kind, method, parameters)
    if not rules.double:
        with applied(model.network, rules):
            yield InputGradient(model, precision)
        return
    own = any_weight(model).dtype
    with in_float64(model.network), applied(model.network, rules):
        rounded = torch.float64 if own == torch.float64 else torch.float32
        yield InputGradient(model, precision, rounded=rounded)
