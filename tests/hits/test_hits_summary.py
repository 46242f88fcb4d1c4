"""What a person reads when nothing was called."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gtrack.cli.summary import _why_none, _words
from gtrack.core.hits.motif_hit import MotifHit
from gtrack.core.hits.word_groups import Word, WordTable
from gtrack.core.targets import name_targets
from gtrack.workflows.calling.results import TargetHits


def called(q: float, bases: int, null_bases: int) -> TargetHits:
    hit = MotifHit(
        *("chr1", 5, 24, "CTCF", "+", "MA0139.1", "m", 9.0, 8.0, 1e-7, 1e-6, q, "cnn:1", "r"),
        *(q, None, None, False, "CTCF"),
    )
    (target,) = name_targets([("cnn", (1,), ("0", "1"))])
    return TargetHits(target, bases, null_bases, (hit,), (), (), None)


def test_a_null_too_small_for_rare_sites_is_named() -> None:
    words = _why_none(called(0.0909, 54_524, 300_032), 0.05)
    assert "q = 0.091" in words
    assert "fewer than 4 places" in words  # 54,524 / 300,032 / 0.05 = 3.6
    assert words.endswith("--null-bases 1100000")


def test_a_null_large_enough_is_not_blamed() -> None:
    assert _why_none(called(0.2, 1_000, 300_000), 0.05) == "the best candidate has q = 0.2"


def test_decoys_that_outrank_the_best_are_not_blamed_on_the_null() -> None:
    assert _why_none(called(0.36, 54_524, 300_032), 0.05) == "the best candidate has q = 0.36"


def test_no_null_beyond_reason_is_advised() -> None:
    words = _why_none(called(0.8, 10_000_000, 300_000), 0.05)
    assert "fewer than 667 places" in words
    assert "--null-bases" not in words


def test_words_are_said_in_one_line() -> None:
    word = Word("CACGTG", "NCACGTG", 3, 1030, 90, 1.25, 4.5, 3e-7, np.ones((7, 4), np.int64))
    near = replace(word, nearest_id="M1", nearest_name="MAX[red]", similarity=0.9)
    model = replace(called(0.2, 10, 10), words=WordTable((near, word, word, word), 5000, 7))
    assert _words(model) == (
        "recurrent words at the top of relevance, whatever the motifs: NCACGTG (1,030 places, "
        "q = 3e-07, like MAX\\[red]), NCACGTG (1,030 places, q = 3e-07), NCACGTG (1,030 places, "
        "q = 3e-07) and 1 more (words.tsv); 7 places of low complexity left out"
    )
    assert _words(called(0.2, 10, 10)) == "no word recurs at the top of relevance"
