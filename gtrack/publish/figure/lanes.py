"""Hits and features beneath a track: shapes with their names, in rows; none covers another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from gtrack.core.features import Feature
from gtrack.core.hits.motif_hit import MotifHit
from gtrack.publish.drawing import INK, PAPER, SOFT
from gtrack.publish.figure.content import FeatureTrack
from gtrack.publish.figure.frame import LEFT, SMALL, Frame, fitted, wide
from gtrack.publish.figure.ink import Part, Words, lines, polygons
from gtrack.publish.figure.logos import LOGO, logo
from gtrack.publish.figure.relevance import NEGATIVE, POSITIVE
from gtrack.publish.signs import signed

Placed = TypeVar("Placed", MotifHit, Feature)

ROWS, BARE_ROWS = 8, 12
"""Rows at most: of shapes with names, and of shapes alone, where those are too many."""

_MOST_NAMES = 500  # never have room; measuring each would take long
_APART = 1.0  # mm between neighbours in a row
_LEAST = 0.5  # mm of a shape: a narrower one could not be seen
_LETTERS_BELOW = 2.4  # mm of a line of names
_NAME_ROOM = 40.0  # mm of a name at most
_CHEVRON, _EVERY = 0.55, 3.5


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something lies across, in mm: its shape, and the left end of its name."""

    left: float
    right: float
    name: str
    at: float

    @property
    def end(self) -> float:
        """Where the next may begin, names counted."""
        return max(self.right, self.at + (wide(self.name) if self.name else 0.0)) + _APART

    @property
    def begin(self) -> float:
        """Where it begins, its name counted."""
        return min(self.left, self.at) if self.name else self.left


def rows_of(spots: Sequence[tuple[float, float]], most: int) -> list[int | None]:
    """Return the row of everything: the first in which it has room; None where none has.

    Parameters
    ----------
    spots : sequence of (begin, end)
        Sorted by where they begin.
    most : int
        Rows at most.

    Examples
    --------
    >>> rows_of([(0, 5), (3, 9), (6, 8), (7, 8)], 2)
    [0, 1, 0, None]
    """
    ends: list[float] = []
    found: list[int | None] = []
    for begin, end in spots:
        row = next((k for k, taken in enumerate(ends) if taken <= begin), len(ends))
        if row >= most:
            found.append(None)
            continue
        ends[row : row + 1] = [end]
        found.append(row)
    return found


def hit_lanes(
    hits: Sequence[MotifHit],
    frame: Frame,
    logos: Mapping[str, Sequence[Sequence[float]]],
    at: str,
) -> Part:
    """Return the hits of a model: an arrow that points where the motif reads, name, relevance.

    Where bases have letters, the motif's logo stands beneath, base under base.
    """

    def shape(hit: MotifHit, spot: Spot, part: Part, top: float) -> None:
        colour = POSITIVE if hit.supports else NEGATIVE
        corners = polygons([_arrow(hit, spot, top)])
        part.fill(corners, colour if hit.supports else PAPER, f"{at}-hits")
        part.stroke(corners, colour, f"{at}-hits", 0.6)
        if frame.letters and (rows := logos.get(hit.motif_id)):
            part.place(logo(rows, hit, frame, f"{at}-logos"), 0.0, top + 2.2)

    drawn = frame.letters and any(hit.motif_id in logos for hit in hits)
    body = 2.2 + (LOGO + 0.3 if drawn else 0.0)
    return _lanes(hits, frame, (_hit_name, shape, body), "hits")


def feature_lanes(track: FeatureTrack, frame: Frame, at: str) -> Part:
    """Return the features of an annotation under its name: what is translated is thick."""

    def shape(feature: Feature, spot: Spot, part: Part, top: float) -> None:
        _draw_feature(feature, spot, frame, part, (top + 1.3, f"{at}-features"))

    features, notes = track.features, ""
    if not _all_named(features, frame) and len(longest := longest_of_each(features)) < len(
        features
    ):
        features, notes = longest, "of each name the longest"
    lanes = _lanes(features, frame, (_feature_name, shape, 2.6), "features")
    part = Part(2.9 + lanes.height)
    name = fitted(track.name, frame.width - LEFT)
    part.words.append(Words(name, LEFT, 2.1, SMALL, bold=True, colour=INK))
    left = LEFT + wide(name, bold=True) + 1.8
    part.words.append(Words(notes, left, 2.1, SMALL, colour=SOFT))
    part.place(lanes, 0.0, 2.9)
    return part


def longest_of_each(features: Sequence[Feature]) -> tuple[Feature, ...]:
    """Return of the features that share a name and overlap the longest: one form of each gene.

    Examples
    --------
    >>> forms = [Feature("c", 0, 9, "g"), Feature("c", 2, 20, "g"), Feature("c", 30, 31, "g")]
    >>> [(each.start, each.end) for each in longest_of_each(forms)]
    [(2, 20), (30, 31)]
    """
    kept: list[Feature] = []
    reach: dict[tuple[str, str], int] = {}  # how far the forms of the last of a name go
    last: dict[tuple[str, str], int] = {}
    for each in sorted(features, key=lambda one: (one.start, one.end)):
        key = (each.name, each.strand)
        if each.name == "." or reach.get(key, -1) <= each.start:
            last[key] = len(kept)
            kept.append(each)
        elif each.end - each.start > kept[last[key]].end - kept[last[key]].start:
            kept[last[key]] = each
        reach[key] = max(reach.get(key, -1), each.end)
    return tuple(kept)


