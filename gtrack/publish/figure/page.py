"""A figure as the bytes of a file; equal contents give equal bytes."""

from __future__ import annotations

from collections import Counter
from typing import Any

from gtrack.publish.drawing import page, path_drawn, saved, styled, words_drawn
from gtrack.publish.figure.content import FigureContent, FigureStyle
from gtrack.publish.figure.grid import laid_out
from gtrack.publish.figure.ink import Shape

FORMS = ("svg", "pdf", "png")
"""What a figure can be, by the end of its name."""

CREATOR = "gtrack figure"
"""Stands in every file, by which it is known again."""


def figure_file(content: FigureContent, style: FigureStyle, form: str) -> bytes:
    """Return a figure as one of :data:`FORMS`.

    Raises
    ------
    InputError
        When matplotlib is not installed.
    """
    with styled(words=True):
        sheet = laid_out(content, style)
        figure, axes = page(style.width_mm, sheet.height)
        named: Counter[str] = Counter()
        for over, shape in enumerate(sheet.shapes):
            named[shape.group] += 1
            again = named[shape.group]
            name = shape.group if again == 1 else f"{shape.group}-{again}"
            path_drawn(axes, shape.points, shape.codes, name, zorder=over, **_painted(shape))
        for words in filter(lambda each: each.text, sheet.words):
            at = words.x, words.y, words.text, words.size
            how: dict[str, Any] = {"color": words.colour, "ha": words.anchor}
            words_drawn(axes, *at, bold=words.bold, zorder=len(sheet.shapes), **how)
        return saved(figure, form, CREATOR)


def _painted(shape: Shape) -> dict[str, Any]:
    if shape.line is not None:
        return {"facecolor": "none", "edgecolor": shape.colour, "linewidth": shape.line}
    seen = None if shape.opacity == 1 else shape.opacity
    return {"facecolor": shape.colour, "linewidth": 0, "alpha": seen}
