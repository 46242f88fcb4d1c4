"""Which hit is shown first: five digits decide, then model and place."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.hits.motif_hit import MotifHit
from gtrack.core.hits.support import Support
from gtrack.core.hits.word_groups import WordTable
from gtrack.core.scan.first_view import place_around
from gtrack.core.targets import name_targets
from gtrack.workflows.calling.results import TargetHits, _strongest

SIZES = {"chr1": 9_000, "chr2": 9_000}
HIT = MotifHit(
    *("chr1", 100, 110, "TBP", "+", "MA0108.3", "m.meme"),
    *(1.5, 6.25, 1e-5, 1e-4, 0.01, "cnn", "r 1", 0.01, None, None, False, "TBP"),
)
BITS = st.lists(st.floats(-1e-9, 1e-9), min_size=1, max_size=12)


def model(name: str, hits: list[MotifHit]) -> TargetHits:
    (target,) = name_targets([(name, (0,), ("x",))])
    none = WordTable((), 0, 0), Support(0, 1, 0.0, 0, 0, 0, 1.0, True, (), ())
    return TargetHits(target, 1, tuple(hits), tuple(hits), (), None, *none)


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
