"""Several targets of a model, whatever their labels: from the scan to all that readers get."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from gtrack.cli import main
from gtrack.core.targets import encoded, path_of
from gtrack.io.hit_files import read_hits_bed
from gtrack.publish.manifest import read_manifest
from gtrack.workflows.view import ViewJob, view
from tests.hubs import parse

LABELS = (
    *("a=B", "A=b", "../../etc/passwd", "..", "two\nlines\ttab", "</script><script>alert(1)"),
    *("\u202e\u0645\u0631 é", "x" * 300, "__proto__", "forward", " ~ ", "not asked for"),
)
ASKED = LABELS[:-1]
LOOSE = ("--q", "1", "--gate", "0.1", "--p-sequence", "0.02")


@pytest.fixture(scope="module")
def made(tmp_path_factory, make_inputs, make_cnn, hit_regions, write_meme) -> tuple[list, Path]:
    """Scan all targets but one, call hits; tests copy the folder."""
    folder = tmp_path_factory.mktemp("targets")
    inputs = make_inputs(folder, hit_regions)
    config = make_cnn(folder / "m", labels=LABELS) / "config.json"
    record = json.loads(config.read_text()) | {"problem_type": "multi_label_classification"}
    config.write_text(json.dumps(record))
    options = [*inputs.options("cnn"), "--model", f"m={folder / 'm'}", "--null-bases", "10000"]
    for index in range(len(ASKED)):
        options += ["--target", f"m={index}"]
    motifs = folder / "m.meme"
    motifs.write_text(write_meme())
    out = folder / "out"
    for arguments in (
        ["scan", *options, "--per-strand-tracks", "--out", out],
        ["hits", out, "--motifs", motifs, *LOOSE],
    ):
        result = CliRunner().invoke(main, [str(each) for each in arguments])
        assert result.exit_code == 0, result.output
    return [*options, "--per-strand-tracks"], out


@pytest.fixture
def scan(made, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made[1], tmp_path / "out"))


def test_every_url_is_a_file_and_every_file_is_inside(scan: Path) -> None:
    manifest = read_manifest(scan / "manifest.json")
    urls = [track.url for track in manifest.tracks]
    urls += [entry["url"] for entry in manifest.null["models"]]
    for entry in manifest.hits["models"]:
        urls += [entry["bed"], entry["table"]]
    assert len(set(urls)) == len(urls) == 12 * (4 + 1 + 2)
    assert all((scan / path_of(url)).is_file() for url in urls)
    files = [path for path in scan.rglob("*") if path.is_file()]
    assert {len(path.relative_to(scan).parts) for path in files} <= {1, 2}
    assert (scan / f"tracks/m.{encoded('a=B')}.relevance.bw").is_file()


def test_the_tables_name_the_target(scan: Path) -> None:
    rows = [line.split("\t") for line in (scan / "regions.tsv").read_text().splitlines()]
    model, target = rows[0].index("model"), rows[0].index("target")
    assert {len(row) for row in rows} == {len(rows[0])}
    assert [row[target] for row in rows if row[model] == "m"][:4] == list(LABELS[:4])
    assert [row[model] for row in rows].count("m") == 11 * [r[model] for r in rows].count("cnn")
    hits = read_hits_bed(scan / f"hits/m.{encoded('__proto__')}.hits.bed")
    assert {hit.model for hit in hits} == {"m:__proto__"}


def test_a_finished_scan_is_found_finished(run, made, scan: Path) -> None:
    """A name with a % is another in the URL than on disk."""
    before = {path: path.stat().st_mtime_ns for path in (scan / "tracks").iterdir()}
    assert "merged already" in run("merge", scan).err
    ran = run("scan", *made[0], "--resume", "--out", scan)
    assert "finished" in ran.err
    assert {path: path.stat().st_mtime_ns for path in (scan / "tracks").iterdir()} == before


def test_the_viewer_serves_them_all(scan: Path, tmp_path: Path) -> None:
    igv = tmp_path / "igv.esm.min.js"
    igv.write_text("export default {}\n")
    server, notes = view(ViewJob(scan, igv_js=igv))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        assert notes == ()
        link = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=120)
        for track in read_manifest(scan / "manifest.json").tracks:
            link.request("GET", f"/{track.url}")
            answer = link.getresponse()
            assert answer.read() == (scan / track.path).read_bytes()
        link.request("GET", "/tracks/m.%2E%2E.relevance.bw")  # not escaped: a name on disk, no URL
        assert link.getresponse().status == 404
        link.close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_hub_has_a_track_and_a_page_for_each(run, scan: Path) -> None:
    run("hub", scan, "--email", "me@example.org")
    assert "no findings" in run("hub", "--check", scan).err
    stanzas = parse((scan / "hub/hub.txt").read_text())
    assert any(each.get("compositeTrack") == "faceted" for each in stanzas), "with hits they are 24"
    among = ("contributions on", "contributions off")
    relevance = [s for s in stanzas if "logo" in s and s["parent"] in among]
    assert len(relevance) == 12
    assert len({each["shortLabel"] for each in relevance}) == 12
    for each in relevance:
        url = scan / "hub" / each["bigDataUrl"]
        assert url.read_bytes() in {path.read_bytes() for path in (scan / "tracks").iterdir()}
    for page in (scan / "hub").glob("*.html"):
        assert "<script" not in page.read_text()


def test_the_report_has_a_row_for_each(run, scan: Path) -> None:
    run("report", scan, "--loci", 2)
    text = (scan / "report.html").read_text()
    assert "<script" not in text
    rows = re.findall(r'<text[^>]* class="name"[^>]*>([^<]*)<', text)
    for name in ("cnn", "m: a=B", "m: A=b", "m: ../../etc/passwd", r"m: two\nlines\ttab"):
        assert rows.count(name) == 2, name
    assert "m: forward" in rows


@pytest.mark.parametrize("to", ["finemo", "modisco"])
def test_each_is_exported(run, scan: Path, to: str) -> None:
    ran = run("export", scan, "--to", to)
    assert len(list((scan / "export").glob("*.narrowPeak"))) == 12
    assert all(line.isprintable() for line in ran.err.splitlines())


def test_a_manifest_of_other_targets_is_refused(run, scan: Path) -> None:
    record = json.loads((scan / "manifest.json").read_text())
    model = next(each for each in record["models"] if each["name"] == "m")
    for change in ({"labels": model["labels"][1:]}, {"targets": model["targets"][1:]}):
        kept = dict(model)
        model.update(change)
        (scan / "manifest.json").write_text(json.dumps(record))
        assert "manifest.json is not of this plan" in run("report", scan, code=2).error
        model.update(kept)
