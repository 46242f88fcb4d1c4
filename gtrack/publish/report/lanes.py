"""Hits and annotations of a figure: labelled shapes, side by side where they fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from gtrack.core.features import Feature
from gtrack.core.hits.motif_hit import MotifHit
from gtrack.publish.markup import Markup, element, join, shortened, void
from gtrack.publish.report.inks import inked
from gtrack.publish.signs import signed

LANE, MOST_LANES = 32, 8
CHARACTER = 7.7
"""Width of a character of a label in wide type; of narrow type a lane holds fewer than it could."""

SHAPE, BASELINE = 10, 25
"""Below which a lane has no shape, and where the words under one stand: their tops stay clear."""

_LONGEST = 24  # characters of a name in a label
_WHOLE = 160  # characters of a name in a title or a sentence

Placed = TypeVar("Placed", MotifHit, Feature)
XScale = Callable[[int], float]
"""From a position on the chromosome to one in the figure, inside its edges."""


def hit_lanes(hits: Sequence[MotifHit], x_of: XScale, width: int) -> tuple[Markup, int]:
    """Return the arrows of motif hits, and how high they are in all."""
    return _lanes(hits, hit_label, _arrow, x_of, width, _told)


def feature_lanes(features: Sequence[Feature], x_of: XScale, width: int) -> tuple[Markup, int]:
    """Return the bars of annotations, and how high they are in all."""
    return _lanes(features, _feature_label, _bars, x_of, width)


def hit_label(hit: MotifHit, longest: int = _WHOLE) -> str:
    """Return the motif's name and the relevance of the site."""
    return f"{shortened(hit.name, longest)} {signed(hit.rel_sum)}"


def q_said(hit: MotifHit) -> str:
    """Return the q-value of a hit; what it is at most, where it is a bound."""
    return f"{'≤ ' * hit.bound}{hit.q_value:.2g}"


def label(words: str, x: float, y: float, **attributes: str | float) -> Markup:
    """Return text at a point."""
    return element("text", words, x=short(x), y=short(y), **attributes)


def cut_label(
    words: str, longest: int, x: float, y: float, *behind: Markup, **attributes: str | float
) -> Markup:
    """Return text at a point with at most so many characters; the rest is in its title."""
    title = [element("title", shortened(words, _WHOLE))] if len(words) > longest else []
    content = join(*title, shortened(words, longest), *behind)
    return label(content, x, y, **attributes)


def moved(content: Markup, x: float, y: float) -> Markup:
    """Return a group at a point."""
    return element("g", content, transform=f"translate({short(x)} {short(y)})")


def short(value: float, digits: int = 2) -> str:
    """Return a number in few characters."""
    return f"{round(value, digits) + 0.0:.9g}"


def _lanes(
    items: Sequence[Placed],
    called: Callable[[Placed, int], str],
    shape: Callable[[Placed, XScale], Markup],
    x_of: XScale,
    width: int,
    told: Callable[[Placed], str] = lambda _: "",
) -> tuple[Markup, int]:
    """Put each shape into the first lane where it and its label have room.

    Its title is its whole label, where that is cut, and what else is `told` of it.
    """
    ends: list[float] = []
    drawn: list[Markup] = []
    for item in sorted(items, key=lambda each: (each.start, each.end)):
        whole, words = called(item, _WHOLE), called(item, _LONGEST)
        low, high, room = x_of(item.start), x_of(item.end), len(words) * CHARACTER
        at = max(0.0, min(low, width - room))  # a label does not leave the figure
        lane = next((k for k, end in enumerate(ends) if end <= at), len(ends))
        if lane == MOST_LANES:
            continue
        ends[lane : lane + 1] = [max(high, at + room) + 6]
        more = told(item)
        full = [element("title", f"{whole}{more}")] if more or words != whole else []
        content = join(*full, shape(item, x_of), label(words, at, BASELINE))
        drawn.append(moved(content, 0, lane * LANE))
    height = len(ends) * LANE
    if len(drawn) < len(items):
        drawn.append(label(f"and {len(items) - len(drawn)} more", 0, height + 9))
        height += 14
    return join(*drawn), height


def _told(hit: MotifHit) -> str:
    return f", {hit.motif_id}, {hit.strand} {hit.start + 1:,}-{hit.end:,}, q {q_said(hit)}"


def _arrow(hit: MotifHit, x_of: XScale) -> Markup:
    """Return an arrow that points where the motif reads."""
    low, high = x_of(hit.start), x_of(hit.end)
    head = min(7.0, (high - low) / 2)
    tail, neck, tip = (low, high - head, high) if hit.strand == "+" else (high, low + head, low)
    corners = [(tail, 2), (neck, 2), (neck, 0), (tip, 5), (neck, 10), (neck, 8), (tail, 8)]
    return void(
        "polygon",
        points=" ".join(f"{short(x)},{y}" for x, y in corners),
        **inked("supports" if hit.supports else "opposes"),
    )


def _feature_label(feature: Feature, longest: int) -> str:
    name = "" if feature.name == "." else shortened(feature.name, longest)
    return f"{name} {({'+': '→', '-': '←'}).get(feature.strand, '')}".strip()


def _bars(feature: Feature, x_of: XScale) -> Markup:
    """Return a line along the feature, a bar over every block, a higher one over what is thick."""
    outline = [f"M{short(x_of(feature.start))} 5H{short(x_of(feature.end))}"]
    for start, end in feature.blocks:
        thick = max(start, feature.thick_start), min(end, feature.thick_end)
        outline += [_bar(x_of(start), x_of(end), 5), _bar(x_of(thick[0]), x_of(thick[1]), 10)]
    return void("path", d="".join(outline), **inked("feature"))


def _bar(low: float, high: float, height: float) -> str:
    if high <= low:
        return ""
    return f"M{short(low)} {short(5 - height / 2)}H{short(high)}v{short(height)}H{short(low)}z"
