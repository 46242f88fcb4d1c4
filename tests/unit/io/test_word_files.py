"""Words as text: columns, round trip, odd names, broken rows."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from gtrack.core.hits.word_groups import Word
from gtrack.io.table_rows import read_table
from gtrack.io.word_files import WORD_COLUMNS, parsed_word, write_words_tsv

WORD = Word(
    *("CACGTG", "CACGTGNT", 3, 30, 90, 1.25, 4.5, 3e-7),
    np.arange(32).reshape(8, 4),
    *("MA0058.3", "MAX", 0.912),
)


def read(path: Path) -> list[Word]:
    return [parsed_word(row) for row in read_table(path, WORD_COLUMNS)]


def test_the_table_of_words(tmp_path: Path) -> None:
    path = tmp_path / "w.tsv"
    bare = replace(WORD, nearest_id="", nearest_name="", similarity=0.0)
    write_words_tsv(path, [WORD, bare])
    lines = path.read_text().splitlines()
    assert lines[0] == (
        "word\tconsensus\tmembers\ttop\tplaces\texpected\tmean_relevance\tq\tnearest_id\t"
        "nearest_name\tsimilarity\tcounts"
    )
    assert lines[1] == (
        "CACGTG\tCACGTGNT\t3\t30\t90\t1.25\t4.5\t3e-07\tMA0058.3\tMAX\t0.912\t0,1,2,3;4,5,6,7;"
        "8,9,10,11;12,13,14,15;16,17,18,19;20,21,22,23;24,25,26,27;28,29,30,31"
    )
    assert "\tNA\tNA\tNA\t" in lines[2]
    for given, found in zip([WORD, bare], read(path), strict=True):
        said = [{**asdict(word), "counts": word.counts.tolist()} for word in (given, found)]
        assert said[0] == said[1]


def test_no_word_is_a_header_alone(tmp_path: Path) -> None:
    write_words_tsv(tmp_path / "w.tsv", [])
    assert read(tmp_path / "w.tsv") == []


def test_a_name_cannot_break_the_line(tmp_path: Path) -> None:
    odd = replace(WORD, nearest_name="a\tb\nc\x00<i>")
    write_words_tsv(tmp_path / "w.tsv", [odd, WORD])
    first, second = read(tmp_path / "w.tsv")
    assert first.nearest_name.startswith("a")
    assert "<i>" in first.nearest_name
    assert second.nearest_name == "MAX"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\t90\t", "\tmany\t"),
        (";28,29,30,31", ""),
        ("28,29,30,31", "28,29,30"),
        ("0,1,2,3", "0,1,2,-3"),
    ],
)
def test_broken_rows_are_refused(tmp_path: Path, before: str, after: str) -> None:
    path = tmp_path / "w.tsv"
    write_words_tsv(path, [WORD])
    path.write_text(path.read_text().replace(before, after))
    with pytest.raises(ValueError, match=r"."):
        read(path)
