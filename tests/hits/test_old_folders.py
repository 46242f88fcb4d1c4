"""A folder that gtrack 0.1.0 made: it is read by everything, and continued by nothing."""

from __future__ import annotations

import http.client
import json
import shutil
import threading
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest

import gtrack
from gtrack.core.errors import InputError
from gtrack.io.hit_files import read_hits_bed
from gtrack.io.plan_folder import read_plan
from gtrack.publish.viewer.named_files import manifest_files
from gtrack.workflows.folder.finished import open_finished
from gtrack.workflows.scanning.versions import check_version
from gtrack.workflows.view import ViewJob, view

MADE = Path(__file__).resolve().parents[1] / "fixtures" / "gtrack-0.1.0"
LOOSE = ("--q", "1", "--gate", "0.1", "--p-sequence", "0.02")
MAIL = ("--email", "me@example.org")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MADE, tmp_path / "old"))


@pytest.fixture
def motifs(tmp_path: Path, write_meme) -> Path:
    path = tmp_path / "m.meme"
    path.write_text(write_meme())
    return path


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_hits_are_called_anew(run, old: Path, motifs: Path) -> None:
    before = {model: read_hits_bed(old / f"hits/{model}.hits.bed") for model in ("cnn", "dnabert2")}
    run("hits", old, "--motifs", motifs, *LOOSE, "--loci")
    for model, hits in before.items():
        found = read_hits_bed(old / f"hits/{model}.hits.bed")
        assert len({(hit.chrom, hit.start) for hit in found + hits}) < len(found) + len(hits)
        assert all(hit.q_place is not None and hit.chance is not None for hit in found)
    manifest = json.loads((old / "manifest.json").read_text())
    assert manifest["models"][1]["targets"] == ["site"]
    assert manifest["versions"]["gtrack"] == "0.1.0", "who made the tracks"
    run("report", old)
    run("hub", old, *MAIL)


def test_few_bases_need_a_null(run, old: Path, motifs: Path) -> None:
    record = json.loads((old / "manifest.json").read_text())
    del record["null"]
    (old / "manifest.json").write_text(json.dumps(record))
    said = run("hits", old, "--motifs", motifs, code=2).error  # its regions are few
    assert "too few to call hits in, without a null" in said


def test_a_hub_and_a_report_are_made(run, old: Path) -> None:
    run("hub", old, *MAIL)
    assert "no findings" in run("hub", "--check", old).err
    made = {path.name for path in (old / "hub").glob("*.b?")}
    assert {"cnn.bw", "dnabert2-reverse.bw", "cnn-hits.bb", "genes.bb"} <= made
    page = (old / "hub/dnabert2.html").read_text()
    assert "site (of background, site)" in page
    assert "alibi rule" in page
    run("report", old)
    text = (old / "report.html").read_text()
    assert "logit of site - logit of background" in text
    assert "dnabert2 read tokens of several bases" in text


def test_its_hits_say_what_is_not_known(old: Path) -> None:
    hits = gtrack.open_scan(old).hits()
    assert len(hits["name"]) > 0
    assert np.isnan(hits["qPlace"]).all()
    assert np.isnan(hits["chance"]).all()
    assert not hits["bound"].any()
    assert hits["qWord"].tolist() == hits["qValue"].tolist()
    assert hits["family"].tolist() == hits["name"].tolist()


def test_pages_claim_nothing_new_of_it(run, old: Path) -> None:
    run("report", old)
    text = (old / "report.html").read_text()
    assert "stands out from that of shuffled windows" in text
    assert "larger share" not in text
    run("hub", old, *MAIL)
    assert "chance" not in (old / "hub/hub.txt").read_text()
    page = (old / "hub/cnn-hits.html").read_text()
    assert "qWord" not in page
    assert "rare in a null" in page


@pytest.mark.parametrize("to", ["finemo", "modisco"])
def test_it_is_exported(run, old: Path, to: str) -> None:
    run("export", old, "--to", to)
    assert {path.name.partition(".")[0] for path in (old / "export").glob("*.npz")} == {
        "cnn",
        "dnabert2",
    }


def test_it_is_viewed(old: Path, tmp_path: Path) -> None:
    igv = tmp_path / "igv.esm.min.js"
    igv.write_text("export default {}\n")
    server, notes = view(ViewJob(old, igv_js=igv))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        assert notes == ()
        link = http.client.HTTPConnection("127.0.0.1", urlsplit(server.url).port, timeout=120)
        for url in manifest_files(open_finished(old).manifest):
            link.request("GET", f"/{url}")
            answer = link.getresponse()
            assert (answer.status, answer.read()) == (200, (old / url).read_bytes())
        link.close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_it_was_merged_already(run, old: Path) -> None:
    before = content(old)
    assert "merged already" in run("merge", old).err
    assert content(old) == before


@pytest.mark.parametrize("extra", [(), ("--null",), ("--null-bases", "20000")])
def test_it_is_not_resumed(run, inputs, old: Path, extra: tuple[str, ...]) -> None:
    before = content(old)
    options = inputs.options(bed=old / "regions.bed", fasta=old / "genome/genome.fa")
    ran = run("scan", *options, "--per-strand-tracks", "--out", old, "--resume", *extra, code=2)
    assert "the scan is of gtrack 0.1.0, and this is gtrack" in ran.error
    assert "finish it with gtrack 0.1.0, or start anew with --overwrite" in ran.error
    assert content(old) == before


def test_no_shard_of_it_is_done(run, old: Path) -> None:
    before = content(old)
    ran = run("scan", "--plan", old, "--shard", 0, code=2)
    assert "the scan is of gtrack 0.1.0" in ran.error
    assert content(old) == before


def test_what_was_not_finished_is_not_merged(run, old: Path) -> None:
    (old / "manifest.json").unlink()
    before = content(old)
    assert "the scan is of gtrack 0.1.0" in run("merge", old, code=2).error
    assert content(old) == before


def test_a_plan_goes_on_with_the_version_that_made_it(run, old: Path) -> None:
    first = read_plan(old / "plan")
    with pytest.raises(InputError, match=r"of gtrack 0\.1\.0, and this is gtrack 0\.1\.0"):
        check_version(first, old, now="0.1.0")  # its schema is the first one, whatever is said
    second = replace(first, sealed=None, versions={**first.versions, "gtrack": "0.2.0"})
    check_version(second, old, now="0.2.0")
    with pytest.raises(InputError, match=r"of gtrack 0\.2\.0, and this is gtrack 0\.3\.0"):
        check_version(second, old, now="0.3.0")


def test_a_changed_plan_is_noticed(run, old: Path) -> None:
    path = old / "plan/plan.json"
    path.write_text(path.read_text().replace('"stride": 64', '"stride": 63'))
    assert "the plan was changed after it was made" in run("report", old, code=2).error
