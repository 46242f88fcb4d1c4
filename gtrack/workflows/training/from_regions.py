"""Training examples cut out of a genome around regions, and negatives made to match them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.intervals import Interval
from gtrack.core.printable import few, shown
from gtrack.core.scan.regions import check_regions
from gtrack.core.training.chance import Purpose, stream
from gtrack.core.training.examples import Example, ExampleSet
from gtrack.core.training.gc_matched import GcReport, draw_gc_matched
from gtrack.core.training.truth import Truth
from gtrack.io.bed import read_regions
from gtrack.io.fasta import Genome
from gtrack.io.shell import renaming
from gtrack.workflows.training.job import GC_MATCHED, SHUFFLE, TrainJob


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
    rng = stream(job.seed, Purpose.NEGATIVES)
    notes: dict[str, int | float] = {}
    with Genome.open(job.fasta) as genome:
        _check_holdout(job, genome)
        given = job.positives
        windows = _windows(_read(job, given), window_bp, genome, job.fasta, given)
        positive = len(windows)
        if job.negatives == GC_MATCHED:
            negatives, report = draw_gc_matched(windows, genome.chrom_sizes, genome.fetch, rng)
            windows += negatives
            notes |= _gc_notes(report)
        elif job.negatives != SHUFFLE:
            if not Path(job.negatives).exists():
                raise InputError(
                    f"--negatives {shown(job.negatives)}: no such file; give a BED, {SHUFFLE} or "
                    f"{GC_MATCHED}"
                )
            given = Path(job.negatives)
            windows += _windows(_read(job, given), window_bp, genome, job.fasta, given)
        examples = _cut(windows, genome, reach, job.use_strand)
    if job.negatives == SHUFFLE:
        examples += [each.shuffled(rng) for each in examples]
    if unknown := sum("N" in each.sequence for each in examples):
        notes["windows_with_n"] = unknown
    labels = [1] * positive + [0] * (len(examples) - positive)
    truth = Truth.listed("classes", ("negative", "positive"), labels)
    return ExampleSet.of(truth, examples, notes)


def flanked_length(job: TrainJob) -> int:
    """Return how long the regions of a job are with their flanks, in bp.

    Raises
    ------
    InputError
        When they differ in length: a model reads one.
    """
    assert job.flank is not None
    files = [job.positives]
    if job.negatives not in (SHUFFLE, GC_MATCHED):
        files.append(Path(str(job.negatives)))
    lengths = {len(each) for file in files if file is not None for each in _read(job, file)}
    if len(lengths) > 1:
        raise InputError(
            f"--flank {job.flank}: the regions have {min(lengths)} to {max(lengths)} bp, and a "
            "model reads one length; give --window BP, what is read around the summit or middle"
        )
    window_bp = lengths.pop() + 2 * job.flank
    if window_bp < 8:
        raise InputError(f"--flank {job.flank}: windows of {window_bp} bp; at least 8 are needed")
    return window_bp


def _read(job: TrainJob, path: Path) -> list[Interval]:
    """Read regions, whose strands must be some where they decide."""
    given = read_regions(path)
    if job.use_strand:
        given.need_strands()
    regions = list(given.intervals)
    if job.flank is None:
        return regions
    return [replace(each, summit=None) for each in regions]  # the window is centred on all of it


def _check_holdout(job: TrainJob, genome: Genome) -> None:
    if missing := [name for name in job.holdout if name not in genome.chrom_sizes]:
        raise InputError(
            f"--holdout {missing[0]}: no such chromosome in {job.fasta}; it has "
            f"{few(genome.chrom_sizes, 5)}"
        )


def _windows(
    regions: list[Interval], window_bp: int, genome: Genome, fasta: Path, bed: Path
) -> list[Interval]:
    """Centre one window on every region or its summit, shifted inside the chromosome."""
    check_regions(regions, genome.chrom_sizes, fasta, renaming(bed))
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
) -> list[Example]:
    """Fetch every window with up to `reach` bp of flank, in genome order; 5' to 3' if asked."""
    cut: dict[int, Example] = {}
    for row in sorted(range(len(windows)), key=lambda i: (windows[i].chrom, windows[i].start)):
        window = windows[row]
        left = min(reach, window.start)
        right = min(reach, genome.chrom_sizes[window.chrom] - window.end)
        sequence = genome.fetch(window.chrom, window.start - left, window.end + right)
        origin = window.origin or window.locus
        example = Example(sequence, left, right, origin, window.chrom, window.start)
        minus = use_strand and window.strand == "-"
        example.check_known()
        cut[row] = example.reverse_complement() if minus else example
    return [cut[row] for row in range(len(windows))]


def _gc_notes(report: GcReport) -> dict[str, int | float]:
    return {
        "gc_matched_within_2_percent": report.matched,
        "gc_worst_difference": report.worst,
    }
