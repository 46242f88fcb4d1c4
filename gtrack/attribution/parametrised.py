"""Methods as they are made: of their parameters, checked, and of an arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from gtrack.core.parameters import complete
from gtrack.core.precision import Precision


class Parametrised:
    """A method with parameters, each of which has a few values; the first is the default.

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
