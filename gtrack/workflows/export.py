"""``gtrack export``: a finished scan as the inputs of Fi-NeMo and TF-MoDISco; no model needed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gtrack.core.errors import InputError, OutputError
from gtrack.core.intervals import Interval
from gtrack.core.scan.cutouts import Cutout, at_observed, one_hot, relevance
from gtrack.core.targets import Target
from gtrack.io.bigwig import BigWigReader
from gtrack.io.fasta import Genome
from gtrack.io.npz_exports import Peak, Window, write_finemo, write_modisco, write_peaks
from gtrack.workflows.folder.finished import FinishedScan, open_finished, scanned_genome
from gtrack.workflows.folder.kept_inputs import of_files, refuse_inputs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMATS = ("finemo", "modisco")
_NARROWEST = 20  # in bp, of modisco-lite: the core of a seqlet
_CHUNK = 256  # regions in memory


@dataclass(frozen=True, slots=True)
class Export:
    """What was written for one target.

    Parameters
    ----------
    target : Target
    files : tuple of Path
        The npz files first, then the peaks: of each row the middle base.
    regions, width : int
        Rows, and the length of each in bp.
    bases_without_value : int
        Bases of the rows that stand as 0 because the track has no value there.
    bases_beyond : int
        Of these, the bases beyond the end of a chromosome.
    regions_cut : int
        Regions that are longer than `width`, of which the middle is kept.
    """

    target: Target
    files: tuple[Path, ...]
    regions: int
    width: int
    bases_without_value: int
    bases_beyond: int
    regions_cut: int


def export(
    out: Path,
    to: str,
    target: Path | None = None,
    *,
    models: Sequence[str] = (),
    width: int | None = None,
    fasta: Path | None = None,
    overwrite: bool = False,
) -> list[Export]:
    """Write the relevance and the sequence of every region, in windows of one width.

    A window is centred on its region's summit, or else on its middle. It takes whatever values the
    track has, those of neighbouring regions included, and 0 elsewhere.

    Parameters
    ----------
    out : Path
        Folder of a finished scan.
    to : str
        ``finemo`` or ``modisco``.
    target : Path, optional
        Folder of the exported files, made where there is none; ``export`` in `out` when not given.
    models : sequence of str
        Names of models; all when empty.
    width : int, optional
        In bp; the model's window (for Fi-NeMo: the next even number) when not given.
    fasta : Path, optional
        The genome, where it is not where the scan read it.
    overwrite : bool
        Replace files that are there.

    Raises
    ------
    InputError
        When there is no finished scan, no such model, another genome, or a file is there already.
    OutputError
        When the disk refuses.
    """
    folder = target or out / "export"
    if target is None and folder.is_symlink():
        raise InputError(f"{folder}: a symbolic link; move it away, or give a folder")
    if to not in FORMATS:
        raise InputError(f"--to {to}: use {' or '.join(FORMATS)}")
    if width is not None:
        _check_width(width, to)
    scan = open_finished(out)
    scan.planned_to("export the windows of")
    chosen = _targets(scan, models)
    paths = [path for each in chosen for path in _paths(folder, each, to)]
    refuse_inputs(of_files({"--fasta ": fasta}), paths, "the export replaces")
    _make_room(folder, paths, overwrite)
    exports = []
    with scanned_genome(scan, fasta) as genome:
        for each in chosen:
            with BigWigReader(scan.track(each)) as reader:
                rows = _Rows(scan, genome, reader, width or _default_width(scan, each.model, to))
                exports.append(_write(rows, each, to, _paths(folder, each, to)))
    return exports


def _check_width(width: int, to: str) -> None:
    if to == "finemo" and (width < 1 or width % 2):
        raise InputError(f"--width {width}: Fi-NeMo takes positive even widths only")
    if to == "modisco" and width < _NARROWEST:
        raise InputError(f"--width {width}: modisco-lite takes {_NARROWEST} bp or more")


def _targets(scan: FinishedScan, models: Sequence[str]) -> list[Target]:
    """Return the targets of the wanted models."""
    known = list(dict.fromkeys(target.model for target in scan.shown))
    for name in models:
        if name not in known:
            raise InputError(
                f"--model {name}: {scan.out} has no such model; use {', '.join(known)}"
            )
    return [each for each in scan.shown if not models or each.model in models]


def _default_width(scan: FinishedScan, name: str, to: str) -> int:
    width = scan.plan.model(scan.read_by(name)).window_bp
    return width + width % 2 if to == "finemo" else width


def _paths(folder: Path, target: Target, to: str) -> tuple[Path, ...]:
    """Return where a target's files go: npz first, then the peaks."""
    kinds = ("npz",) if to == "finemo" else ("ohe.npz", "attr.npz")
    return tuple(folder / f"{target.stem}.{to}.{kind}" for kind in (*kinds, "narrowPeak"))


