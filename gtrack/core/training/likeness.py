"""Which sequences share much of what they are: shifted copies, other strands, a few mutations.

Two sequences are alike when they share `SHARE` of the `K`-mers of the one that has fewer. A K-mer
and its reverse complement are one, a K-mer counts as often as it stands, and one with N counts
nowhere. Of two windows of 200 bp these are overlaps of 70 bp or more; a repeat whose copies differ
by a tenth shares a fifth of its 15-mers, so that an old family does not become one group.

The cost is linear: K-mers are sorted together with the K bases that follow, and each is compared
with its `_NEAR` neighbours of the same K-mer. What is compared is counted exactly. Of many bases,
only the K-mer of least hash in every run of up to `_RUN` takes part (a minimizer).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gtrack.core.sequences import base_codes, lengths_of

K = 15
"""Odd, so that no K-mer is its own reverse complement; 2 K bits fit in 32."""

SHARE = 0.3
"""Least share of K-mers of two sequences that are alike."""

_FEW = 8_000_000  # bases of which every K-mer takes part
_RUN = 8
_NEAR = 4
_BLOCK = 1 << 20  # bases, or K-mers of pairs, held at once
_NONE = np.uint32(0xFFFFFFFF)  # in place of a K-mer with N, or over an end
_SPREAD = np.uint32(2654435761)

Pairs = NDArray[np.int64]
"""Rows of two sequences, shape (pairs, 2), the lower first."""

Words = NDArray[np.uint32]


def alike_groups(sequences: Sequence[str], links: Pairs | None = None) -> NDArray[np.int64]:
    """Put sequences that are alike, directly or through others, into groups.

    Parameters
    ----------
    sequences : sequence of str
        Upper-case A, C, G, T and N. One with fewer than `K` known bases in a row is like none.
    links : ndarray of int64, shape (pairs, 2), optional
        Rows that belong together for another reason.

    Returns
    -------
    ndarray of int64, shape (rows,)
        A number per group, from 0 in the order of the groups' first rows.
    """
    forest = _Forest(len(sequences))
    for one, other in [] if links is None else links.tolist():
        forest.join(one, other)
    for pairs in _chunks(sequences, _candidates(_marks(sequences), len(sequences))):
        apart = [pair for pair in pairs.tolist() if forest.root(pair[0]) != forest.root(pair[1])]
        if apart:
            left = np.array(apart, np.int64)
            for one, other in left[_shares(sequences, left) >= SHARE].tolist():
                forest.join(one, other)
    return forest.numbers()


def first_alike(sequences: Sequence[str], shown: Sequence[str]) -> NDArray[np.int64]:
    """Return for each sequence the first one of `shown` found to be like it, or -1.

    Parameters
    ----------
    sequences, shown : sequence of str
        Upper-case A, C, G, T and N.
    """
    every = [*shown, *sequences]
    found = np.full(len(every), len(shown), np.int64)
    side = np.arange(len(every)) >= len(shown)
    for pairs in _chunks(every, _candidates(_marks(every), len(every), side)):
        alike = pairs[_shares(every, pairs) >= SHARE]
        np.minimum.at(found, alike[:, 1], alike[:, 0])
    return np.where(found < len(shown), found, -1)[len(shown) :]


@dataclass(frozen=True, slots=True, eq=False)
class _Marks:
    """The K-mers that take part, sorted: the row of each, and what it is."""

    rows: NDArray[np.int64]
    words: Words


def _marks(sequences: Sequence[str]) -> _Marks:
    rows: list[NDArray[np.int64]] = []
    sorting: list[NDArray[np.uint64]] = []
    lengths = lengths_of(sequences)
    run = 1
    if lengths.sum() > _FEW:
        run = int(np.clip(SHARE * (np.median(lengths) - K + 1) / 3, 1, _RUN))
    for first, last in _blocks(lengths):
        codes, owner = _joined(sequences[first:last])
        forward, reverse = _strands(codes)
        word = np.minimum(forward, reverse)
        hashed = word * _SPREAD
        hashed ^= hashed >> np.uint32(15)
        hashed[word == _NONE] = _NONE
        at = np.flatnonzero((hashed == _kept(hashed, run)) & (word != _NONE))
        behind = np.append(forward, np.full(K, _NONE))[at + K]
        before = np.append(np.full(K, _NONE), reverse)[at]
        after = np.where(forward[at] <= reverse[at], behind, before)
        rows.append(owner[at] + first)
        sorting.append(word[at].astype(np.uint64) << np.uint64(32) | after)
    keys = np.concatenate([np.empty(0, np.uint64), *sorting])
    order = np.argsort(keys, kind="stable")
    word = (keys[order] >> np.uint64(32)).astype(np.uint32)
    row = np.concatenate([np.empty(0, np.int64), *rows])[order]
    fresh = np.append(True, (np.diff(row) != 0) | (np.diff(word) != 0))[: len(row)]
    return _Marks(row[fresh], word[fresh])  # a repeat inside a sequence is one neighbour


def _candidates(marks: _Marks, rows: int, side: NDArray[np.bool_] | None = None) -> Pairs:
    """Return the pairs to compare: neighbours of one K-mer, of either side where there are two."""
    n = len(marks.rows)
    at = np.arange(n)
    found = [np.empty(0, np.int64)]
    others = [at[: max(0, n - step)] + step for step in range(1, _NEAR + 1)]
    if side is not None:  # the nearest of the other side, however far
        after, before = (
            np.minimum.accumulate(np.where(side[marks.rows] == which, at, n - 1)[::-1])[::-1]
            for which in (False, True)
        )
        others.append(np.where(side[marks.rows], after, before))
        after, before = (
            np.maximum.accumulate(np.where(side[marks.rows] == which, at, 0))
            for which in (False, True)
        )
        others.append(np.where(side[marks.rows], after, before))
    for other in others:
        one = at[: len(other)]
        same = marks.words[one] == marks.words[other]
        a, b = marks.rows[one[same]], marks.rows[other[same]]
        wanted = a != b if side is None else side[a] != side[b]
        a, b = a[wanted], b[wanted]
        found.append(np.minimum(a, b) * rows + np.maximum(a, b))
    flat = np.unique(np.concatenate(found))
    return np.stack([flat // rows, flat % rows], 1) if rows else flat.reshape(0, 2)


def _shares(sequences: Sequence[str], pairs: Pairs) -> NDArray[np.float64]:
    """Return for each pair the share of K-mers of the one that has fewer, shape (pairs,)."""
    rows, local = np.unique(pairs, return_inverse=True)
    codes, owner = _joined([sequences[row] for row in rows.tolist()])
    word = np.minimum(*_strands(codes))
    known = word != _NONE
    word, owner = word[known], owner[: len(word)][known]
    counts = np.bincount(owner, minlength=len(rows))
    starts = np.cumsum(counts) - counts
    local = local.reshape(pairs.shape)
    sizes = counts[local]
    flat = local.ravel()
    pair = np.repeat(np.arange(len(flat)), counts[flat])  # of either side: 2 x pair + side
    inside = np.arange(len(pair)) - np.repeat(np.cumsum(counts[flat]) - counts[flat], counts[flat])
    both = word[starts[flat][pair] + inside].astype(np.int64)
    key = np.sort((pair >> 1) << 31 | both << 1 | pair & 1)
    heads = np.flatnonzero(np.append(True, np.diff(key >> 1) != 0)[: len(key)])
    if not len(heads):
        return np.zeros(len(pairs))
    second = np.add.reduceat(key & 1, heads)
    run = np.diff(np.append(heads, len(key)))
    shared = np.bincount(key[heads] >> 31, np.minimum(second, run - second), len(pairs))
    return np.asarray(shared / np.maximum(1, sizes.min(1)))


def _joined(sequences: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the codes of all bases, an unknown one after each sequence, and the row of each."""
    owner = np.repeat(np.arange(len(sequences)), lengths_of(sequences) + 1)
    return base_codes("".join(f"{sequence}N" for sequence in sequences)), owner


