"""Regions against the genome: cases 11 and 13 to 16 of the fault matrix."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.core.intervals import Interval
from gtrack.core.scan.regions import canonical_regions, check_regions

FASTA = Path("g.fa")


def at(chrom: str, line: int = 1, end: int = 50) -> Interval:
    return Interval(chrom, 0, end, origin=f"r.bed:{line}")


def refusal(regions: list[Interval], sizes: dict[str, int]) -> str:
    with pytest.raises(InputError) as caught:
        check_regions(regions, sizes, FASTA)
    return str(caught.value)


def test_regions_on_the_genome_pass() -> None:
    check_regions([at("chr1", end=100), at("chr2")], {"chr1": 100, "chr2": 50}, FASTA)
    check_regions([], {}, FASTA)


def test_beyond_the_end() -> None:
    """Case 14."""
    message = refusal([at("c"), at("c", 2, 101), at("c", 3, 200)], {"c": 100})
    assert message.startswith(
        "r.bed:2: the region ends at 101, beyond the end of 'c' (100 bp in g.fa)"
    )


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("chr1", "1"),
        ("1", "chr1"),
        ("chrM", "MT"),
        ("MT", "chrM"),
        ("M", "MT"),
        ("chrMT", "chrM"),
        ("Chr1", "chr1"),
        ("CHRX", "X"),
        ("x", "chrX"),
        (" chr1", "chr1"),
    ],
)
def test_an_alias_is_suggested(name: str, there: str) -> None:
    """Case 15."""
    message = refusal([at(name)], {"other": 9, there: 100})
    assert message == (
        f"r.bed:1: chromosome not in g.fa: {name!r} (1 region, there {there!r}); "
        "rename them in the BED; gtrack does not guess"
    )


def test_an_exact_alias_beats_one_of_other_case() -> None:
    assert "there 'chr1'" in refusal([at("1")], {"CHR1": 100, "chr1": 100})


def test_unknown_chromosomes_are_counted() -> None:
    """Case 16: the first three names, in file order, before any other complaint."""
    names = ["c", "y", "z", "y", "x", "w"]
    regions = [at(name, line, 1000) for line, name in enumerate(names, start=1)]
    assert refusal(regions, {"c": 100, "d": 1, "e": 1, "f": 1}) == (
        "r.bed:2: chromosomes not in g.fa: 'y' (2 regions), 'z' (1 region), 'x' (1 region) "
        "and 1 more; its names are 'c', 'd', 'e', ..."
    )


def test_names_are_escaped() -> None:
    assert refusal([at("\x1b[31m")], {"c": 1}).isprintable()


REGIONS = st.lists(
    st.builds(
        lambda chrom, start, length, name, strand, summit, line: Interval(
            chrom, start, start + length, name, strand, summit, f"r.bed:{line}"
        ),
        st.sampled_from(["b", "a"]),
        st.integers(0, 2),
        st.integers(1, 2),
        st.sampled_from([".", "n"]),
        st.sampled_from("+-."),
        st.sampled_from([None, 0]),
        st.integers(1, 9),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(REGIONS, st.randoms(use_true_random=False))
def test_order_and_duplicates_do_not_matter(regions: list[Interval], rng: object) -> None:
    """Cases 11 and 13."""
    sizes = {"b": 9, "a": 9}
    sorted_once, duplicates = canonical_regions(regions, sizes)
    assert len(sorted_once) + duplicates == len(regions)
    assert set(sorted_once) == set(regions)
    for left, right in pairwise(sorted_once):
        a, b = (
            (list(sizes).index(i.chrom), i.start, i.end, i.strand, i.name, i.summit is not None)
            for i in (left, right)
        )
        assert a < b
    shuffled = [*regions, *regions]
    rng.shuffle(shuffled)
    again, more = canonical_regions(shuffled, sizes)
    assert again == sorted_once
    assert more == duplicates + len(regions)


def test_of_equal_regions_the_first_is_kept() -> None:
    (kept,), duplicates = canonical_regions([at("c", 7), at("c", 3)], {"c": 50})
    assert kept.origin == "r.bed:7"
    assert duplicates == 1
