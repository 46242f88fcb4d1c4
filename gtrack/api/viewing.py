"""``Scan.view``: a scan in a notebook's cell."""

from __future__ import annotations

from collections.abc import Iterable
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING

from gtrack.api.opened import Opened
from gtrack.api.wording import in_python
from gtrack.core.errors import InputError
from gtrack.workflows.notebook import cell_view

if TYPE_CHECKING:
    from gtrack.api.cell import ScanView


class Viewed(Opened):
    """What a finished scan shows in a notebook."""

    @in_python
    def view(
        self,
        locus: str | None = None,
        models: Iterable[str] | None = None,
        *,
        height: int = 560,
        fasta: str | Path | None = None,
    ) -> ScanView:
        """Return the viewer of the scan as a notebook's widget: the last line of a cell shows it.

        All that it reads goes over the notebook's own connection: it needs no port and no internet,
        on a JupyterHub neither. It can be shown in several cells, and ``close()`` ends it.

        Parameters
        ----------
        locus : str, optional
            Where to start, as of `plot`: ``chr1:101-240`` (both counted from 1 and included), the
            name of a chromosome, a gene or another feature, a region, or a hit,
            ``MOTIF@CHROM:START``.
        models : iterable of str, optional
            Which models to show, named as for `values`; else all.
        height : int
            Of the figure and its list, in pixels.
        fasta : str or Path, optional
            The genome, where it is no longer where the scan read it: without it bars, not letters.

        Raises
        ------
        GtrackError
            When anywidget is not installed, or there is no such place or model.

        Examples
        --------
        >>> import gtrack
        >>> gtrack.open_scan("out/demo").view("chr1:119651-119790", models=["cnn"])
        <a view of the scan 'out/demo': run the cell to see it>
        """
        try:
            from gtrack.api.cell import ScanView  # noqa: PLC0415 (an extra)
        except ImportError as error:
            raise InputError(
                f"Scan.view needs {error.name}: pip install 'gtrack[notebook]'"
            ) from error
        height = index(height)
        if height < 1:
            raise InputError(f"height {height}: a number of pixels is wanted")
        targets = None if models is None else [self._target(name, None) for name in models]
        if targets == []:
            raise InputError("models=[]: name one at least, or leave it out for all")
        seen = cell_view(
            self._finished,
            self._manifest(),
            locus=locus,
            targets=targets,
            fasta=None if fasta is None else Path(fasta).expanduser(),
        )
        return ScanView(self.out, seen, height)
