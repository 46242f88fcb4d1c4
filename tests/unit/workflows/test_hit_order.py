"""Which hit is shown first: five digits decide, then model and place."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.hits.motif_hit import MotifHit
from gtrack.core.scan.first_view import place_around
from gtrack.core.targets import name_targets
from gtrack.workflows.calling.results import TargetHits, _strongest
from gtrack.workflows.reports.places import _ranked

SIZES = {"chr1": 9_000, "chr2": 9_000}
HIT = MotifHit(
    *("chr1", 100, 110, "TBP", "+", "MA0108.3", "m.meme"),
    *(1.5, 6.25, 1e-5, 1e-4, 0.01, "cnn", "r 1"),
)
BITS = st.lists(st.floats(-1e-9, 1e-9), min_size=1, max_size=12)


def model(name: str, hits: list[MotifHit]) -> TargetHits:
    (target,) = name_targets([(name, (0,), ("x",))])
    return TargetHits(target, 1, 1, tuple(hits), tuple(hits), (), None)


@given(BITS, BITS)
def test_the_first_view_is_the_first_of_the_strongest(one: list[float], two: list[float]) -> None:
    def hits(bits: list[float], start: int) -> list[MotifHit]:
        sites = [
            replace(HIT, start=at, end=at + 10, rel_z=(-1) ** at * 6.25 * (1 + bit))
            for at, bit in zip(range(start, start + 300 * len(bits), 300), bits, strict=True)
        ]
        return [replace(HIT, start=20, end=30, rel_z=6.24), *sites]

    view = _strongest([model("a", hits(one, 1000)), model("b", hits(two, 500))], SIZES)
    assert view == place_around("chr1", 1005, SIZES["chr1"])


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
    found = [(hit.q_value > 0.015, abs(hit.rel_sum) < 2.45, hit.chrom) for hit in _ranked(order)]
    assert found == sorted(found)
    strong = [hit.start for hit in _ranked(order) if hit.q_value < 0.015 and hit.chrom == "chr1"]
    assert strong == [5, 5, 70, 70, 5, 70]
