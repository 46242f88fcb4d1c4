"""Input x gradient: the baseline, and the pass that every method of this room makes.

LRP differs from it only by the rules that are on the network while the pass runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gtrack.attribution.finite import NonFiniteError, first_bad_row, locate
from gtrack.attribution.precision import autocast, check, products
from gtrack.attribution.rules.context import borrowed
from gtrack.core.encodings import Explained
from gtrack.core.parameters import complete
from gtrack.core.ports import Explain, SequenceModel
from gtrack.core.precision import Precision


class Gradient:
    """Input x gradient, no rules and no parameters.

    Parameters
    ----------
    parameters : mapping of str to str, optional
        What :meth:`validated` returned: nothing.
    precision : {"fp32", "tf32", "bf16"}
        Arithmetic of the matrix products; the sum of relevance is never below float32.
    """

    name = "gradient"
    per_base = False

    def __init__(
        self, parameters: Mapping[str, str] | None = None, precision: Precision = "fp32"
    ) -> None:
        self.validated(parameters or {})
        self.precision: Precision = precision

    @classmethod
    def validated(cls, given: Mapping[str, str]) -> dict[str, str]:
        """Return nothing; any parameter is an InputError."""
        return complete(cls.name, given, {})

    def used(self, kind: str) -> dict[str, str]:
        """Return nothing, for every kind of model."""
        return {}

    @contextmanager
    def applied(self, model: SequenceModel) -> Iterator[Explain]:
        """Freeze the network and yield ``explain(batch, contrasts)``; give it back on leaving."""
        check(self.precision, model)
        with borrowed(model.network):
            yield partial(explain, model, self.precision)


def explain(
    model: SequenceModel,
    precision: Precision,
    batch: Any,
    contrasts: NDArray[np.float64],
    sequences: Sequence[str] = (),
) -> Explained:
    """Explain one batch under the rules that are on the network: one forward, a backward each.

    Parameters
    ----------
    model : SequenceModel
        Its network is frozen and in eval mode.
    precision : {"fp32", "tf32", "bf16"}
        Arithmetic of the matrix products.
    batch : object
        What ``model.collate`` made.
    contrasts : ndarray of float64, shape (targets, outputs)
        The scalar ``outputs @ contrasts[t]`` of every row is explained for each target t.
    sequences : sequence of str
        Not read: the embedded batch says all.

    Returns
    -------
    Explained
        Outputs, shape (rows, outputs), and relevance, shape (targets, rows, units): the sum over
        channels of embedding x gradient; float32, or float64 when the model is.

    Raises
    ------
    ModelError
        When an output or a relevance is NaN or infinite; names the row and the module.
    """
    explained = _pass(model, precision, batch, contrasts)
    row = first_bad_row(explained)
    if row is not None:
        raise NonFiniteError(
            row, locate(model, row, lambda: _pass(model, precision, batch, contrasts))
        )
    return explained


def _pass(
    model: SequenceModel, precision: Precision, batch: Any, contrasts: NDArray[np.float64]
) -> Explained:
    last = len(contrasts) - 1
    relevance = []
    with torch.enable_grad(), products(precision):
        leaf = model.embed(batch).detach().requires_grad_(True)
        with autocast(precision, model):
            logits = model.forward(leaf, batch)
        logits = logits.to(leaf.dtype)
        weights = torch.as_tensor(contrasts, dtype=leaf.dtype, device=leaf.device)
        for target, contrast in enumerate(weights):
            score = (logits @ contrast).sum()
            (gradient,) = torch.autograd.grad(score, leaf, retain_graph=target < last)
            relevance.append((leaf.detach() * gradient).sum(dim=-1).cpu())
    return Explained(logits=logits.detach().cpu().numpy(), relevance=torch.stack(relevance).numpy())
