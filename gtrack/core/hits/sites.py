"""Sites of a motif: a fast scan of both strands of a sequence.

A part of a site whose loss is over the budget settles the whole of it, so one word decides most
places, by one look into a table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.pwm import Pwm

CHUNK = 1 << 19
"""Bases that a scan holds the words of at once; about 40 bytes of memory each."""

_CORE = 7  # bases of the word that settles most places
_BLOCK = 4  # bases of the words that the rest of a site is scored by
_NEVER = np.int32(1 << 29)  # the loss of a word with an N


@dataclass(frozen=True, eq=False)
class Words:
    """A sequence with the numbers of its words, made once and scanned with many motifs.

    Many short sequences are scanned fastest as one, joined with an N between them.

    Attributes
    ----------
    codes : ndarray of uint8, shape (L,)
        A 0, C 1, G 2, T 3, N 4.
    """

    codes: NDArray[np.uint8]
    _made: dict[int, NDArray[np.intp]] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.codes)

    def of(self, k: int) -> NDArray[np.intp]:
        """Return the number of the word of `k` bases that starts at each place.

        The first base is the most significant digit to base 4; a word with an N is ``4**k``.
        """
        if k not in self._made:
            count = max(0, len(self.codes) - k + 1)
            words = np.zeros(count, np.intp)
            unknown = np.zeros(count, np.bool_)
            for at in range(k):
                part = self.codes[at : at + count]
                words = words * 4 + (part & 3)
                unknown |= part > 3
            words[unknown] = 4**k
            self._made[k] = words
        return self._made[k]


@dataclass(frozen=True, eq=False)
class Places:
    """Where alone sites of one width are looked for in a sequence.

    Attributes
    ----------
    words : Words
        The sequence.
    starts : ndarray of intp, shape (N,)
        Places that sites may begin at, sorted; a site that begins there ends within the sequence.
    """

    words: Words
    starts: NDArray[np.intp]
    _read: dict[tuple[int, int], NDArray[np.intp]] = field(default_factory=dict, repr=False)

    def of(self, k: int, offset: int) -> NDArray[np.intp]:
        """Return the number of the word of `k` bases at an offset from each place."""
        if (k, offset) not in self._read:
            self._read[k, offset] = self.words.of(k)[self.starts + offset]
        return self._read[k, offset]


def scan(
    sequence: NDArray[np.uint8] | Words | Places, pwm: Pwm, p: float
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.float64]]:
    """Find the sites of a motif on both strands.

    Parameters
    ----------
    sequence : ndarray of uint8, shape (L,), or Words, or Places
        A 0, C 1, G 2, T 3, N 4. An array is taken in chunks; `Words` as they are; of `Places`,
        which are for motifs of this width, only sites that begin there are found.
    pwm : Pwm
        The motif.
    p : float
        Sites with at most this p-value are returned.

    Returns
    -------
    starts : ndarray of int64
        First base of each site on the forward strand, 0-based, sorted; the site ends at ``start +
        width``. A site that lies across an N or the sequence's end is none.
    reverse : ndarray of bool
        True where the site reads on the reverse strand. One place may hold one of each, the forward
        one first.
    pvalue : ndarray of float64
        The p-value of each site.
    """
    budget = pwm.best - pwm.cutoff(p)
    found = []
    if budget >= 0:
        tables = _Tables.of(pwm.losses, budget)
        found = [
            (at + start, reverse, loss)
            for at, where in _chunks(sequence, pwm.width)
            for start, reverse, loss in [tables.sites(where)]
        ]
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.bool_), np.empty(0)
    starts, strands, losses = (np.concatenate(part) for part in zip(*found, strict=True))
    return starts, strands, pwm.tail[losses]


def _chunks(
    sequence: NDArray[np.uint8] | Words | Places, width: int
) -> Iterator[tuple[int, Words | Places]]:
    if not isinstance(sequence, np.ndarray):
        yield 0, sequence
        return
    for at in range(0, len(sequence) - width + 1, CHUNK):
        yield at, Words(sequence[at : at + CHUNK + width - 1])


@dataclass(frozen=True, eq=False)
class _Strand:
    """How one strand of a motif is looked for: a core first, and then the blocks around it."""

    width: int
    core_at: int
    core: NDArray[np.int32]
    alive: NDArray[np.bool_]
    blocks: list[tuple[int, NDArray[np.int32]]]

    @classmethod
    def of(cls, losses: NDArray[np.int32], core_at: int, budget: int) -> _Strand:
        width, k = len(losses), min(_CORE, len(losses))
        rest = losses.copy()
        rest[core_at : core_at + k] = 0
        blocks = []
        left = [at for at in range(core_at - _BLOCK, -_BLOCK, -_BLOCK)]
        right = [at for at in range(core_at + k, width, _BLOCK)]
        for wanted in left + right:
            at = min(max(wanted, 0), width - _BLOCK)
            blocks.append((at, _table(rest[at : at + _BLOCK])))
            rest[at : at + _BLOCK] = 0
        blocks.sort(key=lambda block: -float(block[1][:-1].mean()))
        core = _table(losses[core_at : core_at + k])
        return cls(width, core_at, core, core <= budget, blocks)

    def sites(
        self, words: Words, starts: NDArray[np.intp], loss: NDArray[np.int32], budget: int
    ) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
        """Return start and loss of the sites of which the cores lose `loss`."""
        end = len(words) - self.width
        kept = np.flatnonzero((loss <= budget) & (starts >= 0) & (starts <= end))
        for offset, table in self.blocks:
            starts, loss = starts[kept], loss[kept]
            loss = loss + table[words.of(_BLOCK)[starts + offset]]
            kept = np.flatnonzero(loss <= budget)
        return starts[kept], loss[kept]


@dataclass(frozen=True, eq=False)
class _Tables:
    """Both strands of a motif, and the core words that leave either in the race."""

    budget: int
    k: int
    strands: tuple[_Strand, _Strand]
    alive: NDArray[np.bool_]

    @classmethod
    def of(cls, losses: NDArray[np.int32], budget: int) -> _Tables:
        width, k = len(losses), min(_CORE, len(losses))
        # The core is where a random word loses most.
        sums = np.convolve(losses.mean(axis=1), np.ones(k), mode="valid")
        core_at = int(sums.argmax())
        forward = _Strand.of(losses, core_at, budget)
        turned = np.ascontiguousarray(losses[::-1, ::-1])
        reverse = _Strand.of(turned, width - k - core_at, budget)
        alive = forward.alive | reverse.alive
        return cls(budget, k, (forward, reverse), alive)

    def sites(
        self, where: Words | Places
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int32]]:
        """Return start, strand and loss of every site, sorted by start and strand."""
        found = self._anywhere(where) if isinstance(where, Words) else self._there(where)
        starts, losses = zip(*found, strict=True)
        start = np.concatenate(starts).astype(np.int64)
        reverse = np.repeat([False, True], [len(part) for part in starts])
        order = np.lexsort((reverse, start))
        return start[order], reverse[order], np.concatenate(losses)[order]

    def _anywhere(self, words: Words) -> Iterator[tuple[NDArray[np.intp], NDArray[np.int32]]]:
        cores = words.of(self.k)
        at = np.flatnonzero(self.alive[cores])
        cores = cores[at]
        for strand in self.strands:
            yield strand.sites(words, at - strand.core_at, strand.core[cores], self.budget)

    def _there(self, places: Places) -> Iterator[tuple[NDArray[np.intp], NDArray[np.int32]]]:
        for strand in self.strands:
            cores = places.of(self.k, strand.core_at)
            at = np.flatnonzero(strand.alive[cores])
            loss = strand.core[cores[at]]
            yield strand.sites(places.words, places.starts[at], loss, self.budget)


def _table(losses: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the loss of every word over these columns, and of one with an N behind them."""
    table = np.zeros(1, np.int32)
    for column in losses[::-1]:  # from the last base to the first, the most significant
        table = (column[:, None] + table).ravel()
    return np.append(table, _NEVER)
