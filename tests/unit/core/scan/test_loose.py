"""Loose sequences as contigs: names that every browser takes, and letters as they were given."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.scan.loose import LONGEST_NAME, LooseGenome, LooseSequence, contig_names

FILE = Path("x.fa")


@given(
    st.lists(st.text(max_size=90) | st.sampled_from(["a", "A", "a_2", "a_2_2", ""]), max_size=30)
)
def test_names_are_safe_distinct_in_any_case_and_one_for_each(names: list[str]) -> None:
    found = contig_names(names)
    assert len(found) == len(names)
    assert len({name.casefold() for name in found}) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) for name in found)
    assert all(len(name) <= LONGEST_NAME + 9 for name in found)
    assert contig_names(found) == found, "a safe name stays"


@pytest.mark.parametrize(
    ("given", "contig"),
    [
        ("chr1:1,000-1,200(+)", "chr1_1_000-1_200"),
        ("HLA-A*01:01:01", "HLA-A_01_01_01"),
        ("gi|568815597|ref|NC_000001.11|", "gi_568815597_ref_NC_000001.11"),
        ("../../etc/passwd", "etc_passwd"),
        ("<b>ü</b>", "b_b"),
        ("***", "row1"),
        ("n" * 500, "n" * LONGEST_NAME),
    ],
)
def test_what_breaks_browsers_is_taken_out(given: str, contig: str) -> None:
    assert contig_names([given]) == [contig]


def test_each_sequence_is_a_contig_and_a_region_of_its_own() -> None:
    genome = LooseGenome.of(
        FILE,
        [
            LooseSequence("p:1", "acgtRN", "x.fa:1", "yes"),
            LooseSequence("", "TTT", "x.fa:3"),
            LooseSequence("p:1", "G", "x.fa:5"),
        ],
    )
    assert genome.chrom_sizes == {"p_1": 6, "row2": 3, "p_1_2": 1}
    assert genome.written["p_1"] == "acgtRN"
    assert genome.letters("p_1", 1, 5) == b"cgtR"
    assert genome.fetch("p_1", 1, 6) == "CGTNN"
    rows = [(r.chrom, r.start, r.end, r.name, r.strand, r.label) for r in genome.regions]
    assert rows == [
        ("p_1", 0, 6, "p:1", "+", "yes"),
        ("row2", 0, 3, "row2", "+", None),
        ("p_1_2", 0, 1, "p:1", "+", None),
    ]
    assert [region.origin for region in genome.regions] == ["x.fa:1", "x.fa:3", "x.fa:5"]
