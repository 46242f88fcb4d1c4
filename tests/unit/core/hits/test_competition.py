"""Competition: the same whatever the pieces, decoys win ties, what is shown never overlaps."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.hits.candidates import Candidates
from gtrack.core.hits.competition import Resolved, Worlds, compete

WORLDS = Worlds(2, 1)


def candidates(seed: int, count: int) -> Candidates:
    """Return candidates of two chromosomes in all worlds, by chromosome and start."""
    rng = np.random.default_rng(seed)
    chrom, start = rng.integers(0, 2, count), rng.integers(0, 200, count)
    world = rng.integers(0, 4, count)
    order = np.lexsort((start, chrom))
    decoy = (world > 0) & (world < 3)
    none = np.zeros(count, np.uint64)
    found = Candidates(
        *(chrom, world, decoy, start, start + rng.integers(4, 15, count)),
        *(rng.random(count) < 0.5, rng.integers(0, 3, count), rng.choice([-1.0, 1.0], count)),
        *(np.zeros(count), np.ones(count), np.ones(count)),
        *(rng.integers(1, 9, count).astype(float), none, none),
    )
    return found.at(order)


def rows(found: Candidates) -> list[tuple[float, ...]]:
    columns = (found.chrom, found.world, found.start, found.end, found.motif, found.reverse)
    return sorted(zip(*(c.tolist() for c in (*columns, found.relevance_sum)), strict=True))


def together(parts: list[Resolved]) -> tuple[object, ...]:
    scores = [
        sorted(np.concatenate([part.lent[sign][1] for part in parts]).tolist()) for sign in (0, 1)
    ]
    shown = Candidates.joined([part.real.at(part.shown) for part in parts])
    real = Candidates.joined([part.real for part in parts])
    wins = Candidates.joined([part.decoys for part in parts])
    return rows(real), rows(shown), rows(wins), scores, sum(len(p.beside[0]) for p in parts)


@given(st.integers(0, 999), st.integers(1, 80), st.lists(st.integers(0, 200), max_size=6))
def test_pieces_do_not_matter(seed: int, count: int, cuts: list[int]) -> None:
    found = candidates(seed, count)
    pieces = []
    for chrom in (0, 1):
        edges = [0, *sorted(set(cuts)), 300]
        for low, high in pairwise(edges):
            here = (found.chrom == chrom) & (found.start >= low) & (found.start < high)
            pieces.append((found.at(here), (chrom, high)))
    whole = together(list(compete([(found, (1, 300))], WORLDS, 3)))
    assert together(list(compete(pieces, WORLDS, 3))) == whole


@given(st.integers(0, 999), st.integers(1, 80))
def test_what_is_shown_is_apart_and_each_sign_has_its_own(seed: int, count: int) -> None:
    found = candidates(seed, count)
    for part in compete([(found, (1, 300))], WORLDS, 3):
        shown = part.real.at(part.shown)
        for chrom in (0, 1):
            here = shown.at(shown.chrom == chrom)
            assert (here.start[1:] - here.end[:-1] >= 3).all()
        assert (part.real.world == 0).all()
        assert part.decoys.decoy.all()


def test_of_equals_the_decoy_stays() -> None:
    pair = candidates(0, 2)
    same = Candidates(
        *(np.zeros(2, np.int64), np.array([0, 1]), np.array([False, True])),
        *(np.array([5, 5]), np.array([15, 15]), pair.reverse, np.array([0, 0]), np.ones(2)),
        *(pair.relevance_z, pair.p_sequence, pair.p_relevance, np.array([4.0, 4.0])),
        *(pair.flanks, pair.unknown),
    )
    parts = list(compete([(same, (0, 99))], Worlds(1, 0), 3))
    assert sum(len(part.decoys) for part in parts) == 1
    assert sum(len(part.real) for part in parts) == 1


def test_other_motifs_at_a_place_are_told() -> None:
    two = candidates(0, 2)
    near = Candidates(
        *(np.zeros(2, np.int64), np.zeros(2, np.int64), np.zeros(2, bool)),
        *(np.array([5, 8]), np.array([15, 18]), two.reverse, np.array([0, 7]), np.ones(2)),
        *(two.relevance_z, two.p_sequence, two.p_relevance, np.array([4.0, 3.0])),
        *(two.flanks, two.unknown),
    )
    part, _ = compete([(near, (0, 99))], Worlds(1, 0), 3)
    assert [each.tolist() for each in part.beside] == [[0], [7]]
