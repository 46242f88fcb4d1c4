"""What a report says of its numbers, for a reader who did not make them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gtrack.core.heads import Head
from gtrack.core.manifest import RunManifest
from gtrack.core.targets import titled
from gtrack.publish.markup import Markup, element

METHODS = {
    "attnlrp": (
        "AttnLRP (layer-wise relevance propagation with rules for attention; on a CNN plain LRP). "
        "It does not conserve relevance: softmax and biases take a share, so the letters of a "
        "window do not sum to its score."
    ),
    "cplrp": (
        "CP-LRP (layer-wise relevance propagation with attention weights held constant; on a CNN "
        "plain LRP). Biases take a share, so the letters of a window do not sum to its score."
    ),
    "gradient": (
        "Input x gradient. It does not conserve relevance: the letters of a window do not sum to "
        "its score."
    ),
}
"""Method -> what it is and what it does not promise."""


def explained_score(model: Mapping[str, Any], label: str) -> str:
    """Return what of an output is explained."""
    labels = tuple(model["labels"])
    return Head(model["outputs"]["kind"], labels).explained(labels.index(label))


def how_to_read(manifest: RunManifest) -> Markup:
    """Return the paragraphs that stand before the figures."""
    parts: list[Markup] = []
    for term, words in _paragraphs(manifest):
        parts += [element("dt", term), element("dd", words)]
    return element("dl", *parts)


def _paragraphs(manifest: RunManifest) -> Iterator[tuple[str, str]]:
    yield (
        "Letters",
        "A letter is a base of the genome's forward strand; its height is the base's relevance: "
        "the share of the explained score, in its unit (logits; the value of a regression), that "
        "the method traces back to it. Above the axis the base speaks for the label; below, upside "
        "down, against it.",
    )
    yield (
        "Scale",
        "Every row has its own scale, the same up and down, with its limits on the axis. Heights "
        "compare within a row. Dotted lines stand at the model's 99th percentile (p99) of "
        "|relevance| over all scanned bases and make places comparable.",
    )
    yield ("Method", METHODS.get(manifest.job["method"], manifest.job["method"]))
    yield "Where values come from", " ".join(_windows(manifest))
    yield (
        "Gaps",
        "A grey block was not scanned; a hatched one is N in the genome. Neither has a value, and "
        "neither is 0.",
    )
    if manifest.hits is not None:
        yield "Motif hits", " ".join(_hits(manifest.hits, manifest.null or {}))
    yield (
        "Which places are shown",
        "The models take turns: each gives its next best hit (smallest q, then largest |relevance|)"
        " that no place shows yet. Where the hits run out, the stretches with the largest "
        "|relevance| follow, every model in units of its p99. No place is shown twice.",
    )


def _windows(manifest: RunManifest) -> Iterator[str]:
    strands = {model["strands"] for model in manifest.models}
    sizes = sorted({model["window_bp"] for model in manifest.models})
    yield (
        f"A model reads windows of {' or '.join(f'{size:,}' for size in sizes)} bp; a base has its "
        "value from the window whose centre is nearest."
    )
    if "both" in strands:
        yield "Windows are explained on both strands, and the two are averaged."
    tokens = [model["name"] for model in manifest.models if model["unit"] == "token"]
    if tokens:
        yield (
            f"{' and '.join(tokens)} read tokens of several bases; a token's relevance goes to its "
            f"bases (projection: {manifest.job['projection']}), so finer detail inside a token is "
            "not information."
        )


def _hits(hits: Mapping[str, Any], null: Mapping[str, Any]) -> Iterator[str]:
    yield (
        "An arrow is a site that matches a motif and whose relevance stands out from that of "
        "shuffled windows; it points where the motif reads. Blue supports the label, vermillion "
        "opposes it; the number is the relevance summed over the site."
    )
    yield (
        f"Hits have q < {hits['q']:g}: q estimates the share of false places among the hits at "
        "least as good. Names of look-alike motifs may stand in for one another."
    )
    for model in null.get("models", ()):
        yield (
            f"Null of {titled(model['model'], model.get('target'))}: {model['bases']:,} bases of "
            f"{model['windows']:,} shuffled windows."
        )
    yield (
        "An opposing hit says that relevance is negative there beyond the null, not that a "
        "repressor binds."
    )