def _make_room(target: Path, paths: Sequence[Path], overwrite: bool) -> None:
    there = [path for path in paths if os.path.lexists(path)]
    if there and not overwrite:
        raise InputError(f"{there[0]}: is there already; use --overwrite or another folder")
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{target}: cannot be made: {error.strerror}; name another OUT"
        ) from error


class _Rows:
    """The regions of a scan in windows of one width, in chunks, as often as they are asked for."""

    def __init__(
        self, scan: FinishedScan, genome: Genome, reader: BigWigReader, width: int
    ) -> None:
        self.regions, self.width = scan.plan.regions, width
        self._sizes, self._genome, self._reader = scan.plan.chrom_sizes, genome, reader
        self.without_value = 0

    @property
    def shape(self) -> tuple[int, int, int]:
        return len(self.regions), 4, self.width

    def windows(self) -> list[Window]:
        rank = {chrom: at for at, chrom in enumerate(self._sizes)}
        return [
            Window(r.chrom, rank[r.chrom], self._cutout(r).start, r.called) for r in self.regions
        ]

    def peaks(self) -> list[Peak]:
        """Return the middle base of each window, as a peak of its own.

        Fi-NeMo centres windows on a peak's summit and modisco-lite on the middle of its interval;
        of one base, both are that base.
        """
        middles = [self._cutout(r).start + self.width // 2 for r in self.regions]
        return [
            Peak(r.chrom, middle, r.called) for r, middle in zip(self.regions, middles, strict=True)
        ]

    def one_hot(self) -> Iterator[NDArray[np.int8]]:
        """Yield int8 arrays, shape (n, 4, width)."""
        for chunk in self._chunks():
            yield one_hot(chunk, (self._genome.fetch(each.chrom, *each.inside) for each in chunk))

    def relevance(self) -> Iterator[NDArray[np.float32]]:
        """Yield float32 arrays, shape (n, width); count the bases without a value."""
        self.without_value = 0
        for chunk in self._chunks():
            found = (self._reader.values(each.chrom, *each.inside) for each in chunk)
            values, missing = relevance(chunk, found)
            self.without_value += missing
            yield values

    def attribution(self) -> Iterator[NDArray[np.float32]]:
        """Yield the relevance at the observed base, float32, shape (n, 4, width)."""
        for bases, values in zip(self.one_hot(), self.relevance(), strict=True):
            yield at_observed(bases, values)

    def beyond(self) -> int:
        """Return how many bases of the windows lie beyond a chromosome."""
        return sum(self._cutout(region).beyond for region in self.regions)

    def _chunks(self) -> Iterator[list[Cutout]]:
        for first in range(0, len(self.regions), _CHUNK):
            yield [self._cutout(region) for region in self.regions[first : first + _CHUNK]]

    def _cutout(self, region: Interval) -> Cutout:
        start = region.centred(self.width)
        return Cutout(region.chrom, start, self.width, self._sizes[region.chrom])


def _write(rows: _Rows, target: Target, to: str, paths: tuple[Path, ...]) -> Export:
    if to == "finemo":
        write_finemo(paths[0], rows.windows(), rows.width, rows.one_hot(), rows.relevance())
    else:
        write_modisco(paths[0], paths[1], rows.shape, rows.one_hot(), rows.attribution())
    write_peaks(paths[-1], rows.peaks())
    return Export(
        target=target,
        files=paths,
        regions=len(rows.regions),
        width=rows.width,
        bases_without_value=rows.without_value,
        bases_beyond=rows.beyond(),
        regions_cut=sum(len(region) > rows.width for region in rows.regions),
    )
