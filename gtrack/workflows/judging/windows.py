"""Which windows of a finished scan a passport looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from gtrack.core.scan.grid import BOTH, REVERSE
from gtrack.core.sequences import reverse_complement
from gtrack.core.targets import Target
from gtrack.evaluation.passport_windows import (
    apart,
    called,
    called_on_the_other_strand,
    first_of_their_like,
    in_chance_order,
    mostly_known,
    reads_reverse,
)
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


class Windows:
    """The windows of one target, drawn by a seed.

    Parameters
    ----------
    scan : FinishedScan
    genome : Genome
        That of the scan.
    target : Target
    seed : int
    """

    def __init__(self, scan: FinishedScan, genome: Genome, target: Target, seed: int) -> None:
        self._genome, self._seed = genome, seed
        self._grid = scan.plan.grid(target.model)
        self._rows = self._grid.reads.tolist()
        self._said = list(_probabilities(scan, target))

    def seen(self, count: int, enough: int) -> tuple[Window, ...]:
        """Return windows to be shuffled: those called on the other strand, where `enough` are.

        What overlaps, or is alike, counts once: its shuffles are many, its score is one.
        """
        called = called_on_the_other_strand(self._said, self._rows)
        order = in_chance_order(len(self._grid), self._seed, called)[: sum(called)]
        some = self._apart(order, count)
        if len(some) >= enough:
            return some
        return self._apart(in_chance_order(len(self._grid), self._seed), count)

    def explained(self, count: int) -> tuple[Window, ...]:
        """Return windows whose maps are held to the model: those called before the others.

        Explanations of a clear call agree with what the model does (.65), those of windows without
        one do not (.30): a verdict is about the former.
        """
        return self._drawn(called(self._said, self._rows), count)

    def _apart(self, order: Sequence[int], count: int) -> tuple[Window, ...]:
        grid = self._grid
        lone = apart(order, grid.chrom, grid.start, grid.end)
        found = tuple(islice(self._windows(lone), count))
        return tuple(found[at] for at in first_of_their_like([each.text for each in found]))

    def _drawn(self, first: Sequence[bool], count: int) -> tuple[Window, ...]:
        order = in_chance_order(len(self._grid), self._seed, first)
        return tuple(islice(self._windows(order), count))

    def _windows(self, order: Iterable[int]) -> Iterator[Window]:
        grid = self._grid
        for index in order:
            (text,) = window_sequences(self._genome, grid, index, index + 1)
            if mostly_known(text):
                bits = int(grid.strands[index])
                both = bits == BOTH and reads_reverse(index)
                yield Window(index, text, bits == REVERSE or both)


def _probabilities(scan: FinishedScan, target: Target) -> Iterator[float]:
    """Yield the probability of a target in every row of the table of windows."""
    table = read_table(scan.folder.windows_table, WINDOW_COLUMNS, optional=("target",))
    for row in table:
        if row["model"] == target.model and row.get("target", target.label) == target.label:
            yield float("nan") if row["probability"] == "NA" else float(row["probability"])
