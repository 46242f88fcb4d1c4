"""In-silico mutagenesis: what the score loses when a base is another one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from gtrack.attribution.finite import NonFiniteError, first_bad_row, locate
from gtrack.attribution.precision import autocast, check, products
from gtrack.attribution.rules.context import borrowed
from gtrack.attribution.substitutions import substitution_effects
from gtrack.core.encodings import Explained
from gtrack.core.parameters import complete
from gtrack.core.ports import Explain, SequenceModel
from gtrack.core.precision import Precision
from gtrack.core.sequences import BASES

_ENOUGH = 0.2
"""Seconds that a timed sample should take."""


class Ism:
    """In-silico mutagenesis, exact: every base, every substitution, re-encoded.

    Relevance of a base is the score of the sequence minus the mean score over substitutions of
    that base, in units of the score; 0 at N. Its parameter ``draws`` says how many: 3 is all, 1 is
    one that is drawn by a hash of the sequence, for a third of the price.

    Parameters
    ----------
    parameters : mapping of str to str, optional
        What :meth:`validated` returned; without it, the defaults.
    precision : {"fp32", "tf32", "bf16"}
        Arithmetic of the matrix products.
    """

    name = "ism"
    per_base = True
    allowed: ClassVar[Mapping[str, Sequence[str]]] = {"draws": ("3", "1")}

    def __init__(
        self, parameters: Mapping[str, str] | None = None, precision: Precision = "fp32"
    ) -> None:
        self._draws = int(self.validated(parameters or {})["draws"])
        self.precision: Precision = precision

    @classmethod
    def validated(cls, given: Mapping[str, str]) -> dict[str, str]:
        """Return all parameters; an unknown name or value is an InputError."""
        return complete(cls.name, given, cls.allowed)

    def used(self, kind: str) -> dict[str, str]:
        """Return the number of substitutions, which matters to every kind of model."""
        return {"draws": str(self._draws)}

    @contextmanager
    def applied(self, model: SequenceModel) -> Iterator[Explain]:
        """Freeze the network and yield ``explain(batch, contrasts, sequences)``."""
        check(self.precision, model)
        with borrowed(model.network):
            yield _Explain(model, self._draws, self.precision, model.default_batch_units)

    def price(self, model: SequenceModel, bases: int, budget: int) -> tuple[int, float]:
        """Return what a sequence costs in one thread; see :class:`gtrack.core.ports.Priced`."""
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
                    draws=self._draws,
                    budget=budget,
                    precision=self.precision,
                )
                took = time.perf_counter() - begun
                if timed == bases or (timed > 1 and took > _ENOUGH):
                    return self._draws * bases, took / timed * bases
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
            return np.asarray(logits.to(embedded.dtype).cpu().numpy())
