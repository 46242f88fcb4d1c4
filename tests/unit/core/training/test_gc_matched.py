from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from gtrack.core.errors import InputError
from gtrack.core.intervals import Interval
from gtrack.core.training.gc_matched import draw_gc_matched

WIDTH = 40
CHROMS = ("chr1", "chr2")


@pytest.fixture(scope="module")
def genome() -> dict[str, str]:
    """Two chromosomes, half of each GC-poor and half GC-rich, with a run of N between."""
    rng = np.random.default_rng(0)

    def half(gc: float) -> str:
        shares = [(1 - gc) / 2, gc / 2, gc / 2, (1 - gc) / 2]
        return "".join(rng.choice(list("ACGT"), 3000, p=shares))

    return {chrom: half(0.3) + "N" * 100 + half(0.7) for chrom in CHROMS}


def drawn(genome: dict[str, str], places: list[tuple[str, int]], seed: int = 0):
    positives = [Interval(c, at, at + WIDTH, origin=f"p.bed:{n}")
                 for n, (c, at) in enumerate(places, 1)]  # fmt: skip
    sizes = {chrom: len(sequence) for chrom, sequence in genome.items()}

    def fetch(chrom: str, start: int, end: int) -> str:
        return genome[chrom][start:end]

    return draw_gc_matched(positives, sizes, fetch, np.random.default_rng(seed))


def test_negatives_match_and_keep_apart(genome: dict[str, str]) -> None:
    places = [(CHROMS[i % 2], 500 + 60 * i) for i in range(20)]
    found, report = drawn(genome, places)
    assert (found, report) == drawn(genome, places)
    assert found != drawn(genome, places, seed=1)[0]
    assert report.matched == 20
    assert report.worst == 0

    def gc_bin(chrom: str, start: int) -> tuple[str, int]:
        window = genome[chrom][start : start + WIDTH]
        return chrom, int((window.count("G") + window.count("C")) / WIDTH / 0.02)

    windows = [(each.chrom, each.start) for each in found]
    assert Counter(gc_bin(*place) for place in windows) == Counter(
        gc_bin(*place) for place in places
    )
    taken = list(places)
    for chrom, start in windows:
        assert "N" not in genome[chrom][start : start + WIDTH]
        assert all(c != chrom or abs(s - start) >= WIDTH for c, s in taken)
        taken.append((chrom, start))


def test_the_nearest_are_taken_and_told_where_a_bin_is_short() -> None:
    rng = np.random.default_rng(3)
    poor = "".join(rng.choice(list("AT"), 2000))
    found, report = drawn({"c": "G" * WIDTH + poor}, [("c", 0)])
    assert len(found) == 1
    assert report.matched == 0
    assert report.worst == 0.98  # from the bin of GC 1 to that of GC 0


def test_no_room_is_said(genome: dict[str, str]) -> None:
    places = [("chr1", at) for at in range(0, 6061, WIDTH) if at not in (400, 440)]
    with pytest.raises(InputError, match=r"p.bed:1: chr1 has no place left for \d+ of \d+ gc-m"):
        drawn(genome, places)
