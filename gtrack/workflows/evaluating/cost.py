"""What an evaluation will cost, counted before it begins and timed on one batch."""

from __future__ import annotations

import time
from dataclasses import dataclass

from gtrack.evaluation.flips import SUBSETS
from gtrack.io.fasta import Genome
from gtrack.workflows.evaluating.job import EvaluateJob
from gtrack.workflows.evaluating.reading import ModelReader
from gtrack.workflows.folder.finished import FinishedScan

_BACKWARD = 2.5
"""Forward passes that explaining one window costs (referee.md measured 2.3 to 2.7)."""

_TIMED = 32


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one region by one model: forward passes, and seconds."""

    model: str
    passes: float
    seconds: float


def cost_of(reader: ModelReader, job: EvaluateJob, scan: FinishedScan, genome: Genome) -> Cost:
    """Count what a region costs, and time some windows of the scan."""
    texts = []
    for region in scan.regions[:_TIMED]:
        window = reader.window(region, genome.chrom_sizes[region.chrom])
        texts.append(genome.fetch(window.chrom, window.start, window.end))
    reader.outputs(texts[:1])  # the first pass is slow
    begun = time.monotonic()
    reader.outputs(texts)
    each = (time.monotonic() - begun) / len(texts)
    passes = passes_of(reader, job, max(map(len, texts)))
    passes *= reader.strands_read(scan.regions[:_TIMED])
    return Cost(reader.name, passes, passes * each)


def passes_of(reader: ModelReader, job: EvaluateJob, bases: int) -> float:
    """Return how many forward passes a window of so many bases costs, read on one strand."""
    own = [method for method in job.methods if method != "ism"]
    passes = _BACKWARD * (len(own) + 1 + 1)  # the twin's as well
    if "ism" in job.methods:
        passes += bases * 3 * reader.ism_share
    if job.wants("sanity"):
        passes += _BACKWARD * 2
    if job.wants("faithfulness"):
        maps = (len(job.methods) + 3) * len(reader.targets)  # with the controls
        passes += maps * 2 * job.draws * job.steps + SUBSETS * len(reader.targets)
        passes += bases / 4 if reader.reads_tokens else 0
    return passes
