"""Hits as bgzipped BED with a tabix index, as tabix itself reads them."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.io import packed_bed
from gtrack.io.packed_bed import pack_bed

SIZES = {"chr1": 300_000, "chr2": 40_000, "chrX": 1000}


def made(folder: Path, rows: list[tuple[str, int, int]], head: str = "#a\n#chrom\tx\n") -> Path:
    source = folder / "a.bed"
    lines = "".join(f"{c}\t{s}\t{e}\tn{at}\n" for at, (c, s, e) in enumerate(rows))
    source.write_text(head + lines)
    return source


@pytest.mark.skipif(shutil.which("tabix") is None, reason="tabix is not here")
@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(list(SIZES)), st.integers(0, 900), st.integers(1, 60)),
        max_size=40,
    ),
    st.integers(1, 5),
)
def test_tabix_finds_the_rows_of_every_place(tmp_path_factory, found, at_once: int) -> None:
    folder = tmp_path_factory.mktemp("packed")
    spread = {"chr1": 300, "chr2": 40, "chrX": 1}
    rows = sorted((c, s * spread[c], s * spread[c] + n) for c, s, n in found)
    source, target = made(folder, rows), folder / "a.bed.gz"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packed_bed, "_AT_ONCE", at_once)
        assert pack_bed(source, target, SIZES) == ".tbi"
    assert gzip.decompress(target.read_bytes()) == source.read_bytes()
    for chrom, start, end in [*rows[:5], ("chr1", 0, 300_000), ("chrX", 10, 500)]:
        place = f"{chrom}:{start + 1}-{end}"
        ran = subprocess.run(["tabix", target, place], capture_output=True, text=True, check=True)
        got = [line.split("\t")[:3] for line in ran.stdout.splitlines()]
        wanted = [[c, str(s), str(e)] for c, s, e in rows if c == chrom and s < end and e > start]
        assert got == wanted


@pytest.mark.parametrize(
    "rows",
    [
        [("chr1", 9, 10), ("chr1", 8, 10)],
        [("chr1", 1, 2), ("chr2", 1, 2), ("chr1", 3, 4)],
    ],
)
def test_what_is_not_sorted_is_refused(tmp_path: Path, rows) -> None:
    with pytest.raises(InputError, match=r"a\.bed:\d: is not in order"):
        pack_bed(made(tmp_path, rows), tmp_path / "a.bed.gz", SIZES)
    assert not (tmp_path / "a.bed.gz").exists()


def test_what_is_no_bed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.bed:1: is no line of a BED"):
        pack_bed(made(tmp_path, [], "chr1\tx\n"), tmp_path / "a.bed.gz", SIZES)


def test_a_long_chromosome_has_the_other_index(tmp_path: Path) -> None:
    rows = [("chr1", 5, 9)]
    assert pack_bed(made(tmp_path, rows), tmp_path / "a.bed.gz", {"chr1": 1 << 30}) == ".csi"
    assert (tmp_path / "a.bed.gz.csi").exists()
