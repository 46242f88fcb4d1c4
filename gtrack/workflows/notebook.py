"""A scan in a notebook's cell: what its widget shows, and how it answers the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

from gtrack.core.hits.motif_hit import MotifHit
from gtrack.core.manifest import RunManifest
from gtrack.core.targets import Target, named
from gtrack.publish.manifest import to_json
from gtrack.publish.viewer.channel import Answer, answered
from gtrack.publish.viewer.kit import Kit, kit
from gtrack.publish.viewer.served import Entry, Opened, ServedText
from gtrack.workflows.figures.annotations import Annotations
from gtrack.workflows.figures.locating import gazetteer
from gtrack.workflows.folder.finished import FinishedScan
from gtrack.workflows.reports.places import best_hits
from gtrack.workflows.viewing.genome import Asked
from gtrack.workflows.viewing.shown import shown

_FASTA = 'scan.view(fasta="genome.fa")'
"""What a message of the page asks for, where there is no command line."""


@dataclass(frozen=True, slots=True)
class CellView:
    """One view of a scan: no file is open between two answers.

    Parameters
    ----------
    files : mapping of str to Entry
        All that the page may read.
    options : mapping
        Of the plugin's ``mount``.
    digest : str
        Of the viewer's own code.
    """

    files: Mapping[str, Entry]
    options: Mapping[str, Any]
    digest: str

    def answer(self, asked: object) -> Answer | None:
        """Answer a message of the page; None where it is none of the viewer's."""
        return answered(self.files, asked)


@dataclass(frozen=True, slots=True)
class _Packed:
    """The viewer's own code."""

    kit: Kit

    def open(self) -> Opened:
        return Opened(BytesIO(self.kit.data), len(self.kit.data), f'"{self.kit.digest}"')


def cell_view(
    scan: FinishedScan,
    manifest: RunManifest,
    *,
    locus: str | None = None,
    targets: Sequence[Target] | None = None,
    fasta: Path | None = None,
) -> CellView:
    """Put together what a cell shows.

    Parameters
    ----------
    scan : FinishedScan
    manifest : RunManifest
        As it is now.
    locus : str, optional
        As of ``gtrack figure``: ``chr1:101-240`` (1-based), a gene, a region, or a hit.
    targets : sequence of Target, optional
        Those whose tracks and hits are shown; else all.
    fasta : Path, optional
        The genome, where it is not found.

    Raises
    ------
    InputError
        When there is no such place, or a part of the viewer is missing.
    """
    found, own = shown(Asked(scan.out, fasta=fasta)), kit()
    files = {**found.files, "/_gtrack/kit": _Packed(own)}
    if targets is not None:
        files["/manifest.json"] = ServedText(to_json(_only(manifest, targets)))
    place = {} if locus is None else {"locus": _begins(scan, locus)}
    options = {key: value for key, value in found.options.items() if key != "manifestURL"}
    return CellView(files, {**options, **place, "lettersFrom": _FASTA}, own.digest)


def _begins(scan: FinishedScan, wish: str) -> dict[str, object]:
    """Return a place, 0-based half-open, as the plugin takes it."""

    def hits() -> list[MotifHit]:
        return [hit for target in scan.shown for hit in best_hits(scan, target)]

    place = gazetteer(scan, Annotations(scan), hits).seen(wish)
    return {"chrom": place.chrom, "start": place.start, "end": place.end}


def _only(manifest: RunManifest, targets: Sequence[Target]) -> RunManifest:
    """Leave out the tracks, hits and passports of what is not asked for."""
    wanted = [named(target) for target in targets]

    def is_wanted(entry: Mapping[str, Any]) -> bool:
        about = {key: entry[key] for key in ("model", "target") if entry.get(key) is not None}
        return not about or about in wanted

    def less(part: dict[str, Any] | None) -> dict[str, Any] | None:
        if part is None or "models" not in part:
            return part
        return {**part, "models": [entry for entry in part["models"] if is_wanted(entry)]}

    tracks = tuple(
        track
        for track in manifest.tracks
        if is_wanted({"model": track.model, "target": track.target})
    )
    return replace(manifest, tracks=tracks, hits=less(manifest.hits), trust=less(manifest.trust))
