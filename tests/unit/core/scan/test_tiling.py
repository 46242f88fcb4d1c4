"""Tiles, runs of N and blacklist share a genome out: nothing twice, nothing lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.core.intervals import Interval
from gtrack.core.scan import tiling
from gtrack.core.scan.tiling import N_RUN, WHOLE, lay_tiles, less, stretches, unknown_in
from gtrack.core.scan.windows import lay_windows
from gtrack.core.sequences import as_read

SIZES = {"chr2": 5_000, "chr1": 300, "HLA:A*01": 40, "chrX": 7}


class Held:
    """A genome in memory."""

    path, note = Path("genome.fa"), None

    def __init__(self, **sequences: bytes) -> None:
        self._sequences = sequences
        self.chrom_sizes = {name: len(each) for name, each in sequences.items()}

    def letters(self, chrom: str, start: int, end: int) -> bytes:
        return self._sequences[chrom][start:end]

    def fetch(self, chrom: str, start: int, end: int) -> str:
        return as_read(self.letters(chrom, start, end))


@st.composite
def sequences(draw: st.DrawFn) -> bytes:
    """Draw runs of bases and of N, about as long as what is left out, and longer."""
    lengths = st.integers(1, 3 * N_RUN)
    runs = draw(st.lists(st.tuples(st.sampled_from([b"A", b"g", b"N", b"n", b"R"]), lengths)))
    return b"".join(letter * length for letter, length in runs) or b"C"


@st.composite
def genomes(draw: st.DrawFn) -> Held:
    return Held(**{f"c{k}": draw(sequences()) for k in range(draw(st.integers(1, 3)))})


@st.composite
def runs_in(draw: st.DrawFn, size: int) -> list[tuple[int, int]]:
    edges = sorted(draw(st.sets(st.integers(0, size), max_size=12)))
    return list(zip(edges[::2], edges[1::2], strict=False))


def marked(runs: list[tuple[int, int]], size: int) -> np.ndarray:
    there = np.zeros(size, np.int64)
    for start, end in runs:
        there[start:end] += 1
    return there


@given(st.data())
def test_tiles_n_and_blacklist_are_the_genome_and_every_known_base_is_owned_once(data) -> None:
    genome, sizes = data.draw(genomes()), None
    sizes = genome.chrom_sizes
    black = {name: data.draw(runs_in(size)) for name, size in sizes.items()}
    try:
        tiles = lay_tiles([WHOLE], genome, black)
    except InputError:  # nothing is left, as is seen below
        tiles = None
    regions = () if tiles is None else tiles.regions
    grid = None
    if tiles is not None:
        window = data.draw(st.integers(1, 400))
        grid = lay_windows(regions, sizes, window, data.draw(st.integers(1, window)))
    unknown = blacklisted = 0
    for at, (name, size) in enumerate(sizes.items()):
        gaps = marked([*unknown_in(genome, name, 0, size)], size)
        listed = marked(black[name], size)
        tiled = marked([(r.start, r.end) for r in regions if r.chrom == name], size)
        assert np.array_equal(tiled, (gaps == 0) & (listed == 0))
        unknown, blacklisted = unknown + gaps.sum(), blacklisted + (listed > gaps).sum()
        known = np.array([letter != "N" for letter in genome.fetch(name, 0, size)])
        assert not (known & (gaps > 0)).any()
        if grid is not None:
            mine = grid.chrom[grid.run_window] == at
            runs = zip(grid.run_start[mine].tolist(), grid.run_end[mine].tolist(), strict=True)
            owned = marked([*runs], size)
            assert np.array_equal(owned, tiled)
            assert (owned[known & (listed == 0)] == 1).all()
    if tiles is not None:
        assert (tiles.unknown, tiles.blacklisted) == (unknown, blacklisted)
        scanned = sum(map(len, regions))
        assert scanned + unknown + blacklisted == tiles.asked == sum(sizes.values())


@given(sequences(), st.integers(1, 250))
def test_runs_of_n_are_those_that_a_look_at_every_base_finds(monkeypatch_piece, sequence, piece):
    monkeypatch_piece(piece)
    found = list(unknown_in(Held(c=sequence), "c", 0, len(sequence)))
    expected, began = [], None
    for at, letter in enumerate([*as_read(sequence), "A"]):
        if letter == "N":
            began = at if began is None else began
        elif began is not None:
            if at - began >= N_RUN:
                expected.append((began, at))
            began = None
    assert found == expected


@pytest.fixture(scope="module")
def monkeypatch_piece():
    with pytest.MonkeyPatch.context() as patch:
        yield lambda size: patch.setattr(tiling, "_PIECE", size)


@given(st.data())
def test_less_is_what_a_look_at_every_base_says(data) -> None:
    runs, cut = data.draw(runs_in(60)), data.draw(runs_in(60))
    left = less(runs, cut)
    assert np.array_equal(marked(left, 60), marked(runs, 60) & (1 - marked(cut, 60)))
    assert all(start < end for start, end in left)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ([WHOLE], {name: [(0, size)] for name, size in SIZES.items()}),
        (["chr1"], {"chr1": [(0, 300)]}),
        (["chr2:1-1"], {"chr2": [(0, 1)]}),
        (["chr2:1,001-2,000", "chr1:5-9"], {"chr2": [(1000, 2000)], "chr1": [(4, 9)]}),
        (["chr2:1-20", "chr2:10-30", "chr2:31-40"], {"chr2": [(0, 40)]}),
        (["HLA:A*01"], {"HLA:A*01": [(0, 40)]}),
        (["HLA:A*01:3-40"], {"HLA:A*01": [(2, 40)]}),
        (["chr1", WHOLE], {name: [(0, size)] for name, size in SIZES.items()}),
    ],
)
def test_stretches_are_read_as_people_write_them(asked, expected) -> None:
    found = stretches(asked, SIZES)
    assert found == expected
    assert list(found) == list(expected)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1", "the genome has no '1'; is it 'chr1'?"),
        ("CHR2:1-9", "the genome has no 'CHR2'; is it 'chr2'?"),
        ("chr9:1-9", "the genome has no 'chr9'; write CHROM or CHROM:START-END"),
        ("chr1:5", "write CHROM:START-END, both counted from 1"),
        ("chr1:a-b", "write CHROM:START-END, both counted from 1"),
        ("chr1:", "write CHROM:START-END, both counted from 1"),
        ("chr1:0-9", "START counts from 1"),
        ("chr1:9-8", "START counts from 1"),
        ("chr1:1-301", "ends beyond 'chr1' (300 bp); is it another assembly?"),
        ("chr1:1-99999999999999999999", "ends beyond 'chr1'"),
    ],
)
def test_what_is_no_stretch_of_the_genome_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError, match="--tile ") as error:
        stretches([text], SIZES)
    assert said in str(error.value)


def test_chromosomes_that_are_too_short_for_a_model_are_counted() -> None:
    genome = Held(long=b"A" * 300, short=b"C" * 20, other=b"G" * 19 + b"N")
    tiles = lay_tiles([WHOLE], genome, {"other": [(0, 5)]})
    kept = tiles.on_chroms_of(200, genome.chrom_sizes)
    assert [r.locus for r in kept.regions] == ["long:1-300"]
    assert (kept.short, kept.short_chroms) == (35, 2)
    assert kept.said() == [
        "--tile: 300 of 340 bases in 1 stretch; left out: 5 on the blacklist, 35 of 2 sequences "
        "shorter than the input of a model"
    ]
    assert tiles.on_chroms_of(20, genome.chrom_sizes) is tiles
    assert tiles.on_chroms_of(999, genome.chrom_sizes) is tiles  # the windows refuse it
    assert Interval("long", 0, 300) in tiles.regions
