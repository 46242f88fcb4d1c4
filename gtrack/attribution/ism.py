"""In-silico mutagenesis: what the score loses when a base is another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import ClassVar

from gtrack.attribution.parametrised import Parametrised
from gtrack.core.ports import Explain, SequenceModel


class Ism(Parametrised):
    """In-silico mutagenesis, exact: every base, every substitution, re-encoded.

    Relevance of a base is the score of the sequence minus the mean score over substitutions of
    that base, in units of the score; 0 at N. Its parameter ``draws`` says how many: 3 is all, 1 is
    one that is drawn by a hash of the sequence, for a third of the price.
    """

    name = "ism"
    per_base = True
    allowed: ClassVar[Mapping[str, Sequence[str]]] = {"draws": ("3", "1")}

    @property
    def _draws(self) -> int:
        return int(self.parameters["draws"])

    def used(self, kind: str) -> dict[str, str]:
        """Return the number of substitutions, which matters to every kind of model."""
        return dict(self.parameters)

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
