"""The annotations of a scan, of which no more is read than a figure needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gtrack.core.annotation_names import AnnotationName
from gtrack.core.features import Feature
from gtrack.core.manifest import TrackSpec
from gtrack.core.named_places import NamedPlace
from gtrack.core.targets import path_of
from gtrack.io.annotation_names import all_names, names_called
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
        self._chrom_sizes = scan.chrom_sizes

    def called(self, name: str) -> Iterator[NamedPlace]:
        """Yield the features of a name, case ignored, on the chromosomes of the scan.

        They are sought in the table of names, where there is one.
        """
        for track in self._tracks:
            if track.names is not None:
                found: Iterable[Feature | AnnotationName] = names_called(
                    self._out / path_of(track.names), name
                )
            else:
                found = sifted_features(self._out / track.path, track.format, Sieve([name]))
            for each in found:
                if each.chrom in self._chrom_sizes:
                    yield NamedPlace(each.name, each.chrom, each.start, each.end, track.name)

    def touching(self, track: TrackSpec, places: Sequence[NamedPlace]) -> list[Feature]:
        """Return the features of one annotation that touch the places."""
        sieve = Sieve((), ((at.chrom, at.start, at.end) for at in places))
        return list(sifted_features(self._out / track.path, track.format, sieve))

    def names(self) -> Iterator[str]:
        """Yield the names of all features."""
        for track in self._tracks:
            if track.names is not None:
                yield from all_names(self._out / path_of(track.names))
            else:
                features = read_features(self._out / track.path, track.format)
                yield from (each.name for each in features)
