"""Batches explained by in-silico mutagenesis, and what a sequence costs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gtrack.attribution.finite import NonFiniteError, first_bad_row, locate
from gtrack.attribution.precision import autocast, check, products
from gtrack.attribution.rules.context import borrowed
from gtrack.attribution.substitutions import substitution_effects
from gtrack.core.encodings import Explained
from gtrack.core.ports import Explain, SequenceModel
from gtrack.core.precision import Precision
from gtrack.core.sequences import BASES

_ENOUGH = 0.2
"""Seconds that a timed sample should take."""


@contextmanager
def mutated(model: SequenceModel, draws: int, precision: Precision) -> Iterator[Explain]:
    """Freeze the network and yield ``explain(batch, contrasts, sequences)``.

    Parameters
    ----------
    model : SequenceModel
    draws : int
        Substitutions of a base.
    precision : {"fp32", "tf32", "bf16"}

    Raises
    ------
    ModelError
        When the arithmetic does not suit the device.
    """
    check(precision, model)
    with borrowed(model.network):
        yield _Explain(model, draws, precision, model.default_batch_units)


def seconds_of(
    model: SequenceModel, bases: int, *, draws: int, budget: int, precision: Precision
) -> float:
    """Return what a sequence of so many bases costs in one thread, by a timed part of it."""
    drawn = np.random.default_rng(0).choice(list(BASES), bases)
    text, timed = "".join(drawn.tolist()), 1
    with borrowed(model.network):
        while True:
            begun = time.perf_counter()
            substitution_effects(
                model,
                [text],
                [np.arange(timed)],
                np.ones((1, len(model.labels))),
                draws=draws,
                budget=budget,
                precision=precision,
            )
            took = time.perf_counter() - begun
            if timed == bases or (timed > 1 and took > _ENOUGH):
                return took / timed * bases
            timed = min(bases, 4 * timed)


@dataclass(frozen=True, slots=True)
class _Explain:
    """Explains batches of one model; a :class:`gtrack.core.ports.Budgeted`."""

    model: SequenceModel
    draws: int
    precision: Precision
    budget: int

    def within(self, budget: int) -> Explain:
        """Return the same with batches of its own that hold so many units."""
        return replace(self, budget=budget)

    def __call__(
        self, batch: Any, contrasts: NDArray[np.float64], sequences: Sequence[str] = ()
    ) -> Explained:
        """Explain one batch; see :class:`gtrack.core.ports.Explain`."""
        logits = self._outputs(batch)
        longest = max(map(len, sequences), default=0)
        relevance = np.zeros((len(contrasts), len(logits), longest), logits.dtype)
        said = Explained(logits, relevance)
        if (row := first_bad_row(said)) is not None:
            raise NonFiniteError(row, locate(self.model, row, lambda: self._outputs(batch)))
        effects = substitution_effects(
            self.model,
            sequences,
            None,
            contrasts,
            draws=self.draws,
            budget=self.budget,
            precision=self.precision,
        )
        for row, (text, lost) in enumerate(zip(sequences, effects, strict=True)):
            relevance[:, row, : len(text)] = np.nan_to_num(lost)  # NaN is only at N
        return said

    def _outputs(self, batch: Any) -> NDArray[np.floating]:
        """Return what the model says of a batch, as every other method does."""
        with torch.no_grad(), products(self.precision, self.model):
            embedded = self.model.embed(batch)
            with autocast(self.precision, self.model):
                logits = self.model.forward(embedded, batch)
            wide = torch.promote_types(embedded.dtype, torch.float32)
            return np.asarray(logits.to(wide).cpu().numpy())
