"""The search: block by block, every motif, its permutations where relevance allows, and loans."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.backing import Backing
from gtrack.core.hits.blocks import Block, blocks
from gtrack.core.hits.candidates import Candidates
from gtrack.core.hits.competition import Lent, Resolved, Worlds, compete
from gtrack.core.hits.lending import Lender, NullWindows
from gtrack.core.hits.matchers import Matcher, Matches, MotifSet
from gtrack.core.hits.options import HitOptions
from gtrack.core.hits.reference import Looked
from gtrack.core.hits.relevance_null import RelevanceNull
from gtrack.core.hits.sites import Places
from gtrack.core.hits.sound import Sound
from gtrack.core.hits.verdict import Counts, Evidence
from gtrack.core.segments import Segment

Tick = Callable[[int], None]


class Search:
    """What targets and the null are searched with.

    Parameters
    ----------
    motifs : MotifSet
    reference : RelevanceNull
        What relevance does by chance.
    options : HitOptions
    rounds : int
        In which permutations compete.
    tick : callable or None
        Told bases x motifs done.
    """

    def __init__(
        self,
        motifs: MotifSet,
        reference: RelevanceNull,
        options: HitOptions,
        rounds: int,
        tick: Tick | None,
    ) -> None:
        self._motifs, self._reference, self._options = motifs, reference, options
        self._rounds, self._tick = rounds, tick

    def evidence(
        self,
        targets: Callable[[], Iterable[Segment]],
        looked: Looked,
        null: NullWindows | None,
        lender: Lender | None,
        loans: int,
        *,
        made: NDArray[np.int64],
        bare: NDArray[np.bool_],
        loudness: float,
    ) -> Evidence:
        """Search all there is; `made` decoys compete with each motif, `bare` ones have no order."""
        chroms: dict[str, int] = {}
        worlds = Worlds(self._rounds, 0 if lender is None else loans)
        counts = Counts.of(self._motifs.real, self._options.p_sequence)
        backing = Backing(self._rounds, len(made))
        found = self._blocks(_numbered(targets(), chroms), worlds, lender, counts, backing)
        parts = list(compete(found, worlds, self._options.gap))
        shuffled, counted = None, None
        if null is not None:
            counted = Counts.of(self._motifs.real, self._options.p_sequence)
            apart = frozenset(np.flatnonzero(bare).tolist())
            shuffled = self._null(null.segments, apart, counted)
        return Evidence(
            chroms=tuple(chroms),
            parts=_joined(parts),
            worlds=worlds,
            made=made,
            bare=bare,
            places=backing.places(counts.palindromes),
            counts=counts,
            shuffled=shuffled,
            null_counts=counted,
            bases=looked.bases,
            null_bases=0 if null is None else null.bases,
            relevance_total=looked.total,
            loudness=loudness,
        )

    def _blocks(
        self,
        segments: Iterable[Segment],
        worlds: Worlds,
        lender: Lender | None,
        counts: Counts,
        backing: Backing,
    ) -> Iterator[tuple[Candidates, tuple[int, int]]]:
        def searched(block: Block) -> tuple[Candidates, tuple[int, int]]:
            found = self._block(block, worlds, lender, counts)
            backing.add(found)
            return found, block.frontier

        # A generator would hold block and candidates while these compete.
        return map(searched, blocks(segments, self._motifs.widest))

    def _block(
        self, block: Block, worlds: Worlds, lender: Lender | None, counts: Counts
    ) -> Candidates:
        """Return what every motif, every permutation and every loan find in a block."""
        sound = Sound.of(self._reference.z(block.relevance), block.relevance)
        real: list[tuple[Matcher, Matches]] = []
        for matcher in self._motifs.real:
            found = matcher.matches(block, self._options.p_sequence)
            counts.add(matcher, found)
            real.append((matcher, found))
        # Joined world by world: a thousand small parts of each are mostly what numpy adds.
        parts = [_over(block, real, sound, 0), Candidates.joined([*self._decoys(block, sound)])]
        if lender is not None:
            loans = lender.loans(block, range(len(worlds.lent)))
            for world, lent in zip(worlds.lent, loans, strict=True):
                # Without a name a loan is gone before the next is made.
                parts.append(_over(block, real, self._heard(lent), world))
        return Candidates.joined(parts)

    def _heard(self, lent: NDArray[np.float64]) -> Sound:
        return Sound.of(lent, self._reference.relevance(lent))

    def _decoys(self, block: Block, sound: Sound) -> Iterator[Candidates]:
        """Yield what permutations find; looked for only where relevance may pass the gate."""
        places = width = None
        for matcher in self._motifs.real:
            for decoy in self._motifs.decoys.get(matcher.index, ()):
                if places is None or width != decoy.width:
                    width = decoy.width
                    places = Places(block.words, sound.loud(width, self._motifs.least[width]))
                found = decoy.matches(block, self._options.p_sequence, places)
                if len(found.at):
                    yield decoy.supported(block, found, sound, decoy.world)
            if self._tick:
                self._tick(block.bases)

    def _null(
        self, segments: Sequence[Segment], bare: frozenset[int], counts: Counts
    ) -> Candidates:
        """Count matches in shuffled sequence, and find the candidates of motifs without decoys."""
        apart = (Segment(str(k), 0, one.codes, one.relevance) for k, one in enumerate(segments))
        chroms: dict[str, int] = {}

        def found() -> Iterator[tuple[Candidates, tuple[int, int]]]:
            for block in blocks(_numbered(apart, chroms), self._motifs.widest):
                sound = Sound.of(self._reference.z(block.relevance), block.relevance)
                held = []
                for matcher in self._motifs.real:
                    matches = matcher.matches(block, self._options.p_sequence)
                    counts.add(matcher, matches)
                    if matcher.index in bare:
                        held.append((matcher, matches))
                    if self._tick:
                        self._tick(block.bases)
                yield _over(block, held, sound, 0), block.frontier

        parts = list(compete(found(), Worlds(0, 0), self._options.gap))
        return Candidates.joined([part.real for part in parts])


def _over(
    block: Block, real: Sequence[tuple[Matcher, Matches]], sound: Sound, world: int
) -> Candidates:
    """Return what real motifs find in one world."""
    found = (m.supported(block, at, sound, world) for m, at in real if len(at.at))
    return Candidates.joined([*found])


def _numbered(segments: Iterable[Segment], chroms: dict[str, int]) -> Iterator[Segment]:
    """Give the chromosomes of passing segments the numbers that blocks give them."""
    for segment in segments:
        chroms.setdefault(segment.chrom, len(chroms))
        yield segment


def _joined(parts: Sequence[Resolved]) -> Resolved:
    """Return all that was resolved as one."""
    sizes = [len(part.real) for part in parts]
    before = np.cumsum([0, *sizes])[: len(sizes)]
    rows = [part.beside[0] + at for part, at in zip(parts, before.tolist(), strict=True)]
    return Resolved(
        Candidates.joined([part.real for part in parts]),
        np.concatenate([part.shown for part in parts]),
        Candidates.joined([part.decoys for part in parts]),
        (_lent(parts, 0), _lent(parts, 1)),
        (np.concatenate(rows), np.concatenate([part.beside[1] for part in parts])),
    )


def _lent(parts: Sequence[Resolved], sign: int) -> Lent:
    motifs, scores = zip(*(part.lent[sign] for part in parts), strict=True)
    return np.concatenate(motifs), np.concatenate(scores)
