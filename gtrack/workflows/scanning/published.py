"""A bigWig of a value per base under way, with what the manifest says of it."""

from __future__ import annotations

from typing import Any

from gtrack.core.manifest import TrackSpec
from gtrack.core.scan.plan import Plan
from gtrack.core.scan.runs import ValuedRuns
from gtrack.core.scan.track_statistics import TrackStatistics
from gtrack.core.targets import Target, path_of, url_of
from gtrack.io.bigwig import BigWigWriter
from gtrack.workflows.folder.scan_folder import ScanFolder


class NewTrack:
    """One track of a target under way; it appears when the block ends well and it has a value.

    Parameters
    ----------
    folder : ScanFolder
    plan : Plan
    target : Target
    kind : str
        As the manifest calls it.
    """

    def __init__(self, folder: ScanFolder, plan: Plan, target: Target, kind: str) -> None:
        self._target, self._kind, self._sizes = target, kind, plan.chrom_sizes
        self._url = url_of("tracks", f"{target.stem}.{kind}.bw")
        self._writer = BigWigWriter(folder.out / path_of(self._url), plan.chrom_sizes)
        self.statistics = TrackStatistics()

    def __enter__(self) -> NewTrack:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        if kind is None:
            self._writer.close()
        else:
            self._writer.discard()

    def add(self, chrom: str, runs: ValuedRuns) -> None:
        """Add runs of adjacent bases of one chromosome."""
        self._writer.add_runs(chrom, runs.start, runs.size, runs.values)
        self.statistics.add_runs(chrom, runs.start, runs.size, runs.values)

    def spec(self, **more: Any) -> TrackSpec:
        """Describe the finished track."""
        alone = self._kind == "relevance"
        return TrackSpec(
            name=self._target.stem if alone else f"{self._target.stem}-{self._kind}",
            kind=self._kind,
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
