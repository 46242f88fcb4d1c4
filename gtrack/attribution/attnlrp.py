"""AttnLRP (Achtibat et al. 2024, arXiv 2402.05602) as modified input x gradient."""

from __future__ import annotations

from typing import ClassVar

from gtrack.attribution.lrp import Lrp


class AttnLrp(Lrp):
    """Attention-aware layer-wise relevance propagation; on a CNN, plain LRP.

    It does not conserve relevance through the softmax: the sum over the input is not the logit.
    Its parameter ``alibi_rule`` says what the sum of attention scores and ALiBi does: under
    ``absorb`` ALiBi is a constant that keeps its own share; under ``uniform`` half of the relevance
    of the sum goes to the scores, and ALiBi keeps the other half.
    """

    name = "attnlrp"
    allowed: ClassVar = {"alibi_rule": ("absorb", "uniform")}
