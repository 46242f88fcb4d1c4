"""What tracks hold, in the words of ENCODE's model data, as labels and tables of a hub say it."""

from __future__ import annotations

CONTENT = {
    "relevance": "sequence contribution scores",
    "relevance-forward": "sequence contribution scores, forward strand",
    "relevance-reverse": "sequence contribution scores, reverse strand",
    "hits": "sequence motif instances",
    "score": "score of windows",
    "sd": "standard deviation of members",
    "agreement": "sign agreement of members",
    "annotation": "annotation",
}
"""By the kind of a track; relevance per base is what ENCODE calls sequence contribution scores."""
