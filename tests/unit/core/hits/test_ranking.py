"""Which hit is shown first: five digits decide, then place."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.hits.motif_hit import MotifHit
from gtrack.core.hits.ranking import below, farthest, ranked

HIT = MotifHit(
    *("chr1", 100, 110, "TBP", "+", "MA0108.3", "m.meme"),
    *(1.5, 6.25, 1e-5, 1e-4, 0.01, "cnn", "r 1", 0.01, None, None, False, "TBP"),
)
BITS = st.lists(st.floats(-1e-9, 1e-9), min_size=1, max_size=12)


@given(BITS)
def test_the_farthest_is_the_first_of_the_strongest(bits: list[float]) -> None:
    sites = [replace(HIT, start=at, rel_z=(-1) ** at * 6.25 * (1 + bit))
             for at, bit in enumerate(bits)]  # fmt: skip
    assert farthest([replace(HIT, rel_z=6.24), *sites]) == sites[0]
    assert farthest([]) is None


def test_hits_lie_below_the_q() -> None:
    candidates = [replace(HIT, q_value=q) for q in (0.0, 0.05, 0.04999, 1.0)]
    assert below(0.05, candidates) == (candidates[0], candidates[2])


@given(BITS, st.randoms(use_true_random=False))
def test_a_report_ranks_equal_hits_by_place(bits: list[float], shuffled: random.Random) -> None:
    places = [("chr1", 5), ("chr1", 70), ("chr2", 5), ("chr2", 60)]
    values = [(0.01, 2.5), (0.01, -2.5), (0.01, 2.4), (0.02, 9.0)]
    rows = [(*pair, *place) for pair in values for place in places]
    hits = [
        replace(
            HIT,
            chrom=chrom,
            start=start,
            end=start + 10,
            q_value=q * (1 + bits[k % len(bits)]),
            rel_sum=total * (1 + bits[-k % len(bits)]),
        )
        for k, (q, total, chrom, start) in enumerate(rows)
    ]
    order = list(hits)
    shuffled.shuffle(order)
    found = [(hit.q_value > 0.015, abs(hit.rel_sum) < 2.45, hit.chrom) for hit in ranked(order)]
    assert found == sorted(found)
    strong = [hit.start for hit in ranked(order) if hit.q_value < 0.015 and hit.chrom == "chr1"]
    assert strong == [5, 5, 70, 70, 5, 70]
