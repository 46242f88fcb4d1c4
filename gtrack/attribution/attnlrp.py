"""AttnLRP (Achtibat et al. 2024, arXiv 2402.05602) as modified input x gradient."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Literal

from gtrack.attribution.gradient import explain
from gtrack.attribution.precision import Precision, check
from gtrack.attribution.rules import RULES
from gtrack.attribution.rules.context import applied
from gtrack.core.catalogue import load
from gtrack.core.ports import Explain, SequenceModel


class AttnLrp:
    """Attention-aware layer-wise relevance propagation; on a CNN, plain LRP.

    It does not conserve relevance through the softmax: the sum over the input is not the logit.

    Parameters
    ----------
    alibi_rule : {"absorb", "uniform"}
        What the sum of attention scores and ALiBi does: under ``absorb`` ALiBi is a constant that
        keeps its own share; ``uniform`` halves once more what q and k get.
    precision : {"fp32", "tf32", "bf16"}
        Arithmetic of the matrix products; the sum of relevance is never below float32.
    """

    name = "attnlrp"

    def __init__(
        self,
        alibi_rule: Literal["absorb", "uniform"] = "absorb",
        precision: Precision = "fp32",
    ) -> None:
        self.alibi_rule: Literal["absorb", "uniform"] = alibi_rule
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
        rules = load(RULES, model.kind, "gtrack.rules")("attnlrp", self.alibi_rule)
        with applied(model.network, rules):
            yield partial(explain, model, self.precision)
