"""A bigWig of a value per base under way, with what the manifest says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gtrack.core.manifest import TrackSpec
from gtrack.core.scan.runs import ValuedRuns
from gtrack.core.scan.track_statistics import TrackStatistics
from gtrack.core.targets import Target, path_of, url_of
from gtrack.io.bigwig import BigWigWriter
from gtrack.io.bigwig.compression import Each
from gtrack.workflows.folder.scan_folder import ScanFolder


class NewTrack:
    """One track of a target under way; it appears when the block ends well and it has a value.

    Parameters
    ----------
    folder : ScanFolder
    chrom_sizes : mapping of str to int
        Lengths of the chromosomes in bp.
    target : Target
    kind : str
        As the manifest calls it, without the strand.
    strand : str
        ``forward`` or ``reverse``; empty where it is of both.
    each : callable
        Compresses and checks sections, as :class:`BigWigWriter` takes it.
    """

    def __init__(
        self,
        folder: ScanFolder,
        chrom_sizes: Mapping[str, int],
        target: Target,
        kind: str,
        strand: str = "",
        each: Each = map,
    ) -> None:
        self._target, self._kind, self._sizes = target, kind, chrom_sizes
        self._strand = f"-{strand}" if strand else ""
        of_strand = f".{strand}" if strand else ""
        self._url = url_of("tracks", f"{target.stem}{of_strand}.{kind}.bw")
        self._writer = BigWigWriter(folder.out / path_of(self._url), chrom_sizes, each=each)
        self.statistics = TrackStatistics()

    def __enter__(self) -> NewTrack:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        if kind is None and self.statistics.bases:
            self._writer.close()
        else:  # a strand that no window was explained on has no track
            self._writer.discard()

    def add(self, chrom: str, runs: ValuedRuns) -> None:
        """Add runs of adjacent bases of one chromosome."""
        if len(runs):
            self._writer.add_runs(chrom, runs.start, runs.size, runs.values)
            self.statistics.add(chrom, runs.start, runs.size, runs.values)

    def spec(self, **more: Any) -> TrackSpec:
        """Describe the finished track."""
        other = "" if self._kind == "relevance" else f"-{self._kind}"
        return TrackSpec(
            name=f"{self._target.stem}{other}{self._strand}",
            kind=f"{self._kind}{self._strand}",
            format="bigWig",
            model=self._target.model,
            target=self._target.among,
            url=self._url,
            largest=self.statistics.largest,
            bases=self.statistics.bases,
            **more,
        )

    def relevance_spec(self) -> TrackSpec:
        """Describe a finished track of relevance."""
        return self.spec(p99=self.statistics.p99, peak=self.statistics.peak(self._sizes))
