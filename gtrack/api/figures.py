"""Figures of a finished scan, for notebooks and papers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gtrack.api.opened import Opened
from gtrack.api.wording import in_python
from gtrack.workflows.figure import DrawnFigure, FigureJob, draw_figure, save_figure


class LocusFigure:
    """A figure of places of a scan; a notebook shows it as it is, `save` writes it.

    Attributes
    ----------
    loci : tuple of str
        The places that it shows, ``CHROM:START-END`` with both counted from 1 and included.
    """

    def __init__(self, drawn: DrawnFigure) -> None:
        self._drawn = drawn
        self.loci = drawn.loci

    def __repr__(self) -> str:
        return f"<gtrack.LocusFigure of {', '.join(self.loci)}>"

    def _repr_svg_(self) -> str:
        return self._drawn.file("svg").decode()

    @in_python
    def save(self, path: str | Path) -> Path:
        """Write the figure, whole or not at all.

        Parameters
        ----------
        path : str or Path
            Its name ends with ``.svg``, ``.pdf`` or ``.png``. A file that gtrack did not make is
            not replaced.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        GtrackError
            When the name asks for no such format, or the file cannot be written.

        Examples
        --------
        >>> import gtrack
        >>> figure = gtrack.open_scan("out/demo").plot("chr1:140209-140348")
        >>> figure.save("out/figure.gif")
        Traceback (most recent call last):
        gtrack.core.errors.InputError: out/figure.gif: give a name that ends with .svg, .pdf or .png
        """
        target = Path(path).expanduser()
        save_figure(self._drawn, target)
        return target


class Plotted(Opened):
    """What of a scan can be drawn."""

    @in_python
    def plot(
        self,
        *loci: str,
        models: str | Sequence[str] = (),
        annotations: str | Sequence[str] | None = (),
        width_mm: float = 180.0,
        columns: int | None = None,
        scale: str | float = "own",
        fasta: str | Path | None = None,
    ) -> LocusFigure:
        """Draw places of the genome for a paper, as ``gtrack figure`` does; needs matplotlib.

        Parameters
        ----------
        *loci : str
            Each is a panel: ``CHROM:START-END`` (both counted from 1 and included), the name of a
            gene or another feature of an annotation, of a region, or a hit, ``MOTIF@CHROM:START``.
        models : str or sequence of str
            Show these, in this order: names, or ``NAME:LABEL``. All when not given.
        annotations : str, sequence of str or None
            Show these, in this order; None shows none, and all are shown when not given.
        width_mm : float
            Width of the figure; a journal's column has 85 to 90.
        columns : int, optional
            Panels side by side: 1, or 2 of several places, when not given.
        scale : {"own", "shared", "p99"} or float
            Half of a track's height: per model the largest value shown, and its 99th percentile at
            least; one for all models; the percentile; or a number.
        fasta : str or Path, optional
            The genome, where it is not where the scan read it.

        Returns
        -------
        LocusFigure

        Raises
        ------
        GtrackError
            When a name is unknown or means several places, or matplotlib is not installed.

        Examples
        --------
        >>> import gtrack
        >>> gtrack.open_scan("out/demo").plot("MADEUP3", "chr1:140,209-140,348", models="cnn")
        <gtrack.LocusFigure of chr1:140579-142320, chr1:140209-140348>
        """
        shown = ("none",) if annotations is None else _several(annotations)
        place = None if fasta is None else Path(fasta).expanduser()
        job = FigureJob(
            *(self.out, loci, _several(models), shown),
            *(width_mm, columns, str(scale), place),
        )
        return LocusFigure(draw_figure(job))


def _several(names: str | Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)
