"""What a report says of its numbers, for a reader who did not make them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gtrack.core.manifest import RunManifest, head_in
from gtrack.core.strands import STRANDS_SAID
from gtrack.core.targets import titled
from gtrack.publish.markup import Markup, element
from gtrack.publish.signs import bases_say, hits_say, units_of

METHODS = {
    "attnlrp": (
        "AttnLRP (layer-wise relevance propagation with rules for attention; plain LRP where a "
        "model has no attention). It does not conserve relevance: softmax and biases take a share, "
        "so the letters of a window do not sum to its score."
    ),
    "cplrp": (
        "CP-LRP (layer-wise relevance propagation with attention weights held constant; plain LRP "
        "where a model has no attention). Biases take a share, so the letters of a window do not "
        "sum to its score."
    ),
    "gradient": (
        "Input x gradient. It does not conserve relevance: the letters of a window do not sum to "
        "its score."
    ),
    "ism": (
        "In-silico mutagenesis: what the score loses when a base is another one, the mean over "
        "substitutions. The letters of a window do not sum to its score."
    ),
}
"""Method -> what it is and what it does not promise; of one from another package, nothing."""

_UNKNOWN = (
    "{}, a method from outside gtrack: its own documents say what it promises. Do not take the "
    "letters of a window to sum to its score."
)

_FOREIGN = (
    "Another tool made the tracks; its own documents say how and what they promise. gtrack copied "
    "the values of the regions and looked for motifs in them."
)


_BOUND = "A q with ≤ rests on few of them: it is at most that."
_Q_AND_CHANCE = (
    "Two things are counted as false: motifs whose columns are in another order, in the same "
    "windows, and the relevance of shuffled windows at the same place of a window; q is the larger "
    f"share. {_BOUND} Chance is no part of q: how many matches as good are expected in shuffled "
    "sequence per match as good here."
)
_Q_ALONE = (
    "Motifs whose columns are in another order, in the same windows, are counted as false. "
    f"{_BOUND}"
)


def explained_score(model: Mapping[str, Any], label: str) -> str:
    """Return what of an output is explained."""
    return head_in(model).explained(model["labels"].index(label))


def how_to_read(manifest: RunManifest) -> Markup:
    """Return the paragraphs that stand before the figures."""
    parts: list[Markup] = []
    for term, words in _paragraphs(manifest):
        parts += [element("dt", term), element("dd", words)]
    return element("dl", *parts)


def in_units(units: Sequence[str]) -> str:
    """Return what scores and relevance are measured in, as a reader says it."""
    named = {"logit": "logits", "value": "units of the value"}
    return " or ".join(named[unit] for unit in units)


def _paragraphs(manifest: RunManifest) -> Iterator[tuple[str, str]]:
    units = units_of(manifest)
    above, below = bases_say(units)
    yield (
        "Letters",
        "A letter is a base of the genome's forward strand; its height is the base's relevance: "
        f"the share of the explained score, in {in_units(units)}, that the method traces back to "
        f"it. Above the axis the base {above}; below, upside down, {below}.",
    )
    yield (
        "Scale",
        "Every row has its own scale, the same up and down, with its limits on the axis. Heights "
        "compare within a row. Dotted lines stand at the row's 99th percentile (p99) of "
        "|relevance| over all scanned bases and make places comparable.",
    )
    members = {m["name"]: ", ".join(m["members"]) for m in manifest.models if "members" in m}
    for name, of in members.items():
        yield (
            name,
            f"An ensemble: the letters are the mean relevance of {of}; the grey band is one "
            "standard deviation of these on either side of it.",
        )
    if any(track.kind == "score" for track in manifest.tracks):
        yield (
            "Scores",
            "Bars below the letters: what the model says of the window that owns each base, on a "
            "scale of its own. They are no relevance.",
        )
    if manifest.job is None:
        yield "Method", _FOREIGN
    else:
        method = manifest.job["method"]
        yield "Method", METHODS.get(method, _UNKNOWN.format(method))
        yield "Where values come from", " ".join(_windows(manifest, manifest.job))
    yield (
        "Gaps",
        "A grey block was not scanned; a hatched one is N in the genome. Neither has a value, and "
        "neither is 0.",
    )
    if manifest.hits is not None:
        yield "Motif hits", " ".join(_hits(manifest.hits, manifest.null or {}, units))
    several = any(track.target is not None for track in manifest.tracks)
    yield (
        "Which places are shown",
        f"The models{' and their targets' if several else ''} take turns: each gives its next best "
        "hit (smallest q, then largest |relevance|) that no place shows yet. Where the hits run "
        "out, the stretches with the largest |relevance| follow, each in units of its p99. No "
        "place is shown twice.",
    )


def _windows(manifest: RunManifest, job: Mapping[str, Any]) -> Iterator[str]:
    sizes = sorted({model["window_bp"] for model in manifest.models})
    yield (
        f"A model reads windows of {' or '.join(f'{size:,}' for size in sizes)} bp; a base has its "
        "value from the window whose centre is nearest."
    )
    yield f"Windows are explained on {_strands(manifest)}."
    tokens = [model["name"] for model in manifest.models if model["unit"] == "token"]
    if tokens:
        yield (
            f"{' and '.join(tokens)} read tokens of several bases; a token's relevance goes to its "
            f"bases (projection: {job['projection']}), so finer detail inside a token is "
            "not information."
        )


def _strands(manifest: RunManifest) -> str:
    """Say which strands the models read; of whom, where that differs."""
    names: dict[str, list[str]] = {}
    for model in manifest.models:
        names.setdefault(STRANDS_SAID[model["strands"]], []).append(model["name"])
    if len(names) == 1:
        return next(iter(names))
    return " and on ".join(f"{said} ({' and '.join(each)})" for said, each in names.items())


def _hits(hits: Mapping[str, Any], null: Mapping[str, Any], units: Sequence[str]) -> Iterator[str]:
    above, below = hits_say(units)
    earlier = not any("sites" in each for each in hits["models"])
    than = "that of shuffled windows" if earlier else "what chance gives"
    yield (
        f"An arrow is a site that matches a motif and whose relevance stands out from {than}; it "
        f"points where the motif reads. Blue {above}, vermillion {below}; the number is the "
        "relevance summed over the site."
    )
    if "unguarded" in hits:
        yield f"Warning: {hits['unguarded']}."
    yield (
        f"Hits have q < {hits['q']:g}: q estimates the share of false places among the hits at "
        "least as good. Names of look-alike motifs may stand in for one another."
    )
    if not earlier:
        yield _Q_ALONE if "unguarded" in hits else _Q_AND_CHANCE
    for model in null.get("models", ()):
        yield (
            f"Null of {titled(model['model'], model.get('target'))}: {model['bases']:,} bases of "
            f"{model['windows']:,} shuffled windows."
        )
    yield (
        "An opposing hit says that relevance is negative there beyond chance, not that a "
        "repressor binds."
    )
