"""A report in a real browser: no words on data, figures that are whole alone, four on a page."""

from __future__ import annotations

import shutil
from pathlib import Path

from gtrack.publish.manifest import read_manifest

TEST = Path(__file__).resolve().parents[2] / "igv_plugin" / "test" / "viewer" / "report.test.js"


def test_a_report_in_a_browser(run, node, chromium, example_scan: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(example_scan, tmp_path / "out"))
    short = tmp_path / "short.html"
    run("report", out, "--loci", 12, "--out", short)
    place = read_manifest(out / "manifest.json").locus
    chrom, start = place["chrom"], place["start"]
    long = "ENST00000456328.2_WITH_A_VERY_LONG_NAME"
    genes = [(start - 50 + 11 * k, 70 + 9 * k, f"{long}_{k}" if k % 3 else "G") for k in range(14)]
    genes += [(start, 7, "LEFT"), (start + 132, 8, long), (start - 500, 1500, "WHOLE_GENE")]
    lines = sorted((at, f"{chrom}\t{at}\t{at + n}\t{name}\t0\t+\n") for at, n, name in genes)
    (tmp_path / "genes.bed").write_text("".join(line for _, line in lines))
    track = next(each for each in read_manifest(out / "manifest.json").tracks if each.is_relevance)
    given = [f"MANY_GENES_AND_A_NAME_OF_FORTY_CHARACTERS={tmp_path / 'genes.bed'}"]
    given += [f"SIGNAL_BELOW_AND_ABOVE_ZERO={out / track.path}"]
    run("annotate", out, *given)
    run("report", out, "--loci", 12)
    pages = {"GTRACK_REPORT": str(out / "report.html"), "GTRACK_SHORT_REPORT": str(short)}
    node(TEST, **pages, CHROMIUM=chromium)
