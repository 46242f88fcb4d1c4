"""``gtrack figure``: loci of a finished scan as a figure for a paper; no model is needed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.io.atomic import write_parts
from gtrack.publish.drawing import require_matplotlib
from gtrack.publish.figure.content import FigureContent, FigureStyle, Scale
from gtrack.publish.figure.page import FORMS, figure_file
from gtrack.publish.signs import hits_say, units_of
from gtrack.workflows.figures.annotations import Annotations
from gtrack.workflows.figures.gathering import (
    chosen_annotations,
    chosen_targets,
    panels,
    read_logos,
)
from gtrack.workflows.figures.locating import drawn, gazetteer
from gtrack.workflows.folder.finished import open_finished, scanned_genome
from gtrack.workflows.folder.marks import is_figure
from gtrack.workflows.folder.own_file import check_own_file
from gtrack.workflows.reports.places import best_hits

NARROWEST, WIDEST_MM = 50.0, 1000.0
MOST_LOCI, MOST_COLUMNS = 24, 6

_SCALES: dict[str, Literal["own", "shared", "p99"]] = {
    each: each for each in ("own", "shared", "p99")
}


@dataclass(frozen=True, slots=True)
class FigureJob:
    """The options of ``gtrack figure``.

    Parameters
    ----------
    out : Path
        Folder of a finished scan.
    loci : tuple of str
        Positions or names; each becomes a panel.
    models, annotations : tuple of str
        What is shown, in this order; all without any.
    width_mm : float
        Of the figure.
    columns : int or None
        Panels side by side; by default one, and two of several loci.
    scale : str
        ``own``, ``shared``, ``p99``, or a number.
    fasta : Path or None
        The genome, where it is not where the scan read it.
    """

    out: Path
    loci: tuple[str, ...]
    models: tuple[str, ...] = ()
    annotations: tuple[str, ...] = ()
    width_mm: float = 180.0
    columns: int | None = None
    scale: str = "own"
    fasta: Path | None = None


@dataclass(frozen=True, slots=True)
class FigureSummary:
    """What was written: the file, its size in bytes, its places, and those without any value."""

    path: Path
    size: int
    loci: tuple[str, ...]
    hits: int
    empty: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class DrawnFigure:
    """A figure that can become a file."""

    content: FigureContent
    style: FigureStyle

    def file(self, form: str) -> bytes:
        """Return it as ``svg``, ``pdf`` or ``png``."""
        return figure_file(self.content, self.style, form)

    @property
    def loci(self) -> tuple[str, ...]:
        """The places, 1-based and inclusive."""
        return tuple(panel.locus.replace(",", "") for panel in self.content.panels)


def write_figure(job: FigureJob, target: Path) -> FigureSummary:
    """Draw and write a figure; equal folders and options give equal bytes.

    Raises
    ------
    InputError
        When an option, a name or the folder is wrong, or matplotlib is not installed.
    OutputError
        When the file cannot be written.
    """
    check_target(target)
    figure = draw_figure(job)
    return save_figure(figure, target)


def save_figure(figure: DrawnFigure, target: Path) -> FigureSummary:
    """Write a figure that was drawn, whole or not at all."""
    data = figure.file(check_target(target))
    write_parts(target, [data])
    hits = sum(len(model.hits) for panel in figure.content.panels for model in panel.models)
    panels = zip(figure.loci, figure.content.panels, strict=True)
    empty = tuple(locus for locus, panel in panels if panel.is_empty)
    return FigureSummary(target, len(data), figure.loci, hits, empty)


def draw_figure(job: FigureJob) -> DrawnFigure:
    """Read what a figure shows.

    Raises
    ------
    InputError
        As of :func:`write_figure`.
    """
    style = _style(job)
    require_matplotlib()
    scan = open_finished(job.out, "hits", "annotations")
    targets = chosen_targets(scan, job.models)
    tracks = chosen_annotations(scan, job.annotations)
    models = [(target, best_hits(scan, target)) for target in targets]
    hits = [hit for _, found in models for hit in found]
    book = Annotations(scan)
    names = gazetteer(scan, book, lambda: hits)
    places = [drawn(names, wish) for wish in job.loci]
    signals = [track for track in tracks if track.is_signal]
    annotations = [(t.name, book.touching(t, places)) for t in tracks if not t.is_signal]
    with scanned_genome(scan, job.fasta) as genome:
        found = panels(scan, places, models, annotations, signals, genome)
    content = FigureContent(found, read_logos(scan), hits_say(units_of(scan.manifest)))
    return DrawnFigure(content, style)


def check_target(target: Path) -> str:
    """Return the form that the name of a file asks for.

    Raises
    ------
    InputError
        When it asks for none, or a file is there that gtrack did not make.
    OutputError
        When no file can be there.
    """
    form = target.suffix.lower().removeprefix(".")
    if form not in FORMS:
        raise InputError(f"{shown(target)}: give a name that ends with .svg, .pdf or .png")
    check_own_file(target, is_figure, "figure", "name")
    return form


def _style(job: FigureJob) -> FigureStyle:
    """Check what needs no folder."""
    if not 1 <= len(job.loci) <= MOST_LOCI:
        raise InputError(f"--locus: give 1 to {MOST_LOCI} places, not {len(job.loci)}")
    if not NARROWEST <= job.width_mm <= WIDEST_MM:
        raise InputError(
            f"--width-mm {job.width_mm:g}: give {NARROWEST:g} to {WIDEST_MM:g}; journals take 85 "
            "to 90 for a column and 170 to 180 for a page"
        )
    columns = job.columns or (1 if len(job.loci) == 1 else 2)
    if not 1 <= columns <= MOST_COLUMNS or job.width_mm / columns < NARROWEST / 1.25:
        raise InputError(
            f"--columns {columns}: at {job.width_mm:g} mm a panel would be too narrow; give fewer, "
            "or a larger --width-mm"
        )
    return FigureStyle(job.width_mm, min(columns, len(job.loci)), scale_of(job.scale))


def scale_of(text: str) -> Scale:
    """Read a scale: a word, or a number above 0."""
    if text in _SCALES:
        return _SCALES[text]
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 < number < 1e30:
        raise InputError(f"--scale {shown(text, 40)}: give own, shared, p99, or a number above 0")
    return number
