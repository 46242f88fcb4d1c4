"""How the parts of a figure look, said on each part: a figure taken out of its page keeps it.

The page's style says it again with its own colours (dark, print), which go before these.
"""

from __future__ import annotations

_INK, _SOFT = "#1b1f24", "#59636e"
_LINE: dict[str, str | float] = {"fill": "none", "stroke": _SOFT}

FIGURE: dict[str, str | float] = {
    "xmlns": "http://www.w3.org/2000/svg",
    "xmlns:xlink": "http://www.w3.org/1999/xlink",
    "font_family": "Helvetica, Arial, sans-serif",
    "font_size": 11,
    "fill": _SOFT,
}
"""Of a whole figure. Readers of SVG 1.1 know letters by the second of these names only."""

_LOOKS: dict[str, dict[str, str | float]] = {
    "name": {"fill": _INK, "font_size": 13, "font_weight": 600},
    "unit": {"fill": _SOFT, "font_size": 11, "font_weight": 400},
    "given": {"font_weight": 600},
    "end": {"text_anchor": "end"},
    "tick": {"text_anchor": "middle"},
    "bases": {
        "text_anchor": "middle",
        "font_family": "Menlo, Consolas, Liberation Mono, monospace",
        "font_size": 9,
    },
    "axis": _LINE,
    "p99": {**_LINE, "stroke_dasharray": "1 4"},
    "hatching": {**_LINE, "stroke_width": 1.2},
    "band": {"fill": _SOFT, "fill_opacity": 0.28},
    "edges": {"fill": "none", "stroke": _INK, "stroke_opacity": 0.55, "stroke_width": 0.75},
    "supports": {"fill": "#0072b2"},
    "opposes": {"fill": "#d55e00"},
    "feature": {"fill": _SOFT, "stroke": _SOFT, "stroke_width": 0.75},
    "unscanned": {"fill": "#e9ecef"},
    "unknown": {},  # its hatching is of its figure
}


def inked(kind: str) -> dict[str, str | float]:
    """Return the attributes of a part of a figure: its class, and how it looks without a page.

    Examples
    --------
    >>> inked("tick")
    {'class_': 'tick', 'text_anchor': 'middle'}
    """
    return {"class_": kind, **_LOOKS[kind]}
