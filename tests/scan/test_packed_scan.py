"""A scan whose tables are packed: the same rows, and every reader takes them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pandas as pd
import pysam
import pytest

import gtrack
from gtrack.cli import main
from gtrack.io import packed_tables

PACKED = {"regions.tsv.gz", "regions.tsv.gz.tbi", "windows.tsv.gz", "windows.tsv.gz.tbi"}
TABLES = {"regions.tsv", "windows.tsv"}


@pytest.fixture(scope="module")
def folders(make_inputs, tmp_path_factory) -> tuple[Path, Path]:
    """Scan most of a genome with both models, plain and packed."""
    from click.testing import CliRunner

    folder = tmp_path_factory.mktemp("packed")
    inputs = make_inputs(folder)
    tiles = ["--tile", "chr2:1-9,000", "--tile", "tiny", "--no-passport"]
    given = [*tiles, *inputs.options()[2:]]
    assert inputs.options()[0] == "--bed"
    outs = folder / "plain", folder / "packed"
    with pytest.MonkeyPatch.context() as patch:
        for out in outs:
            done = CliRunner().invoke(main, ["scan", *map(str, [*given, "--out", out])])
            assert done.exit_code == 0, done.output
            patch.setattr(packed_tables, "PLAIN_ROWS", 5)
    return outs


def names(out: Path) -> set[str]:
    return {path.name for path in out.iterdir()}


def test_the_same_rows_in_the_order_of_the_genome(folders) -> None:
    plain, packed = folders
    assert names(plain) - names(packed) == TABLES
    assert names(packed) - names(plain) == PACKED
    for name in TABLES:
        head, *rows = (plain / name).read_text().splitlines()
        sorted_head, *again = gzip.decompress((packed / f"{name}.gz").read_bytes()).split(b"\n")
        assert sorted_head.decode() == head
        assert sorted(each.decode() for each in again if each) == sorted(rows)
        frame = pd.read_csv(packed / f"{name}.gz", sep="\t")
        assert len(frame) == len(rows)
        with pysam.TabixFile(str(packed / f"{name}.gz")) as tabix:
            found = [*tabix.fetch("chr2", 6500, 6501)]
            at = head.split("\t").index("start")
            expected = [
                row
                for row in rows
                if row.split("\t")[at - 1] == "chr2"
                and int(row.split("\t")[at]) <= 6500 < int(row.split("\t")[at + 1])
            ]
            assert sorted(found) == sorted(expected)
            assert {row.split("\t")[6 if at == 2 else 5] for row in found} == {"cnn", "dnabert2"}


def test_the_manifest_names_them(folders, run) -> None:
    plain, packed = folders
    regions = json.loads((packed / "manifest.json").read_text())
    assert {regions["regions"][key] for key in ("table", "windows")} == PACKED & {
        "regions.tsv.gz",
        "windows.tsv.gz",
    }
    assert PACKED <= regions["files"].keys()
    assert json.loads((plain / "manifest.json").read_text())["regions"]["table"] == "regions.tsv"
    assert "all as it was written" in run("verify", packed).err
    (packed / "windows.tsv.gz.tbi").rename(packed / "gone")
    assert "windows.tsv.gz.tbi" in run("verify", packed, code=5).out
    (packed / "gone").rename(packed / "windows.tsv.gz.tbi")


def test_python_reads_both_alike(folders, monkeypatch) -> None:
    from gtrack.api import columns

    monkeypatch.setattr(columns, "_AT_ONCE", 37)
    plain, packed = (gtrack.open_scan(each) for each in folders)
    for one, other in ((plain.regions(), packed.regions()), (plain.windows(), packed.windows())):
        frames = [pd.DataFrame(each) for each in (one, other)]
        by = [
            name for name in ("chrom", "start", "end", "region", "strand", "model") if name in one
        ]
        left, right = (each.sort_values(by, kind="stable", ignore_index=True) for each in frames)
        pd.testing.assert_frame_equal(left, right)


def test_every_reader_takes_them(folders, run, tmp_path: Path) -> None:
    plain, packed = folders
    motifs = tmp_path / "m.meme"
    motifs.write_text(
        "MEME version 4\n\nALPHABET= ACGT\n\nMOTIF M1 ONE\nletter-probability matrix: w= 4\n"
        + "".join(" ".join("0.91" if b == w else "0.03" for b in "ACGT") + "\n" for w in "GATA")
    )
    for out in (plain, packed):
        run("hits", out, "--motifs", motifs)
        run("report", out)
        run("evaluate", out, "--sample", 1)
        run("passport", out, "--windows", 10)
        run("export", out, "--to", "modisco")
        run("hub", out, "--email", "me@example.org")
        run("hub", out, "--check")
    for name in (
        "trust.json",
        "evaluation/metrics.tsv",
        "hits/cnn.hits.bed",
        "hits/cnn.motifs.tsv",
    ):
        assert (plain / name).read_bytes() == (packed / name).read_bytes(), name
    assert "regions.tsv.gz" in (packed / "report.html").read_text()


def test_overwriting_leaves_nothing_of_the_other_form(folders, run, inputs, tmp_path, monkeypatch):
    out = tmp_path / "out"
    given = [*inputs.options("cnn"), "--out", out, "--no-passport"]
    run("scan", *given)
    monkeypatch.setattr(packed_tables, "PLAIN_ROWS", 5)
    run("scan", *given, "--overwrite")
    assert not names(out) & TABLES
    assert names(out) >= PACKED
    for name in sorted(PACKED):
        (out / name).unlink()
        run("scan", *given, "--resume")
        assert names(out) >= PACKED
    monkeypatch.undo()
    run("scan", *given, "--overwrite")
    assert not names(out) & PACKED
    assert names(out) >= TABLES
