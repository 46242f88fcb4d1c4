"""Why so few hits: what stood in the way of candidates, in words, with what a person can do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.markup import escape

from gtrack.core.hits.support import LOUD, Support
from gtrack.core.printable import few
from gtrack.workflows.calling.results import TargetHits

FEW = 20
"""With fewer hits, it is said what stood in the way."""

_NAMED = 4
_FEWER = "too many motifs compete; look for fewer, or for the words below"


def reasons(model: TargetHits, q: float) -> Iterator[str]:
    """Yield one line per reason, the first that applies first; markup is escaped."""
    support = model.support
    if len(model.hits) < FEW and model.candidates:
        yield from _few(model, support, q)
    if support.hidden_by_chance:
        yield f"{support.hidden_by_chance:,} more have a larger chance than --max-chance"
    if support.loudness >= LOUD:
        yield (
            f"[yellow]warning:[/] relevance is usually {support.loudness:.1f} times as large here "
            "as in shuffled windows, so what these lend is made as loud; it costs hits"
        )
    if support.unpermuted:
        against = (
            "only complemented columns and shuffled windows stand against"
            if support.guarded
            else "nothing tests"
        )
        yield (
            f"{_counted(support.unpermuted)} without another order of columns that would not look "
            f"like the motif itself: {against} them"
        )
    if support.weak:
        yield (
            f"{_counted(support.weak)} so short or so vague that no site can reach the p-value of "
            "--p-sequence"
        )


def _few(model: TargetHits, support: Support, q: float) -> Iterator[str]:
    best = min(hit.q_value for hit in model.candidates)
    if not model.hits:
        yield f"the best candidate has q = {best:.2g}"
    if support.candidates < support.needed:
        yield (
            f"too few candidates: q < {q:g} takes at least {support.needed:,} places that pass "
            f"together, and there are {support.candidates:,}; scan more regions, or look for fewer "
            "motifs, which are permuted more often then"
        )
    elif not support.by_word:
        yield (
            f"motifs with permuted columns are supported as well ({support.decoys:.3g} of them, "
            f"beside {support.candidates:,} candidates): relevance follows composition, or {_FEWER}"
        )
    if support.refused_by_place:
        yield (
            f"{support.refused_by_place:,} candidates beat permuted motifs, but not relevance lent "
            "from the same place of shuffled windows: relevance follows the place, or " + _FEWER
        )


def _counted(names: Sequence[str]) -> str:
    """Return how many motifs, and the first of their names."""
    named, one = few(names, _NAMED, 40), len(names) == 1
    return escape(f"{len(names):,} motif{'s' * (not one)} ({named}) {'is' if one else 'are'}")
