"""What the sign of relevance says, by what it is measured in: the logit of a decision, or a value.

Logits speak for or against a label. A value, which a regression gives, is raised or lowered.
"""

from __future__ import annotations

from collections.abc import Iterable

from gtrack.core.manifest import RunManifest

_SPEAKS = {
    "logit": ("speaks for the explained label", "against it"),
    "value": ("raises the explained value", "lowers it"),
}
_HITS = {
    "logit": ("supports the label", "opposes it"),
    "value": ("raises the value", "lowers it"),
}


def units_of(manifest: RunManifest) -> tuple[str, ...]:
    """Return what the relevance of a scan is measured in: ``logit``, ``value``, or both."""
    return tuple(dict.fromkeys(manifest.unit(model["name"]) for model in manifest.models))


def bases_say(units: Iterable[str]) -> tuple[str, str]:
    """Return what a base of positive relevance does, and one of negative."""
    return _joined(_SPEAKS, units)


def hits_say(units: Iterable[str]) -> tuple[str, str]:
    """Return what a hit of positive relevance does, and one of negative."""
    return _joined(_HITS, units)


def signed(value: float) -> str:
    """Return a number of three digits with its sign."""
    return f"{value:+.3g}".replace("-", "\N{MINUS SIGN}")


def _joined(words: dict[str, tuple[str, str]], units: Iterable[str]) -> tuple[str, str]:
    chosen = [words[unit] for unit in units]
    return " or ".join(up for up, _ in chosen), " or ".join(down for _, down in chosen)
