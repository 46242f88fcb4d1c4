"""Motif hits: places where a motif matches and the model uses the word.

The q-value is the larger of two estimates, each of which takes one half of the claim away.
*qWord*: the same columns in another order, looked for in the same windows; what they win is
supported for another reason than the word. *qPlace*: the same matches over relevance lent from
shuffled windows at the same offset; what stays is supported for its place. *chance* answers another
question, whether a word as good would stand here by chance, and is no part of q.
The error that q bounds is about the *place*: look-alike motifs may stand in for one another.
docs/decisions/0022-the-caller.md
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gtrack.core.errors import InputError
from gtrack.core.hits.lending import Lender, NullWindows, OwnedRuns
from gtrack.core.hits.matchers import MotifSet
from gtrack.core.hits.motifs import Motif, checked_background
from gtrack.core.hits.options import HitOptions
from gtrack.core.hits.permutations import complemented_columns, permuted_columns
from gtrack.core.hits.reference import Looked, look_over
from gtrack.core.hits.relevance_null import LEAST_BASES, RelevanceNull
from gtrack.core.hits.search import Search, Tick
from gtrack.core.hits.table import HitTable
from gtrack.core.hits.verdict import Evidence, verdict
from gtrack.core.segments import Segment

LEAST_ROUNDS, LEAST_LOANS, ONE_MOTIF = 5, 10, 100
"""Permutations per motif and loans, at least; and of both with a single motif."""


def call_hits(
    targets: Callable[[], Iterable[Segment]],
    null: NullWindows | None,
    motifs: Sequence[Motif],
    *,
    background: ArrayLike,
    runs: OwnedRuns | None = None,
    options: HitOptions | None = None,
    progress: Tick | None = None,
) -> HitTable:
    """Call motif hits.

    Parameters
    ----------
    targets : callable
        Gives segments, one chromosome after the other, sorted, disjoint; read twice, as streams.
    null : NullWindows or None
        Shuffled windows with their own relevance. Without them nothing guards against relevance
        that follows the place or the loudness of real sequence: ``q`` is ``q_word``.
    motifs : sequence of Motif
        In any order: it does not change the result.
    background : array_like, shape (4,)
        Base frequencies of A, C, G, T, the same for both strands.
    runs : OwnedRuns, optional
        Windows that the relevance of the targets comes from; each segment is one.
    options : HitOptions, optional
        Thresholds.
    progress : callable, optional
        Told bases x motifs done since the last call; in all ``(null bases + target bases) *
        len(motifs)``.

    Returns
    -------
    HitTable
        Every resolved candidate, by chromosome, start.

    Raises
    ------
    InputError
        No motif, a motif wider than every target segment, a null too small, or targets in disorder.
    """
    options = options or HitOptions()
    base = checked_background(background)
    if not motifs:
        raise InputError("there is no motif to look for; give a file with at least one matrix")
    order = sorted(
        range(len(motifs)),
        key=lambda k: (motifs[k].id, motifs[k].name, motifs[k].counts.tobytes(), motifs[k].source),
    )
    looked = look_over(targets, null, max(motif.width for motif in motifs))
    _check_widths(motifs, looked.longest)
    evidence = _gather(
        [motifs[k] for k in order], targets, looked, null, runs, base, options, progress
    )
    return verdict(evidence, np.array(order, np.int64))


def _gather(
    motifs: Sequence[Motif],
    targets: Callable[[], Iterable[Segment]],
    looked: Looked,
    null: NullWindows | None,
    runs: OwnedRuns | None,
    background: NDArray[np.float64],
    options: HitOptions,
    progress: Tick | None,
) -> Evidence:
    """Search the targets and, for what needs it, the null."""
    if null is None and looked.bases < LEAST_BASES:
        raise InputError(
            f"{looked.bases} bases have relevance, fewer than {LEAST_BASES}: too few to "
            "call hits in, without a null; look at more regions, or, of a scan, add a null: its "
            "command with --resume --null"
        )
    reference = RelevanceNull(looked.reference)
    rounds = max(LEAST_ROUNDS, -(-ONE_MOTIF // len(motifs)))
    orders = [permuted_columns(motif, background, rounds, options.seed) for motif in motifs]
    bare = np.array([not each for each in orders])
    for k in np.flatnonzero(bare).tolist():
        orders[k] = complemented_columns(motifs[k], background, rounds, options.seed)
    rounds = max(1, max(map(len, orders)))
    matchers = MotifSet.of(
        motifs,
        orders,
        reference,
        background,
        pseudocount=options.pseudocount,
        p_sequence=options.p_sequence,
        gate=options.gate,
    )
    lender, loudness = None, 1.0
    if null is not None:
        loudness = looked.loudness(reference)
        owned = runs or OwnedRuns.of(targets())
        louder = max(1.0, loudness)
        lender = Lender(reference, null, owned, louder=louder, seed=options.seed)
    search = Search(matchers, reference, options, rounds, progress)
    return search.evidence(
        *(targets, looked, null, lender, max(LEAST_LOANS, rounds)),
        made=np.array([len(each) for each in orders], np.int64),
        bare=bare,
        loudness=loudness,
    )


def _check_widths(motifs: Sequence[Motif], longest: int) -> None:
    for motif in motifs:
        if motif.width > longest > 0:
            raise InputError(
                f"motif {motif.id} is {motif.width} bp wide, but the longest run of bases with "
                f"relevance has {longest}; remove it or scan wider regions"
            )
