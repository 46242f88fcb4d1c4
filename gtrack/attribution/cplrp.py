"""CP-LRP (Ali et al. 2022): attention weights held constant, otherwise as AttnLRP."""

from __future__ import annotations

from gtrack.attribution.lrp import Lrp


class CpLrp(Lrp):
    """Conservative propagation; on a CNN it is the same as AttnLRP.

    Relevance is conserved but for what biases and the token-type embedding take.
    """

    name = "cplrp"
