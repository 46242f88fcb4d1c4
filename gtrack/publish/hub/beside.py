"""What stands beside relevance, in words: the long labels of its tracks, and their pages."""

from __future__ import annotations

BESIDE_SAID = {
    "score": "Score of windows: every base has what the model says of the window that owns it (the "
    "mean of the strands that were read; of an ensemble the mean of its members). It is no "
    "relevance and has a scale of its own.",
    "sd": "Standard deviation of the relevance that the members of the ensemble give to each base; "
    "the sum of squares is divided by members - 1. It is in the unit of the mean.",
    "agreement": "Share of the members of the ensemble whose relevance has the sign of the mean; 0 "
    "where the mean is 0.",
}

LONG_LABELS = {
    "score": "Score of the window that owns each base, by",
    "sd": "Standard deviation of the members' relevance:",
    "agreement": "Share of members with the sign of the mean relevance:",
}
"""They end with what is explained."""
