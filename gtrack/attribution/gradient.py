"""Input x gradient: the baseline, and the pass that every method of this room makes.

LRP differs from it only by the rules that are on the network while the pass runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gtrack.attribution.finite import NonFiniteError, first_bad_row, locate
from gtrack.attribution.precision import Precision, autocast, check, products
from gtrack.attribution.rules.context import borrowed
from gtrack.core.ports import Explain, SequenceModel
from gtrack.core.units import Explained


class Gradient:
    """Input x gradient, no rules.

    Parameters
    ----------
    precision : {"fp32", "tf32", "bf16"}
        Arithmetic of the matrix products; the sum of relevance is never below float32.
    """

    name = "gradient"

    def __init__(self, precision: Precision = "fp32") -> None:
        self.precision: Precision = precision

    @contextmanager
    def applied(self, model: SequenceModel) -> Iterator[Explain]:
        """Freeze the network and yield ``explain(batch, contrast)``; give it back on leaving."""
        check(self.precision, model)
        with borrowed(model.network):
            yield partial(explain, model, self.precision)


def explain(
    model: SequenceModel, precision: Precision, batch: Any, contrast: NDArray[np.float64]
) -> Explained:
    """Explain one batch under the rules that are on the network: one forward, one backward.

    Parameters
    ----------
    model : SequenceModel
        Its network is frozen and in eval mode.
    precision : {"fp32", "tf32", "bf16"}
        Arithmetic of the matrix products.
    batch : object
        What ``model.collate`` made.
    contrast : ndarray of float64, shape (labels,)
        The scalar ``logits @ contrast`` of every row is explained.

    Returns
    -------
    Explained
        Logits, shape (rows, labels), and relevance, shape (rows, units): the sum over channels of
        embedding x gradient; float32, or float64 when the model is.

    Raises
    ------
    ModelError
        When a logit or a relevance is NaN or infinite; names the row and the module.
    """
    explained = _pass(model, precision, batch, contrast)
    row = first_bad_row(explained)
    if row is not None:
        raise NonFiniteError(
            row, locate(model, row, lambda: _pass(model, precision, batch, contrast))
        )
    return explained


def _pass(
    model: SequenceModel, precision: Precision, batch: Any, contrast: NDArray[np.float64]
) -> Explained:
    with torch.enable_grad(), products(precision):
        leaf = model.embed(batch).detach().requires_grad_(True)
        with autocast(precision, model):
            logits = model.forward(leaf, batch)
        logits = logits.to(leaf.dtype)
        weights = torch.as_tensor(contrast, dtype=leaf.dtype, device=leaf.device)
        (gradient,) = torch.autograd.grad((logits @ weights).sum(), leaf)
    relevance = (leaf.detach() * gradient).sum(dim=-1)
    return Explained(logits=logits.detach().cpu().numpy(), relevance=relevance.cpu().numpy())
