"""A figure as the bytes of a file; equal contents give equal bytes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from gtrack.publish.drawing import font, saved, styled
from gtrack.publish.figure.content import FigureContent, FigureStyle
from gtrack.publish.figure.grid import laid_out
from gtrack.publish.figure.ink import Part

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMS = ("svg", "pdf", "png")
"""What a figure can be, by the end of its name."""

CREATOR = "gtrack figure"
"""Stands in every file, by which it is known again."""

_INCH = 25.4


def figure_file(content: FigureContent, style: FigureStyle, form: str) -> bytes:
    """Return a figure as one of :data:`FORMS`.

    Raises
    ------
    InputError
        When matplotlib is not installed.
    """
    with styled(words=True):
        from matplotlib.figure import Figure  # noqa: PLC0415  (an extra; half a second)

        sheet = laid_out(content, style)
        figure = Figure(figsize=(style.width_mm / _INCH, sheet.height / _INCH))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, style.width_mm), ylim=(sheet.height, 0))
        axes.set_axis_off()
        _draw(axes, sheet)
        return saved(figure, form, CREATOR)


def _draw(axes: Axes, sheet: Part) -> None:
    from matplotlib.patches import PathPatch  # noqa: PLC0415
    from matplotlib.path import Path  # noqa: PLC0415

    named: Counter[str] = Counter()
    for number, shape in enumerate(sheet.shapes):
        named[shape.group] += 1
        inside: dict[str, Any] = {"facecolor": shape.colour, "linewidth": 0}
        if shape.line is not None:
            inside = {"facecolor": "none", "edgecolor": shape.colour, "linewidth": shape.line}
        patch = PathPatch(
            Path(shape.points, shape.codes),
            alpha=None if shape.opacity == 1 else shape.opacity,
            clip_on=False,
            zorder=number,
            **inside,
        )
        again = named[shape.group]
        patch.set_gid(shape.group if again == 1 else f"{shape.group}-{again}")
        axes.add_artist(patch)
    for words in filter(lambda each: each.text, sheet.words):
        axes.text(
            words.x,
            words.y,
            words.text,
            fontproperties=font(words.size, bold=words.bold),
            color=words.colour,
            ha=words.anchor,
            va="baseline",
            zorder=len(sheet.shapes),
        )
