"""Training examples cut out of a genome around regions, and negatives made to match them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gtrack.core.errors import InputError
from gtrack.core.intervals import Interval
from gtrack.core.scan.regions import check_regions
from gtrack.core.scan.shuffle import dinucleotide_shuffle
from gtrack.core.sequences import reverse_complement
from gtrack.io.bed import read_bed
from gtrack.io.fasta import Genome
from gtrack.workflows.training.examples import NO_PLACE, ExampleSet
from gtrack.workflows.training.gc_matched import GcReport, draw_gc_matched
from gtrack.workflows.training.job import GC_MATCHED, SHUFFLE, TrainJob
from gtrack.workflows.training.truth import Truth


def region_examples(job: TrainJob, window_bp: int, reach: int) -> ExampleSet:
    """Cut one window around every positive and negative region of a job.

    Parameters
    ----------
    job : TrainJob
        With `positives`, `negatives` and `fasta`.
    window_bp : int
        Length of a window.
    reach : int
        Longest flank to keep on each side, in bp; shorter at the ends of a chromosome.

    Raises
    ------
    InputError
        For bad files, regions off the genome or chromosomes shorter than a window.
    """
    assert job.positives is not None
    assert job.negatives is not None
    assert job.fasta is not None
    rng = np.random.default_rng([job.seed, 1])
    notes: dict[str, int | float] = {}
    with Genome.open(job.fasta) as genome:
        if missing := [name for name in job.holdout if name not in genome.chrom_sizes]:
            known = list(genome.chrom_sizes)
            raise InputError(
                f"--holdout {missing[0]}: no such chromosome in {job.fasta}; it has "
                f"{', '.join(known[:5])}{', ...' if len(known) > 5 else ''}"
            )
        positives = _windows(read_bed(job.positives), window_bp, genome, job.fasta)
        if job.negatives == GC_MATCHED:
            negatives, report = draw_gc_matched(genome, positives, rng)
            notes |= _gc_notes(report)
        elif job.negatives == SHUFFLE:
            negatives = []
        else:
            negatives = _windows(read_bed(Path(job.negatives)), window_bp, genome, job.fasta)
        columns = _cut([*positives, *negatives], genome, reach, job.use_strand)
    sequences, left, right = columns
    labels = [1] * len(positives) + [0] * len(negatives)
    starts = [window.start for window in (*positives, *negatives)]
    windows = [*positives, *negatives]
    if job.negatives == SHUFFLE:
        for row in range(len(positives)):
            sequences.append(_shuffled(sequences[row], left[row], right[row], rng))
        left, right, windows = left * 2, right * 2, windows * 2
        labels += [0] * len(positives)
        starts += [NO_PLACE] * len(positives)
    if unknown := sum("N" in sequence for sequence in sequences):
        notes["windows_with_n"] = unknown
    return ExampleSet(
        Truth("classes", ("negative", "positive"), np.array(labels, np.int64)),
        sequences,
        np.array(left, np.int32),
        np.array(right, np.int32),
        [window.origin or window.locus for window in windows],
        [window.chrom for window in windows],
        np.array(starts, np.int64),
        notes,
    )


def _windows(
    regions: list[Interval], window_bp: int, genome: Genome, fasta: Path
) -> list[Interval]:
    """Centre one window on every region or its summit, shifted inside the chromosome."""
    check_regions(regions, genome.chrom_sizes, fasta)
    windows = []
    for region in regions:
        size = genome.chrom_sizes[region.chrom]
        if window_bp > size:
            raise InputError(
                f"{region.origin}: {region.chrom} has {size} bp, less than --window {window_bp}; "
                "give a smaller window or leave that chromosome out"
            )
        start = min(max(region.centred(window_bp), 0), size - window_bp)
        windows.append(
            Interval(
                region.chrom, start, start + window_bp, strand=region.strand, origin=region.origin
            )
        )
    return windows


def _cut(
    windows: Sequence[Interval], genome: Genome, reach: int, use_strand: bool
) -> tuple[list[str], list[int], list[int]]:
    """Fetch every window with up to `reach` bp of flank, in genome order; 5' to 3' if asked."""
    sequences, left, right = [""] * len(windows), [0] * len(windows), [0] * len(windows)
    order = sorted(range(len(windows)), key=lambda i: (windows[i].chrom, windows[i].start))
    for row in order:
        window = windows[row]
        before = min(reach, window.start)
        after = min(reach, genome.chrom_sizes[window.chrom] - window.end)
        sequence = genome.fetch(window.chrom, window.start - before, window.end + after)
        if use_strand and window.strand == "-":
            sequence, before, after = reverse_complement(sequence), after, before
        sequences[row], left[row], right[row] = sequence, before, after
    return sequences, left, right


def _shuffled(sequence: str, left: int, right: int, rng: np.random.Generator) -> str:
    """Shuffle the window and each flank on its own, so that the window keeps its dinucleotides."""
    end = len(sequence) - right
    parts = (sequence[left:end], sequence[:left], sequence[end:])
    window, before, after = (dinucleotide_shuffle(part, rng) for part in parts)
    return before + window + after


def _gc_notes(report: GcReport) -> dict[str, int | float]:
    return {
        "gc_matched_within_2_percent": report.matched,
        "gc_worst_difference": report.worst,
    }
