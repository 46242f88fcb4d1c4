"""Signals of the user's, the sequence, and the 1-based coordinates beneath a panel."""

from __future__ import annotations

import numpy as np

from gtrack.publish.drawing import INK, SOFT, letter_outlines
from gtrack.publish.figure.content import Panel, SignalTrack
from gtrack.publish.figure.envelope import envelope
from gtrack.publish.figure.frame import LEFT, SMALL, Frame, fitted, wide
from gtrack.publish.figure.ink import Part, Words, boxes, letters, lines
from gtrack.publish.session import LETTERS

SIGNAL = 6.0
"""Height of a signal in mm."""

_SEQUENCE, _ABOVE = 1.9, 0.9
_STEPS = [m * 10**e for e in range(8) for m in (1, 2, 5)]


def signal_lane(track: SignalTrack, frame: Frame, scale: tuple[float, float], at: str) -> Part:
    """Return bars from 0 under the signal's name, on the scale of its own."""
    low, high = scale
    part, top = Part(3.2 + SIGNAL + 1.2), 3.2
    unit = SIGNAL / (high - low)
    zero = top + high * unit
    values = track.values.astype(np.float64)
    bins = envelope(values, values, frame.start, frame.bin)
    left, right = LEFT + bins.start * frame.step, LEFT + bins.end * frame.step
    tops = zero - np.maximum(bins.high, 0) * unit
    ends = zero - np.minimum(bins.low, 0) * unit
    seen = ends > tops
    part.fill(boxes(left[seen], right[seen], tops[seen], ends[seen]), SOFT, f"{at}-signal")
    axis = [
        (LEFT - 1.2, top),
        (LEFT - 0.4, top),
        (LEFT - 0.4, top + SIGNAL),
        (LEFT - 1.2, top + SIGNAL),
    ]
    part.stroke(lines([axis, [(LEFT, zero), (LEFT + frame.room, zero)]]), SOFT, f"{at}-axis", 0.5)
    name = fitted(track.name, frame.width - LEFT)
    part.words.append(Words(name, LEFT, 2.1, SMALL, bold=True, colour=INK))
    for y, value in ((top + 1.4, high), (top + SIGNAL, low)):
        words = f"{value:.3g}".replace("-", "\N{MINUS SIGN}")
        part.words.append(Words(words, LEFT - 1.7, y, SMALL, "right", colour=INK))
    return part


def sequence(panel: Panel, frame: Frame, at: str) -> Part:
    """Return the bases, where they have letters."""
    if not frame.letters:
        return Part()
    tall = min(_SEQUENCE, 2.5 * frame.step)
    part = Part(_ABOVE + _SEQUENCE + 0.8)
    bases = np.frombuffer(panel.bases.encode(), np.uint8)
    for base, outline in letter_outlines().items():
        here = np.flatnonzero(bases == ord(base))
        foot, size = np.full(len(here), _ABOVE + _SEQUENCE), np.full(len(here), tall)
        left = LEFT + (here + 0.1) * frame.step
        path = letters(outline, left, frame.step * 0.8, foot, size)
        part.fill(path, LETTERS[base], f"{at}-sequence-{base}")
    return part


def coordinates(panel: Panel, frame: Frame, at: str) -> Part:
    """Return an axis with positions as a person counts them."""
    part = Part(_ABOVE + 7.0)
    ticks = ticks_of(panel.start, panel.end, frame.room)
    middles = [(position, frame.x(position - 0.5)) for position in ticks]
    marks = [[(x, _ABOVE), (x, _ABOVE + 1.0)] for _, x in middles]
    axis = [(LEFT, _ABOVE), (LEFT + frame.room, _ABOVE)]
    part.stroke(lines([axis, *marks]), SOFT, f"{at}-coordinates", 0.5)
    for position, x in middles:
        words = f"{position:,}"
        half = wide(words) / 2
        x = min(max(x, half), frame.width - half)
        part.words.append(Words(words, x, _ABOVE + 3.2, SMALL, "center", colour=INK))
    said = f"position on {fitted(panel.chrom, 40.0)} (bp, from 1)"
    middle = LEFT + frame.room / 2
    part.words.append(Words(said, middle, _ABOVE + 6.0, SMALL, "center", colour=SOFT))
    return part


def ticks_of(start: int, end: int, room: float) -> list[int]:
    """Return 1-based positions for marks: round ones, whose numbers have room side by side.

    Examples
    --------
    >>> ticks_of(140208, 140348, 70.0)
    [140250, 140300]
    """
    apart = wide(f"{end:,}") + 5.0
    step = next(each for each in _STEPS if each * room / (end - start) >= apart or each > end)
    first = -(-(start + 1) // step) * step
    return list(range(first, end + 1, step)) or [start + 1]
