"""Words that recur where relevance is high, found without any database.

For every word of 6 to 10 bases, both strands together, its places among the top 1 % of relevance
are held against all its places, and that share against the share of its permutations: the words of
the same bases and as many CG pairs. A model that likes composition likes these as well. Only
supporting relevance is looked at: opposing words are left out.

``p = exp(-D / spread)`` where D is how much likelier the word's own share makes its count than the
permutations' share does: a bound on the binomial tail (Hoeffding, J. Am. Stat. Assoc. 58:13, 1963).
`spread`, at least 1, is by how much the median word strays more from its permutations than a
binomial does; the excess grows with the expected count, as that of rates which differ does. So
words that differ for other reasons than use make no discovery (genomic
control: Devlin and Roeder, Biometrics 55:997, 1999). q is Benjamini and Hochberg's (J. R. Stat.
Soc. B 57:289, 1995) over all words with :data:`LEAST_PLACES` places. Words that overlap depend on
each other positively, for which it holds (Benjamini and Yekutieli, Ann. Stat. 29:1165, 2001); and
to leave out rare words spends nothing, since it does not look at relevance (Bourgon et al., PNAS
107:9546, 2010). Target-decoy competition would not do: each word is a permutation of its decoys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.word_copies import Copies
from gtrack.core.hits.word_groups import Tested, WordTable, group
from gtrack.core.hits.word_places import (
    LONGEST,
    SHORTEST,
    STRETCH,
    reverse_word,
    stretches,
)
from gtrack.core.segments import Segment
from gtrack.core.ties import ranks

TOP = 0.01
LEAST_PLACES = 10
"""Fewest places of a word that is tested, whatever their relevance."""

LEAST_TOP = 5
"""Fewest different places at the top: a word recurs."""

LARGEST_Q = 0.05
MOST_WORDS = 500
"""Most words whose places are looked at; the best by p."""

_WIDTHS = range(SHORTEST, LONGEST + 1)
_FINE = 16  # bits of a float32 that a bucket of relevance does not tell: 0.8 %
_WEIGHT = np.array([1, 16, 256, 0])  # of A, C, G, T in the number of a class
_CG = 6  # the number of the word CG
_MEDIAN = 0.4549364  # of chi-square with one degree of freedom
_EXPECTED, _ENOUGH = 3.0, 50  # of words that the spread is read from

Stream = Callable[[], Iterable[Segment]]


def find_words(stream: Stream, *, size: int = STRETCH) -> WordTable:
    """Find recurrent words of high relevance.

    Parameters
    ----------
    stream : callable
        Gives the segments anew each time, in any order; they are read two or three times, and
        never held.
    size : int
        Bases looked at together: it changes nothing but memory and time.

    Returns
    -------
    WordTable
        At most one line per group of words that stand in the same places or look alike.
    """
    counted = _count(stream, size)
    tested = _tested(counted)
    chosen = tested.at(_best(tested, _q(tested.score, tested.score)))
    if not len(chosen.word):
        return WordTable((), counted.places, counted.low)
    copies = Copies(chosen.width, chosen.word, counted.least)
    for stretch in stretches(stream(), size):
        copies.add(stretch)
    kept = copies.different()
    rest = (chosen.places - chosen.top) * kept.share
    score = _score(kept.top, kept.top + rest, chosen.share) / chosen.spread
    q = _q(score, tested.score)
    passed = np.flatnonzero((q < LARGEST_Q) & (kept.top >= LEAST_TOP))
    found = replace(chosen, top=np.rint(kept.top / kept.share), score=score, q=q, mean=kept.mean)
    return WordTable(group(found, kept, passed), counted.places, counted.low)


@dataclass(frozen=True, eq=False)
class _Counted:
    """Per length: least relevance of the top, and counts per forward word, at the top and all."""

    least: dict[int, np.float32]
    top: dict[int, NDArray[np.int32]]
    all: dict[int, NDArray[np.int32]]
    places: int
    low: int


def _count(stream: Stream, size: int = STRETCH) -> _Counted:
    one = np.int32(1)
    buckets = {width: np.zeros(1 << (31 - _FINE), np.int64) for width in _WIDTHS}
    everywhere = {width: np.zeros(4**width, np.int32) for width in _WIDTHS}
    for stretch in stretches(stream(), size):
        for layer in stretch.layers():
            np.add.at(everywhere[layer.width], layer.words[layer.is_place], one)
            there = layer.sums[layer.is_place].astype(np.float32)
            found = there[there > 0].view(np.int32) >> _FINE
            buckets[layer.width] += np.bincount(found, minlength=len(buckets[layer.width]))
    least = {
        width: _least(buckets[width], int(everywhere[width].sum()), width) for width in _WIDTHS
    }
    top = {width: np.zeros(4**width, np.int32) for width in _WIDTHS}
    low = 0
    for stretch in stretches(stream(), size):
        for width, words, of_low in stretch.above(least):
            np.add.at(top[width], words, one)
            low += of_low * (width == SHORTEST)
    return _Counted(least, top, everywhere, int(top[SHORTEST].sum()), low)


def _least(buckets: NDArray[np.int64], places: int, width: int) -> np.float32:
    """Return the least relevance of at most `TOP` of the places, but of one bucket at the least."""
    above = buckets[::-1].cumsum()[::-1]
    enough = np.flatnonzero(buckets)
    if not len(enough):
        return np.float32(np.inf)
    first = int(np.argmax(above <= TOP * places)) if above[-1] <= TOP * places else len(above)
    first = min(first, int(enough[-1]))
    return np.float32(np.array([max(first, 1) << _FINE], np.int32).view(np.float32)[0])


def _tested(counted: _Counted) -> Tested:
    """Return the words with enough places, each with its p against its permutations."""
    parts: list[Tested] = []
    excess = 0.0
    for width in _WIDTHS:
        present = np.flatnonzero(counted.all[width])
        lower = np.minimum(present, reverse_word(present, width))
        word, which = np.unique(lower, return_inverse=True)
        top, places = (
            np.bincount(which, of[width][present], len(word)).astype(np.float64)
            for of in (counted.top, counted.all)
        )
        kind = permutation_class(word, width)
        of_kind = np.bincount(kind, top), np.bincount(kind, places)
        usual = top.sum() / max(1.0, places.sum())
        share = (of_kind[0][kind] - top + 1) / (of_kind[1][kind] - places + 1)
        share = np.maximum(share, usual)
        expected = places * share
        sure = places * usual >= _EXPECTED
        if sure.sum() >= _ENOUGH:
            stray = 2 * _evidence(top[sure], places[sure], share[sure])
            more = max(0.0, float(np.median(stray)) / _MEDIAN - 1)
            excess = more / float(np.median(expected[sure]))
        spread = 1 + excess * expected
        kept = np.flatnonzero(places >= LEAST_PLACES)
        word, top, places, share = word[kept], top[kept], places[kept], share[kept]
        score = _score(top, places, share) / spread[kept]
        of_width, later = np.full(len(kept), width), np.zeros(len(kept))
        parts.append(Tested(of_width, word, top, places, share, spread[kept], score, later, later))
    return Tested.joined(parts)


def permutation_class(words: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    """Return one number per word, equal for words of the same bases and number of CG pairs.

    The strand does not matter: a word has the number of its reverse complement.
    """
    key = np.zeros(len(words), np.int64)
    for at in range(width):
        key += _WEIGHT[(words >> 2 * at) & 3]
        if at + 1 < width:
            key += ((words >> 2 * at) & 15 == _CG) * np.int64(4096)
    a, c, g, pairs = key & 15, key >> 4 & 15, key >> 8 & 15, key >> 12
    other = (width - a - c - g) + (g << 4) + (c << 8) + (pairs << 12)
    return np.asarray(np.minimum(key, other))


def _evidence(
    top: NDArray[np.float64], places: NDArray[np.float64], share: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the log of how much likelier a count is at its own share than at the given one."""
    share = np.clip(share, 1e-300, 1 - 1e-12)
    rest = places - top
    with np.errstate(divide="ignore", invalid="ignore"):
        there = np.where(top > 0, top * np.log(top / (places * share)), 0.0)
        elsewhere = np.where(rest > 0, rest * np.log(rest / (places * (1 - share))), 0.0)
    return np.asarray(np.maximum(there + elsewhere, 0.0))


def _score(
    top: NDArray[np.float64], places: NDArray[np.float64], share: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the evidence for more than the expected share; 0 where there is less."""
    return np.where(top > places * share, _evidence(top, places, share), 0.0)


def _q(scores: NDArray[np.float64], tested: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Benjamini and Hochberg's q of ``p = exp(-score)`` for the best of all tested scores.

    `scores` may be lower than they were in `tested`; those that are not there count as before.
    """
    rank = ranks(scores)
    ranked = np.sort(rank)
    passing = len(ranked) - np.searchsorted(ranked, ranked, side="left")
    expected = np.exp(-np.sort(scores)) * len(tested) / np.maximum(passing, 1)
    q = np.minimum(np.minimum.accumulate(expected), 1.0)
    return np.asarray(q[np.searchsorted(ranked, rank, side="left")])


def _best(tested: Tested, q: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return which words may pass, the best first; equals by length and letters."""
    order = tested.best_first()
    order = order[(q[order] < LARGEST_Q) & (tested.top[order] >= LEAST_TOP)]
    return order[:MOST_WORDS]
