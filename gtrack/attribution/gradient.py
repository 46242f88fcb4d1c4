"""Input x gradient: the baseline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import ClassVar

from gtrack.attribution.parametrised import Parametrised
from gtrack.core.ports import Explain, SequenceModel

ONE_HOT = ("cnn",)
"""Kinds of models whose embedding is one-hot bases."""


class Gradient(Parametrised):
    """Input x gradient, no rules.

    Its parameter ``centred`` says whether the gradient is taken less its mean over the four bases
    (Majdandzic et al. 2023, doi 10.1186/s13059-023-02956-3): what a gradient says off the plane of
    one-hot bases is noise. It matters to models that read one-hot bases alone.
    """

    name = "gradient"
    allowed: ClassVar[Mapping[str, Sequence[str]]] = {"centred": ("no", "yes")}

    def used(self, kind: str) -> dict[str, str]:
        """Return the parameters for a kind that reads one-hot bases, nothing for others."""
        return dict(self.parameters) if kind in ONE_HOT else {}

    @contextmanager
    def applied(self, model: SequenceModel) -> Iterator[Explain]:
        """Freeze the network and yield ``explain(batch, contrasts)``; give it back on leaving."""
        from gtrack.attribution.input_gradient import plain  # noqa: PLC0415  (torch: seconds)

        centred = self.used(model.kind).get("centred") == "yes"
        with plain(model, self.precision, centred=centred) as explain:
            yield explain
