"""The evidence of one target's passport, gathered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from numpy.typing import NDArray

from gtrack.attribution.exactness import exactness
from gtrack.attribution.rules.explicit import TWINS
from gtrack.core.scan.grid import FORWARD, REVERSE
from gtrack.core.scan.projection import Projection
from gtrack.core.targets import Target
from gtrack.evaluation.evidence import Evidence
from gtrack.evaluation.passport import FEWEST
from gtrack.evaluation.passport_cost import EXACT_ROWS, SEEING
from gtrack.evaluation.passport_windows import (
    array,
    largest_difference,
    rows,
    shuffles,
    strand_correlations,
)
from gtrack.io.bigwig import BigWigReader
from gtrack.io.fasta import Genome
from gtrack.workflows.folder.finished import FinishedScan
from gtrack.workflows.judging.effects import referee
from gtrack.workflows.judging.opened import Opened
from gtrack.workflows.judging.windows import Window, Windows

if TYPE_CHECKING:
    import numpy as np


def gather(
    scan: FinishedScan,
    genome: Genome,
    opened: Opened,
    target: Target,
    *,
    windows: int,
    seed: int,
) -> Evidence:
    """Measure everything that the passport of one target says.

    Parameters
    ----------
    scan : FinishedScan
    genome : Genome
        That of the scan.
    opened : Opened
        The target's model.
    target : Target
    windows : int
        Of B and D; A1 looks at 2.5 times as many.
    seed : int
        Of every choice.

    Raises
    ------
    ModelError
        When the model cannot explain a window.
    """
    drawn = Windows(scan, genome, target, seed)
    every = drawn.seen(int(SEEING * windows), windows)
    return evidence_of(scan, opened, target, every, drawn.explained(windows), seed)


def evidence_of(
    scan: FinishedScan,
    opened: Opened,
    target: Target,
    every: Sequence[Window],
    chosen: Sequence[Window],
    seed: int,
) -> Evidence:
    """Measure windows that were drawn: `every` for A1, `chosen` for all other lines.

    See :func:`gather`.
    """
    contrast = opened.plan.contrasts[target.place]
    real = [window.read for window in every]
    read = [window.read for window in chosen]
    refereed = referee(opened, read, contrast, seed)
    exact = exactness(opened.model, opened.method, opened.exact, read[:EXACT_ROWS], contrast)
    scores = opened.scores(read, contrast)
    strands = scan.plan.grid(target.model).reads
    pairs = [window for window in chosen if strands[window.index] > 1]
    reasons = _reasons(scan, opened)
    if not (strands > 1).any():
        reasons["A2"] = "the model reads one strand of each window"
    if len(every) < FEWEST <= len(strands):
        lone = f"{len(every)} windows that neither overlap nor are alike"
        reasons["A1"] = f"{lone}; a verdict needs {FEWEST} at least"
    if refereed.reason:
        reasons |= {"B": refereed.reason, "D": refereed.reason}
    return Evidence(
        model=target.model,
        target=target.label,
        unit=opened.plan.unit,
        real=opened.scores(real, contrast),
        shuffled=opened.scores(shuffles(real, seed), contrast),
        strands=_strands(opened, pairs, contrast),
        maps=refereed.maps,
        effects=refereed.effects,
        scores=scores[: len(refereed.maps)],
        twin=exact.twin,
        rounding=exact.rounding,
        conserved=exact.conserved,
        track=_track(scan, opened, target, chosen[:EXACT_ROWS], reasons),
        is_value=opened.plan.head.outputs == "values",
        reasons=reasons,
    )


def _reasons(scan: FinishedScan, opened: Opened) -> dict[str, str]:
    """Say what is not asked of this scan, whatever comes out."""
    plan, method = opened.plan, opened.method
    reasons = {}
    if method.name not in ("attnlrp", "cplrp"):
        reasons["C1"] = reasons["C3"] = f"{method.name} has no rules of its own"
    elif plan.kind not in TWINS:
        reasons["C1"] = reasons["C3"] = f"models of kind {plan.kind} have no twin"
    if scan.plan.options.precision != "fp32":
        rounds = f"{scan.plan.options.precision} rounds more than that by itself"
        reasons["C2"] = reasons["C4"] = rounds
    elif method.per_base:
        reasons["C2"] = f"{method.name} answers for bases"
    if scan.plan.options.projection == "weighted":
        reasons["C4"] = "the projection leans on weights of another file"
    return reasons


def _strands(
    opened: Opened, windows: Sequence[Window], contrast: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how alike the maps of both strands of every window are, which were read."""
    if not windows:
        return array(())
    both = [text for window in windows for text in _strands_of(window)]
    return strand_correlations(rows(opened.explained(both, contrast).bases(0, "uniform"), both))


def _strands_of(window: Window) -> tuple[str, str]:
    other = Window(window.index, window.text, not window.reverse)
    pair = sorted((window, other), key=lambda each: each.reverse)
    return pair[0].read, pair[1].read


def _track(
    scan: FinishedScan,
    opened: Opened,
    target: Target,
    windows: Sequence[Window],
    reasons: Mapping[str, str],
) -> NDArray[np.float64]:
    """Return how far the track is from the maps of some windows, made anew."""
    if "C4" in reasons:
        return array(())
    grid, contrast = scan.plan.grid(target.model), opened.plan.contrasts[target.place]
    projection = cast(Projection, scan.plan.options.projection)
    errors = []
    with BigWigReader(scan.track(target)) as track:
        for window in windows:
            bits = int(grid.strands[window.index])
            reads = [bit == REVERSE for bit in (FORWARD, REVERSE) if bits & bit]
            made = opened.explained([window.text], contrast, reads).bases(0, projection)
            chrom, first = grid.chroms[grid.chrom[window.index]], int(grid.start[window.index])
            stored = [
                (start - first, track.values(chrom, start, end))
                for start, end in grid.runs_of(window.index)
            ]
            errors.append(largest_difference(made, stored))
    return array(errors)
