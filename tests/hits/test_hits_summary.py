"""What a person reads when little was called."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gtrack.cli.hit_reasons import reasons
from gtrack.cli.summary import _words
from gtrack.core.hits.motif_hit import MotifHit
from gtrack.core.hits.support import Support
from gtrack.core.hits.word_groups import Word, WordTable
from gtrack.core.targets import name_targets
from gtrack.workflows.calling.results import TargetHits

PLENTY = Support(
    candidates=300,
    needed=5,
    decoys=2.0,
    by_word=40,
    refused_by_place=0,
    hidden_by_chance=0,
    loudness=1.05,
    guarded=True,
    unpermuted=(),
    weak=(),
)


def called(q: float, hits: int = 0, **support: object) -> TargetHits:
    """Return a call with one candidate and some hits."""
    hit = MotifHit(
        *("chr1", 5, 24, "CTCF", "+", "MA0139.1", "m", 9.0, 8.0, 1e-7, 1e-6, q, "cnn:1", "r"),
        *(q, None, None, False, "CTCF"),
    )
    (target,) = name_targets([("cnn", (1,), ("0", "1"))])
    given = replace(PLENTY, **support)  # type: ignore[arg-type]
    return TargetHits(*(target, 9_000, (hit,), (hit,) * hits, (), None, WordTable((), 0, 0), given))


def test_many_hits_need_no_reason() -> None:
    assert list(reasons(called(0.01, hits=50), 0.05)) == []


def test_too_few_candidates_are_counted() -> None:
    best, few = reasons(called(0.2, candidates=2, by_word=0), 0.05)
    assert best == "the best candidate has q = 0.2"
    assert few.startswith("too few candidates: q < 0.05 takes at least 5 places")
    assert "there are 2" in few


def test_decoys_that_are_supported_as_well_are_named() -> None:
    _, decoys = reasons(called(0.4, by_word=0, decoys=288.4), 0.05)
    assert decoys.startswith("motifs with permuted columns are supported as well (288 of them")


def test_what_lent_relevance_refuses_is_counted() -> None:
    _, place = reasons(called(0.4, refused_by_place=40), 0.05)
    assert place.startswith("40 candidates beat permuted motifs, but not relevance lent")
    assert place.endswith("too many motifs compete; look for fewer, or for the words below")


def test_loud_windows_are_warned_of_whatever_passes() -> None:
    (loud,) = reasons(called(0.01, hits=50, loudness=1.3), 0.05)
    assert "1.3 times as large here" in loud


def test_motifs_that_cannot_be_tested_are_named() -> None:
    (bare,) = reasons(called(0.01, hits=50, unpermuted=("SP1", "KLF[red]")), 0.05)
    assert bare.startswith("2 motifs (SP1, KLF\\[red]) are without another order of columns")
    assert "only complemented columns and shuffled windows stand against them" in bare
    (bare,) = reasons(called(0.01, hits=50, unpermuted=("A",), guarded=False), 0.05)
    assert "nothing tests them" in bare
    (weak,) = reasons(called(0.01, hits=50, weak=("AB",)), 0.05)
    assert weak.startswith("1 motif (AB) is so short or so vague")


def test_words_are_said_in_one_line() -> None:
    word = Word("CACGTG", "NCACGTG", 3, 1030, 90, 1.25, 4.5, 3e-7, np.ones((7, 4), np.int64))
    near = replace(word, nearest_id="M1", nearest_name="MAX[red]", similarity=0.9)
    model = replace(called(0.2), words=WordTable((near, word, word, word), 5000, 7))
    assert _words(model) == (
        "recurrent words at the top of relevance, whatever the motifs: NCACGTG (1,030 places, "
        "q = 3e-07, like MAX\\[red]), NCACGTG (1,030 places, q = 3e-07), NCACGTG (1,030 places, "
        "q = 3e-07) and 1 more (words.tsv); 7 places of low complexity left out"
    )
    assert _words(called(0.2)) == "no word recurs at the top of relevance"
