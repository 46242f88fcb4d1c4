"""Relevance rules per kind of model; the only place that sees both a network and a method.

An entry is a function ``rules(method, parameters) -> Rules``: the name of a method, and its
validated parameters. A new model that wants more than input x gradient adds a file and one line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gtrack.core.catalogue import load, names
from gtrack.core.errors import ModelError

if TYPE_CHECKING:
    from gtrack.attribution.rules.context import Rules

GROUP = "gtrack.rules"

RULES: dict[str, str] = {
    "cnn": "gtrack.attribution.rules.cnn:rules",
    "dnabert2": "gtrack.attribution.rules.dnabert2:rules",
}
"""Kind of model -> ``module:function``; other packages add theirs in the group ``gtrack.rules``."""


def rules_of(kind: str, method: str, parameters: Mapping[str, str]) -> Rules:
    """Return the rules of a method for a kind of model.

    Raises
    ------
    ModelError
        When nobody has written rules for this kind.
    """
    if kind not in names(RULES, GROUP):
        raise ModelError(
            f"--method {method}: there are no relevance rules for a model of kind {kind!r}; use "
            f"--method gradient, or add rules for it to the group {GROUP}"
        )
    rules: Rules = load(RULES, kind, GROUP)(method, parameters)
    return rules
