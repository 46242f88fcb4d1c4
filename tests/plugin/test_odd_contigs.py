"""Sequences whose names igv.js stumbles over, and a genome that is 2bit, in a real Chromium."""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest

from gtrack.publish.manifest import read_manifest
from tests.conftest import make_genome, write_fasta_file

TEST = Path(__file__).resolve().parents[2] / "igv_plugin" / "test" / "viewer" / "contigs.test.js"
GI = "gi|9626243|ref|NC_001416.1|"
HLA = "HLA-A*01:01:01:01"


@pytest.mark.parametrize(
    ("chroms", "packed"),
    [
        ({"chr2": GI}, False),
        ({"chr2": GI, "chr10": "gi|2|gb|U2.1|", "chr1": "NC_001416.1"}, True),
        ({"chr2": HLA, "chr10": "HLA-A*01:01:01", "chr1": "chr1"}, False),
        ({"chr2": "HLA-DRB1*15:01", "chr1": "1"}, True),
    ],
    ids=["gi", "gi-2bit", "hla", "hla-2bit"],
)
def test_odd_contigs(
    chroms: dict[str, str], packed: bool, tmp_path: Path, run, make_cnn, node, chromium, viewing
) -> None:
    """Cases 09 and 10; of the 2bit no copy is made, so that the viewer reads it as it is."""
    genome = {chroms[name]: bases for name, bases in make_genome().items() if name in chroms}
    chrom = chroms["chr2"]
    fasta = write_fasta_file(tmp_path / "genome.fa", genome)
    (tmp_path / "regions.bed").write_text(f"{chrom}\t8000\t8200\tone\n")
    options = ["--bed", tmp_path / "regions.bed", "--model", f"m={make_cnn(tmp_path / 'cnn')}"]
    out = tmp_path / "out"
    run("scan", *options, "--fasta", fasta, "--out", out)
    run("hub", out, "--email", "me@example.org")
    if packed:
        shutil.copy(out / "hub" / "genome.2bit", tmp_path / "genome.2bit")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("gtrack.workflows.folder.genome._COPY_UP_TO", 1)
            again = [*options, "--fasta", tmp_path / "genome.2bit", "--out", out, "--overwrite"]
            run("scan", *again)
        assert read_manifest(out / "manifest.json").genome["fasta"] is None
        run("hub", out, "--email", "me@example.org")
    place = read_manifest(out / "manifest.json").locus
    with ExitStack() as stack:
        case = {
            "url": stack.enter_context(viewing(out)),
            "hub": stack.enter_context(viewing(out, "--hub")),
            "bases": genome[chrom][place["start"] : place["end"]].upper(),
            "copied": not packed,
            **place,
        }
        (tmp_path / "case.json").write_text(json.dumps(case))
        node(TEST, GTRACK_CASE=str(tmp_path / "case.json"), CHROMIUM=chromium)
