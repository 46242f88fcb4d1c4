"""A motif hit checks itself; its score follows from q; motifs are summarised in any order."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.core.hits.motif_hit import MotifHit, motif_shares, score_of

HIT = MotifHit(
    chrom="chr1",
    start=99,
    end=110,
    name="TBP",
    strand="+",
    motif_id="MA0108.3",
    source="JASPAR2024",
    rel_sum=1.5,
    rel_z=6.2,
    seq_p=1e-5,
    rel_p=1e-4,
    q_value=0.01,
    model="cnn",
    region="r1",
)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"chrom": ""}, "chromosome name is empty"),
        ({"start": -1}, "not 0 <= start < end"),
        ({"end": 99}, "not 0 <= start < end"),
        ({"strand": "."}, r"strand '\.'"),
        ({"rel_sum": math.nan}, "not finite"),
        ({"rel_z": math.inf}, "not finite"),
        ({"seq_p": 1.1}, "seqP 1.1"),
        ({"rel_p": -0.1}, "relP -0.1"),
        ({"q_value": math.nan}, "qValue nan"),
    ],
)
def test_what_is_no_hit_is_refused(change: dict[str, object], why: str) -> None:
    with pytest.raises(InputError, match=why):
        replace(HIT, **change)


@pytest.mark.parametrize(
    ("q", "score"), [(1.0, 0), (0.1, 100), (0.05, 130), (0.01, 200), (1e-10, 1000), (0.0, 1000)]
)
def test_score_is_a_hundred_times_minus_log10_q(q: float, score: int) -> None:
    assert score_of(q) == score == replace(HIT, q_value=q).score


@given(st.floats(0, 1), st.floats(0, 1))
def test_score_is_a_bed_score_and_falls_with_q(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 1000 >= score_of(low) >= score_of(high) >= 0
    assert isinstance(score_of(low), int)


def test_the_sign_of_relevance_says_which_side() -> None:
    assert HIT.supports
    assert not replace(HIT, rel_sum=-1e-9).supports


def test_motifs_are_counted_apart_by_id() -> None:
    other = replace(HIT, motif_id="MA0108.2", rel_sum=2.0, q_value=0.04)
    hits = [HIT, replace(HIT, rel_sum=-0.5, q_value=0.02), other]
    first, second = motif_shares(hits, total=8.0)
    assert (first.motif_id, first.hits, first.supporting, first.opposing) == ("MA0108.3", 2, 1, 1)
    assert first.mean_relevance == 0.5
    assert first.relevance_share == 0.25
    assert first.best_q == 0.01
    assert (second.motif_id, second.hits, second.relevance_share) == ("MA0108.2", 1, 0.25)
    assert motif_shares([], 1.0) == []
    assert motif_shares([HIT], 0.0)[0].relevance_share is None


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.floats(-1e3, 1e3)), max_size=30),
    st.integers(0, 99),
)
def test_the_order_of_hits_does_not_matter(drawn: list[tuple[str, float]], seed: int) -> None:
    hits = [replace(HIT, name=name, motif_id=f"M{name}", rel_sum=r) for name, r in drawn]
    mixed = hits.copy()
    random.Random(seed).shuffle(mixed)
    shares = motif_shares(hits, 7.0)
    assert motif_shares(mixed, 7.0) == shares
    assert sum(each.hits for each in shares) == len(hits)
    assert sum(each.supporting for each in shares) == sum(r >= 0 for _, r in drawn)
