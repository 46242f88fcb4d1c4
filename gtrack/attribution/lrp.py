"""Layer-wise relevance propagation: what its methods share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import ClassVar

from gtrack.attribution.rules import rules_of
from gtrack.core.parameters import complete
from gtrack.core.ports import Explain, SequenceModel
from gtrack.core.precision import Precision


class Lrp:
    """The rules of one method for the model's kind, on its network while the pass is made.

    Parameters
    ----------
    parameters : mapping of str to str, optional
        What :meth:`validated` returned; without it, the defaults.
    precision : {"fp32", "tf32", "bf16"}
        Arithmetic of the matrix products; the sum of relevance is never below float32.
    """

    name: ClassVar[str]
    allowed: ClassVar[Mapping[str, Sequence[str]]] = {}
    per_base = False

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
