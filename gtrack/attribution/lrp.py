"""Layer-wise relevance propagation: what its methods share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gtrack.attribution.parametrised import Parametrised
from gtrack.attribution.rules import rules_of
from gtrack.core.ports import Explain, SequenceModel


class Lrp(Parametrised):
    """The rules of one method for the model's kind, on its network while the pass is made."""

    def used(self, kind: str) -> dict[str, str]:
        """Return those parameters that decide how a model of this kind is explained.

        Raises
        ------
        ModelError
            When there are no rules for this kind of model.
        """
        rules = rules_of(kind, self.name, self.parameters)
        return {name: self.parameters[name] for name in rules.used}

    @contextmanager
    def applied(self, model: SequenceModel) -> Iterator[Explain]:
        """Put the rules on the model and yield ``explain(batch, contrasts)``; take them off after.

        Raises
        ------
        ModelError
            When there are no rules for the model or for one of its modules, or the arithmetic
            does not suit the device.
        """
        from gtrack.attribution.input_gradient import ruled  # noqa: PLC0415  (torch: seconds)

        with ruled(model, self.precision, self.name, self.parameters) as explain:
            yield explain
