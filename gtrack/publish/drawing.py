"""matplotlib's one door: figures that are the same bytes every time, whatever a user has set.

Text is outlines, so that a figure looks the same everywhere and no name in it becomes markup or a
formula; in figures for papers it stays text, which editors can change. Colours are those of Okabe
and Ito; every colour goes with a shape of its own.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from threading import RLock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.publish.markup import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.lines import Line2D

INK, SOFT, LINE, PAPER = "#1b1f24", "#59636e", "#d4d9de", "#ffffff"
"""Colours of a figure that a page may replace by its own."""

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
MARKERS = ("o", "s", "^", "D", "v", "P")

_turn = RLock()  # settings of matplotlib are those of all threads

Rendered = tuple[bytes, bytes]
"""A figure as SVG and as PNG."""

_SETTINGS: Any = {
    **{"font.family": "DejaVu Sans", "font.size": 9.0, "text.parse_math": False},
    **{"svg.fonttype": "path", "svg.hashsalt": "gtrack", "path.simplify": True},
    **{"axes.edgecolor": SOFT, "axes.labelcolor": INK, "axes.titlecolor": INK, "text.color": INK},
    **{"axes.titlesize": 9.5, "axes.titlelocation": "left", "axes.titleweight": "bold"},
    **{"axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.8},
    **{"axes.unicode_minus": True, "axes.labelsize": 9.0, "legend.fontsize": 8.5},
    **{"xtick.color": SOFT, "ytick.color": SOFT, "xtick.labelcolor": INK, "ytick.labelcolor": INK},
    **{"xtick.labelsize": 8.5, "ytick.labelsize": 8.5, "legend.frameon": False},
    **{"figure.facecolor": PAPER, "savefig.facecolor": PAPER, "axes.facecolor": "none"},
}
_WORDS: Any = {"svg.fonttype": "none", "pdf.fonttype": 42}  # text that stays text
_FONT = "DejaVu Sans"  # comes with matplotlib, and is wider than what stands in for it
_FONTS = "'DejaVu Sans', Verdana, Arial, Helvetica, sans-serif"
_DOTS = 200  # of the PNG, per inch
_FINE = 300  # of one for a paper
_INCH = 25.4
_DATA, _DIGITS = re.compile(r' (?:d|x|y)="[^"]*"'), re.compile(r"(?<=\.\d\d)\d+")
_KEPT = re.compile(r"backend|interactive|tk\.|webagg\.|toolbar|savefig\.directory|docstring|date\.")


def require_matplotlib() -> None:
    """Say now, and not after an hour, that matplotlib is missing.

    Raises
    ------
    InputError
        With the command that installs it.
    """
    try:
        import matplotlib  # noqa: F401, PLC0415  (an extra; half a second)
    except ImportError as error:
        raise InputError(
            "figures need matplotlib, which is not installed: pip install 'gtrack[evaluate]'"
        ) from error


@contextmanager
def styled(*, words: bool = False) -> Iterator[None]:
    """Draw in gtrack's style, whatever a user has set; with `words` text stays text."""
    require_matplotlib()
    import matplotlib as mpl  # noqa: PLC0415

    with _turn, mpl.rc_context(), warnings.catch_warnings():
        # Of names in scripts that the font lacks, boxes are drawn.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
        warnings.filterwarnings("ignore", message=r"Matplotlib currently does not support")
        # rcdefaults() reads thirty files of styles first
        defaults = {key: each for key, each in mpl.rcParamsDefault.items() if not _KEPT.match(key)}
        mpl.rcParams.update(defaults | _SETTINGS | (_WORDS if words else {}))
        yield


@contextmanager
def drawing(width: float, height: float) -> Iterator[Figure]:
    """Give an empty figure, in inches, in gtrack's style; it must be rendered inside."""
    with styled():
        from matplotlib.figure import Figure  # noqa: PLC0415

        yield Figure(figsize=(width, height), layout="constrained")


def rendered(figure: Figure) -> Rendered:
    """Return a figure as SVG and PNG, with no date and no program in them."""
    svg, png = io.BytesIO(), io.BytesIO()
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    figure.savefig(svg, format="svg", metadata=nothing)
    figure.savefig(png, format="png", dpi=_DOTS, metadata={"Software": None})
    return _lean(svg.getvalue()), png.getvalue()


