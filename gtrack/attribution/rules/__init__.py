"""Relevance rules per kind of model; the only place that sees both a network and a method.

An entry is a function ``rules(method, alibi_rule) -> Rules``. A new model that wants more than
input x gradient adds a file and one line.
"""

from __future__ import annotations

RULES: dict[str, str] = {
    "cnn": "gtrack.attribution.rules.cnn:rules",
    "dnabert2": "gtrack.attribution.rules.dnabert2:rules",
}
"""Kind of model -> ``module:function``; other packages add theirs in the group ``gtrack.rules``."""
