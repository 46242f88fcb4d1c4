"""Features: what BED12 allows, and which of them lie on a genome."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.core.features import Feature, on_genome

GENE = Feature(
    *("chr1", 100, 200, "G", 7, "-", 120, 180, "1,20,255", (10, 30), (0, 70), "genes.bed:3"),
)


def test_what_is_left_out_is_the_whole_feature() -> None:
    peak = Feature("chr1", 5, 9)
    assert (peak.name, peak.score, peak.strand, peak.rgb) == (".", 0, ".", "0")
    assert (peak.thick_start, peak.thick_end, peak.blocks) == (5, 9, ((5, 9),))
    assert GENE.blocks == ((100, 110), (170, 200))
    assert replace(GENE, origin="elsewhere:1") == GENE


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"chrom": ""}, "chromosome name is empty"),
        ({"start": -1}, "start -1 and end 200 enclose no base"),
        ({"end": 100}, "start 100 and end 100 enclose no base"),
        ({"score": 1001}, "score 1001"),
        ({"score": -1}, "score -1"),
        ({"strand": "?"}, "strand '?'"),
        ({"thick_start": 99}, "thick part, 99 to 180"),
        ({"thick_end": 201}, "thick part, 120 to 201"),
        ({"thick_start": 181}, "thick part, 181 to 180"),
        ({"rgb": "256,0,0"}, "colour '256,0,0'"),
        ({"rgb": "red"}, "colour 'red'"),
        ({"rgb": "1,2"}, "colour '1,2'"),
        ({"block_sizes": (10,)}, "1 block sizes, but 2 block starts"),
        ({"block_sizes": (10, 0)}, "a block of 0 bp"),
        ({"block_sizes": (80, 30)}, "the block at 70 overlaps"),
        ({"block_starts": (70, 0)}, "the block at 0 overlaps"),
        ({"block_starts": (1, 70)}, "the blocks lie from 1 to 100"),
        ({"block_sizes": (10, 29)}, "the blocks lie from 0 to 99"),
    ],
)
def test_what_bed12_forbids(change: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=r"^genes\.bed:3: ") as caught:
        replace(GENE, **change)
    assert says in str(caught.value)


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 90)), max_size=30))
def test_every_feature_is_on_the_genome_or_counted(places: list[tuple[str, int]]) -> None:
    features = [Feature(chrom, start, start + 10) for chrom, start in places]
    elsewhere: Counter[str] = Counter()
    there = list(on_genome(features, {"b": 100, "d": 100, "x": 5}, elsewhere))
    assert there == [f for f in features if f.chrom in "bd"]
    assert elsewhere == Counter(f.chrom for f in features if f.chrom not in "bd")


def test_a_feature_beyond_its_chromosome_is_of_another_assembly() -> None:
    assert list(on_genome([GENE], {"chr1": 200}, Counter())) == [GENE]
    with pytest.raises(InputError, match=r"genes\.bed:3: 'G' ends at 200.*'chr1' \(199 bp\)"):
        list(on_genome([GENE], {"chr1": 199}, Counter()))
