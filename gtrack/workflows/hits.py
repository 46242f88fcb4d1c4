"""``gtrack hits``: motif hits from finished tracks, a scan's or another tool's, without a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gtrack.core.errors import InputError
from gtrack.core.hits.calling import call_hits
from gtrack.core.hits.loci import LocusTable, call_loci
from gtrack.core.hits.motif_hit import motif_shares
from gtrack.core.hits.motifs import Motif, symmetric_background
from gtrack.core.hits.ranking import below
from gtrack.core.hits.regions_of_sites import RegionIndex
from gtrack.core.hits.word_groups import WordTable
from gtrack.core.hits.word_names import named_words
from gtrack.core.hits.words import find_words
from gtrack.core.intervals import Interval
from gtrack.core.ports import Progress
from gtrack.core.scan.regions import merge_regions
from gtrack.core.segments import Segment, Summed
from gtrack.core.sequences import base_counts
from gtrack.core.targets import Target
from gtrack.io.fasta import Genome
from gtrack.io.hit_files import NarrowPeak
from gtrack.io.motifs import read_motifs
from gtrack.workflows.calling.given_tracks import TracksJob, check_tracks
from gtrack.workflows.calling.results import HitsJob, HitsSummary, TargetHits, write_results
from gtrack.workflows.calling.taken_tracks import TracksSummary, take_tracks
from gtrack.workflows.folder.finished import (
    FinishedScan,
    open_finished,
    scanned_genome,
    scanned_segments,
)
from gtrack.workflows.folder.kept_inputs import of_files

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NO_LOCI = "--loci: a foreign track has no null to compare relevance with; leave it out"


def call(job: HitsJob, progress: Progress = lambda *_: None) -> HitsSummary:
    """Call motif hits for every target of a scan, and write them beside its tracks.

    Raises
    ------
    InputError
        When there is no finished scan, no null, or the motifs or the genome do not fit.
    VerificationError
        When the null or a finished bigBed is damaged.
    OutputError
        When the disk refuses, or another run holds the folder.
    """
    motifs = read_motifs(job.motifs)
    folder = open_finished(job.out).folder
    with folder.held():
        inputs = of_files({"--motifs ": job.motifs, "--fasta ": job.fasta})
        folder.refuse_inputs(inputs, ["hits"], "new hits replace")
        scan = open_finished(job.out)
        check_widths(motifs, scan.regions)
        _need_null(job, scan)
        with scanned_genome(scan, job.fasta) as genome:
            background = _background(scan.regions, genome)
            models = tuple(
                _call_target(job, scan, genome, target, motifs, background, progress)
                for target in scan.targets
            )
        files = write_results(job, scan, motifs, background, models)
    return HitsSummary(job.out, job.q, len(motifs), models, files, scan.unguarded)


def call_on_tracks(
    tracks: TracksJob, job: HitsJob, progress: Progress = lambda *_: None
) -> tuple[TracksSummary, HitsSummary]:
    """Take tracks of another tool into a folder, and call motif hits in it.

    Raises
    ------
    InputError
        When an input is wrong; nothing is written then.
    OutputError
        When the disk refuses, or another run holds the folder.
    """
    if job.loci:
        raise InputError(_NO_LOCI)
    motifs = read_motifs(job.motifs)
    checked = check_tracks(tracks, progress)
    check_widths(motifs, checked.tracks.regions)
    return take_tracks(tracks, checked, progress), call(job, progress)


def check_widths(motifs: Sequence[Motif], regions: Sequence[Interval]) -> None:
    """Refuse a motif that fits into no region.

    Raises
    ------
    InputError
        Naming it.
    """
    runs = merge_regions(regions).values()
    longest = max(end - start for chrom in runs for start, end in chrom)
    for motif in motifs:
        if motif.width > longest:
            raise InputError(
                f"--motifs: {motif.id} ({motif.name}) is {motif.width} bp wide and the longest "
                f"scanned region {longest} bp; leave this motif out, or scan longer regions"
            )


def _need_null(job: HitsJob, scan: FinishedScan) -> None:
    """Refuse a scan without a null, and loci of a foreign track, which cannot have one."""
    if scan.is_foreign:
        if job.loci:
            raise InputError(_NO_LOCI)
    elif scan.manifest.null is None:
        raise InputError(
            f"{scan.out}: no null to test motifs against; the command of the scan with "
            "gtrack scan --resume --null adds it, and leaves the tracks as they are"
        )


def _null(scan: FinishedScan, target: Target) -> list[Segment] | None:
    """Return the shuffled windows of a target; None where no model is there to explain them."""
    if scan.is_foreign:
        return None
    made = scan.manifest.null
    assert made is not None
    return scan.folder.parts.read_null(scan.plan, made["bases"], target)


def _background(regions: Sequence[Interval], genome: Genome) -> NDArray[np.float64]:
    """Return the shares of A, C, G, T in the regions, both strands."""
    runs = merge_regions(regions).items()
    stretches = (genome.fetch(chrom, *run) for chrom, each in runs for run in each)
    return symmetric_background(base_counts(stretches))


def _call_target(
    job: HitsJob,
    scan: FinishedScan,
    genome: Genome,
    target: Target,
    motifs: Sequence[Motif],
    background: NDArray[np.float64],
    progress: Progress,
) -> TargetHits:
    null = _null(scan, target) or []  # call_hits must take None
    in_all = ((scan.spec(target).bases or 0) + sum(map(len, null))) * len(motifs)
    stream = Summed(scanned_segments(scan, genome, target))
    table = call_hits(
        stream,
        null,
        motifs,
        background=background,
        options=job.options,
        progress=lambda done: progress(target.title, done, in_all),
    )
    loci = None
    if job.loci:
        found = call_loci(scanned_segments(scan, genome, target), null)
        loci = tuple(_peaks(found, job.q))
    label = f"{target.model}:{target.label}"
    candidates = tuple(table.records(motifs, label, RegionIndex(scan.regions)))
    hits = below(job.q, candidates)
    shares = tuple(motif_shares(hits, stream.total))
    words = _words(scan, genome, target, motifs)
    return TargetHits(target, table.bases, table.null_bases, candidates, hits, shares, loci, words)


def _words(
    scan: FinishedScan, genome: Genome, target: Target, motifs: Sequence[Motif]
) -> WordTable:
    """Return recurrent words of high relevance, with the names of motifs that look like them."""
    table = find_words(lambda: scanned_segments(scan, genome, target))
    return replace(table, words=named_words(table.words, motifs))


def _peaks(table: LocusTable, q: float) -> Iterator[NarrowPeak]:
    """Yield the loci with a q-value below `q`, numbered as they come."""
    for number, row in enumerate(table.below(q), 1):
        yield NarrowPeak(
            chrom=table.chroms[table.chrom[row]],
            start=int(table.start[row]),
            end=int(table.end[row]),
            name=f"locus{number}",
            signal=float(table.relevance_sum[row]),
            p=None,
            q=float(table.q[row]),
            peak=int(table.peak[row]),
        )
