"""bedtools' door against sets of bases, and what it says when bedtools is not there."""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from gtrack.core.errors import InputError
from gtrack.io.intervals_bedtools import covered, masks, require_bedtools

needs_bedtools = pytest.mark.skipif(
    shutil.which("bedtools") is None, reason="bedtools is not on this machine"
)


def places(chance, n, names=("chr1", "chr2", "#odd name")):
    """Return random places that overlap, touch and repeat."""
    found = []
    for _ in range(n):
        start = chance.randrange(300)
        found.append((chance.choice(names), start, start + chance.randrange(1, 40)))
    return found


@needs_bedtools
@pytest.mark.parametrize("seed", range(4))
def test_masks_equal_sets_of_bases(seed: int) -> None:
    chance = random.Random(seed)
    regions = places(chance, 25)
    annotated = places(chance, 60, ("chr1", "chr2", "#odd name", "chrUn"))
    bases = {(chrom, at) for chrom, start, end in annotated for at in range(start, end)}
    for (chrom, start, end), mask in zip(regions, masks(regions, iter(annotated)), strict=True):
        assert mask.tolist() == [(chrom, at) in bases for at in range(start, end)]


@needs_bedtools
def test_runs_are_merged_and_count_from_the_region() -> None:
    annotated = [("chr1", 20, 30), ("chr1", 5, 12), ("chr1", 10, 20), ("chr1", 40, 40)]
    assert covered([("chr1", 8, 50), ("chr2", 0, 9)], annotated) == [[(0, 22)], []]


@needs_bedtools
def test_nothing_covers_nothing() -> None:
    assert covered([], [("chr1", 0, 9)]) == []
    assert covered([("chr1", 0, 9)], []) == [[]]
    assert not np.any(masks([("chr1", 0, 9)], [("chr2", 0, 9)])[0])


@needs_bedtools
def test_no_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    covered([("chr1", 0, 9)], [("chr1", 2, 4)])
    assert [*tmp_path.iterdir()] == []
    assert tempfile.tempdir == str(tmp_path)


@needs_bedtools
def test_what_bedtools_refuses_is_told() -> None:
    with pytest.raises(InputError, match="bedtools refuses the annotation"):
        covered([("chr1", 0, 9)], [("chr1", -5, 4)])


def test_a_missing_program_is_said_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="apt-get install bedtools"):
        require_bedtools()


def test_a_missing_package_is_said_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pybedtools", None)
    with pytest.raises(InputError, match=r"pip install 'gtrack\[evaluate\]'"):
        covered([("chr1", 0, 9)], [("chr1", 2, 4)])
