"""A motif hit checks itself; its score follows from q; motifs are summarised in any order."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.core.hits.motif_hit import FamilyMember, MotifHit, motif_shares, score_of

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
    q_word=0.01,
    q_place=0.002,
    chance=0.2,
    bound=False,
    family="TBP",
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
        ({"q_word": -1.0}, "qWord -1.0"),
        ({"q_place": 1.5}, "qPlace 1.5"),
        ({"chance": math.nan}, "chance nan"),
    ],
)
def test_what_is_no_hit_is_refused(change: dict[str, object], why: str) -> None:
    with pytest.raises(InputError, match=why):
        replace(HIT, **change)


def test_without_a_null_two_numbers_are_none() -> None:
    hit = replace(HIT, q_place=None, chance=None, bound=True)
    assert (hit.q_place, hit.chance, hit.score) == (None, None, HIT.score)


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


def test_a_family_is_counted_as_one_and_its_motifs_by_id() -> None:
    other = replace(HIT, name="TBPL2", motif_id="M2", rel_sum=2.0, q_value=0.001)
    third = replace(other, motif_id="M3")  # one name, two matrices
    alone = replace(HIT, name="SP1", motif_id="M0", family="SP1", rel_sum=-0.5, q_value=0.02)
    hits = [replace(HIT, rel_sum=-0.5), *[other] * 3, *[third] * 2, alone]
    first, second = motif_shares(hits, total=16.0)
    assert (first.motif_id, first.name) == ("MA0108.3", "TBP"), "the name leads, not the number"
    assert (first.hits, first.supporting, first.opposing) == (6, 5, 1)
    assert first.mean_relevance == 9.5 / 6
    assert first.relevance_share == 10.5 / 16
    assert first.best_q == 0.001
    assert first.members == (FamilyMember("M2", "TBPL2", 3), FamilyMember("M3", "TBPL2", 2))
    assert (second.name, second.hits, second.members) == ("SP1", 1, ())
    assert motif_shares([], 1.0) == []
    assert motif_shares([HIT], 0.0)[0].relevance_share is None


def test_of_several_motifs_with_the_family_s_name_the_most_frequent_leads() -> None:
    second, other = replace(HIT, motif_id="M2"), replace(HIT, name="X", motif_id="M1")
    (share,) = motif_shares([HIT, second, second, *[other] * 3], 1.0)
    assert (share.motif_id, [each.name for each in share.members]) == ("M2", ["X", "TBP"])
    (share,) = motif_shares([HIT, second], 1.0)
    assert share.motif_id == "M2", "of equals the first id"


def test_where_the_best_motif_has_no_hit_the_most_frequent_leads() -> None:
    one, two = (replace(HIT, name=name, motif_id=name, family="none") for name in ("A", "B"))
    (share,) = motif_shares([one, two, two], 1.0)
    assert (share.name, share.members) == ("B", (FamilyMember("A", "A", 1),))


@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.sampled_from("AB"), st.floats(-1e3, 1e3)), max_size=30
    ),
    st.integers(0, 99),
)
def test_the_order_of_hits_does_not_matter(drawn: list[tuple[str, str, float]], seed: int) -> None:
    hits = [
        replace(HIT, name=name, motif_id=f"M{name}", family=family, rel_sum=r)
        for name, family, r in drawn
    ]
    mixed = hits.copy()
    random.Random(seed).shuffle(mixed)
    shares = motif_shares(hits, 7.0)
    assert motif_shares(mixed, 7.0) == shares
    assert len(shares) == len({family for _, family, _ in drawn})
    assert sum(each.hits for each in shares) == len(hits)
    assert sum(each.supporting for each in shares) == sum(r >= 0 for *_, r in drawn)
    for each in shares:
        assert each.hits > sum(member.hits for member in each.members)