def _all_named(features: Sequence[Feature], frame: Frame) -> bool:
    if len(features) > _MOST_NAMES:
        return False
    ordered = sorted(features, key=lambda each: (each.start, each.end, each.name))
    spots = [_spot(each, _feature_name(each), frame) for each in ordered]
    return None not in rows_of([(spot.begin, spot.end) for spot in spots], ROWS)


def _hit_name(hit: MotifHit) -> str:
    return f"{fitted(hit.name, _NAME_ROOM)} {signed(hit.rel_sum)}"


def _feature_name(feature: Feature) -> str:
    arrow = {"+": " →", "-": " ←"}.get(feature.strand, "")
    return "" if feature.name == "." else f"{fitted(feature.name, _NAME_ROOM)}{arrow}"


def _lanes(
    items: Sequence[Placed],
    frame: Frame,
    how: tuple[Callable[[Placed], str], Callable[[Placed, Spot, Part, float], None], float],
    plural: str,
) -> Part:
    """Put everything into rows; without names where not all have room with them."""
    called, shape, body = how
    ordered = sorted(items, key=lambda each: (each.start, each.end, each.name))
    spots = [_spot(each, called(each), frame) for each in ordered[:_MOST_NAMES]]
    rows = rows_of([(spot.begin, spot.end) for spot in spots], ROWS)
    below = _LETTERS_BELOW
    if None in rows or len(spots) < len(ordered):
        spots = [_spot(each, "", frame) for each in ordered]
        rows = rows_of([(spot.begin, spot.end) for spot in spots], BARE_ROWS)
        below = 0.0
    step = body + below + 0.7
    part = Part((max((row for row in rows if row is not None), default=-1) + 1) * step)
    for item, spot, row in zip(ordered, spots, rows, strict=True):
        if row is None:
            continue
        shape(item, spot, part, row * step)
        if spot.name:
            y = row * step + body + 1.9
            part.words.append(Words(spot.name, spot.at, y, SMALL, colour=INK))
    if not below:
        left = sum(row is None for row in rows)
        more = f", {left:,} of them without room" if left else ""
        said = f"{len(ordered):,} {plural}{more}; fewer bases show their names"
        part.words.append(Words(said, LEFT, part.height + 1.9, SMALL, colour=SOFT))
        part.height += 3.0
    return part


def _spot(item: MotifHit | Feature, name: str, frame: Frame) -> Spot:
    left, right = frame.x(item.start), frame.x(item.end)
    if right - left < _LEAST:
        middle = min(max((left + right) / 2, LEFT + _LEAST / 2), LEFT + frame.room - _LEAST / 2)
        left, right = middle - _LEAST / 2, middle + _LEAST / 2
    room = wide(name) if name else 0.0
    return Spot(left, right, name, max(LEFT, min(left, LEFT + frame.room - room)))


def _arrow(hit: MotifHit, spot: Spot, top: float) -> list[tuple[float, float]]:
    head = min(1.4, (spot.right - spot.left) / 2)
    tail, tip, way = (
        (spot.left, spot.right, 1) if hit.strand == "+" else (spot.right, spot.left, -1)
    )
    neck = tip - way * head
    high, low, middle = top + 0.35, top + 1.45, top + 0.9
    shaft = [(tail, high), (neck, high), (neck, top), (tip, middle)]
    return [*shaft, (neck, top + 1.8), (neck, low), (tail, low)]


def _draw_feature(
    feature: Feature, spot: Spot, frame: Frame, part: Part, where: tuple[float, str]
) -> None:
    """Draw a line along a feature with chevrons for its strand, and bars over its blocks."""
    y, group = where
    if frame.x(feature.end) - frame.x(feature.start) < _LEAST:  # a line across it made it a cross
        corners = [(spot.left, -1), (spot.right, -1), (spot.right, 1), (spot.left, 1)]
        part.fill(polygons([[(x, y + 1.2 * side) for x, side in corners]]), INK, group)
        return
    part.stroke(lines([[(spot.left, y), (spot.right, y)]]), INK, group, 0.5)
    bars = []
    for start, end in feature.blocks:
        thick = max(start, feature.thick_start), min(end, feature.thick_end)
        bars += [_bar(frame, start, end, y, 0.6), _bar(frame, *thick, y, 1.2)]
    bars = [each for each in bars if each]
    part.fill(polygons(bars), INK, group)
    way = {"+": 1, "-": -1}.get(feature.strand, 0)
    count = int((spot.right - spot.left) / _EVERY) if way else 0
    marks: dict[str, list[list[tuple[float, float]]]] = {INK: [], PAPER: []}
    for k in range(count):
        x = spot.left + (k + 0.5) * (spot.right - spot.left) / count
        back = x - way * _CHEVRON
        inside = [min(x, back) - each[0][0] > 0.2 < each[1][0] - max(x, back) for each in bars]
        outside = [max(x, back) < each[0][0] or each[1][0] < min(x, back) for each in bars]
        if any(inside) or all(outside):
            chevron = [(back, y - _CHEVRON), (x, y), (back, y + _CHEVRON)]
            marks[PAPER if any(inside) else INK].append(chevron)
    for colour, chevrons in marks.items():
        part.stroke(lines(chevrons), colour, group, 0.5)


def _bar(frame: Frame, start: int, end: int, y: float, half: float) -> list[tuple[float, float]]:
    if end <= max(start, frame.start) or start >= frame.end:
        return []
    left, right = frame.x(start), frame.x(end)
    right = max(right, left + 0.15)
    return [(left, y - half), (right, y - half), (right, y + half), (left, y + half)]
