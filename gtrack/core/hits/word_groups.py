"""Words that stand in the same places or look alike, joined: one consensus and one logo each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.word_copies import Kept
from gtrack.core.hits.word_places import FLANK, UNKNOWN, letters_of, reverse_word
from gtrack.core.ties import ranks

AROUND = 3
"""Bases of a logo on either side of the word; all that any place that holds the word shows."""

MOST_GROUPS = 50

_LEAST_OVERLAP = 5  # bases that words must share to look alike; one of six or more may differ
_INFORMATIVE = 0.25  # bits of the first and the last letter of a consensus
_PAIRS = {"AG": "R", "CT": "Y", "CG": "S", "AT": "W", "GT": "K", "AC": "M"}
_BASES = "ACGT"


@dataclass(frozen=True, eq=False)
class Tested:
    """Columns of equal length, a row per word.

    Attributes
    ----------
    width, word : ndarray of int64
        Length, and number of the lower of both strands.
    top, places : ndarray of float64
        How many of its places are at the top, and how many there are.
    share : ndarray of float64
        What share of its permutations' places is there.
    spread, score : ndarray of float64
        What the evidence was divided by, and what came out: ``-log p``.
    q, mean : ndarray of float64
        Once they are known: q, and the mean relevance of its places.
    """

    width: NDArray[np.int64]
    word: NDArray[np.int64]
    top: NDArray[np.float64]
    places: NDArray[np.float64]
    share: NDArray[np.float64]
    spread: NDArray[np.float64]
    score: NDArray[np.float64]
    q: NDArray[np.float64]
    mean: NDArray[np.float64]

    def at(self, rows: NDArray[np.int64]) -> Tested:
        """Return the chosen rows."""
        return Tested(*(getattr(self, column.name)[rows] for column in fields(self)))

    @classmethod
    def joined(cls, parts: Sequence[Tested]) -> Tested:
        """Return all rows."""
        return cls(
            *(np.concatenate([getattr(p, column.name) for p in parts]) for column in fields(cls))
        )

    def best_first(self) -> NDArray[np.int64]:
        """Return the order by evidence; equals by length, then letters."""
        return np.lexsort((self.word, self.width, -ranks(self.score)))


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """Words of one kind.

    Attributes
    ----------
    word, consensus : str
        The word with the strongest evidence, and what all places read, in IUPAC letters.
    members : int
        Words that were joined.
    top, places : int
        Of the strongest word: its different places at the top, and all its places.
    expected : float
        How many would be at the top if it did as its permutations do.
    mean_relevance : float
        Mean over all its places of the relevance summed over it.
    q : float
    counts : ndarray of int64, shape (width, 4)
        Bases (A, C, G, T) per position of the consensus.
    nearest_id, nearest_name : str
        The motif that looks most like it; empty where none does.
    similarity : float
        To that motif, at most 1.
    """

    word: str
    consensus: str
    members: int
    top: int
    places: int
    expected: float
    mean_relevance: float
    q: float
    counts: NDArray[np.int64]
    nearest_id: str = ""
    nearest_name: str = ""
    similarity: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class WordTable:
    """What was found: of `places` at the top, beside `low` left out as low complexity."""

    words: tuple[Word, ...]
    places: int
    low: int


def group(found: Tested, kept: Kept, passed: NDArray[np.int64]) -> tuple[Word, ...]:
    """Join the words that passed, rows of `found`, each to the best that it belongs to."""
    left = passed[found.at(passed).best_first()]
    groups: list[Word] = []
    while len(left) and len(groups) < MOST_GROUPS:
        seed = _Seed.of(found, int(left[0]))
        rows = np.flatnonzero(np.isin(kept.which, left))
        here = seed.where(kept.bases[rows], found.width[kept.which[rows]])
        all_of = np.bincount(kept.which[rows], minlength=len(found.word))
        with_it = np.bincount(kept.which[rows], here >= 0, len(found.word))
        beside = 2 * with_it[left] >= all_of[left]
        shift = seed.alike(found.at(left))
        mine = beside | (shift >= 0)
        mine[0] = True
        counts = _logo(seed, found, kept, left[mine], shift[mine], rows, here)
        groups.append(seed.named(found, int(mine.sum()), counts))
        left = left[~mine]
    return tuple(groups)


@dataclass(frozen=True, eq=False)
class _Seed:
    """The word that others join, on both strands.

    Where it lies in a place is coded as twice the offset, plus 1 for the other strand; -1 is
    nowhere. Offsets count from the place's first flanking base.
    """

    row: int
    width: int
    strands: tuple[NDArray[np.int64], ...]

    @classmethod
    def of(cls, found: Tested, row: int) -> _Seed:
        width, word = int(found.width[row]), found.word[row : row + 1]
        other = reverse_word(word, width)
        strands = (word,) if word[0] == other[0] else (word, other)
        return cls(row, width, tuple(letters_of(one, width)[0] for one in strands))

    def where(self, bases: NDArray[np.uint8], widths: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where it touches the word in the middle of each place, nearest to its start."""
        found = np.full(len(bases), -1, np.int64)
        offsets = range(FLANK + 1 - self.width, bases.shape[1] - self.width + 1)
        for offset in sorted(offsets, key=lambda at: (abs(at - FLANK), at)):
            free = np.flatnonzero((found < 0) & (offset < FLANK + widths))
            for strand, letters in enumerate(self.strands):
                there = (bases[free, offset : offset + self.width] == letters).all(axis=1)
                found[free[there & (found[free] < 0)]] = 2 * offset + strand
        return found

    def alike(self, words: Tested) -> NDArray[np.int64]:
        """Return where it would lie in the places of words that look like it."""
        best = np.zeros(len(words.word), np.int64)
        found = np.full(len(words.word), -1, np.int64)
        letters = np.full((len(words.word), 3 * FLANK), UNKNOWN, np.int64)
        for width in np.unique(words.width):
            mine = np.flatnonzero(words.width == width)
            letters[mine, FLANK : FLANK + width] = letters_of(words.word[mine], int(width))
        for offset in range(FLANK + _LEAST_OVERLAP - self.width, 2 * FLANK):
            part = letters[:, offset : offset + self.width]
            if part.shape[1] < self.width:
                break
            for strand, own in enumerate(self.strands):
                over = (part != UNKNOWN).sum(axis=1)
                wrong = ((part != own) & (part != UNKNOWN)).sum(axis=1)
                fits = (over >= _LEAST_OVERLAP) & (wrong <= (over > _LEAST_OVERLAP))
                better = fits & (over - 2 * wrong > best)
                best[better] = (over - 2 * wrong)[better]
                found[better] = 2 * offset + strand
        return found

    def frame(self, bases: NDArray[np.uint8], at: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return places as the seed reads, with the bases around it."""
        wide = self.width + 2 * AROUND
        padded = np.pad(bases, ((0, 0), (FLANK, FLANK)), constant_values=UNKNOWN)
        columns = at[:, None] // 2 + FLANK - AROUND + np.arange(wide)
        found = np.take_along_axis(padded, columns, axis=1)
        turned = np.array([3, 2, 1, 0, UNKNOWN], np.uint8)[found[:, ::-1]]
        return np.where((at % 2 == 1)[:, None], turned, found)

    def named(self, found: Tested, members: int, counts: NDArray[np.float64]) -> Word:
        """Return the line of its group."""
        first, last = _informative(counts, AROUND, AROUND + self.width)
        counts, row = counts[first:last], self.row
        return Word(
            word="".join(_BASES[base] for base in self.strands[0]),
            consensus=consensus(counts),
            members=members,
            top=int(found.top[row]),
            places=int(found.places[row]),
            expected=float(found.places[row] * found.share[row]),
            mean_relevance=float(found.mean[row]),
            q=float(found.q[row]),
            counts=np.rint(counts).astype(np.int64),
        )


def _logo(
    seed: _Seed,
    found: Tested,
    kept: Kept,
    members: NDArray[np.int64],
    shift: NDArray[np.int64],
    rows: NDArray[np.int64],
    here: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Count the bases of the seed's own places, and of those of words that look like it.

    A place of several words is there once: words that hold the seed add nothing to it.
    """
    shifts = np.full(len(found.word), -1, np.int64)
    shifts[members] = shift
    which = kept.which[rows]
    own = which == seed.row
    variant = np.isin(which, members) & ~own & (here < 0) & (shifts[which] >= 0)
    at = np.where(own, 2 * FLANK, shifts[which])
    use = np.flatnonzero(own | variant)
    framed = seed.frame(kept.bases[rows[use]], at[use])
    weight = 1 / kept.share[which[use]]
    # The words of a variant site are several; its bases tell that it is one.
    first = np.unique(framed[~own[use]], axis=0, return_index=True)[1]
    chosen = np.concatenate([np.flatnonzero(own[use]), np.flatnonzero(~own[use])[first]])
    counts = np.zeros((framed.shape[1], 4))
    for base in range(4):
        counts[:, base] = weight[chosen] @ (framed[chosen] == base)
    return counts + counts[::-1, ::-1] if len(seed.strands) == 1 else counts


def information(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each position's information against equal bases, in bits, less what chance gives."""
    total = np.maximum(counts.sum(axis=1), 1)
    p = counts / total[:, None]
    bits = 2 + (p * np.log2(np.where(p > 0, p, 1))).sum(axis=1)
    return np.asarray(np.maximum(bits - 3 / (2 * np.log(2) * total), 0))


def consensus(counts: NDArray[np.float64]) -> str:
    """Return one IUPAC letter per position (Cavener, Nucleic Acids Res. 15:1353, 1987)."""
    said = []
    for column in counts:
        order = np.argsort(-column, kind="stable")
        total, (first, second) = column.sum(), column[order[:2]]
        if first > total / 2 and first > 2 * second:
            said.append(_BASES[order[0]])
        elif first + second > 0.75 * total:
            said.append(_PAIRS["".join(sorted(_BASES[base] for base in order[:2]))])
        else:
            said.append("N")
    return "".join(said)


def _informative(counts: NDArray[np.float64], first: int, last: int) -> tuple[int, int]:
    """Return the span of the word and whatever around it says more than chance."""
    loud = np.flatnonzero(information(counts) >= _INFORMATIVE)
    return min(first, *loud[:1]), max(last, *(loud[-1:] + 1))
