"""Ways to explain a model: relevance of every unit of its input.

Another method is a new file and one line here; from another package, an entry point.
"""

from __future__ import annotations

GROUP = "gtrack.methods"
"""Entry points that extend the table of methods."""

METHODS: dict[str, str] = {
    "attnlrp": "gtrack.attribution.attnlrp:AttnLrp",
    "cplrp": "gtrack.attribution.cplrp:CpLrp",
    "gradient": "gtrack.attribution.gradient:Gradient",
    "ism": "gtrack.attribution.ism:Ism",
}
"""Name -> ``module:class`` of the Attributor, loaded on first use."""
