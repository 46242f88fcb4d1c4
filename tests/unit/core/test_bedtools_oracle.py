"""Interval arithmetic against bedtools."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from gtrack.core.intervals import Interval
from gtrack.core.scan.regions import canonical_regions, merge_regions
from gtrack.core.scan.windows import lay_windows
from gtrack.io.bed import write_bed

pytestmark = pytest.mark.skipif(
    shutil.which("bedtools") is None, reason="bedtools is not on this machine"
)
SIZES = {"chr1": 20_000, "chr2": 9_000, "chr10": 300}


def random_regions(seed: int, n: int) -> list[Interval]:
    chance = random.Random(seed)
    regions = []
    for _ in range(n):
        chrom = chance.choice(list(SIZES))
        start = chance.randrange(SIZES[chrom] - 1)
        end = min(SIZES[chrom], start + chance.randrange(1, 900))
        regions.append(Interval(chrom, start, end))
    return canonical_regions(regions, SIZES)[0]


def merged_by_bedtools(path: Path) -> list[tuple[str, int, int]]:
    text = subprocess.run(
        ["bedtools", "merge", "-i", str(path)], check=True, capture_output=True, text=True
    ).stdout
    fields = [line.split("\t") for line in text.splitlines()]
    return [(chrom, int(start), int(end)) for chrom, start, end in fields]


@pytest.mark.parametrize("seed", range(6))
def test_the_union_of_regions_is_that_of_bedtools(seed: int, tmp_path: Path) -> None:
    regions = random_regions(seed, 60)
    write_bed(tmp_path / "r.bed", regions)
    ours = [(c, a, b) for c, runs in merge_regions(regions).items() for a, b in runs]
    assert ours == merged_by_bedtools(tmp_path / "r.bed")


@pytest.mark.parametrize("seed", range(6))
def test_owned_runs_join_to_that_union(seed: int, tmp_path: Path) -> None:
    regions = random_regions(seed, 60)
    grid = lay_windows(regions, SIZES, 200, 100)
    write_bed(tmp_path / "r.bed", regions)
    owned = [
        Interval(grid.chroms[grid.chrom[w]], start, end)
        for w, start, end in zip(
            grid.run_window.tolist(), grid.run_start.tolist(), grid.run_end.tolist(), strict=True
        )
    ]
    write_bed(tmp_path / "owned.bed", owned)
    assert merged_by_bedtools(tmp_path / "owned.bed") == merged_by_bedtools(tmp_path / "r.bed")
    assert sum(map(len, owned)) == sum(
        end - start for _, start, end in merged_by_bedtools(tmp_path / "r.bed")
    )
