"""``gtrack view`` of loose sequences in a real Chromium."""

from __future__ import annotations

import json
from pathlib import Path

TEST = Path(__file__).resolve().parents[2] / "igv_plugin" / "test" / "viewer" / "loose.test.js"
LONG = "ACGTTGCATGCCGTAGGATCCTTAGA" * 20
GIVEN = {
    "gi|5|gb|U1.1|": ("gi_5_gb_U1.1", LONG[:128]),
    "HLA-A*01:01": ("HLA-A_01_01", LONG[5:90].lower()),
    "chr1:100-300(+)": ("chr1_100-300", LONG[3:203]),
    "1": ("1", LONG[9:200]),
    "long": ("long", LONG),
}


def test_loose_sequences(tmp_path: Path, run, make_cnn, node, chromium, viewing) -> None:
    path = tmp_path / "x.fa"
    path.write_text("".join(f">{name}\n{bases}\n" for name, (_, bases) in GIVEN.items()))
    out = tmp_path / "out"
    run("scan", "--sequences", path, "--model", f"m={make_cnn(tmp_path / 'cnn')}", "--out", out)
    contigs = [(contig, name, bases) for name, (contig, bases) in GIVEN.items()]
    with viewing(out) as url:
        case = tmp_path / "case.json"
        case.write_text(json.dumps({"url": url, "contigs": contigs}))
        node(TEST, GTRACK_CASE=str(case), CHROMIUM=chromium)
