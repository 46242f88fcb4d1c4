"""Regions as columns are the intervals that they were made of, and are read as these are."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.core.intervals import Interval
from gtrack.core.regions import Lines, Regions
from gtrack.core.scan.gathering import RegionBases, read_at
from gtrack.core.scan.loose import LooseGenome, LooseSequence
from gtrack.core.scan.regions import canonical_regions, merge_regions
from gtrack.core.scan.widening import widened
from gtrack.core.sequences import other_letters
from gtrack.core.texts import Texts
from gtrack.io import bed
from gtrack.io.bed_growing import parts_of

SIZES = {"b": 90, "a": 60}


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    chrom = draw(st.sampled_from(sorted(SIZES)))
    start = draw(st.integers(0, SIZES[chrom] - 1))
    end = draw(st.integers(start + 1, SIZES[chrom]))
    summit = draw(st.none() | st.integers(0, end - start - 1))
    label = draw(st.sampled_from([None, None, "1", "yes"]))
    name = draw(st.sampled_from([".", "", "a", "ü b", "\U0001f9ec"]))
    strand = draw(st.sampled_from("+-."))
    return Interval(chrom, start, end, name, strand, summit, f"r.bed:{start}", label)


LISTS = st.lists(intervals(), max_size=12)


def whole(regions: list[Interval] | Regions) -> list[tuple[Interval, str]]:
    return [(region, region.origin) for region in regions]


@given(LISTS, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_columns_give_the_intervals_back(given_: list[Interval], rng: object) -> None:
    regions = Regions.of(given_)
    assert whole(regions) == whole(given_)
    assert regions == tuple(given_)
    for cut in (slice(1, 4), slice(None, None, -1), slice(5, 2)):
        assert whole(regions[cut]) == whole(given_[cut])
    index = [rng.randrange(len(given_)) for _ in given_]  # type: ignore[attr-defined]
    assert whole(regions.take(np.array(index, int))) == [whole(given_)[each] for each in index]
    assert [regions[at].locus for at in range(-len(given_), 0)] == [r.locus for r in given_]
    assert regions.present == [*dict.fromkeys(r.chrom for r in given_)]
    assert regions.stranded == all(r.strand != "." for r in given_)
    assert regions.lengths.tolist() == [len(r) for r in given_]
    for width in (1, 20, 33):
        assert regions.centred(width).tolist() == [r.centred(width) for r in given_]


def test_a_region_that_is_not_there_is_none() -> None:
    with pytest.raises(IndexError):
        Regions.of([Interval("a", 0, 1)])[1]
    assert Regions.of([]) != [Interval("a", 0, 1)]


def test_places_beyond_32_bits_stay() -> None:
    far = Interval("a", 2**31 + 5, 2**32 + 7)
    assert Regions.of([Interval("a", 0, 1), far])[1] == far


@given(st.lists(st.text(max_size=5), max_size=9))
def test_texts_stay(given_: list[str]) -> None:
    texts = Texts.of(given_)
    assert [*texts] == given_ == [texts[at] for at in range(len(given_))]
    assert [*texts[1:3]] == given_[1:3]
    assert [*texts[::-2]] == given_[::-2]


@given(LISTS)
@settings(deadline=None)
def test_sorted_regions_are_those_of_a_slow_twin(given_: list[Interval]) -> None:
    order = list(SIZES)
    slow = sorted(
        dict.fromkeys(given_),
        key=lambda r: (
            *(order.index(r.chrom), r.start, r.end, r.strand, r.name),
            -1 if r.summit is None else r.summit,
        ),
    )
    found, twice = canonical_regions(given_, SIZES)
    assert whole(found) == whole(slow)
    assert twice == len(given_) - len(slow)


@given(LISTS, st.none() | st.integers(0, 40), st.integers(1, 50))
@settings(deadline=None)
def test_widened_regions_are_those_of_a_slow_twin(
    given_: list[Interval], flank: int | None, resize: int
) -> None:
    found = widened(given_, SIZES, flank=flank, resize=resize if flank is None else None)
    for one, region in zip(found, given_, strict=True):
        start = region.centred(resize) if flank is None else region.start - flank
        end = start + resize if flank is None else region.end + flank
        assert (one.start, one.end) == (max(start, 0), min(end, SIZES[region.chrom]))
        assert (one.name, one.strand, one.label) == (region.name, region.strand, region.label)
        if region.summit is None:
            assert one.summit is None
        else:
            assert one.summit is not None
            assert one.start + one.summit == region.start + region.summit


GENOME = LooseGenome.of(
    Path("x.fa"),
    [
        LooseSequence("b", ("ACGTNacgtnRYRY" * 9)[: SIZES["b"]], "x.fa:1"),
        LooseSequence("a", ("NNNNNNacgtK" * 9)[: SIZES["a"]], "x.fa:3"),
    ],
)


@pytest.mark.parametrize(("gap", "at_once"), [(1 << 10, 1 << 20), (0, 7), (5, 30), (3, 64)])
@given(given_=LISTS)
@settings(deadline=None)
def test_bases_of_regions_are_those_of_a_slow_twin(
    gap: int, at_once: int, given_: list[Interval]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gtrack.core.scan.gathering._GAP", gap)
        patch.setattr("gtrack.core.scan.gathering._AT_ONCE", at_once)
        regions, _ = canonical_regions(given_, SIZES)
        found = RegionBases.of(GENOME, regions)
        chroms, rank = tuple(SIZES), regions.rank(SIZES)
        texts = read_at(GENOME.fetch, chroms, rank, regions.start, regions.end)
    assert texts == [GENOME.fetch(r.chrom, r.start, r.end) for r in regions]
    assert found.known.tolist() == [len(text) - text.count("N") for text in texts]
    runs = [(c, a, b) for c, run in merge_regions(regions).items() for a, b in run]
    assert found.bases == sum(b - a for _, a, b in runs)
    others = Counter[str]()
    for run in runs:
        others += other_letters(GENOME.letters(*run))
    assert found.others == others
    assert found.others.most_common() == others.most_common(), "of equal ones the first comes first"


def test_what_lies_between_two_places_is_nobodys() -> None:
    def read(chrom: str, start: int, end: int) -> str:
        if start <= 20 < end:
            raise InputError(f"{chrom}:{start}-{end}")
        return "A" * (end - start)

    chrom = np.array([0, 0])
    assert read_at(read, ["a"], chrom, np.array([0, 30]), np.array([9, 40])) == ["A" * 9, "A" * 10]
    with pytest.raises(InputError, match="a:15-25"):
        read_at(read, ["a"], chrom, np.array([0, 15]), np.array([9, 25]))


FIELDS = st.tuples(
    st.sampled_from(["a", "b", "a", '"a"', "", "track"]),
    st.sampled_from(["1", "7", "0", "-1", "x", ""]),
    st.sampled_from(["9", "12", "3", "99999999999", "1e3"]),
    st.sampled_from(["n", "", ".", "ü"]),
    st.just("0"),
    st.sampled_from(["+", "-", ".", "*", "?"]),
)


@given(st.lists(st.tuples(FIELDS, st.integers(0, 40)), max_size=6), st.sampled_from([3, 4, 6]))
@settings(deadline=None, max_examples=200)
def test_many_lines_at_once_are_read_as_one_by_one(
    tmp_path_factory: pytest.TempPathFactory,
    odd: list[tuple[tuple[str, ...], int]],
    columns: int,
) -> None:
    """Plain lines, some of them replaced by others: the same regions, or the same refusal."""
    rows = [("a", f"{at}", f"{at + 5}", f"n{at}", "0", "+-."[at % 3]) for at in range(41)]
    for fields, at in odd:
        rows[at] = fields
    path = tmp_path_factory.mktemp("bed") / "r.bed"
    path.write_text("".join("\t".join(row[:columns]) + "\n" for row in rows))

    def read(at_once: int) -> object:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("gtrack.io.bed_growing._AT_ONCE", at_once)
            try:
                found = bed.read_regions(path)
            except InputError as error:
                return str(error)
            return whole(list(found.intervals)), found.notes, found.strandless

    assert read(8) == read(10**9)


def test_what_is_wrong_with_a_file_comes_after_its_lines() -> None:
    def lines():
        yield from [(1, b"a"), (2, b"b")]
        raise InputError("torn")

    parts = parts_of(lines())
    assert next(parts) == [(1, b"a"), (2, b"b")]
    with pytest.raises(InputError, match="torn"):
        next(parts)


def test_lines_are_named_when_they_are_asked_for() -> None:
    lines = Lines("r.bed", [3, 5, 8])
    assert (lines[1], [*lines[1:]], [*lines.take(np.array([2]))]) == (
        "r.bed:5",
        ["r.bed:5", "r.bed:8"],
        ["r.bed:8"],
    )
