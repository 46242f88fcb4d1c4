"""The rows of a scan's two tables as columns, in the order of their headers.

A column is one text for all rows, or a sequence of as many cells as there are rows. Where several
targets are explained, the rows of one window or region stand together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtrack.core.regions import STRANDS
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.plan import Plan
from gtrack.core.scan.region_scores import windows_near
from gtrack.core.scan.shard import ShardResult
from gtrack.core.scan.sorted_columns import places_in
from gtrack.core.scan.window_scores import WindowScores
from gtrack.core.targets import Target
from gtrack.core.texts import Chosen

Column = str | Sequence[str] | NDArray[Any]

_AT_ONCE = 1 << 10  # regions whose cells are in memory at once


def window_columns(
    grid: WindowGrid, targets: Sequence[Target], result: ShardResult
) -> Sequence[Column]:
    """Return the columns of ``windows.tsv`` for one shard."""
    per, window = len(targets), result.window
    askers = _askers(grid, window)
    first, end = places_in(grid.run_window, [window, window + 1])
    of_rows: list[Column] = [
        *(Chosen(grid.chroms, grid.chrom[window]), grid.start[window], grid.end[window]),
        *(Chosen("+-", result.reverse.astype(np.int64)), askers),
    ]
    of_runs = [result.bases, result.tokens, grid.run_start[first], grid.run_end[end - 1]]
    return [
        *_repeated(of_rows, per),
        *_of_targets(targets, len(window)),
        *(result.score.T.ravel(), result.probability.T.ravel(), result.relevance_sum.T.ravel()),
        *(result.unplaced.T.ravel(), result.absorbed.T.ravel()),
        *_repeated(of_runs, per),
    ]


class RegionRows:
    """The rows of ``regions.tsv`` of one model, each as soon as all its windows were added.

    Parameters
    ----------
    plan : Plan
    targets : sequence of Target
    scores : WindowScores
        Are let go when they are not needed any more.

    Attributes
    ----------
    owned_elsewhere : int
        How many so far have values from windows of neighbouring regions.
    """

    def __init__(self, plan: Plan, targets: Sequence[Target], scores: WindowScores) -> None:
        self._plan, self._targets, self._scores = plan, targets, scores
        self._grid = plan.grid(targets[0].model)
        self.owned_elsewhere = 0
        self._begin(0)

    def ready(self) -> Iterator[Sequence[Column]]:
        """Yield the columns of those that can be written and were not, some at a time."""
        while self._low < self._high and self._scores.end >= self._needed:
            yield self._columns()
            self._begin(self._high)

    def _begin(self, low: int) -> None:
        self._low, self._high = low, min(low + _AT_ONCE, len(self._plan.regions))
        first = self._needed = self._scores.end
        if low < self._high:
            first, self._needed = windows_near(self._grid, self._plan.regions[low : self._high])
        self._scores.forget(first)

    def _columns(self) -> Sequence[Column]:
        low, high, per = self._low, self._high, len(self._targets)
        regions = self._plan.regions[low:high]
        said = self._scores.of_regions(self._grid, regions, self._plan.known[low:high], low)
        self.owned_elsewhere += int(said.elsewhere.sum())
        place: list[Column] = [
            np.arange(low, high),
            *(Chosen(regions.chroms, regions.chrom), regions.start, regions.end),
            list(regions.names) if regions.named else ".",
            Chosen(STRANDS, regions.strand),
        ]
        labels = "" if regions.labels is None else [label or "" for label in regions.labels]
        return [
            *_repeated(place, per),
            *_of_targets(self._targets, high - low),
            *_repeated([said.windows], per),
            *(said.scores[:, k].T.ravel() for k in range(3)),
            *(said.probabilities[:, k].T.ravel() for k in range(3)),
            *_repeated([said.owned, said.n_share, labels], per),
        ]


def _askers(grid: WindowGrid, window: NDArray[np.int64]) -> Column:
    """Return the regions that asked for each window, comma-separated."""
    first, end = places_in(grid.wanted_window, [window, window + 1])
    if (end - first == 1).all():  # most often
        return np.asarray(grid.wanted_region[first])
    low, high = (int(first[0]), int(end[-1])) if len(window) else (0, 0)
    texts = list(map(str, grid.wanted_region[low:high].tolist()))
    edges = zip((first - low).tolist(), (end - low).tolist(), strict=True)
    return [",".join(texts[a:b]) for a, b in edges]


def _of_targets(targets: Sequence[Target], rows: int) -> Sequence[Column]:
    """Return the columns of model and target."""
    labels = [target.label for target in targets]
    return targets[0].model, labels[0] if len(labels) == 1 else labels * rows


def _repeated(columns: Sequence[Column], times: int) -> Sequence[Column]:
    """Return columns with every cell several times."""
    if times == 1:
        return columns
    return [
        column
        if isinstance(column, str)
        else np.repeat(column, times)
        if isinstance(column, np.ndarray)
        else Chosen(column.among, np.repeat(column.places, times))
        if isinstance(column, Chosen)
        else [cell for cell in column for _ in range(times)]
        for column in columns
    ]
