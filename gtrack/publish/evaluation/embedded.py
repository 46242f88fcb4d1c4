"""Figures inside the page: SVG of :mod:`gtrack.publish.drawing` made part of it."""

from __future__ import annotations

import re

from gtrack.publish.drawing import COLOURS, INK, LINE, PAPER, SOFT
from gtrack.publish.evaluation.content import EvaluationFigure
from gtrack.publish.markup import Markup, element, text

_IDS = re.compile(r'(\sid="|href="#|url\(#)')
_SIZE = re.compile(r'<svg [^>]*?viewBox="([^"]*)"[^>]*>')
_LEFT_OUT = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL)
_LARGEST = 1.45  # pixels per point: larger, a small figure would shout
_THEME = {INK: "--ink", SOFT: "--soft", LINE: "--line", PAPER: "--paper"}
_THEME |= {COLOURS[0]: "--supports", COLOURS[1]: "--opposes"}


def embedded(figure: EvaluationFigure, number: int) -> Markup:
    """Return a figure with its caption; its ids are its own, its colours those of the page."""
    return element(
        "figure",
        element("h3", f"{number}. {figure.title}"),
        element(
            "div",
            _inline(figure, number),
            class_="scroll",
            tabindex=0,
            role="region",
            aria_label=f"Figure {number}",
        ),
        element("figcaption", figure.caption),
        id=f"figure-{number}",
    )


def _inline(figure: EvaluationFigure, number: int) -> Markup:
    start = figure.svg.find("<svg")
    if start < 0:
        raise ValueError(f"figure {figure.name}: not an SVG")
    svg = _LEFT_OUT.sub("", figure.svg[start:])
    svg = _IDS.sub(rf"\g<1>f{number}-", svg)
    for colour, variable in _THEME.items():
        svg = svg.replace(f": {colour}", f": var({variable})")
    box = _SIZE.search(svg)
    if box is None:
        raise ValueError(f"figure {figure.name}: an SVG without viewBox")
    own, most = f"t{number}", float(box[1].split()[2]) * _LARGEST
    least = min(640.0, most)
    size = f"max-width: {most:.0f}px; min-width: {least:.0f}px"
    opened = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{box[1]}" class="chart" style="{size}" role="img" '
        f'aria-labelledby="{own}">'
        f'<title id="{own}">{text(figure.title)}</title>'
    )
    return Markup(svg[: box.start()] + opened + svg[box.end() :])
