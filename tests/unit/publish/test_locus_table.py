"""The loci in numbers: what the files say of each place, a line per model."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np
import pytest

from gtrack.core.hits.motif_hit import MotifHit
from gtrack.core.nearest_genes import NearGene
from gtrack.publish.report.letters import LetterPlot, ModelRow
from gtrack.publish.report.loci import Locus, genes_said
from gtrack.publish.report.locus_table import locus_table

MINUS = "\N{MINUS SIGN}"


class Rows(HTMLParser):
    """The cells of a table as a reader meets them: those that reach over lines are in each."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._below: dict[int, tuple[int, str]] = {}
        self._words: list[str] | None = None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
            self._fill()
        if tag in ("td", "th"):
            self._words, self._deep = [], int(dict(attrs).get("rowspan", 1))

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            words = "".join(self._words)
            if self._deep > 1:
                self._below[len(self.rows[-1])] = (self._deep - 1, words)
            self.rows[-1].append(words)
            self._fill()
            self._words = None

    def handle_data(self, data):
        if self._words is not None:
            self._words.append(data)

    def _fill(self):
        row = self.rows[-1]
        while len(row) in self._below:
            left, words = self._below.pop(len(row))
            if left > 1:
                self._below[len(row)] = (left - 1, words)
            row.append(words)


def hit(start, name, q, rel_sum=2.5):
    where = ("chr1", start, start + 8, name, "+", "M1", "s", rel_sum, 5.0, 1e-5, 1e-4, q)
    return MotifHit(*where, "a", "r", 0.01, None, None, False, name)


def locus(*hits, genes=None, start=100):
    rows = (
        ModelRow("a", np.array([0.5, -3.0, np.nan, 1.0], np.float32), 3.0, None, hits),
        ModelRow("b: x", np.full(4, np.nan, np.float32), 1.0),
    )
    plot = LetterPlot("chr1", start, start + 4, "ACGT", rows)
    return Locus(plot, ("r0", "r1"), genes)


def region(number, start, end, model, score, target=None):
    row = {"region": str(number), "chrom": "chr1", "start": str(start), "end": str(end)}
    row |= {"name": f"r{number}", "model": model, "score": score, "probability": "0.25"}
    return row if target is None else {**row, "target": target}


def test_a_line_says_what_the_files_say():
    given = (hit(100, "WEAK", 0.04, 9.0), hit(101, "BEST", 0.001, -2.0))
    near = (NearGene("TBP", "-", 1200, "downstream"),)
    regions = [
        *(region(0, 90, 101, "a", "1.5"), region(1, 101, 200, "a", "-2.25")),
        *(region(0, 90, 101, "b", "7", "x"), region(1, 101, 200, "b", "NA", "x")),
    ]
    html = locus_table([locus(*given, genes=near), locus(start=990)], regions, ["logit"])
    head, *lines = Rows(html).rows
    columns = "no.,place,regions,model,score,probability,largest |relevance|,top motif"
    assert head == [*columns.split(","), "nearest gene"]
    said = "TBP (-), 1,200 bp downstream"
    place = ["1", "chr1:101-104", "r1, r0"]
    assert lines[0] == [
        *(*place, "a", "-2.25", "0.25", f"{MINUS}3, C at 102", f"BEST {MINUS}2", said)
    ]
    assert lines[1] == [*place, "b: x", "NA", "0.25", "-", "-", said]
    far = ["2", "chr1:991-994", "r0, r1"]
    assert lines[2] == [*far, "a", "-", "-", f"{MINUS}3, C at 992", "-", ""]
    assert "which is named first" in html


@pytest.mark.parametrize(
    ("regions", "units", "columns"),
    [
        ([], ["logit"], []),
        ([region(0, 0, 200, "a", "1")], ["value"], ["score"]),
        ([region(0, 0, 200, "a", "1")], ["logit"], ["score", "probability"]),
    ],
)
def test_what_is_not_known_has_no_column(regions, units, columns):
    (head, *_) = Rows(locus_table([locus()], regions, units)).rows
    assert head[4:-2] == columns
    assert head[-2:] == ["largest |relevance|", "top motif"]


def test_no_locus_no_table():
    assert locus_table([], [], ["logit"]) == ""


@pytest.mark.parametrize(
    ("genes", "said"),
    [
        ([], "no gene on chr1"),
        ([NearGene("A", ".", 7, "left")], "A, 7 bp before it"),
        ([NearGene("A", ".", 7, "right")], "A, 7 bp behind it"),
        (
            [NearGene(name, "+", 0, "inside") for name in "ABCD"],
            "inside A (+), inside B (+) and 2 more",
        ),
    ],
)
def test_genes_in_words(genes, said):
    assert genes_said(genes, "chr1") == said