def _strands(codes: NDArray[np.uint8]) -> tuple[Words, Words]:
    """Return the K-mer that begins at each base, and its reverse complement."""
    places = max(0, len(codes) - K + 1)
    forward, reverse = np.zeros(places, np.uint32), np.zeros(places, np.uint32)
    for offset in range(K):
        base = codes[offset : offset + places].astype(np.uint32) & np.uint32(3)
        forward = forward << np.uint32(2) | base
        reverse |= (np.uint32(3) - base) << np.uint32(2 * offset)
    unknown = np.append(0, np.cumsum(codes > 3))
    gone = unknown[K:][:places] > unknown[:places]
    forward[gone] = reverse[gone] = _NONE
    return forward, reverse


def _kept(hashed: Words, run: int) -> Words:
    """Return of each place the greatest least hash of the runs that cover it."""
    if run == 1 or not len(hashed):
        return hashed
    ends = np.full(run - 1, _NONE)
    least = np.concatenate([ends, hashed, ends])
    most = np.lib.stride_tricks.sliding_window_view(least, run).min(1)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(most, run).max(1))


def _blocks(sizes: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Yield the ends of runs of rows that hold about `_BLOCK` together."""
    number = np.cumsum(sizes) // _BLOCK
    edges = np.flatnonzero(np.diff(number)) + 1
    yield from pairwise([0, *edges.tolist(), len(sizes)])


def _chunks(sequences: Sequence[str], pairs: Pairs) -> Iterator[Pairs]:
    for first, last in _blocks(lengths_of(sequences)[pairs].sum(1)):
        if first < last:
            yield pairs[first:last]


class _Forest:
    """Rows joined into groups."""

    def __init__(self, rows: int) -> None:
        self._above = list(range(rows))

    def root(self, row: int) -> int:
        above = self._above
        while above[row] != row:
            above[row] = above[above[row]]
            row = above[row]
        return row

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.root(one), self.root(other)))
        self._above[high] = low

    def numbers(self) -> NDArray[np.int64]:
        roots = np.array([self.root(row) for row in range(len(self._above))], np.int64)
        return np.asarray(np.unique(roots, return_inverse=True)[1], np.int64)
