"""A finished scan, read back for Python; no torch is loaded for it."""

from __future__ import annotations

from operator import index
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gtrack.api.columns import hit_columns, table_columns
from gtrack.api.figures import Plotted
from gtrack.api.opened import few
from gtrack.api.viewing import Viewed
from gtrack.api.wording import in_python
from gtrack.core.errors import InputError
from gtrack.core.scan.explanation import Columns
from gtrack.core.targets import path_of
from gtrack.io.bigwig import BigWigReader
from gtrack.io.hit_files import read_hits_bed
from gtrack.io.tables import REGION_COLUMNS, WINDOW_COLUMNS
from gtrack.workflows.folder.finished import open_finished


class Scan(Plotted, Viewed):
    """A finished scan; `gtrack.open_scan` opens one, and `gtrack.scan` returns one.

    Files are opened when something is asked for, and closed before it is returned.

    Attributes
    ----------
    out : Path
        Its folder.
    models : dict of str to tuple of str
        Each model, with the labels of its outputs that were explained.
    chrom_sizes : dict of str to int
        Every chromosome of the genome with its length in bp, in the order of the FASTA.
    """

    def __repr__(self) -> str:
        manifest, finished = self._manifest(), self._finished
        models = [
            name if len(labels) == 1 else f"{name} ({', '.join(labels)})"
            for name, labels in self.models.items()
        ]
        parts = [
            f"{manifest.job['method'] if manifest.job else 'tracks'} of {', '.join(models)}",
            f"{len(finished.regions):,} regions on {len({r.chrom for r in finished.regions}):,} "
            f"of {len(finished.chrom_sizes):,} chromosomes",
            "no null" if manifest.null is None else f"a null of {manifest.null['bases']:,} bases",
        ]
        if manifest.hits is None:
            parts.append("no hits called")
        else:
            called = sum(entry["hits"] for entry in manifest.hits["models"])
            parts.append(f"{called:,} hits at q < {manifest.hits['q']:g}")
        return f"<gtrack.Scan {str(self.out)!r}, finished: {'; '.join(parts)}>"

    @in_python
    def values(
        self,
        model: str,
        chrom: str,
        start: int,
        end: int,
        *,
        target: str | None = None,
        strand: str | None = None,
    ) -> NDArray[np.float32]:
        """Return the relevance of a stretch of the genome.

        Parameters
        ----------
        model : str
            Name of the model; where several of its outputs were explained, ``NAME:LABEL``.
        chrom : str
        start, end : int
            0-based half-open, in bp.
        target : str, optional
            The label, instead of ``NAME:LABEL``.
        strand : {"forward", "reverse"}, optional
            One strand's, where the scan wrote tracks of each (``per_strand_tracks``).

        Returns
        -------
        ndarray of float32, shape (end - start,)
            Signed, in logits (of a regression: in its unit); NaN where there is no value: outside
            the regions, and at N.

        Raises
        ------
        GtrackError
            When there is no such model, target, strand or place.

        Examples
        --------
        >>> import gtrack
        >>> scan = gtrack.open_scan("out/demo")
        >>> values = scan.values("cnn", "chr1", 24500, 24700)
        >>> values.shape, values.dtype
        ((200,), dtype('float32'))
        """
        start, end = index(start), index(end)
        size = self.chrom_sizes.get(chrom)
        if size is None:
            raise InputError(
                f"{chrom!r}: no such chromosome; the genome has {few(self.chrom_sizes)}"
            )
        if not 0 <= start <= end <= size:
            raise InputError(f"{chrom}:{start}-{end}: not within the {size:,} bp of {chrom}")
        found = self._target(model, target)
        kind = "relevance" if strand is None else f"relevance-{strand}"
        paths = [
            track.path
            for track in self._finished.manifest.tracks
            if (track.kind, track.model, track.target) == (kind, found.model, found.among)
        ]
        if not paths:
            raise InputError(
                f"{self.out}: no track of strand {strand!r}; scan with --per-strand-tracks"
            )
        with BigWigReader(self.out / paths[0]) as track:
            if chrom not in track.chrom_sizes:
                return np.full(end - start, np.nan, np.float32)
            return track.values(chrom, start, end)

    @in_python
    def regions(self) -> Columns:
        """Return ``regions.tsv``: a row per region, model and target.

        Returns
        -------
        dict of str to ndarray
            Columns of one length, by the names that the file gives them; NaN where it has ``NA``.

        Examples
        --------
        >>> import gtrack
        >>> columns = gtrack.open_scan("out/demo").regions()
        >>> len(columns["score"]), columns["start"].dtype, columns["score"].dtype
        (100, dtype('int64'), dtype('float64'))
        """
        self._finished.planned_to("score regions")
        return table_columns(self._finished.folder.regions_table, REGION_COLUMNS)

    @in_python
    def windows(self) -> Columns:
        """Return ``windows.tsv``: a row per window, model, target and strand, with the ledger.

        Returns
        -------
        dict of str to ndarray
            As of `regions`; ``region`` is text, the rows of the regions that asked for a window.

        Examples
        --------
        >>> import gtrack
        >>> columns = gtrack.open_scan("out/demo").windows()
        >>> sorted(set(columns["strand"].tolist()))
        ['+', '-']
        """
        self._finished.planned_to("score windows")
        return table_columns(self._finished.folder.windows_table, WINDOW_COLUMNS)

    @in_python
    def hits(
        self, model: str | None = None, *, target: str | None = None, everything: bool = False
    ) -> Columns:
        """Return the motif hits that were called.

        Parameters
        ----------
        model : str, optional
            As of `values`; without it, the hits of all models.
        target : str, optional
            The label, instead of ``NAME:LABEL``.
        everything : bool
            Every candidate, whatever its q-value; of a call with ``everything``.

        Returns
        -------
        dict of str to ndarray
            Columns of one length, by the names of the BED: ``chrom``, ``chromStart``, ``chromEnd``,
            ``name``, ``score``, ``strand``, ``motifId``, ``source``, ``relSum``, ``relZ``,
            ``seqP``, ``relP``, ``qValue``, ``model``, ``region``, ``qWord``, ``qPlace``,
            ``chance``, ``bound`` (bool), ``family``. ``qPlace`` and ``chance`` are NaN where the
            scan has no null; both, too, in hits of an earlier version.

        Raises
        ------
        GtrackError
            When no hits were called, or there is no such model or target.

        Examples
        --------
        >>> import gtrack
        >>> hits = gtrack.open_scan("out/demo").hits("cnn")
        >>> sorted(set(hits["name"].tolist()))
        ['CTCF', 'NRF1', 'REST']
        """
        wanted = None if model is None else self._target(model, target)
        called = self._manifest().hits
        if called is None:
            raise InputError(f"{self.out}: no hits were called; call_hits(scan, motifs) does it")
        key = "candidates_bed" if everything else "bed"
        found = []
        for entry in called["models"]:
            if wanted is not None and (entry["model"], entry.get("target")) != (
                wanted.model,
                wanted.among,
            ):
                continue
            if key not in entry:
                raise InputError(f"{self.out}: no candidates; call_hits(..., everything=True)")
            found += read_hits_bed(self.out / path_of(entry[key]))
        return hit_columns(found)


@in_python
def open_scan(folder: str | Path) -> Scan:
    """Open the folder of a finished scan.

    Parameters
    ----------
    folder : str or Path
        What ``out`` of `gtrack.scan`, or ``--out`` of ``gtrack scan``, was.

    Returns
    -------
    Scan
        With ``values``, ``regions``, ``windows``, ``hits``, ``plot`` and ``view``.

    Raises
    ------
    GtrackError
        When there is no finished scan.

    Examples
    --------
    >>> import gtrack
    >>> scan = gtrack.open_scan("out/demo")
    >>> scan.models
    {'cnn': ('1',), 'dnabert2': ('1',)}
    """
    return Scan(open_finished(Path(folder).expanduser()))
