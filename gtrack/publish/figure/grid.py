"""Panels side by side and one below the other; what belongs together stands at one height."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gtrack.core.scan.given_values import signal_scale
from gtrack.publish.drawing import INK, LINE, PAPER, SOFT
from gtrack.publish.figure.content import FigureContent, FigureStyle, Panel
from gtrack.publish.figure.frame import LEFT, NAME, RIGHT, SMALL, Frame, fitted, wide
from gtrack.publish.figure.ink import Part, Words, boxes, polygons
from gtrack.publish.figure.lanes import feature_lanes, hit_lanes
from gtrack.publish.figure.logos import KEY_STEP, key_logo
from gtrack.publish.figure.places import coordinates, sequence, signal_lane
from gtrack.publish.figure.relevance import NEGATIVE, POSITIVE, relevance_track
from gtrack.publish.figure.scale import limits

_TITLE = 4.6
_NAME_ROOM = 5.0  # mm of a name in a title at least
_BETWEEN = 3.0  # mm between rows of panels
_KEY = 4.2  # height of a line of the key


@dataclass(frozen=True, slots=True)
class _Cell:
    """One panel in its column."""

    panel: Panel
    frame: Frame
    number: int


def laid_out(content: FigureContent, style: FigureStyle) -> Part:
    """Return the whole figure, from its upper left corner."""
    width = style.width_mm / style.columns
    cells = [
        _Cell(panel, Frame(panel.start, panel.end, width), number)
        for number, panel in enumerate(content.panels, 1)
    ]
    sheet, y = Part(), 0.5
    for first in range(0, len(cells), style.columns):
        row = cells[first : first + style.columns]
        for slot in _slots(content, style):
            parts = [slot(cell) for cell in row]
            for column, part in enumerate(parts):
                sheet.place(part, column * width, y)
            y += max(part.height for part in parts)
        y += _BETWEEN
    key = _key(content, cells, style.width_mm)
    sheet.place(key, 0.0, y - _BETWEEN + 0.8)
    sheet.height = y - _BETWEEN + 0.8 + key.height + 0.5
    return sheet


def _slots(content: FigureContent, style: FigureStyle) -> Iterator[Callable[[_Cell], Part]]:
    """Yield what draws each piece of a panel, from the top down."""
    panels = content.panels
    limit = limits(panels, style.scale)
    yield _title
    for k in range(len(panels[0].models)):

        def track(cell: _Cell, k: int = k) -> Part:
            one = cell.panel.models[k]
            at = f"p{cell.number}-m{k + 1}"
            return relevance_track(cell.panel, one, cell.frame, limit[one.name], at)

        def hits(cell: _Cell, k: int = k) -> Part:
            at = f"p{cell.number}-m{k + 1}"
            return hit_lanes(cell.panel.models[k].hits, cell.frame, content.logos, at)

        yield from (track, hits)
    for k in range(len(panels[0].annotations)):
        if any(panel.annotations[k].features for panel in panels):

            def features(cell: _Cell, k: int = k) -> Part:
                at = f"p{cell.number}-a{k + 1}"
                return feature_lanes(cell.panel.annotations[k], cell.frame, at)

            yield features
    for k in range(len(panels[0].signals)):
        scale = signal_scale([panel.signals[k].values for panel in panels])

        def signal(cell: _Cell, k: int = k, scale: tuple[float, float] = scale) -> Part:
            at = f"p{cell.number}-s{k + 1}"
            return signal_lane(cell.panel.signals[k], cell.frame, scale, at)

        yield signal
    yield lambda cell: sequence(cell.panel, cell.frame, f"p{cell.number}")
    yield lambda cell: coordinates(cell.panel, cell.frame, f"p{cell.number}")


def _title(cell: _Cell) -> Part:
    """Write name and place; a name may lose its middle, a position may not."""
    panel, part = cell.panel, Part(_TITLE)
    room = cell.frame.width - LEFT - 1.0
    share = room * 0.25 if panel.name else 0.0
    ways = f"{panel.locus} ({panel.end - panel.start:,} bp)", panel.locus
    place = next((words for words in ways if wide(words, NAME) + share <= room), ways[-1])
    beside = min(room * 0.6, room - wide(place, NAME) - 2.0)
    x = LEFT
    if panel.name and beside > _NAME_ROOM:
        name = fitted(panel.name, beside, NAME + 1, bold=True)
        words = Words(name, x, 3.0, NAME + 1, bold=True, colour=INK)
        part.words.append(words)
        x += wide(name, NAME + 1, bold=True) + 2.0
    said = fitted(place, cell.frame.width - x, NAME)
    part.words.append(Words(said, x, 3.0, NAME, colour=INK if not panel.name else SOFT))
    return part


def _key(content: FigureContent, cells: list[_Cell], width: float) -> Part:
    """Return what the marks mean, and the logos of motifs that had no room where they lie."""
    part, x, y = Part(), LEFT, 0.0
    items = [*_marks(content, cells), *_far_logos(content, cells)]
    for item, wide_ in items:
        if x > LEFT and x + wide_ > width - RIGHT:
            x, y = LEFT, y + _KEY
        part.place(item, x, y)
        x += wide_ + 4.0
    part.height = y + _KEY if items else 0.0
    return part


def _marks(content: FigureContent, cells: list[_Cell]) -> Iterator[tuple[Part, float]]:
    hits = [hit for cell in cells for model in cell.panel.models for hit in model.hits]
    for supports, words, colour in (
        (True, content.says[0], POSITIVE),
        (False, content.says[1], NEGATIVE),
    ):
        if any(hit.supports == supports for hit in hits):
            part = Part(_KEY)
            box = polygons([[(0, 1.3), (2.4, 1.3), (2.4, 2.5), (0, 2.5)]])
            part.fill(box, colour if supports else PAPER, "key")
            part.stroke(box, colour, "key", 0.6)
            yield _said(part, f"hit: {words}", 3.2)
    if hits:
        yield _said(Part(_KEY), "beside its name: relevance summed over the hit", 0.0)
    values = [model.values for cell in cells for model in cell.panel.models]
    if any((each != each).any() for each in values):
        part = Part(_KEY)
        part.fill(boxes(0.0, 2.4, 1.0, 2.8), LINE, "key", 0.6)
        yield _said(part, "no value: not scanned, or N", 3.2)


def _far_logos(content: FigureContent, cells: list[_Cell]) -> Iterator[tuple[Part, float]]:
    """Yield the logo of every motif that has a hit where bases are too narrow for letters."""
    found = {
        hit.motif_id: hit.name
        for cell in cells
        for model in cell.panel.models
        for hit in model.hits
        if not cell.frame.letters and hit.motif_id in content.logos
    }
    names = Counter(found.values())
    for motif, name in sorted(found.items(), key=lambda each: (each[1], each[0]))[:12]:
        part = Part(_KEY)
        words = fitted(name if names[name] == 1 else f"{name} ({motif})", 30.0)
        part.words.append(Words(words, 0.0, 2.6, SMALL, colour=INK))
        left, rows = wide(words) + 1.0, content.logos[motif]
        part.place(key_logo(rows), left, 0.0)
        yield part, left + KEY_STEP * len(rows)


def _said(part: Part, words: str, x: float) -> tuple[Part, float]:
    part.words.append(Words(words, x, 2.6, SMALL, colour=INK))
    return part, x + wide(words)
