"""One model's track: letters or bars around zero, as high as their values, and its scale."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gtrack.core.segments import true_runs
from gtrack.publish.drawing import INK, LINE, SOFT, letter_outlines
from gtrack.publish.figure.content import ModelTrack, Panel
from gtrack.publish.figure.envelope import Bins, envelope
from gtrack.publish.figure.frame import LEFT, NAME, RIGHT, SMALL, Frame, fitted, wide
from gtrack.publish.figure.ink import Codes, Part, Words, boxes, letters, lines
from gtrack.publish.session import LETTERS

Floats = NDArray[np.float64]
Outline = tuple[Floats, Codes]

HALF = 9.0
"""Height above zero, and below it, in mm."""

HEAD = 4.2  # of the line with the name
POSITIVE, NEGATIVE = "#0072B2", "#D55E00"
BAND = "#8c959f"
_EDGE = 0.5  # mm of a mark on what is cut
_EDGED = 0.2  # mm of a base from which on a band has edges, which stand before the letters
_EDGED_FROM = 0.3  # mm of a band that has edges: on a thinner one they would be a dark dash
_GAP = 0.04  # of a letter's box, on either side


def relevance_track(panel: Panel, track: ModelTrack, frame: Frame, limit: float, at: str) -> Part:
    """Return a track; `at` makes the names of its groups unique in the figure."""
    part = Part(HEAD + 2 * HALF + 1.2)
    zero = HEAD + HALF
    values = track.values.astype(np.float64)
    width = 1 if frame.letters else frame.bin
    for first, last in true_runs(~np.isfinite(values)):
        left, right = frame.x(panel.start + first), frame.x(panel.start + last)
        part.fill(boxes(left, right, zero - HALF, zero + HALF), LINE, f"{at}-unscanned", 0.6)
    ends = _band(track, values, frame, width)
    band = Part()
    if ends is not None:
        band.fill(_columns(ends, frame, zero, limit), BAND, f"{at}-band", 0.45)
    if frame.letters:
        part.place(band, 0.0, 0.0)
        _letters(part, panel, values, frame, (zero, limit), at)
    else:
        _bars(part, envelope(values, values, panel.start, width), frame, (zero, limit), at)
        part.place(band, 0.0, 0.0)  # bars would hide the half of it that lies on them
    if ends is not None and frame.step >= _EDGED:
        part.stroke(_edges(ends, frame, zero, limit), SOFT, f"{at}-band", 0.35)
    part.fill(
        _cut(envelope(values, values, panel.start, width), frame, zero, limit), INK, f"{at}-cut"
    )
    _axis(part, frame, zero, limit, at)
    _head(part, track, frame, width)
    return part


def _letters(
    part: Part, panel: Panel, values: Floats, frame: Frame, scale: tuple[float, float], at: str
) -> None:
    zero, limit = scale
    bases = np.frombuffer(panel.bases.encode(), np.uint8)
    tall = np.clip(np.nan_to_num(values) / limit, -1, 1) * HALF
    for base, outline in letter_outlines().items():
        here = np.flatnonzero((bases == ord(base)) & (tall != 0))
        left = LEFT + (here + _GAP) * frame.step
        foot = np.full(len(here), zero)
        drawn = letters(outline, left, frame.step * (1 - 2 * _GAP), foot, tall[here])
        part.fill(drawn, LETTERS[base], f"{at}-{base}")


def _bars(part: Part, bins: Bins, frame: Frame, scale: tuple[float, float], at: str) -> None:
    zero, limit = scale
    for sign, ends, colour in ((1, bins.high, POSITIVE), (-1, bins.low, NEGATIVE)):
        tall = np.clip(ends / limit, -1, 1) * HALF
        kept = sign * tall > 0
        left, right = _sides(bins, frame, kept)
        name = "positive" if sign > 0 else "negative"
        drawn = boxes(left, right, zero - tall[kept], np.full(int(kept.sum()), zero))
        part.fill(drawn, colour, f"{at}-{name}")


def _sides(bins: Bins, frame: Frame, kept: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    return LEFT + bins.start[kept] * frame.step, LEFT + bins.end[kept] * frame.step


def _band(track: ModelTrack, values: Floats, frame: Frame, width: int) -> Bins | None:
    """Return one standard deviation above and below an ensemble's mean; None without one."""
    if track.spread is None:
        return None
    spread = track.spread.astype(np.float64)
    return envelope(values + spread, values - spread, frame.start, width)


