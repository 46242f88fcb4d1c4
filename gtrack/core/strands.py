"""Which strands a model reads: as it was trained, as a user asks, as a plan and a manifest say."""

from __future__ import annotations

STRANDS_SAID = {
    "both": "both strands, averaged",
    "forward": "the forward strand",
    "reverse": "the reverse strand",
    "region": "the strand of each region",
}
"""Each choice, and what it is called in a sentence."""

STRANDS = tuple(STRANDS_SAID)
