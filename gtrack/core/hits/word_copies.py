"""Copies of one place: where words lie at the top, each repeat once.

A repeat that a model likes would make a word of each of its pieces. Places of a word are copies
where at most a third of the 12 bases on either side differ (8 of 24), or, for a repeat that ends
there, a sixth of those on one side (2 of 12); so are copies of copies. Copies count once. Where a
segment ends and fewer than 18 bases are known, a sixth may differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.word_places import (
    FLANK,
    LONGEST,
    UNKNOWN,
    Stretch,
    reverse_word,
)

MOST_PLACES = 200
"""Most places of a word that are held, drawn by a hash of their bases: the same in any order."""

_KNOWN = 18  # bases, of 24, that may differ in a third; of fewer, a sixth
_MOST_NEW = 20_000  # places between two looks for equal ones
_WIDE = LONGEST + 2 * FLANK
_END = np.iinfo(np.uint64).max
_ODD = np.cumprod(np.full(_WIDE, 0x9E3779B97F4A7C15, np.uint64))
_COMPLEMENT = np.array([3, 2, 1, 0, UNKNOWN], np.uint8)


@dataclass(frozen=True, eq=False)
class Kept:
    """Different places of the chosen words.

    Attributes
    ----------
    top : ndarray of float64, shape (words,)
        How many were held, copies once.
    share : ndarray of float64, shape (words,)
        Of all places that were at the top.
    mean : ndarray of float64, shape (words,)
        Mean relevance over all places of the word, summed over its bases.
    which : ndarray of int64, shape (P,)
        The word of each place.
    bases : ndarray of uint8, shape (P, 34)
        Flank, word and flank as the word reads, unknown bases behind.
    """

    top: NDArray[np.float64]
    share: NDArray[np.float64]
    mean: NDArray[np.float64]
    which: NDArray[np.int64]
    bases: NDArray[np.uint8]


class Copies:
    """Collects the places of chosen words, a bounded number of each.

    Parameters
    ----------
    width, word : ndarray of int64, shape (words,)
        Length and number of each word, the lower of both strands.
    least : mapping of int to float32
        Relevance at the top, per length.
    """

    def __init__(
        self,
        width: NDArray[np.int64],
        word: NDArray[np.int64],
        least: Mapping[int, np.float32],
    ) -> None:
        self._width, self._least = width, least
        self._other = np.array(
            [int(reverse_word(np.array([w]), int(k))[0]) for w, k in zip(word, width, strict=True)]
        )
        self._word = word
        self._table = {}
        for k in sorted(set(width.tolist())):
            table = np.full(4**k, -1, np.int16)
            mine = np.flatnonzero(width == k)
            table[self._other[mine]] = mine
            table[word[mine]] = mine
            self._table[k] = table
        self._sum, self._count = np.zeros(len(word)), np.zeros(len(word))
        self._limit = np.full(len(word), _END, np.uint64)
        self._new: list[tuple[NDArray[np.int64], NDArray[np.uint8]]] = []
        self._which = np.empty(0, np.int64)
        self._hash = np.empty(0, np.uint64)
        self._bases = np.empty((0, _WIDE), np.uint8)

    def add(self, stretch: Stretch) -> None:
        """Look for the words in a stretch."""
        for layer in stretch.layers():
            if layer.width not in self._table:
                continue
            named = self._table[layer.width][layer.words]
            at = np.flatnonzero(layer.is_place & (named >= 0))
            which = named[at].astype(np.int64)
            np.add.at(self._sum, which, layer.sums[at])
            np.add.at(self._count, which, 1)
            high = layer.sums[at].astype(np.float32) >= self._least[layer.width]
            at, which = at[high], which[high]
            bases = self._read(stretch, at, layer.words[at], which, layer.width)
            self._new.append((which, bases))
        if sum(len(which) for which, _ in self._new) > _MOST_NEW:
            self._trim()

    def _read(
        self,
        stretch: Stretch,
        at: NDArray[np.int64],
        words: NDArray[np.int32],
        which: NDArray[np.int64],
        width: int,
    ) -> NDArray[np.uint8]:
        """Return places with their flanks, on the strand on which the word reads."""
        found = np.full((len(at), _WIDE), UNKNOWN, np.uint8)
        wide = width + 2 * FLANK
        forward = stretch.codes[at[:, None] + np.arange(-FLANK, width + FLANK)]
        backward = _COMPLEMENT[forward[:, ::-1]]
        turned = words != self._word[which]
        found[:, :wide] = np.where(turned[:, None], backward, forward)
        both = np.flatnonzero(self._word[which] == self._other[which])
        if len(both):  # a palindrome reads on either; its flanks decide
            there = found[both]
            there[:, :wide] = backward[both]
            found[both] = np.where((_hash(there) < _hash(found[both]))[:, None], there, found[both])
        return found

    def _trim(self) -> None:
        """Drop equal places, and of too many those with the highest hash."""
        self._which = np.concatenate([self._which, *(which for which, _ in self._new)])
        self._bases = np.concatenate([self._bases, *(bases for _, bases in self._new)])
        self._new.clear()
        self._hash = _hash(self._bases)
        order = np.lexsort((self._hash, self._which))
        which, key = self._which[order], self._hash[order]
        new = np.ones(len(order), np.bool_)
        new[1:] = (which[1:] != which[:-1]) | (key[1:] != key[:-1])
        new &= key < self._limit[which]
        order, which, key = order[new], which[new], key[new]
        rank = np.arange(len(which)) - np.searchsorted(which, which, side="left")
        first_out = rank == MOST_PLACES
        self._limit[which[first_out]] = key[first_out]
        order = order[rank < MOST_PLACES]
        self._which, self._hash = self._which[order], self._hash[order]
        self._bases = self._bases[order]

    def different(self) -> Kept:
        """Return the places, of copies the one with the lowest hash."""
        self._trim()
        rows = []
        edges = np.searchsorted(self._which, np.arange(len(self._word) + 1))
        for k, (first, last) in enumerate(pairwise(edges.tolist())):
            both = bool(self._word[k] == self._other[k])
            kept = first_copies(self._bases[first:last], int(self._width[k]), both)
            rows.append(first + kept)
        kept = np.concatenate(rows).astype(np.int64)
        top = np.bincount(self._which[kept], minlength=len(self._word)).astype(np.float64)
        share = self._limit.astype(np.float64) / float(_END)
        mean = self._sum / np.maximum(self._count, 1)
        return Kept(top, share, mean, self._which[kept], self._bases[kept])


def first_copies(bases: NDArray[np.uint8], width: int, both: bool) -> NDArray[np.int64]:
    """Return the first row of all that are copies of each other, or of copies.

    Parameters
    ----------
    bases : ndarray of uint8, shape (N, 34)
        Flank, word and flank.
    width : int
        Of the word.
    both : bool
        Whether the word is a palindrome, so that a copy may read on the other strand.
    """
    place = bases[:, : width + 2 * FLANK]
    copy = _are_copies(place, place)
    if both:
        copy |= _are_copies(place, _COMPLEMENT[place[:, ::-1]])
    first = np.arange(len(bases))
    while True:
        lower = np.where(copy, first, len(bases)).min(axis=1, initial=len(bases))
        if (lower == first).all():
            return np.flatnonzero(first == np.arange(len(bases)))
        first = lower


def _are_copies(these: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return for each of these, and each of the others, whether they are copies."""
    known, wrong = [], []
    for side in (slice(0, FLANK), slice(these.shape[1] - FLANK, these.shape[1])):
        here, there = these[:, side], others[:, side]
        both = _float(here != UNKNOWN) @ _float(there != UNKNOWN).T
        same = _one_hot(here) @ _one_hot(there).T
        known.append(both)
        wrong.append(both - same)
    total, differ = known[0] + known[1], wrong[0] + wrong[1]
    copy = np.where(total >= _KNOWN, 3 * differ <= total, 6 * differ <= total)
    for total, differ in zip(known, wrong, strict=True):
        copy |= (total == FLANK) & (6 * differ <= total)
    return np.asarray(copy)


def _float(flags: NDArray[np.bool_]) -> NDArray[np.float32]:
    return flags.astype(np.float32)


def _one_hot(bases: NDArray[np.uint8]) -> NDArray[np.float32]:
    return _float((bases[:, :, None] == np.arange(4)).reshape(len(bases), 4 * bases.shape[1]))


def _hash(bases: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Return a number per row, as good as random: a polynomial, and the finish of splitmix64."""
    key = (bases + np.uint64(1)) @ _ODD
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        key = (key ^ (key >> np.uint64(shift))) * np.uint64(factor)
    return np.asarray(key ^ (key >> np.uint64(31)))
