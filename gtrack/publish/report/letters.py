"""Relevance of one place as an SVG: a letter per base, as high as the base is relevant.

One row per model on its own symmetric scale, its motif hits beneath, then annotations, the sequence
and the coordinates. Letters are outlines, not type. A figure needs nothing of its page: what it
draws with and how it looks (:mod:`gtrack.publish.report.inks`) is in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gtrack.core.features import Feature
from gtrack.core.hits.motif_hit import MotifHit
from gtrack.core.ties import first_largest
from gtrack.publish.markup import Markup, element, join, void
from gtrack.publish.report.bands import band
from gtrack.publish.report.inks import FIGURE, inked
from gtrack.publish.report.lanes import (
    XScale,
    cut_label,
    feature_lanes,
    hit_label,
    hit_lanes,
    label,
    moved,
    short,
)
from gtrack.publish.report.signals import SignalRow, said_of_signal, signal_lane
from gtrack.publish.session import LETTERS
from gtrack.publish.signs import signed

WIDTH, LEFT = 1000, 92
PLOT = WIDTH - LEFT - 12
HALF = 36
"""Height of the largest letter: above the axis positive, below it negative."""

_SMALLEST = 0.05  # lower letters cannot be seen
_NAME = 17  # pixels of the line above the lanes of what was given: names have room there
_NAMED = 6  # bases that the figure's text names

GLYPHS = {
    "A": "M.05 0L.38-1H.62L.95 0H.77L.69-.25H.31L.23 0ZM.36-.41H.64L.5-.83Z",
    "C": "M.88-.82A.46.5 0 1 0 .88-.18L.74-.29A.28.34 0 1 1 .74-.71Z",
    "G": "M.88-.82A.46.5 0 1 0 .82-.12L.94-.2V-.53H.53V-.38H.76V-.27A.28.34 0 1 1 .74-.71Z",
    "T": "M.05-1H.95V-.83H.59V0H.41V-.83H.05Z",
}
"""Outlines in a box one wide and one high that stands on the axis."""


@dataclass(frozen=True, slots=True, eq=False)
class ModelRow:
    """What one model says of a place.

    Parameters
    ----------
    name : str
    values : ndarray of float32, shape (bases,)
        Relevance; NaN where a base has none.
    limit : float
        |relevance| of a letter that is `HALF` high; positive.
    p99 : float or None
        The model's 99th percentile: where a dotted line stands on either side of the axis.
    hits : tuple of MotifHit
        Those that touch the place.
    spread : ndarray of float32, shape (bases,), or None
        Of an ensemble, the standard deviation of its members: a band around the values.
    unit : str
        What relevance is measured in, in words; empty where that is not known.
    """

    name: str
    values: NDArray[np.float32]
    limit: float
    p99: float | None = None
    hits: tuple[MotifHit, ...] = ()
    spread: NDArray[np.float32] | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class LetterPlot:
    """One place, 0-based half-open: its bases (ACGTN), and what models and annotations say.

    `signals` are annotations that have a value per base.
    """

    chrom: str
    start: int
    end: int
    bases: str
    models: tuple[ModelRow, ...]
    annotations: tuple[tuple[str, tuple[Feature, ...]], ...] = ()
    signals: tuple[SignalRow, ...] = ()

    @property
    def locus(self) -> str:
        """``chrom:start-end`` for a person: 1-based, inclusive."""
        return f"{self.chrom}:{self.start + 1:,}-{self.end:,}"


class Figure(NamedTuple):
    """A figure in a page, the same as a file of its own, and its height at a width of `WIDTH`."""

    inline: Markup
    alone: Markup
    height: float


def letter_figure(plot: LetterPlot, number: int) -> Figure:
    """Return the figure of a place; `number` makes its ids unique in the page."""
    parts, height = _parts(plot, number)
    content = join(
        element("title", f"Relevance at {plot.locus}", id=f"t{number}"),
        element("desc", " ".join(describe(plot)), id=f"d{number}"),
        _shapes(plot, number),
        *parts,
    )
    box: dict[str, str | float] = {**FIGURE, "viewBox": f"0 0 {WIDTH} {short(height)}"}
    said = {"class_": "plot", "role": "img", "aria_labelledby": f"t{number} d{number}"}
    inline = element("svg", content, **box, **said, preserveAspectRatio="xMinYMid")
    alone = element("svg", content, **box, width=WIDTH, height=short(height))
    return Figure(inline, alone, height)


def _shapes(plot: LetterPlot, number: int) -> Markup:
    """Return what the figure draws with: the letters that it has, and the hatching of N."""
    letters = (
        void("path", id=f"{base}{number}", fill=LETTERS[base], fill_rule="evenodd", d=outline)
        for base, outline in GLYPHS.items()
        if base in plot.bases
    )
    lines = void("path", d="M-1 1L1-1M0 6L6 0M5 7L7 5", **inked("hatching"))
    hatch = (
        element("pattern", lines, id=f"N{number}", width=6, height=6, patternUnits="userSpaceOnUse")
        for _ in range("N" in plot.bases)
    )
    return element("defs", *letters, *hatch)


def _parts(plot: LetterPlot, number: int) -> tuple[list[Markup], float]:
    """Return the rows and lanes from above, each in its place, and how high they are in all."""
    step = PLOT / len(plot.bases)

    def x_of(position: int) -> float:
        return min(max(0.0, (position - plot.start) * step), PLOT)

    parts: list[Markup] = []
    top = 2.0
    for row in plot.models:
        parts.append(moved(_letters(plot, row, step, number), LEFT, top + 18 + HALF))
        top += 18 + 2 * HALF + 4
        lanes, height = hit_lanes(row.hits, x_of, PLOT)
        parts.append(moved(lanes, LEFT, top))
        top += height + 6
    for name, features in plot.annotations:
        if features:
            lanes, height = feature_lanes(features, x_of, PLOT)
            parts.append(cut_label(name, 64, LEFT, top + 10, **inked("given")))
            parts.append(moved(lanes, LEFT, top + _NAME))
            top += _NAME + height + 4
    for signal in plot.signals:
        bars, height = signal_lane(signal, PLOT)
        parts.append(cut_label(signal.name, 64, LEFT, top + 10, **inked("given")))
        parts.append(moved(bars, LEFT, top + _NAME))
        top += _NAME + height + 8
    parts.append(moved(_coordinates(plot, x_of, step), LEFT, top))
    return parts, top + 36


def describe(plot: LetterPlot) -> list[str]:
    """Return the figure in words: of every model its scale, strongest bases and hits; signals."""
    said = []
    for row in plot.models:
        bases = ", ".join(
            f"{plot.bases[at]} at {plot.start + at + 1:,} ({signed(float(row.values[at]))})"
            for at in _strongest(row.values)
        )
        hits = ", ".join(
            f"{hit_label(hit)} at {hit.start + 1:,}-{hit.end:,} ({hit.strand})" for hit in row.hits
        )
        said.append(
            f"{row.name}: scale ±{row.limit:.3g}; strongest bases: {bases or 'none'}; "
            f"motif hits: {hits or 'none'}."
        )
    return [*said, *map(said_of_signal, plot.signals)]


def _strongest(values: NDArray[np.float32]) -> Iterator[int]:
    """Yield where the `_NAMED` largest |values| are, the strongest first, of ties the first."""
    left = np.nan_to_num(np.abs(values))
    for _ in range(min(_NAMED, int(np.count_nonzero(left)))):
        at = first_largest(left)
        yield at
        left[at] = 0


def _letters(plot: LetterPlot, row: ModelRow, step: float, number: int) -> Markup:
    """Return a model's name, scale and letters, around an axis at height 0."""
    scale = HALF / row.limit
    ticks = [(-HALF, signed(row.limit)), (0.0, "0"), (HALF, signed(-row.limit))]
    usual = (row.p99 or 0.0) * scale
    guides = []
    if 0 < usual < HALF:
        guides = [void("path", d=f"M0 {short(y)}H{PLOT}", **inked("p99")) for y in (-usual, usual)]
        if 12 < usual < HALF - 12:
            ticks.append((-usual, "p99"))
    heights = (row.values.astype(np.float64) * scale).tolist()
    letters = (
        Markup(f'<use xlink:href="#{base}{number}" x="{at}" transform="scale(1 {short(height)})"/>')
        for at, (base, height) in enumerate(zip(plot.bases, heights, strict=True))
        if base in GLYPHS and abs(height) >= _SMALLEST
    )
    around: tuple[Markup, ...] = ()
    if row.spread is not None:
        around = band(row.values, row.spread, scale, step)
    return join(
        _named(row),
        *(label(words, -8, y + 4, **inked("end")) for y, words in ticks),
        *_gaps(plot, row, step, number),
        *guides,
        *around[:1],
        void("path", d=f"M0 0H{PLOT}M-5-{HALF}H0V{HALF}H-5M-5 0H0", **inked("axis")),
        element("g", *letters, transform=f"scale({short(step, 5)} 1)"),
        *around[1:],
    )


