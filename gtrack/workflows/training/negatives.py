"""The negatives that a training drew, as files of its model folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gtrack.core.training.examples import ExampleSet
from gtrack.core.training.gc_matched import gc_share
from gtrack.core.training.splits import Split
from gtrack.io.atomic import write_text
from gtrack.workflows.training.data import TrainingData
from gtrack.workflows.training.job import GC_MATCHED, SHUFFLE, TrainJob

DRAWN = "negatives.bed"
SHUFFLED = "negatives.fa"


def write_negatives(job: TrainJob, given: TrainingData, folder: Path) -> None:
    """Write ``negatives.bed`` or ``negatives.fa``; nothing where the user gave the negatives.

    The BED has the drawn windows, 0-based half-open, with a name, GC in thousandths, the strand,
    the part of the split and the group within it; `gtrack train --negatives` reads it. The FASTA
    has the windows of shuffled positives, and where those lie, from 1.

    Raises
    ------
    OutputError
        When the disk refuses.
    """
    if job.negatives == GC_MATCHED:
        write_text(folder / DRAWN, "".join(_bed(given)))
    elif job.negatives == SHUFFLE:
        write_text(folder / SHUFFLED, "".join(_fasta(given.examples, given.split)))


def _rows(examples: ExampleSet) -> list[int]:
    negative = examples.truth.names.index("negative")
    return [row for row in range(len(examples)) if examples.truth.of[row] == negative]


def _parts(split: Split) -> dict[int, str]:
    return dict.fromkeys(split.train.tolist(), "train") | dict.fromkeys(split.test.tolist(), "test")


def _bed(given: TrainingData) -> Iterator[str]:
    examples, groups = given.examples, given.split.groups
    parts = _parts(given.split)
    yield "#chrom\tstart\tend\tname\tgc_per_mille\tstrand\tpart\tgroup\n"
    for number, row in enumerate(_rows(examples), 1):
        window, start = examples.window(row), int(examples.starts[row])
        fields = (
            *(examples.chroms[row], start, start + len(window), f"negative_{number}"),
            *(round(1000 * gc_share(window)), ".", parts.get(row, "left_out")),
            "." if groups is None else int(groups[row]) + 1,
        )
        yield "\t".join(map(str, fields)) + "\n"


def _fasta(examples: ExampleSet, split: Split) -> Iterator[str]:
    parts, rows = _parts(split), _rows(examples)
    for number, row in enumerate(rows, 1):
        positive = row - len(rows)
        start, window = int(examples.starts[positive]), examples.window(row)
        place = f"{examples.chroms[positive]}:{start + 1}-{start + len(window)}"
        part = parts.get(row, "left_out")
        yield f">shuffled_{number} of={place} part={part}\n{window}\n"
