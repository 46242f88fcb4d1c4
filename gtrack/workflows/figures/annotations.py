"""The annotations of a scan, of which no more is read than a figure needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gtrack.core.features import Feature
from gtrack.core.manifest import TrackSpec
from gtrack.core.named_places import NamedPlace
from gtrack.io.annotations import read_features, sifted_features
from gtrack.io.annotations.sieve import Sieve
from gtrack.workflows.folder.finished import FinishedScan


class Annotations:
    """All features of a scan: genes, peaks, sites.

    Parameters
    ----------
    scan : FinishedScan
    """

    def __init__(self, scan: FinishedScan) -> None:
        self._out = scan.out
        self._tracks = [
            track
            for track in scan.manifest.tracks
            if track.kind == "annotation" and not track.is_signal
        ]
        self._whole: dict[str, list[Feature]] = {}

    def called(self, name: str) -> Iterator[NamedPlace]:
        """Yield the features of a name, case ignored, and perhaps others."""
        for track in self._tracks:
            for each in self._read(track, Sieve([name])):
                yield NamedPlace(each.name, each.chrom, each.start, each.end, track.name)

    def touching(self, track: TrackSpec, places: Sequence[NamedPlace]) -> list[Feature]:
        """Return the features of one annotation that touch the places, and perhaps others."""
        return self._read(track, Sieve((), ((at.chrom, at.start, at.end) for at in places)))

    def names(self) -> Iterator[str]:
        """Yield the names of all features."""
        for track in self._tracks:
            yield from (each.name for each in self._all(track))

    def _read(self, track: TrackSpec, sieve: Sieve) -> list[Feature]:
        if track.name in self._whole:
            return self._whole[track.name]
        found = sifted_features(self._out / track.path, track.format, sieve)
        return self._all(track) if found is None else found

    def _all(self, track: TrackSpec) -> list[Feature]:
        if track.name not in self._whole:
            features = list(read_features(self._out / track.path, track.format))
            self._whole[track.name] = features
        return self._whole[track.name]
