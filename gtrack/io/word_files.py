"""``words.tsv``: recurrent words of high relevance, one row each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from gtrack.core.hits.word_groups import Word
from gtrack.io.atomic import write_text
from gtrack.io.bed_columns import cell
from gtrack.io.hit_columns import number

WORD_COLUMNS = (
    "word consensus members top places expected mean_relevance q nearest_id nearest_name "
    "similarity counts"
).split()
"""``counts``: A,C,G,T per position of the consensus, positions separated by ``;``. Where no motif
is near, its columns are ``NA``."""


def write_words_tsv(path: Path, words: Iterable[Word]) -> None:
    """Write one line per word, in the order given, atomically; see :data:`WORD_COLUMNS`."""
    rows = (WORD_COLUMNS, *map(_cells, words))
    write_text(path, "".join("\t".join(row) + "\n" for row in rows))


def _cells(word: Word) -> tuple[str, ...]:
    near = ("NA", "NA", "NA")
    if word.nearest_id:
        near = (cell(word.nearest_id), cell(word.nearest_name), f"{word.similarity:.3f}")
    return (
        *(word.word, word.consensus, str(word.members), str(word.top), str(word.places)),
        *(f"{word.expected:.3g}", f"{word.mean_relevance:.5g}", number(word.q), *near),
        ";".join(",".join(map(str, column)) for column in word.counts.tolist()),
    )


def parsed_word(row: Mapping[str, str]) -> Word:
    """Return a row as a word.

    Raises
    ------
    ValueError
        When a cell is no number, or the counts are no table of four columns.
    """
    counts = np.array([column.split(",") for column in row["counts"].split(";")], np.int64)
    if counts.shape != (len(row["consensus"]), 4) or (counts < 0).any():
        raise ValueError("counts are not four per letter of the consensus")
    near = row["similarity"] != "NA"
    return Word(
        word=row["word"],
        consensus=row["consensus"],
        members=int(row["members"]),
        top=int(row["top"]),
        places=int(row["places"]),
        expected=float(row["expected"]),
        mean_relevance=float(row["mean_relevance"]),
        q=float(row["q"]),
        counts=counts,
        nearest_id=row["nearest_id"] if near else "",
        nearest_name=row["nearest_name"] if near else "",
        similarity=float(row["similarity"]) if near else 0.0,
    )