def _named(row: ModelRow) -> Markup:
    """Return the model's name, and what its relevance is measured in."""
    unit = element("tspan", f"relevance in {row.unit}", dx=8, **inked("unit"))
    return cut_label(row.name, 64, 0, -HALF - 7, *[unit][: bool(row.unit)], **inked("name"))


def _gaps(plot: LetterPlot, row: ModelRow, step: float, number: int) -> Iterator[Markup]:
    """Yield a block for every run of bases without a value: N, or not scanned."""
    kinds = [
        "" if finite else "unscanned" if base in GLYPHS else "unknown"
        for base, finite in zip(plot.bases, np.isfinite(row.values).tolist(), strict=True)
    ]
    edges = [at for at in range(1, len(kinds)) if kinds[at] != kinds[at - 1]]
    for first, end in zip([0, *edges], [*edges, len(kinds)], strict=True):
        if kinds[first]:
            x, width = short(first * step), short((end - first) * step)
            look = inked(kinds[first])
            if kinds[first] == "unknown":
                look["fill"] = f"url(#N{number})"
            yield void("rect", x=x, y=-HALF, width=width, height=2 * HALF, **look)


def _coordinates(plot: LetterPlot, x_of: XScale, step: float) -> Markup:
    """Return the bases as text and an axis with 1-based positions."""
    columns = " ".join(short((at + 0.5) * step, 1) for at in range(len(plot.bases)))
    every = next(e for e in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000) if e * step >= 80)
    ticks = [at for at in range(plot.start + 1, plot.end + 1) if at % every == 0]
    middles = [(at, short(x_of(at) - step / 2)) for at in ticks]
    marks = "".join(f"M{x} 17v5" for _, x in middles)
    return join(
        element("text", plot.bases, x=columns, y=10, **inked("bases")),
        cut_label(plot.chrom, 10, -8, 11, **inked("end")),
        void("path", d=f"M0 17H{PLOT}{marks}", **inked("axis")),
        *(element("text", f"{at:,}", x=x, y=33, **inked("tick")) for at, x in middles),
    )
