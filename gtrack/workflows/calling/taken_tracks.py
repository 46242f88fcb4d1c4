"""Tracks of another tool, taken into a folder in which hits can be called without the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gtrack.core.errors import InputError
from gtrack.core.manifest import TRACK, RunManifest, TrackSpec, first_peak
from gtrack.core.ports import Progress
from gtrack.core.printable import shown
from gtrack.core.scan.given_values import valued_runs
from gtrack.core.scan.regions import merge_regions
from gtrack.core.targets import Target
from gtrack.core.version import __version__
from gtrack.io.bed import write_bed
from gtrack.io.bigwig import COMPRESSOR, BigWigReader
from gtrack.workflows.calling.given_tracks import Checked, TracksJob, chunks
from gtrack.workflows.folder.foreign import LABEL, ForeignTracks
from gtrack.workflows.folder.genome import genome_record, keep_genome, regions_digest
from gtrack.workflows.folder.new_track import NewTrack
from gtrack.workflows.folder.run_record import begin_run, end_run
from gtrack.workflows.folder.scan_folder import ScanFolder


@dataclass(frozen=True, slots=True)
class TakenTrack:
    """What became of one track: its file, and the names of the regions in which it has no value."""

    spec: TrackSpec
    empty: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TracksSummary:
    """The account of the tracks that were taken: every region that was given is in it.

    `notes` are what the user should know of the genome.
    """

    out: Path
    given: int
    regions: int
    tracks: tuple[TakenTrack, ...]
    notes: tuple[str, ...] = ()


def take_tracks(
    job: TracksJob, checked: Checked, progress: Progress = lambda *_: None
) -> TracksSummary:
    """Copy the regions' values of every track that :func:`check_tracks` found good into a folder.

    Raises
    ------
    InputError
        When a file has changed since.
    OutputError
        When the disk refuses; nothing of this call is left then.
    """
    folder, tracks = ScanFolder(job.out), checked.tracks
    with folder.held():
        folder.refuse_unfit_tracks(job.inputs(), overwrite=job.overwrite)
        record = begin_run(job.out, job.local())  # first: it marks the folder
        try:
            folder.sweep()
            if job.overwrite:
                folder.remove()
            folder.make("tracks")
            write_bed(folder.regions_bed, tracks.regions)
            fasta = keep_genome(
                *(folder, job.fasta, job.genome, tracks.chrom_sizes),
                is_same=lambda copy: (
                    copy.chrom_sizes == tracks.chrom_sizes
                    and regions_digest(copy, tracks.regions) == tracks.sequences_sha256
                ),
            )
            paths = dict(job.tracks)
            specs = tuple(
                _copied(paths[target.model], tracks, target, folder, progress)
                for target in tracks.targets
            )
            folder.publish(_manifest(job, checked, specs, fasta), [""])
        except BaseException:
            folder.clear()  # the same command works once the cause is mended
            raise
        end_run(job.out, record)
    found = tuple(TakenTrack(spec, checked.empty[spec.name]) for spec in specs)
    return TracksSummary(job.out, checked.given, len(tracks.regions), found, checked.notes)


def _copied(
    source: Path, tracks: ForeignTracks, target: Target, folder: ScanFolder, progress: Progress
) -> TrackSpec:
    """Copy the values of the regions, and nothing else; the copy is read back and verified."""
    runs = merge_regions(tracks.regions)
    in_all = sum(end - start for each in runs.values() for start, end in each)
    with (
        BigWigReader(source) as theirs,
        NewTrack(folder, tracks.chrom_sizes, target, "relevance") as track,
    ):
        for chrom, start, end in _stretches(runs):
            track.add(chrom, valued_runs(start, theirs.values(chrom, start, end)))
            progress(f"{target.model}: copying", end - start, in_all)
    if not track.statistics.bases:
        raise InputError(f"{shown(source)}: changed while it was read; give it again")
    return track.relevance_spec()


def _manifest(
    job: TracksJob, checked: Checked, specs: tuple[TrackSpec, ...], fasta: str | None
) -> RunManifest:
    """Describe the folder: equal inputs give equal manifests."""
    tracks = checked.tracks
    return RunManifest(
        genome=genome_record(job.genome, tracks.chrom_sizes, tracks.sequences_sha256, fasta),
        models=tuple(_record(name, sha256) for name, sha256 in tracks.sha256.items()),
        tracks=specs,
        regions={
            "given": checked.given,
            "duplicates": checked.given - len(tracks.regions),
            "scanned": len(tracks.regions),
            "url": "regions.bed",
        },
        locus=first_peak(specs),
        job=None,
        plan_sha256=None,
        versions={
            "gtrack": __version__,
            "numpy": version("numpy"),
            "compressor": COMPRESSOR,
        },
    )


def _record(name: str, sha256: str) -> dict[str, Any]:
    """Return what the manifest says of the model behind a track: nothing but the file is known."""
    return {
        **{"name": name, "kind": TRACK, "sha256": sha256, "unit": "base"},
        "outputs": {"kind": "values"},
        **{"labels": [LABEL], "target": LABEL, "targets": [LABEL], "parameters": {}},
    }


def _stretches(runs: Mapping[str, Sequence[tuple[int, int]]]) -> Iterator[tuple[str, int, int]]:
    """Yield disjoint stretches of the genome, as much of each as is held in memory."""
    for chrom, each in runs.items():
        for run in each:
            for start, end in chunks(*run):
                yield chrom, start, end
