"""What a call of hits could reach, summed up of a table made by hand."""

from __future__ import annotations

import numpy as np

from gtrack.core.hits.families import family_names
from gtrack.core.hits.motifs import Motif
from gtrack.core.hits.support import Support
from gtrack.core.hits.table import HitTable

MOTIFS = [Motif(f"M{k}", name, np.eye(4) + 0.1) for k, name in enumerate("ABA")]


def table(q_word: list[float], q_place: list[float], sums: list[float], **more: object) -> HitTable:
    count = len(q_word)
    real, whole = np.zeros(count), np.zeros(count, np.int64)
    none = np.zeros(0, np.int64)
    word, place = np.array(q_word), np.array(q_place)
    columns = {
        **dict(chroms=("c",), chrom=whole, start=whole, end=whole + 4, reverse=whole > 0),
        **dict(motif=whole, relevance_sum=np.array(sums), relevance_z=real, p_sequence=real),
        **dict(p_relevance=real, score=real, q=np.fmax(word, place), q_word=word),
        **dict(q_place=place, chance=real, decoys=whole, beside=(none, none), bases=9),
        **dict(null_bases=9, relevance_total=1.0, rounds=5, decoy_wins=(3.0, 7.0), loudness=1.0),
        **dict(unpermuted=np.array([1]), weak=none),
    }
    return HitTable(**{**columns, **more})  # type: ignore[arg-type]


def test_what_stands_in_the_way_is_counted() -> None:
    one = table([0.01, 0.02, 0.2, 0.3], [0.01, 0.5, 0.01, 0.9], [1.0, 2.0, 3.0, -1.0])
    said = Support.of(one, one.hits(0.05), 0.05, MOTIFS)
    assert (said.candidates, said.decoys) == (3, 3.0)
    assert (said.by_word, said.refused_by_place, said.hidden_by_chance) == (2, 1, 0)
    assert said.needed == 5  # 1 / (5 rounds * 4 places) is .05, which is not below it
    assert (said.unpermuted, said.weak, said.guarded) == (("B",), (), True)


def test_the_sign_with_more_candidates_is_meant() -> None:
    one = table([0.2] * 3, [0.2] * 3, [1.0, -2.0, -3.0])
    said = Support.of(one, one.hits(0.05), 0.05, MOTIFS)
    assert (said.candidates, said.decoys) == (2, 7.0)


def test_what_chance_hides_is_counted() -> None:
    one = table([0.01, 0.01], [0.01, 0.01], [1.0, 1.0], chance=np.array([0.1, 0.6]))
    assert Support.of(one, one.hits(0.05, 0.5), 0.05, MOTIFS).hidden_by_chance == 1


def test_a_family_has_the_name_of_its_leader_and_the_id_where_two_share_it() -> None:
    one = table([0.01] * 4, [0.01] * 4, [1.0] * 4, motif=np.array([0, 0, 1, 2]))
    assert family_names(one, one.hits(0.05), MOTIFS) == ["A (M0)", "B", "A (M2)"]
    joined = table(
        *([0.01] * 4, [0.01] * 4, [1.0] * 4),
        motif=np.array([0, 0, 1, 2]),
        beside=(np.array([2, 3]), np.array([0, 0])),
    )
    assert family_names(joined, joined.hits(0.05), MOTIFS) == ["A", "A", "A"]
