"""``gtrack hits``: motif hits from finished tracks, a scan's or another tool's, without a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import compress
from typing import TYPE_CHECKING

from gtrack.core.errors import InputError
from gtrack.core.hits.calling import call_hits
from gtrack.core.hits.families import family_names
from gtrack.core.hits.lending import NullWindows, OwnedRuns
from gtrack.core.hits.loci import LocusTable, call_loci
from gtrack.core.hits.motif_hit import motif_shares
from gtrack.core.hits.motifs import Motif, symmetric_background
from gtrack.core.hits.regions_of_sites import RegionIndex
from gtrack.core.hits.support import Support
from gtrack.core.hits.word_groups import WordTable
from gtrack.core.hits.word_names import named_words
from gtrack.core.hits.words import find_words
from gtrack.core.intervals import Interval
from gtrack.core.ports import Progress
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.null_windows import window_of
from gtrack.core.scan.regions import merge_regions
from gtrack.core.sequences import base_counts
from gtrack.core.targets import Target
from gtrack.io.fasta import Genome
from gtrack.io.hit_files import NarrowPeak
from gtrack.io.motifs import read_motifs
from gtrack.workflows.calling.given_tracks import TracksJob, check_tracks, refuse_few
from gtrack.workflows.calling.results import HitsJob, HitsSummary, TargetHits, write_results
from gtrack.workflows.calling.taken_tracks import TracksSummary, take_tracks
from gtrack.workflows.calling.widths import check_widths
from gtrack.workflows.folder.finished import (
    FinishedScan,
    open_finished,
    scanned_genome,
    scanned_segments,
)
from gtrack.workflows.folder.kept_inputs import of_files
from gtrack.workflows.folder.run_log import RunLog, timed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NO_LOCI = "--loci: a foreign track has no null to compare relevance with; leave it out"


def call(job: HitsJob, progress: Progress = lambda *_: None) -> HitsSummary:
    """Call motif hits for every target of a scan, and write them beside its tracks.

    Raises
    ------
    InputError
        When there is no finished scan, or the motifs or the genome do not fit.
    VerificationError
        When the null or a finished bigBed is damaged.
    OutputError
        When the disk refuses, or another run holds the folder.
    """
    motifs = read_motifs(job.motifs)
    folder = open_finished(job.out).folder
    log = RunLog(job.out)
    with folder.held(), log.kept():
        inputs = of_files({"--motifs ": job.motifs, "--fasta ": job.fasta})
        folder.refuse_inputs(inputs, ["hits"], "new hits replace")
        scan = open_finished(job.out)
        check_widths(motifs, scan.regions)
        if job.loci:
            _need_null(scan)
        log.begin("hits")
        with timed("calling") as seconds:
            with scanned_genome(scan, job.fasta) as genome:
                background = _background(scan.regions, genome)
                models = tuple(
                    _call_target(job, scan, genome, target, motifs, background, progress)
                    for target in scan.shown
                )
            files = write_results(job, scan, motifs, background, models)
        hits = {model.target.stem: len(model.hits) for model in models}
        log.tell("called", motifs=job.motifs, q=job.q, hits=hits, seconds=seconds)
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
    refuse_few(tracks, checked)
    return take_tracks(tracks, checked, progress), call(job, progress)


def _need_null(scan: FinishedScan) -> None:
    """Refuse loci where there is nothing to test them against."""
    if scan.is_foreign:
        raise InputError(_NO_LOCI)
    if scan.manifest.null is None:
        raise InputError(
            f"{scan.out}: no null to test --loci against; the command of the scan with "
            "--resume --null adds it, and leaves the tracks as they are"
        )


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
    null = _null(scan, target)
    runs = None if scan.is_foreign else _owned_runs(scan.plan.grid(scan.read_by(target.model)))
    null_bases = 0 if null is None else null.bases
    in_all = ((scan.spec(target).bases or 0) + null_bases) * len(motifs)
    table = call_hits(
        lambda: scanned_segments(scan, genome, target),
        null,
        motifs,
        background=background,
        runs=runs,
        options=job.options,
        progress=lambda done: progress(target.title, done, in_all),
    )
    loci = None
    if job.loci and null is not None:
        found = call_loci(scanned_segments(scan, genome, target), null.segments)
        loci = tuple(_peaks(found, job.q))
    chosen = table.hits(job.q, job.max_chance)
    label = f"{target.model}:{target.label}"
    names = family_names(table, chosen, motifs)
    candidates = tuple(table.records(motifs, label, RegionIndex(scan.regions), names))
    hits = tuple(compress(candidates, chosen.tolist()))
    shares = tuple(motif_shares(hits, table.relevance_total))
    words = _words(scan, genome, target, motifs)
    reasons = Support.of(table, chosen, job.q, motifs)
    return TargetHits(*(target, table.bases, candidates, hits, shares, loci, words, reasons))


def _null(scan: FinishedScan, target: Target) -> NullWindows | None:
    """Return the shuffled windows of a target, where the scan has any."""
    made = scan.manifest.null
    if made is None:
        return None
    null = scan.folder.parts.read_null(scan.plan, made["bases"], target)
    return NullWindows.of(null, map(window_of, null))


def _owned_runs(grid: WindowGrid) -> OwnedRuns:
    """Return which window each base has its relevance from."""
    window = grid.run_window
    return OwnedRuns(
        grid.chroms,
        *(
            column.astype("i8")
            for column in (
                *(grid.chrom[window], grid.run_start, grid.run_end),
                *(grid.start[window], grid.end[window]),
            )
        ),
    )


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
            q=float(table.q[row]),
            peak=int(table.peak[row]),
        )
