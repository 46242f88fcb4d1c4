"""Which windows of a finished scan a passport looks at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from gtrack.core.scan.grid import BOTH, REVERSE, WindowGrid
from gtrack.core.sequences import reverse_complement
from gtrack.core.targets import Target
from gtrack.evaluation.passport_windows import called, in_chance_order, mostly_known
from gtrack.io.fasta import Genome
from gtrack.io.table_rows import read_table
from gtrack.io.tables import WINDOW_COLUMNS
from gtrack.workflows.folder.finished import FinishedScan
from gtrack.workflows.folder.genome import window_sequences


@dataclass(frozen=True, slots=True)
class Window:
    """One window of a model's grid.

    Parameters
    ----------
    index : int
        In the grid.
    text : str
        Its forward strand.
    reverse : bool
        Which strand a check of one strand reads; every other window of those read on both.
    """

    index: int
    text: str
    reverse: bool

    @property
    def read(self) -> str:
        """The strand that a check of one strand reads."""
        return reverse_complement(self.text) if self.reverse else self.text


def regions_windows(genome: Genome, grid: WindowGrid, count: int, seed: int) -> tuple[Window, ...]:
    """Return windows of the regions by chance, whatever the model says of them.

    Windows chosen because the model scores them high would score above their shuffles for that
    alone, and so would those of an untrained model.
    """
    return tuple(islice(_windows(genome, grid, in_chance_order(len(grid), seed)), count))


def called_windows(
    scan: FinishedScan, genome: Genome, target: Target, count: int, seed: int
) -> tuple[Window, ...]:
    """Return windows by chance, those before the others that the model gives more than one half.

    Explanations of a clear call agree with the model's behaviour (.65) as those of windows without
    one do not (.30): a verdict is about the former.
    """
    grid = scan.plan.grid(target.model)
    strands = [2 if bits == BOTH else 1 for bits in grid.strands.tolist()]
    first = called(list(_probabilities(scan, target)), strands)
    return tuple(islice(_windows(genome, grid, in_chance_order(len(grid), seed, first)), count))


def _windows(genome: Genome, grid: WindowGrid, order: Sequence[int]) -> Iterator[Window]:
    number = 0
    for index in order:
        (text,) = window_sequences(genome, grid, index, index + 1)
        if mostly_known(text):
            bits = int(grid.strands[index])
            yield Window(index, text, bits == REVERSE or (bits == BOTH and number % 2 == 1))
            number += 1


def _probabilities(scan: FinishedScan, target: Target) -> Iterator[float]:
    """Yield the probability of a target in every row of the table of windows."""
    table = read_table(scan.folder.windows_table, WINDOW_COLUMNS, optional=("target",))
    for row in table:
        if row["model"] == target.model and row.get("target", target.label) == target.label:
            yield float("nan") if row["probability"] == "NA" else float(row["probability"])
