"""Input x gradient: the baseline, and the pass that every method of this room makes.

LRP differs from it only by the rules that are on the network while the pass runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gtrack.attribution.finite import NonFiniteError, first_bad_row, locate
from gtrack.attribution.precision import autocast, check, products, repeatable
from gtrack.attribution.rules.context import borrowed
from gtrack.core.encodings import Explained
from gtrack.core.parameters import complete
from gtrack.core.ports import Explain, SequenceModel
from gtrack.core.precision import Precision

ONE_HOT = ("cnn",)
"""Kinds of models whose embedding is one-hot bases."""


class Gradient:
    """Input x gradient, no rules.

    Its parameter ``centred`` says whether the gradient is taken less its mean over the four bases
    (Majdandzic et al. 2023, doi 10.1186/s13059-023-02956-3): what a gradient says off the plane of
    one-hot bases is noise. It matters to models that read one-hot bases alone.

    Parameters
    ----------
    parameters : mapping of str to str, optional
        What :meth:`validated` returned; without it, the defaults.
    precision : {"fp32", "tf32", "bf16"}
        Arithmetic of the matrix products; the sum of relevance is never below float32.
    """

    name = "gradient"
    per_base = False
    allowed: ClassVar[Mapping[str, Sequence[str]]] = {"centred": ("no", "yes")}

    def __init__(
        self, parameters: Mapping[str, str] | None = None, precision: Precision = "fp32"
    ) -> None:
        self.parameters = self.validated(parameters or {})
        self.precision: Precision = precision

    @classmethod
    def validated(cls, given: Mapping[str, str]) -> dict[str, str]:
        """Return all parameters; an unknown name or value is an InputError."""
        return complete(cls.name, given, cls.allowed)

    def used(self, kind: str) -> dict[str, str]:
        """Return the parameters for a kind that reads one-hot bases, nothing for others."""
        return dict(self.parameters) if kind in ONE_HOT else {}

    @contextmanager
    def applied(self, model: SequenceModel) -> Iterator[Explain]:
        """Freeze the network and yield ``explain(batch, contrasts)``; give it back on leaving."""
        check(self.precision, model)
        with borrowed(model.network):
            centred = self.used(model.kind).get("centred") == "yes"
            yield InputGradient(model, self.precision, centred=centred)


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
        Of the answers; without it, that of the model.
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
        like = next(self.model.network.parameters())
        return torch.as_tensor(contrasts, dtype=like.dtype, device=like.device)

    def tensors(self, batch: Any, weights: Tensor) -> tuple[Tensor, Tensor]:
        """Return outputs and relevance where they were computed, without waiting for them."""
        last = len(weights) - 1
        relevance = []
        with torch.enable_grad():
            leaf = self.model.embed(batch).detach().requires_grad_(True)
            with autocast(self.precision, self.model):
                logits = self.model.forward(leaf, batch)
            logits = logits.to(leaf.dtype)
            for target, contrast in enumerate(weights):
                score = (logits @ contrast).sum()
                (gradient,) = torch.autograd.grad(score, leaf, retain_graph=target < last)
                if self.centred:
                    gradient = gradient - gradient.mean(dim=-1, keepdim=True)
                relevance.append((leaf.detach() * gradient).sum(dim=-1))
        found = logits.detach(), torch.stack(relevance)
        return (
            found
            if self.rounded is None
            else (found[0].to(self.rounded), found[1].to(self.rounded))
        )

    @contextmanager
    def products(self) -> Iterator[None]:
        """Set how products are computed while it lasts, and that they give the same bits again."""
        with products(self.precision, self.model), repeatable(self.model):
            yield

    def _pass(self, batch: Any, contrasts: NDArray[np.float64]) -> Explained:
        with self.products():
            logits, relevance = self.tensors(batch, self.weights(contrasts))
            return Explained(logits=logits.cpu().numpy(), relevance=relevance.cpu().numpy())
