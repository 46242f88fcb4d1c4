"""What a scan costs whose method reads altered sequences, told before it begins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.plan import Plan


@dataclass(frozen=True, slots=True)
class Cost:
    """What one model costs, its null included.

    Parameters
    ----------
    model : str
        Its name.
    rows : int
        Windows that are explained; one that is read on both strands counts twice.
    bases : int
        All their bases, N included.
    passes : int
        Altered sequences that are read.
    seconds : float
        By a timed sample; work that is done already is not taken off.
    """

    model: str
    rows: int
    bases: int
    passes: int
    seconds: float

    @classmethod
    def of(cls, plan: Plan, model: str, price: tuple[int, float], lanes: int) -> Cost:
        """Return the cost of a model of a plan.

        Parameters
        ----------
        plan : Plan
        model : str
        price : tuple of (int, float)
            Altered sequences, and their seconds, of one window of full length on one strand.
        lanes : int
            How many threads or devices share the work.
        """
        null, window = plan.null_grids(), plan.model(model).window_bp
        grids = [plan.grid(model), *([null[model].grid] if model in null else [])]
        rows, bases = np.sum([_read(grid) for grid in grids], axis=0).tolist()
        passes, seconds = price
        return cls(model, rows, bases, passes * bases // window, seconds * bases / window / lanes)


def _read(grid: WindowGrid) -> tuple[int, int]:
    """Return how many rows the windows of a grid are read as, and their bases."""
    return int(grid.reads.sum()), int((grid.reads * (grid.end - grid.start)).sum())
