"""CP-LRP (Ali et al. 2022): attention weights held constant, otherwise as AttnLRP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from gtrack.attribution.gradient import explain
from gtrack.attribution.precision import Precision, check
from gtrack.attribution.rules import RULES
from gtrack.attribution.rules.context import applied
from gtrack.core.catalogue import load
from gtrack.core.ports import Explain, SequenceModel


class CpLrp:
    """Conservative propagation; on a CNN it is the same as AttnLRP.

    Relevance is conserved but for what biases and the token-type embedding take.

    Parameters
    ----------
    precision : {"fp32", "tf32", "bf16"}
        Arithmetic of the matrix products; the sum of relevance is never below float32.
    """

    name = "cplrp"

    def __init__(self, precision: Precision = "fp32") -> None:
        self.precision: Precision = precision

    @contextmanager
    def applied(self, model: SequenceModel) -> Iterator[Explain]:
        """Put the rules on the model and yield ``explain(batch, contrast)``; take them off after.

        Raises
        ------
        ModelError
            When a module of the network has no rule, or the arithmetic does not suit the device.
        """
        check(self.precision, model)
        rules = load(RULES, model.kind, "gtrack.rules")("cplrp")
        with applied(model.network, rules):
            yield partial(explain, model, self.precision)
