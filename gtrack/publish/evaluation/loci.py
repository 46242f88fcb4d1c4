"""Example loci: letters as high as their bases are relevant, a lane per explanation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gtrack.core.segments import true_runs
from gtrack.core.ties import first_largest
from gtrack.publish.drawing import (
    COLOURS,
    INK,
    LINE,
    SOFT,
    Rendered,
    called,
    drawing,
    letter_outlines,
    letters_drawn,
    rendered,
)
from gtrack.publish.session import LETTERS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

_FINEST = 0.25
_MOST = 120  # bases of a place
_SMALLEST = 0.01  # of the lane's height: lower letters cannot be seen
_TEXT = 130  # bases up to which the sequence is written beneath


@dataclass(frozen=True, slots=True, eq=False)
class LocusLane:
    """One explanation of a place.

    Parameters
    ----------
    label : str
    values : ndarray of float, shape (bases,)
        Relevance; NaN where a base has none.
    """

    label: str
    values: Floats


@dataclass(frozen=True, slots=True, eq=False)
class LocusPlot:
    """One place, 0-based half-open: its bases, what explanations say, and the truth.

    Parameters
    ----------
    chrom : str
    start : int
    bases : str
        ACGTN of the forward strand.
    lanes : sequence of LocusLane
    truth : sequence of (int, int, str)
        Start, end (0-based half-open, on the chromosome) and name of what is known.
    title : str
        What stands beside the place, such as the name of the region.
    unit : str
        Of the relevance.
    """

    chrom: str
    start: int
    bases: str
    lanes: Sequence[LocusLane]
    truth: Sequence[tuple[int, int, str]] = ()
    title: str = ""
    unit: str = "logit"

    @property
    def locus(self) -> str:
        """``chrom:start-end`` for a person: 1-based, inclusive."""
        return f"{self.chrom}:{self.start + 1:,}-{self.start + len(self.bases):,}"


def part(plot: LocusPlot) -> LocusPlot:
    """Return at most so many bases of a place.

    They lie around the middle of the first interval of truth; without truth, around the largest
    |relevance| of the first lane.
    """
    length, most = len(plot.bases), _MOST
    if length <= most:
        return plot
    middle = length // 2
    if plot.truth:
        middle = (plot.truth[0][0] + plot.truth[0][1]) // 2 - plot.start
    elif plot.lanes and np.isfinite(plot.lanes[0].values).any():
        middle = first_largest(np.nan_to_num(np.abs(plot.lanes[0].values)))
    first = min(max(0, middle - most // 2), length - most)
    lanes = [LocusLane(lane.label, lane.values[first : first + most]) for lane in plot.lanes]
    start, bases = plot.start + first, plot.bases[first : first + most]
    return LocusPlot(plot.chrom, start, bases, lanes, plot.truth, plot.title, plot.unit)


def locus_figures(plots: Sequence[LocusPlot]) -> dict[str, Rendered]:
    """Return ``locus_1``, ``locus_2``, ...: letters of every lane on the lane's own scale.

    The scale is no finer than `_FINEST` of what lanes of this name reach in any of the places:
    noise must not fill a lane.
    """
    reach: dict[str, float] = {}
    for lane in (lane for plot in plots for lane in plot.lanes):
        largest = float(np.abs(np.nan_to_num(lane.values)).max(initial=0.0))
        reach[lane.label] = max(reach.get(lane.label, 0.0), largest)
    return {
        f"locus_{number}": _figure(plot, reach)
        for number, plot in enumerate(plots, 1)
        if plot.lanes
    }


def _figure(plot: LocusPlot, reach: Mapping[str, float]) -> Rendered:
    with drawing(10, 0.85 * len(plot.lanes) + 1.15) as figure:
        rows = figure.subplots(len(plot.lanes), 1, sharex=True, squeeze=False).ravel()
        for axes, lane in zip(rows, plot.lanes, strict=True):
            _lane(axes, plot, lane, _FINEST * reach[lane.label])
        _names(rows[0], plot)
        _places(rows[-1], plot)
        figure.supylabel(f"relevance, {called(plot.unit)}", fontsize=9, color=INK)
        head = f"{called(plot.locus)}   {called(plot.title)}".rstrip()
        figure.suptitle(head, x=0.01, ha="left", fontsize=9.5, fontweight="bold")
        return rendered(figure)


def _lane(axes: Axes, plot: LocusPlot, lane: LocusLane, finest: float) -> None:
    values = np.nan_to_num(np.asarray(lane.values, np.float64))
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    if high - low < finest:
        high = low + finest
    if low == high:
        low, high = -1.0, 1.0
    room = 0.06 * (high - low)
    axes.set(xlim=(0, len(plot.bases)), ylim=(low - room * (low < 0), high + room))
    for start, end, _ in _inside(plot):
        axes.axvspan(start, end, facecolor=COLOURS[4], alpha=0.22, linewidth=0)
    for first, last in true_runs(~np.isfinite(lane.values)):
        axes.axvspan(first, last, facecolor=LINE, linewidth=0)
    axes.axhline(0, color=SOFT, linewidth=0.8)
    outlines = letter_outlines()
    for base in "ACGT":
        at = [
            k
            for k, letter in enumerate(plot.bases)
            if letter == base and abs(values[k]) >= _SMALLEST * (high - low)
        ]
        letters_drawn(axes, outlines[base], at, values[at], LETTERS[base])
    # The labels of ticks that lie close would cover each other.
    axes.set_yticks([0.0, *(at for at in (low, high) if abs(at) > 0.2 * (high - low))])
    axes.set_yticklabels([f"{at:.2g}".replace("-", "\N{MINUS SIGN}") for at in axes.get_yticks()])
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="x", length=0, labelbottom=False)
    axes.set_title(called(lane.label, 70), fontsize=8.5, pad=3)


def _inside(plot: LocusPlot) -> list[tuple[int, int, str]]:
    """Return the truth that touches the place, cut to it, from its first base on."""
    length = len(plot.bases)
    cut = (
        (max(0, start - plot.start), min(length, end - plot.start), name)
        for start, end, name in plot.truth
    )
    return [each for each in cut if each[0] < each[1]]


def _names(axes: Axes, plot: LocusPlot) -> None:
    """Write the names of the truth over the first lane, those that have room."""
    room = len(plot.bases) / 115  # of a character
    taken = (len(called(plot.lanes[0].label, 70)) + 2) * room * 1.1
    for start, end, name in sorted(_inside(plot)):
        words = called(name, 24)
        middle, half = (start + end) / 2, len(words) * room / 2
        if name and middle - half >= taken and middle + half <= len(plot.bases) + half / 2:
            where: dict[str, Any] = {
                "transform": axes.get_xaxis_transform(),
                "ha": "center",
                "va": "bottom",
            }
            axes.text(middle, 1.02, words, fontsize=8, color=INK, **where)
            taken = middle + half


def _places(axes: Axes, plot: LocusPlot) -> None:
    """Write the bases, where they can be read, and 1-based positions."""
    length = len(plot.bases)
    written = length <= _TEXT
    if written:
        where: dict[str, Any] = {
            "transform": axes.get_xaxis_transform(),
            "ha": "center",
            "va": "top",
        }
        for at, base in enumerate(plot.bases):
            axes.text(at + 0.5, -0.04, base, fontsize=5.5, color=SOFT, **where)
    every = next(
        e for e in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 10**9) if e >= length / 9
    )
    ticks = [at for at in range(plot.start + 1, plot.start + length + 1) if at % every == 0]
    axes.set_xticks([at - plot.start - 0.5 for at in ticks], labels=[f"{at:,}" for at in ticks])
    axes.tick_params(axis="x", length=0, labelbottom=True, pad=11 if written else 3)
    axes.set_xlabel(f"position on {called(plot.chrom)}")
