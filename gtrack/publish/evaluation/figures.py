"""Figures of an evaluation: similarity, perturbation, localisation; loci are in `loci`.

Every function takes arrays and returns ``{name: (svg, png)}``. Numbers that are not there are left
out and the figure says how many are in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from gtrack.publish.drawing import (
    COLOURS,
    INK,
    MARKERS,
    SOFT,
    Rendered,
    called,
    drawing,
    grid,
    key,
    rendered,
)
from gtrack.publish.evaluation.panels import (
    Floats,
    LocalisationPanel,
    PerturbationPanel,
    SimilarityPanel,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Panel = TypeVar("Panel")

_ACROSS = 3  # panels in a row
_POINTS = 2_000  # of a panel; of more, every k-th is drawn
_WAYS = {
    "morf": ("solid", "most relevant first"),
    "lerf": ((0, (4, 2)), "least relevant first"),
    "random": ((0, (1, 1.5)), "random order"),
}
"""Order of a perturbation: its line, and how it is called."""


def similarity_figure(panels: Sequence[SimilarityPanel]) -> dict[str, Rendered]:
    """Return ``similarity``: a point per region, observed against shuffled pairs.

    A point above the diagonal is a region on whose own map the two agree more than on maps of
    other regions, which share only composition and habit. Without a panel: nothing.
    """
    if not panels:
        return {}
    columns = 2 if len(panels) == 4 else min(_ACROSS, len(panels))
    lines = -(-len(panels) // columns)
    limits = _limits([part for each in panels for part in (each.observed, each.shuffled)])
    with drawing(3.35 * columns + 0.2, 3.45 * lines + 0.3) as figure:
        for axes, panel in _plots(figure, (lines, columns), panels):
            _scatter(axes, panel, limits)
        if any(len(each.positive) for each in panels):
            names = enumerate(("called positive", "other regions"))
            handles = [key(name, **_mark(at)) for at, name in names]
            figure.legend(handles=handles, loc="outside lower center", ncols=2)
        return {"similarity": rendered(figure)}


def _plots(
    figure: Figure, size: tuple[int, int], panels: Sequence[Panel]
) -> Iterator[tuple[Axes, Panel]]:
    """Return a plot for each panel; of a last line that is not full, the rest is left white."""
    every = figure.subplots(*size, squeeze=False).ravel()
    for axes in every[len(panels) :]:
        axes.set_axis_off()
    return zip(every, panels, strict=False)


def _limits(parts: Sequence[Floats]) -> tuple[float, float]:
    """Return one range for all panels, in steps of .2, and a little more than 1 at most."""
    seen = np.concatenate(parts)
    seen = seen[np.isfinite(seen)]
    low, high = (float(seen.min()), float(seen.max())) if len(seen) else (0.0, 1.0)
    return max(-1.05, math.floor(low * 5 - 0.1) / 5), min(1.05, math.ceil(high * 5 + 0.1) / 5)


def _mark(at: int) -> dict[str, Any]:
    return {
        **{"color": COLOURS[at], "marker": MARKERS[at], "linestyle": "", "markersize": 4.5},
        **{"alpha": 0.75, "markeredgecolor": "none"},
    }


def _scatter(axes: Axes, panel: SimilarityPanel, limits: tuple[float, float]) -> None:
    kept = np.isfinite(panel.observed) & np.isfinite(panel.shuffled)
    positive = panel.positive if len(panel.positive) else np.ones(len(kept), np.bool_)
    axes.plot(limits, limits, color=SOFT, linewidth=0.9, linestyle=(0, (1, 2)))
    grid(axes, "y")
    for at, group in enumerate((positive, ~positive)):
        places = np.flatnonzero(kept & group)
        places = places[:: -(-len(places) // _POINTS) or 1]
        axes.plot(panel.shuffled[places], panel.observed[places], **_mark(at))
    ticks = [at / 10 for at in range(-10, 11, 2 if limits[1] - limits[0] < 1.5 else 5)]
    inside = [at for at in ticks if limits[0] <= at <= limits[1]]
    axes.set(xlim=limits, ylim=limits, aspect="equal", xticks=inside, yticks=inside)
    axes.set_xlabel("Pearson r, other regions")
    axes.set_ylabel("Pearson r, same region")
    axes.set_title(called(panel.title, 44), pad=16)
    above = np.mean(panel.observed[kept] > panel.shuffled[kept]) if kept.any() else 0.0
    words = f"n = {int(kept.sum())}" + f"; {above:.0%} above the dotted line" * bool(kept.any())
    axes.text(0, 1.02, words, transform=axes.transAxes, color=SOFT, fontsize=8, va="bottom")


def perturbation_figure(panels: Sequence[PerturbationPanel]) -> dict[str, Rendered]:
    """Return ``perturbation``: mean scores with 95 % bands while bases are replaced, per model.

    The band is mean ± 1.96 standard errors over windows. Windows with a NaN are left out.
    """
    if not panels:
        return {}
    columns = min(2, len(panels))
    lines = -(-len(panels) // columns)
    methods = [*dict.fromkeys(c.method for p in panels for c in p.curves if c.order != "random")]
    with drawing(4.9 * columns + 0.2, 3.4 * lines + 0.5) as figure:
        for axes, panel in _plots(figure, (lines, columns), panels):
            _curves(axes, panel, methods)
        handles = [
            key(name, color=_colour(at), marker=MARKERS[at % len(MARKERS)], markersize=4)
            for at, name in enumerate(methods)
        ]
        handles += [key(name, color=INK, linestyle=style) for style, name in _WAYS.values()]
        figure.legend(handles=handles, loc="outside lower center", ncols=min(8, len(handles)))
        return {"perturbation": rendered(figure)}


def mean_band(scores: Floats) -> tuple[int, Floats, Floats]:
    """Return how many windows count, their mean, and half the width of its 95 % band.

    Parameters
    ----------
    scores : ndarray of float, shape (windows, steps)
        A window with a NaN does not count.

    Returns
    -------
    (int, ndarray, ndarray)
        Each of shape (steps,): the mean, and 1.96 standard errors of it; 0 of a single window,
        NaN of none.
    """
    kept = scores[np.isfinite(scores).all(axis=1)]
    if not len(kept):
        nothing = np.full(scores.shape[1], np.nan)
        return 0, nothing, nothing
    spread = kept.std(axis=0, ddof=1) if len(kept) > 1 else np.zeros(kept.shape[1])
    return len(kept), kept.mean(axis=0), 1.96 * spread / math.sqrt(len(kept))


def _colour(at: int) -> str:
    return COLOURS[at % len(COLOURS)]


def _curves(axes: Axes, panel: PerturbationPanel, methods: Sequence[str]) -> None:
    grid(axes, "y")
    shares = np.asarray(panel.shares, np.float64) * 100
    most = 0
    for curve in panel.curves:
        n, middle, half = mean_band(curve.scores)
        if not n:
            continue
        most = max(most, n)
        style: dict[str, Any] = {"color": SOFT, "linestyle": _WAYS[curve.order][0]}
        if curve.order != "random":
            at = methods.index(curve.method)
            style |= {"color": _colour(at), "marker": MARKERS[at % len(MARKERS)], "markersize": 3.5}
        axes.plot(shares, middle, linewidth=1.4, clip_on=False, **style)
        axes.fill_between(
            shares, middle - half, middle + half, color=style["color"], alpha=0.15, linewidth=0
        )
    axes.set_xlabel("bases replaced, % of the window")
    axes.set_ylabel(f"score, {called(panel.unit)}")
    axes.set_xlim(0, float(shares.max(initial=1.0)))
    axes.locator_params(axis="x", nbins=6, integer=True)
    axes.set_title(f"{called(panel.title, 50)}  (n = {most})")


def localisation_figure(panels: Sequence[LocalisationPanel]) -> dict[str, Rendered]:
    """Return ``localisation``: bars with intervals, and ticks for chance and for the bound.

    A bar without a value says so.
    """
    if not panels:
        return {}
    deepest = max(len(panel.bars) for panel in panels)
    labels = [bar.label for panel in panels for bar in panel.bars]
    beside = 0.062 * max((len(called(label)) for label in labels), default=0)
    columns = min(2, len(panels))
    lines = -(-len(panels) // columns)
    with drawing(columns * (3.4 + beside), lines * (0.3 * deepest + 0.95) + 0.4) as figure:
        for axes, panel in _plots(figure, (lines, columns), panels):
            _bars(axes, panel)
        handles = [key("chance", **_tick("chance")), key("best possible", **_tick("bound"))]
        handles.append(key("95 % interval", color=INK, linewidth=1.2))
        figure.legend(handles=handles, loc="outside lower center", ncols=3)
        return {"localisation": rendered(figure)}


def _tick(kind: str) -> dict[str, Any]:
    """Return the style of a tick across a bar: a full line for chance, an arrow for the bound."""
    shape = {"chance": "|", "bound": "<"}[kind]
    colour = {"chance": COLOURS[1], "bound": COLOURS[2]}[kind]
    size = {"chance": 13, "bound": 5.5}[kind]
    return {
        **{"color": colour, "marker": shape, "linestyle": "", "markersize": size},
        **{"markeredgewidth": 1.8 if kind == "chance" else 0},
    }


def _bars(axes: Axes, panel: LocalisationPanel) -> None:
    grid(axes, "x")
    rows = range(len(panel.bars))
    for row, bar in zip(rows, panel.bars, strict=True):
        if np.isfinite(bar.value):
            axes.barh(row, bar.value, height=0.62, color=SOFT if bar.reference else COLOURS[5])
        else:
            axes.text(0.015, row, "no value", va="center", color=SOFT, fontsize=8)
        if np.isfinite(bar.low) and np.isfinite(bar.high):
            axes.plot([bar.low, bar.high], [row, row], color=INK, linewidth=1.2)
        for kind, at in (("chance", bar.chance), ("bound", bar.bound)):
            if np.isfinite(at):
                axes.plot([at], [row], **_tick(kind))
    axes.set_yticks(rows, labels=[called(bar.label) for bar in panel.bars])
    axes.tick_params(axis="y", length=0)
    axes.set(ylim=(len(panel.bars) - 0.5, -0.5), xlim=(0, 1.02))
    axes.set_xlabel("0 to 1, more is better")
    axes.set_title(called(panel.title, 60))