def _columns(bins: Bins, frame: Frame, zero: float, limit: float) -> Outline:
    left, right = _sides(bins, frame, np.ones(len(bins.start), bool))
    high, low = (np.clip(each / limit, -1, 1) * HALF for each in (bins.high, bins.low))
    return boxes(left, right, zero - high, zero - low)


def _edges(bins: Bins, frame: Frame, zero: float, limit: float) -> Outline:
    seen = bins.high - bins.low >= _EDGED_FROM / HALF * limit
    left, right = _sides(bins, frame, seen)
    pieces = []
    for ends in (bins.high, bins.low):
        ys = (zero - np.clip(ends[seen] / limit, -1, 1) * HALF).tolist()
        pieces += [
            [(a, y), (b, y)] for a, b, y in zip(left.tolist(), right.tolist(), ys, strict=True)
        ]
    return lines(pieces)


def _cut(bins: Bins, frame: Frame, zero: float, limit: float) -> Outline:
    """Return a mark at the edge over every bar or letter that ends there and is not done."""
    slack = limit * (1 + 1e-6)
    up, down = bins.high > slack, bins.low < -slack
    left = np.concatenate([_sides(bins, frame, kept)[0] for kept in (up, down)])
    right = np.concatenate([_sides(bins, frame, kept)[1] for kept in (up, down)])
    tops = np.r_[np.full(up.sum(), zero - HALF - _EDGE), np.full(down.sum(), zero + HALF)]
    return boxes(left, right, tops, tops + _EDGE)


def _axis(part: Part, frame: Frame, zero: float, limit: float, at: str) -> None:
    """Draw zero, the scale at the left, and which end of the strand is where."""
    right = LEFT + frame.room
    bracket = [(LEFT - 1.2, zero - HALF), (LEFT - 0.4, zero - HALF)]
    bracket += [(LEFT - 0.4, zero + HALF), (LEFT - 1.2, zero + HALF)]
    part.stroke(lines([[(LEFT - 1.2, zero), (right, zero)], bracket]), SOFT, f"{at}-axis", 0.5)
    number = f"{limit:.3g}"
    for y, words in ((-HALF, f"+{number}"), (0.0, "0"), (HALF, f"\N{MINUS SIGN}{number}")):
        down = zero + y + {-HALF: 1.4, HALF: 0.0}.get(y, 0.75)
        part.words.append(Words(words, LEFT - 1.7, down, SMALL, "right", colour=INK))
    y = zero + 0.75
    part.words.append(Words("5\N{PRIME}", LEFT - 4.2, y, SMALL, "right", colour=SOFT))
    part.words.append(Words("3\N{PRIME}", right + 0.8, y, SMALL, colour=SOFT))


def _head(part: Part, track: ModelTrack, frame: Frame, width: int) -> None:
    """Write the name, what is counted in, and what is to be known of the picture."""
    room = frame.width - LEFT
    name = fitted(track.name, room * 0.6, NAME, bold=True)
    part.words.append(Words(name, LEFT, HEAD - 1.4, NAME, bold=True, colour=INK))
    left = LEFT + wide(name, NAME, bold=True) + 1.8
    room = frame.width - left - RIGHT / 2
    ways = ["; ".join(filter(None, notes)) for notes in _notes(track, width)]
    said = next((words for words in ways if wide(words) <= room), fitted(ways[-1], room))
    part.words.append(Words(said, left, HEAD - 1.4, SMALL, colour=SOFT))


def _notes(track: ModelTrack, width: int) -> Iterator[tuple[str, str, str]]:
    """Yield what is to be known of a picture, in ever fewer words."""
    ensemble, binned = track.spread is not None, width > 1
    unit = f"relevance ({track.unit})"
    band = "mean, band: ± 1 sd of members" if ensemble else ""
    few = "mean ± sd" if ensemble else ""
    yield unit, band, f"largest and smallest of each {width:,} bp" if binned else ""
    extremes = f"extremes of {width:,} bp" if binned else ""
    yield unit, band, extremes
    yield unit, few, extremes
    yield track.unit, few, extremes
    yield track.unit, "± sd" if ensemble else "", f"per {width:,} bp" if binned else ""
