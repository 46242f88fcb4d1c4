"""An ensemble as its readers get it: hits, exports, hub, report, sessions, Python."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import gtrack
from gtrack.cli import main
from gtrack.io.bigwig import BigWigReader, BigWigWriter
from gtrack.io.hit_files import read_hits_bed
from gtrack.io.null_files import read_null, write_null
from gtrack.io.sealed import read_sealed
from gtrack.publish.manifest import read_manifest
from tests.hubs import parse
from tests.seeds import jittered
from tests.tracks import take_as_written

LOOSE = ("--q", "1", "--gate", "0.1", "--p-sequence", "0.02")
MAIL = ("--email", "me@example.org")


@pytest.fixture(scope="module")
def made(tmp_path_factory, make_inputs, make_cnn, hit_regions, write_meme) -> tuple[Path, Path]:
    """Scan two models that are one, and a third; make two ensembles; tests copy it."""
    folder = tmp_path_factory.mktemp("ensembles")
    inputs = make_inputs(folder, hit_regions)
    models = {name: make_cnn(folder / name) for name in ("a", "b")}
    models["c"] = jittered(folder / "c", models["a"], 1)
    motifs = folder / "m.meme"
    motifs.write_text(write_meme())
    out = folder / "out"
    arguments = ["scan", "--bed", inputs.bed, "--fasta", inputs.fasta, "--null-bases", "10000"]
    arguments += [part for n, where in models.items() for part in ("--model", f"{n}={where}")]
    arguments += [
        "--ensemble",
        "both=a,b",
        "--ensemble",
        "two=b,c",
        "--score-track",
        "--no-passport",
        "--out",
        out,
    ]
    for each in (arguments, ["hits", out, "--motifs", motifs, *LOOSE]):
        result = CliRunner().invoke(main, [str(part) for part in each])
        assert result.exit_code == 0, result.output
    return out, motifs


@pytest.fixture
def scan(made, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made[0], tmp_path / "out"))


def hits_of(out: Path, name: str) -> list[object]:
    columns = [
        (h.chrom, h.start, h.end, h.name, h.rel_sum, h.rel_p, h.q_value, h.chance)
        for h in read_hits_bed(out / f"hits/{name}.hits.bed")
    ]
    return columns


def test_hits_of_equal_members_are_the_members(scan: Path) -> None:
    assert hits_of(scan, "both") == hits_of(scan, "a")
    assert len(hits_of(scan, "both")) > 0
    assert {h.model for h in read_hits_bed(scan / "hits/both.hits.bed")} == {"both:site"}
    for kind in ("motifs", "words"):
        assert (scan / f"hits/both.{kind}.tsv").read_bytes() == (
            scan / f"hits/a.{kind}.tsv"
        ).read_bytes()
    kinds = [track.kind for track in read_manifest(scan / "manifest.json").tracks]
    beside = [*("sd", "agreement") * 2, *["score"] * 5]
    assert kinds == [*["relevance"] * 5, *["hits"] * 5, *beside]


def test_members_that_disagree_everywhere_leave_nothing(run, made, scan: Path) -> None:
    """A mean of 0, and a null of 0 that no hit can be tested against."""
    manifest = read_manifest(scan / "manifest.json")
    sizes = gtrack.open_scan(scan).chrom_sizes
    regions = [line.split("\t")[:3] for line in (scan / "regions.bed").read_text().splitlines()]
    with BigWigReader(scan / "tracks/a.relevance.bw") as track:
        (scan / "tracks/b.relevance.bw").unlink()
        with BigWigWriter(scan / "tracks/b.relevance.bw", sizes) as writer:
            end: dict[str, int] = {}
            for chrom, start, stop in regions:
                first = max(int(start), end.get(chrom, 0))
                found = -track.values(chrom, first, max(first, int(stop)))
                end[chrom] = max(first, int(stop))
                known = np.flatnonzero(np.isfinite(found))
                for run_ in np.split(known, np.flatnonzero(np.diff(known) != 1) + 1):
                    if len(run_):
                        writer.add(chrom, first + int(run_[0]), found[run_])
    digest, _ = read_sealed(scan / "null/b.npz")
    opposite = [
        type(each)(each.chrom, each.start, each.codes, -each.relevance)
        for each in read_null(scan / "null/b.npz")
    ]
    write_null(scan / "null/b.npz", digest, opposite)
    for gone in ("tracks/both.relevance.bw", "null/both.npz"):
        (scan / gone).unlink()
    record = json.loads((scan / "manifest.json").read_text())
    record["files"] = {u: f for u, f in record["files"].items() if (scan / u).exists()}
    (scan / "manifest.json").write_text(json.dumps(record))
    take_as_written(scan)
    ran = run("merge", scan)
    assert "in 0.0% of" in ran.err
    made_now = read_manifest(scan / "manifest.json")
    spec = {track.name: track for track in made_now.tracks}
    assert spec["both"].largest == spec["both-agreement"].largest == 0
    assert spec["both-sd"].largest == pytest.approx(2**0.5 * spec["a"].largest)
    assert spec["a"] == next(t for t in manifest.tracks if t.name == "a")
    ran = run("hits", scan, "--motifs", made[1], code=None)
    assert "the same relevance, so nothing can be tested" in ran.error, "as of such a model"
    run("hub", scan, *MAIL)
    run("report", scan)


def test_readers_get_it_as_a_model(run, scan: Path) -> None:
    run("export", scan, "--to", "finemo", "--model", "both")
    assert (scan / "export/both.finemo.npz").is_file()
    opened = gtrack.open_scan(scan)
    assert opened.models == dict.fromkeys(("a", "b", "c", "both", "two"), ("site",))
    one, mean = (opened.values(name, "chr2", 4000, 4500) for name in ("a", "both"))
    np.testing.assert_array_equal(one, mean)
    assert len(opened.hits("both")["q" + "Value"]) == len(hits_of(scan, "both"))
    run("session", scan, "--url", "https://example.org/x")
    shared = json.loads((scan / "igv_session.shared.json").read_text())
    (own,) = [t["gtrack"] for t in shared["tracks"] if t["name"] == "both"]
    assert own["sd"] == "https://example.org/x/tracks/both.sd.bw"
    assert run("verify", scan).code == 0


def test_the_hub_has_scores_and_spread_apart_from_relevance(run, scan: Path) -> None:
    run("hub", scan, *MAIL)
    stanzas = {
        stanza["track"]: stanza
        for stanza in parse((scan / "hub/hub.txt").read_text())
        if "track" in stanza
    }
    assert stanzas["contributions"]["compositeTrack"] == "faceted", "they are more than twelve"
    below = {
        name.removeprefix("contributions_"): stanza
        for name, stanza in stanzas.items()
        if stanza.get("parent", "").startswith("contributions ")
    }
    assert {n for n, s in below.items() if "logo" in s} == {"a", "b", "c", "both", "two"}
    for name in ("a-score", "both-score", "both-sd", "both-agreement"):
        stanza = below[name]
        assert (stanza["parent"], stanza["autoScale"]) == ("contributions off", "on")
        assert (scan / "hub" / stanza["bigDataUrl"]).is_file()
        assert (scan / "hub" / stanza["html"]).is_file()
    order = [name for name in below if name.startswith("both")]
    assert order == ["both", "both-sd", "both-agreement", "both-score", "both-hits"]
    assert below["both-agreement"]["type"] == "bigWig 0 1"
    assert "has the sign of the mean" in (scan / "hub/both-agreement.html").read_text()
    assert "Mean of the relevance of" in (scan / "hub/both.html").read_text()
    assert run("hub", scan, "--check").code == 0
    table = (scan / "hub/tracks.tsv").read_text()
    rows = {row.split("\t")[0]: row.split("\t")[1:] for row in table.splitlines()[1:]}
    assert set(rows) == set(below)
    assert rows["both"] == ["both", "-", "sequence contribution scores", "ensemble", "a, b"]
    (scan / "hub/tracks.tsv").write_text(table.replace("both\t", "Both\t", 1))
    assert "both has no row in tracks.tsv" in run("hub", scan, "--check", code=2).out


def test_the_report_shows_its_band_and_scores(run, scan: Path) -> None:
    run("report", scan)
    page = (scan / "report.html").read_text()
    assert "a score (logit)" in page
    assert "the mean relevance of b, c" in page
    assert page.count('class="band"') == page.count('class="plot"'), (
        "of equal members there is none"
    )
