"""Dots with intervals as SVG, by hand: the same bytes with any version of anything."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from html import escape

from benchmarks.study.tables import BLIND, Line
from benchmarks.study.words import TITLES

ROW, LEFT, WIDTH, RIGHT, TOP = 22, 330, 420, 30, 46
INK, SOFT, FAINT, MAIN = "#1b1f24", "#59636e", "#d4d9de", "#0072b2"
CONTROLS = ("#d55e00", "#e69f00", "#cc79a7", "#009e73", "#56b4e9", "#6b6b6b")


def dots(title: str, lines: Sequence[Line]) -> str:
    """Return a figure: per row the explanation with its interval, and its controls.

    Controls are open shapes, the bound a bar; numbers that are not there are left out.
    """
    rows = [line for line in lines if not math.isnan(line.figure.value)]
    names = list(dict.fromkeys(name for line in rows for name in _controls(line)))
    low, high = _range(rows)
    height = TOP + ROW * len(rows) + 34

    def x(value: float) -> str:
        return f"{LEFT + WIDTH * (value - low) / (high - low):.1f}"

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + RIGHT} {height}" '
        f'font-family="sans-serif" font-size="12" role="img" aria-label="{escape(title)}">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="8" y="18" fill="{INK}" font-weight="bold">{escape(title)}</text>',
        *_legend(
            names,
            any(not math.isnan(line.bound) for line in rows),
            any(line.others for line in rows),
        ),
    ]
    for tick in _ticks(low, high):
        out.append(
            f'<path d="M{x(tick)} {TOP - 4}V{height - 30}" stroke="{FAINT}"/>'
            f'<text x="{x(tick)}" y="{height - 14}" fill="{SOFT}" '
            f'text-anchor="middle">{tick:g}</text>'
        )
    for k, line in enumerate(rows):
        out += _row(line, TOP + ROW * k + ROW // 2, x, names)
    return "\n".join([*out, "</svg>"]) + "\n"


def _controls(line: Line) -> dict[str, float]:
    """Return what a row is compared with."""
    other = {} if line.other_class is None else {"other class": line.other_class.value}
    blind = {} if math.isnan(line.figure.blind) else {BLIND: line.figure.blind}
    return {**blind, **{n: f.value for n, f in line.controls.items()}, **other}


def _range(rows: Sequence[Line]) -> tuple[float, float]:
    seen = [0.0]
    for line in rows:
        seen += [line.figure.value, line.figure.low, line.figure.high, line.bound]
        seen += [*_controls(line).values(), *line.others]
    seen = [value for value in seen if not math.isnan(value)]
    low, high = min(seen), max(seen)
    step = _step(high - low)
    return math.floor(low / step) * step, max(math.ceil(high / step), 1) * step


def _step(span: float) -> float:
    """Return a round distance of ticks, about five in a span."""
    if span <= 0:
        return 0.2
    power = 10.0 ** math.floor(math.log10(span / 5))
    return next(power * k for k in (1, 2, 5, 10) if power * k * 6 >= span)


def _ticks(low: float, high: float) -> list[float]:
    step = _step(high - low)
    return [round(k * step, 9) for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _legend(names: Sequence[str], has_bound: bool, has_seeds: bool) -> list[str]:
    """Return what every shape is, in one line over the whole width."""
    drawn: dict[str, Callable[[str, int], str]] = {
        name: partial(_mark, name=name, names=names) for name in ("attnlrp", *names)
    }
    drawn |= {"further seeds": _seed} if has_seeds else {}
    drawn |= {"bound": _bound} if has_bound else {}
    out, at = [], 14
    for name, shape in drawn.items():
        out += [
            shape(f"{at}", 30),
            f'<text x="{at + 9}" y="34" fill="{SOFT}">{escape(name)}</text>',
        ]
        at += 30 + 7 * len(name)
    return out


def _mark(x: str, y: int, name: str, names: Sequence[str]) -> str:
    """Return a filled dot of the explanation, or the open shape of a control."""
    if name not in names:
        return f'<circle cx="{x}" cy="{y}" r="4.5" fill="{MAIN}"/>'
    k = list(names).index(name)
    shapes = (
        *("M{x} {t}V{b}", "M{l} {t}L{r} {b}M{l} {b}L{r} {t}", "M{l} {b}H{r}L{x} {t}Z"),
        *("M{l} {t}H{r}V{b}H{l}Z", "M{l} {y}H{r}M{x} {t}V{b}", "M{l} {t}H{r}L{x} {b}Z"),
    )
    at = float(x)
    places = {"x": x, "l": f"{at - 4:.1f}", "r": f"{at + 4:.1f}", "t": str(y - 5), "b": str(y + 5)}
    places["y"] = str(y)
    path = shapes[k % len(shapes)].format(**places)
    return f'<path d="{path}" fill="none" stroke="{CONTROLS[k % len(CONTROLS)]}" stroke-width="2"/>'


def _seed(x: str, y: int) -> str:
    return f'<circle cx="{x}" cy="{y}" r="2.5" fill="none" stroke="{MAIN}"/>'


def _bound(x: str, y: int) -> str:
    return f'<path d="M{x} {y - 8}v16" stroke="{INK}" stroke-width="3"/>'


def _row(line: Line, y: int, x: Callable[[float], str], names: Sequence[str]) -> list[str]:
    figure = line.figure
    words = escape(f"{TITLES[line.key.set]}: {line.name}")
    out = [f'<text x="{LEFT - 12}" y="{y + 4}" fill="{INK}" text-anchor="end">{words}</text>']
    if not math.isnan(line.bound):
        out.append(_bound(x(line.bound), y))
    out += [_mark(x(value), y, name, names) for name, value in _controls(line).items()]
    if not math.isnan(figure.low):
        span = f"M{x(figure.low)} {y}H{x(figure.high)}"
        out.append(f'<path d="{span}" stroke="{MAIN}" stroke-width="2"/>')
    out += [_seed(x(value), y) for value in line.others]
    return [*out, _mark(x(figure.value), y, "attnlrp", names)]
