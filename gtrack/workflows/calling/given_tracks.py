"""Tracks of another tool: what ``gtrack hits --track`` is asked, and whether the files are good."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from gtrack.core.assemblies import assembly_id, check_lengths
from gtrack.core.errors import InputError
from gtrack.core.hits.relevance_null import LEAST_BASES
from gtrack.core.intervals import Interval
from gtrack.core.ports import Progress
from gtrack.core.printable import few, shown
from gtrack.core.scan.gathering import RegionBases
from gtrack.core.scan.given_values import infinite_at, look_at
from gtrack.core.scan.regions import canonical_regions, check_regions, known_as
from gtrack.core.targets import NAME
from gtrack.io.bbi import big_file
from gtrack.io.bed import read_bed
from gtrack.io.bigwig import BigWigReader
from gtrack.io.digest import file_digest
from gtrack.io.fasta import Genome
from gtrack.io.shell import renaming
from gtrack.workflows.folder.foreign import ForeignTracks
from gtrack.workflows.folder.genome import genome_notes, regions_digest
from gtrack.workflows.folder.kept_inputs import of_files
from gtrack.workflows.folder.scan_folder import ScanFolder

_CHUNK = 1 << 20  # bases of a track in memory


@dataclass(frozen=True, slots=True)
class TracksJob:
    """The options of ``gtrack hits --track`` that decide what is taken.

    Parameters
    ----------
    tracks : tuple of (str, Path)
        A name for each bigWig of another tool.
    bed, fasta : Path
        The regions to look at, and their genome.
    motifs : str
        A motif file, or ``jaspar:GROUP[@YEAR]``: only kept from being replaced.
    out : Path
        Folder of the results.
    genome : str
        Assembly for viewers; becomes what UCSC and igv.js call it.
    overwrite : bool
        Replace the tracks that an earlier call took into `out`.
    """

    tracks: tuple[tuple[str, Path], ...]
    bed: Path
    fasta: Path
    motifs: str
    out: Path
    genome: str = "custom"
    overwrite: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "genome", assembly_id(self.genome))
        names = [name.casefold() for name, _ in self.tracks]
        for name, path in self.tracks:
            option = f"--track {shown(name)}={shown(path)}"
            if not NAME.fullmatch(name):
                raise InputError(
                    f"{option}: a name has 1 to 64 of A-Z a-z 0-9 . _ - and begins with a letter "
                    "or digit"
                )
            if names.count(name.casefold()) > 1:
                raise InputError(f"{option}: the name is given twice; names are free")

    def inputs(self) -> Iterator[tuple[str, str | Path | None]]:
        """Yield each option that names an input, with its path."""
        yield from of_files({f"--track {name}=": path for name, path in self.tracks})
        yield from of_files({"--bed ": self.bed, "--fasta ": self.fasta, "--motifs ": self.motifs})

    def local(self) -> dict[str, object]:
        """Return what ``run.local.json`` keeps: where the inputs are."""
        return {
            "bed": str(self.bed.absolute()),
            "fasta": str(self.fasta.absolute()),
            "tracks": {name: str(path.absolute()) for name, path in self.tracks},
        }


@dataclass(frozen=True, slots=True)
class Checked:
    """Tracks that were found good, and for each its `values` in the regions, and those without one.

    `notes` are what the user should know of the genome.
    """

    tracks: ForeignTracks
    given: int
    values: Mapping[str, int] = field(default_factory=dict)
    empty: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def check_tracks(job: TracksJob, progress: Progress = lambda *_: None) -> Checked:
    """Read the regions' values of every track, and change nothing.

    Raises
    ------
    InputError
        When an input is wrong, or a track does not fit the genome or has nothing in the regions.
    OutputError
        When the folder cannot be used.
    """
    ScanFolder(job.out).refuse_unfit_tracks(job.inputs(), overwrite=job.overwrite)
    regions = read_bed(job.bed)
    with Genome.open(job.fasta) as genome, ExitStack() as stack:
        check_lengths(job.genome, genome.chrom_sizes)
        check_regions(regions, genome.chrom_sizes, job.fasta, renaming(job.bed))
        canonical, _ = canonical_regions(regions, genome.chrom_sizes)
        readers = {
            name: stack.enter_context(_opened(name, path, genome, canonical))
            for name, path in job.tracks
        }
        found = {name: _values(name, track, canonical, progress) for name, track in readers.items()}
        tracks = ForeignTracks(
            sha256={name: file_digest(path) for name, path in job.tracks},
            chrom_sizes=dict(genome.chrom_sizes),
            regions=tuple(canonical),
            sequences_sha256=regions_digest(genome, canonical),
        )
        notes = genome_notes(genome, job.genome, RegionBases.of(genome, canonical))
    values = {name: bases for name, (bases, _) in found.items()}
    empty = {name: without for name, (_, without) in found.items()}
    return Checked(tracks, len(regions), values, empty, notes)


def refuse_few(job: TracksJob, checked: Checked) -> None:
    """Refuse a track with too few values to call hits in, before anything is written.

    Raises
    ------
    InputError
        Naming it.
    """
    for name, path in job.tracks:
        if (bases := checked.values[name]) < LEAST_BASES:
            raise InputError(
                f"--track {name}={shown(path)}: has {bases:,} values in the regions, fewer than "
                f"{LEAST_BASES:,}: too few to call hits in; give more regions"
            )


def _opened(name: str, path: Path, genome: Genome, regions: Sequence[Interval]) -> BigWigReader:
    """Open a bigWig once it is one, and of the genome."""
    option = f"--track {name}={shown(path)}"
    head = big_file(path)
    if head.kind != "bigWig":
        raise InputError(f"{option}: is a {head.kind}; give the bigWig of contributions")
    theirs, ours = head.chrom_sizes, genome.chrom_sizes
    for chrom in dict.fromkeys(region.chrom for region in regions):
        if chrom not in theirs:
            alias = known_as(chrom, theirs)
            there = few(repr(shown(name, 40)) for name in theirs)
            names = f"there {shown(alias, 40)!r}" if alias else f"it has {there}"
            raise InputError(
                f"{option}: has no chromosome {shown(chrom, 40)!r} of {shown(genome.path)}, where "
                f"regions lie ({names}); give a track of the same genome with the same names"
            )
    for chrom, size in ours.items():
        if theirs.get(chrom, size) != size:
            raise InputError(
                f"{option}: gives {shown(chrom, 40)!r} {theirs[chrom]:,} bp, and "
                f"{shown(genome.path)} {size:,}; give a track of the same assembly"
            )
    return BigWigReader(path)


def _values(
    name: str, track: BigWigReader, regions: Sequence[Interval], progress: Progress
) -> tuple[int, tuple[str, ...]]:
    """Count the values of a track in regions, and name those without; refuse one that is 0."""
    in_all, peak, bases, empty = sum(map(len, regions)), 0.0, 0, []
    for region in regions:
        here = 0
        for start, end in chunks(region.start, region.end):
            values = track.values(region.chrom, start, end)
            if (at := infinite_at(values)) is not None:
                raise InputError(
                    f"--track {name}={shown(track.path)}: the value at {region.chrom}:"
                    f"{start + at + 1} is infinite; leave that base without a value"
                )
            valued, largest = look_at(values)
            here, peak = here + valued, max(peak, largest)
            progress(f"{name}: reading", end - start, in_all)
        bases += here
        if not here:
            empty.append(region.called)
    if not peak:
        what = "is 0 everywhere" if bases else "has no value"
        raise InputError(
            f"--track {name}={shown(track.path)}: {what} in the {len(regions):,} regions; give the "
            "regions in which contributions were computed"
        )
    return bases, tuple(empty)


def chunks(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a stretch into what is held in memory at a time."""
    for at in range(start, end, _CHUNK):
        yield at, min(end, at + _CHUNK)