def saved(figure: Figure, form: str, creator: str) -> bytes:
    """Return a figure as ``svg``, ``pdf`` or ``png``; no date is in it, and who made it is."""
    data = io.BytesIO()
    if form == "png":
        figure.savefig(data, format=form, dpi=_FINE, metadata={"Software": creator})
        return data.getvalue()
    pdf = {"CreationDate": None, "Producer": None}
    nothing = pdf if form == "pdf" else {"Date": None, "Format": None}
    figure.savefig(data, format=form, metadata={"Creator": creator, **nothing})
    if form == "pdf":
        return data.getvalue()
    return _lean(data.getvalue()).replace(f"'{_FONT}'".encode(), _FONTS.encode())


def _lean(svg: bytes) -> bytes:
    """Return an SVG without digits beyond sight, hundredths of a point: a third of the bytes."""
    return _DATA.sub(lambda data: _DIGITS.sub("", data[0]), svg.decode()).encode()


def font(size: float, *, bold: bool = False) -> FontProperties:
    """Return the font of all figures at a size in points."""
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415

    return FontProperties(family=_FONT, weight="bold" if bold else "normal", size=size)


def width_of(words: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a line of text is, in points."""
    from matplotlib.textpath import text_to_path  # noqa: PLC0415

    width: float = text_to_path.get_text_width_height_descent(words, font(size, bold=bold), False)[
        0
    ]
    return width


def page(width: float, height: float) -> tuple[Figure, Axes]:
    """Return a figure, in mm, with one plot that covers it, counted in mm from the upper left.

    It is drawn and saved within :func:`styled`.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(width / _INCH, height / _INCH))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    return figure, axes


def path_drawn(
    axes: Axes, points: NDArray[np.float64], codes: NDArray[np.uint8], name: str, **style: Any
) -> None:
    """Draw a path; in an SVG it is a group of that name."""
    from matplotlib.patches import PathPatch  # noqa: PLC0415
    from matplotlib.path import Path  # noqa: PLC0415

    axes.add_artist(PathPatch(Path(points, codes), clip_on=False, gid=name, **style))


def words_drawn(
    axes: Axes, x: float, y: float, words: str, size: float, *, bold: bool = False, **style: Any
) -> None:
    """Write a line of text with its baseline at a height."""
    axes.text(x, y, words, fontproperties=font(size, bold=bold), va="baseline", **style)


def called(name: str, longest: int = 40) -> str:
    """Return a name for a figure: one line, not too long, and none that matplotlib would hide."""
    words = shortened(shown(name), longest)
    return f" {words}" if words.startswith("_") else words


def grid(axes: Axes, axis: str) -> None:
    """Draw faint lines behind everything, across one axis ("x" or "y")."""
    axes.set_axisbelow(True)
    axes.grid(visible=True, axis="x" if axis == "x" else "y", color=LINE, linewidth=0.6)


def key(label: str, **style: Any) -> Line2D:
    """Return a line or mark for a legend."""
    from matplotlib.lines import Line2D  # noqa: PLC0415

    return Line2D([], [], label=called(label), **style)


@cache
def letter_outlines() -> dict[str, tuple[NDArray[np.float64], NDArray[np.uint8]]]:
    """Return the outline of every letter, vertices and codes, in a box of one by one.

    It stands on the axis and fills the box, so that a letter is as high as its number.
    """
    from matplotlib.textpath import TextPath  # noqa: PLC0415

    outlines = {}
    for letter in "ACGT":
        path = TextPath((0, 0), letter, size=100, prop=font(100, bold=True))
        low, high = path.vertices.min(axis=0), path.vertices.max(axis=0)
        scaled = (path.vertices - low) / (high - low)
        scaled[:, 0] = 0.04 + 0.92 * scaled[:, 0]
        outlines[letter] = scaled, path.codes
    return outlines


def letters_drawn(
    axes: Axes,
    outline: tuple[NDArray[np.float64], NDArray[np.uint8]],
    places: Sequence[int],
    heights: NDArray[np.float64],
    colour: str,
) -> None:
    """Draw one letter at many places, each as high as its number; negative ones hang, mirrored."""
    from matplotlib.patches import PathPatch  # noqa: PLC0415
    from matplotlib.path import Path  # noqa: PLC0415

    if not places:
        return
    vertices, codes = outline
    moved = [vertices * (1, height) + (at, 0) for at, height in zip(places, heights, strict=True)]
    path = Path(np.concatenate(moved), np.tile(codes, len(places)))
    axes.add_patch(PathPatch(path, facecolor=colour, linewidth=0))
