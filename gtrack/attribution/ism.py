"""In-silico mutagenesis: what the score loses when a base is another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import ClassVar

from gtrack.core.parameters import complete
from gtrack.core.ports import Explain, SequenceModel
from gtrack.core.precision import Precision


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
        from gtrack.attribution.mutagenesis import mutated  # noqa: PLC0415  (torch: seconds)

        with mutated(model, self._draws, self.precision) as explain:
            yield explain

    def price(self, model: SequenceModel, bases: int, budget: int) -> tuple[int, float]:
        """Return what a sequence costs in one thread; see :class:`gtrack.core.ports.Priced`."""
        from gtrack.attribution.mutagenesis import seconds_of  # noqa: PLC0415  (torch: seconds)

        asked = {"draws": self._draws, "budget": budget}
        return self._draws * bases, seconds_of(model, bases, precision=self.precision, **asked)
