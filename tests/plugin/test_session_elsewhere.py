"""What `gtrack session` writes, opened by igv.js without gtrack on a page of another host."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from urllib.parse import quote

import pytest

from gtrack.publish.manifest import read_manifest
from tests.conftest import make_genome, write_fasta_file
from tests.workers import free_port

TEST = Path(__file__).resolve().parents[2] / "igv_plugin" / "test" / "viewer" / "shared.test.js"
FOLDER = "my scans/ü+1"


def opens(run, node, chromium, out: Path, folder: Path, bases: str) -> None:
    """Copy the files that are said to be needed to a host, and open the session from there."""
    port, place = free_port(), read_manifest(out / "manifest.json").locus
    host = folder / "host"
    ran = run("session", out, "--url", f"http://127.0.0.1:{port}/{quote(FOLDER)}")
    for path in ran.out.splitlines():
        (host / FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(out / path, host / FOLDER / path)
    address = f"http://127.0.0.1:{port}/{quote(FOLDER)}/igv_session.shared.json"
    case = {"host": str(host), "port": port, "session": address, "bases": bases.upper(), **place}
    (folder / "case.json").write_text(json.dumps(case))
    node(TEST, GTRACK_CASE=str(folder / "case.json"), CHROMIUM=chromium)


def test_the_example_opens_from_another_host(
    run, node, chromium, example_scan: Path, tmp_path: Path
) -> None:
    out = Path(shutil.copytree(example_scan, tmp_path / "out"))
    place = read_manifest(out / "manifest.json").locus
    fasta = (out / "genome" / "genome.fa").read_text()
    of_chrom = fasta.partition(f">{place['chrom']}\n")[2].partition(">")[0].replace("\n", "")
    opens(run, node, chromium, out, tmp_path, of_chrom[place["start"] : place["end"]])


@pytest.mark.parametrize("chrom", ["HLA-A*01:01:01:01", "gi|9626243|ref|NC_001416.1|"])
def test_odd_contigs_open_from_another_host(
    chrom: str, run, node, chromium, make_cnn, tmp_path: Path
) -> None:
    genome = {chrom: make_genome()["chr2"]}
    fasta = write_fasta_file(tmp_path / "genome.fa", genome)
    (tmp_path / "regions.bed").write_text(f"{chrom}\t8000\t8200\tone\n")
    (tmp_path / "sites.bed").write_text(f"{chrom}\t8010\t8020\tx\n")
    out = tmp_path / "out"
    inputs = ["--bed", tmp_path / "regions.bed", "--fasta", fasta]
    given = ["--annotation", f"sites={tmp_path / 'sites.bed'}"]
    run("scan", *inputs, "--model", f"m={make_cnn(tmp_path / 'cnn')}", *given, "--out", out)
    place = read_manifest(out / "manifest.json").locus
    opens(run, node, chromium, out, tmp_path, genome[chrom][place["start"] : place["end"]])
