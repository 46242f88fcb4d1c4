"""A motif alone: matches resolved among its own, and q-values against its own loans, by loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.hits.alone import Alone
from gtrack.core.hits.calling import call_hits
from gtrack.core.hits.candidates import Candidates
from gtrack.core.hits.lending import NullWindows
from gtrack.core.hits.motifs import Motif
from gtrack.core.segments import Segment

FLAT = np.full(4, 0.25)
GAP = 3


def candidates(seed: int, count: int) -> Candidates:
    """Return matches of three motifs on two chromosomes, real and over two loans (worlds 5, 6)."""
    rng = np.random.default_rng(seed)
    start, none = rng.integers(0, 120, count), np.zeros(count, np.uint64)
    motif = rng.integers(0, 3, count)
    return Candidates(
        *(rng.integers(0, 2, count), rng.choice([0, 5, 6], count), np.zeros(count, np.bool_)),
        *(start, start + 6 + motif, rng.random(count) < 0.5, motif),
        *(rng.choice([-1.0, 1.0], count), np.zeros(count), np.ones(count), np.ones(count)),
        *(rng.integers(1, 30, count).astype(float), none, none),
    )


def slowly(found: Candidates) -> list[tuple[int, bool, bool, float]]:
    """Return motif, sign, whether lent, and score of what stays, best first in every lane."""
    rows = sorted(
        range(len(found)),
        key=lambda k: (-found.score[k], found.start[k], found.end[k], found.reverse[k]),
    )
    kept: list[int] = []
    for k in rows:
        lane = [found.chrom[k], found.world[k], found.motif[k], found.opposing[k]]
        near = any(
            [found.chrom[o], found.world[o], found.motif[o], found.opposing[o]] == lane
            and found.start[k] < found.end[o] + GAP
            and found.start[o] < found.end[k] + GAP
            for o in kept
        )
        if not near:
            kept.append(k)
    return sorted(
        (int(found.motif[k]), bool(found.opposing[k]), bool(found.world[k]), float(found.score[k]))
        for k in kept
    )


def columns(alone: Alone) -> list[tuple[int, bool, bool, float]]:
    rows = (alone.motif, alone.opposing, alone.lent, alone.score)
    return sorted(zip(*(column.tolist() for column in rows), strict=True))


@given(st.integers(0, 999), st.integers(1, 120))
def test_what_stays_equals_a_slow_twin(seed: int, count: int) -> None:
    found = candidates(seed, count)
    assert columns(Alone.of(found, GAP)) == slowly(found)


@given(st.integers(0, 999), st.integers(1, 120), st.booleans())
def test_q_equals_a_slow_twin(seed: int, count: int, opposing: bool) -> None:
    alone = Alone.of(candidates(seed, count), GAP)
    rng = np.random.default_rng(seed)
    motif, score = rng.integers(0, 4, 12), rng.integers(1, 30, 12).astype(float)
    said = alone.estimate(motif, score, opposing, 2)
    for row in range(12):
        rows = [r for r in columns(alone) if r[:2] == (motif[row], opposing)]
        own = [r[3] for r in rows if not r[2]]
        lent = [r[3] for r in rows if r[2]]
        asked = score[motif == motif[row]]
        best = 1.0
        for limit in {*own, *asked.tolist()}:
            if limit <= score[row]:
                calls = max(1, sum(s >= limit for s in own))
                best = min(best, (1 + sum(s >= limit for s in lent) / 2) / calls)
        assert said.q[row] == pytest.approx(best)


@given(st.integers(0, 999), st.integers(1, 19))
def test_no_motif_of_few_sites_passes(seed: int, count: int) -> None:
    """A whole match that no loan brought is counted: fewer than 20 sites never reach .05."""
    alone = Alone.of(candidates(seed, count), GAP)
    for opposing in (False, True):
        assert (alone.estimate(np.arange(3), np.ones(3), opposing, 2).q > 0.05).all()


def test_pieces_are_joined_as_they_come() -> None:
    one, two = (Alone.of(candidates(seed, 30), GAP) for seed in (1, 2))
    assert columns(Alone.joined([one, two])) == sorted(columns(one) + columns(two))


def windows(count: int, seed: int, chrom: str = "") -> list[Segment]:
    rng = np.random.default_rng(seed)
    return [
        Segment(
            chrom or f"w{k}",
            700 * k if chrom else 0,
            rng.integers(0, 4, 500, dtype=np.uint8),
            rng.laplace(size=500).astype(np.float32),
        )
        for k in range(count)
    ]


def motif(word: str, ident: str) -> Motif:
    counts = np.full((len(word), 4), 1.0)
    counts[np.arange(len(word)), ["ACGT".index(base) for base in word]] = 97.0
    return Motif(ident, ident, counts)


def test_many_other_motifs_do_not_hide_the_place_of_one() -> None:
    """Sites barely louder than the null: 120 random motifs match everywhere in the lent worlds."""
    targets, null = windows(150, 1, "chr1"), windows(100, 2)
    for segment in targets[::3]:
        segment.codes[100:109] = ["ACGT".index(base) for base in "TGACTCAGG"]
        segment.relevance[100:109] += np.float32(2)
    rng = np.random.default_rng(3)
    others = [motif("".join(rng.choice(list("ACGT"), 9)), f"M{k}") for k in range(120)]
    table = call_hits(
        lambda: targets,
        NullWindows.of(null),
        [motif("TGACTCAGG", "A0"), *others],
        background=FLAT,
    )
    mine = table.motif == 0
    assert (table.q_place[mine] < 0.05).sum() >= 40
    assert (table.q_place[~mine] >= 0.05).all()
