"""`gtrack hub` on a finished scan: what it writes opens elsewhere, what it cannot do it says."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyBigWig
import pytest

from gtrack.core.hits.motif_hit import MotifHit
from gtrack.io.bigbed import write_bigbed
from gtrack.io.hit_files import write_hits_bed
from gtrack.publish.manifest import read_manifest
from gtrack.publish.session import locus_text
from gtrack.workflows import hub as hub_workflow
from tests.hubs import HOSTILE, parse
from tests.manifests import forget
from tests.twobits import as_twobit, read_twin

LOOSE = ["--q", "1", "--gate", "0.1", "--p-sequence", "0.01"]
MAIL = ["--email", "me@example.org"]


@pytest.fixture(scope="module")
def hit_scan(called_scan, tmp_path_factory, write_meme):
    """Call hits once, under hostile names; tests copy the folder."""
    from click.testing import CliRunner

    from gtrack.cli import main

    inputs, out = called_scan
    folder = tmp_path_factory.mktemp("hub")
    copy = Path(shutil.copytree(out, folder / "my scan"))
    words = {"M1.1": ("<img-src=x-onerror=alert(1)>", "GATAAG"), "M2.1": ('"TWO"', "TGACTCA")}
    (folder / "m.meme").write_text(write_meme(words))
    result = CliRunner().invoke(
        main, ["hits", str(copy), "--motifs", str(folder / "m.meme"), *LOOSE]
    )
    assert result.exit_code == 0, result.output
    return inputs, copy


@pytest.fixture
def scan(hit_scan, tmp_path: Path):
    inputs, out = hit_scan
    return inputs, Path(shutil.copytree(out, tmp_path / "my scan"))


def annotate(out: Path, data: str | Path, name: str = "sites") -> None:
    """Add a BED or a bigBed to the folder of a scan, as `gtrack scan --annotation` does."""
    (out / "annotations").mkdir(exist_ok=True)
    kind, ending = ("BED", "bed") if isinstance(data, str) else ("bigBed", "bb")
    url = f"annotations/{name}.{ending}"
    (out / url).write_bytes(data.encode() if isinstance(data, str) else data.read_bytes())
    record = json.loads((out / "manifest.json").read_text())
    record["tracks"].append({"name": name, "kind": "annotation", "format": kind, "url": url})
    (out / "manifest.json").write_text(json.dumps(record))


def make_bigbed(path: Path, sizes: dict[str, int]) -> Path:
    """Write a bigBed 9 with fourteen columns of others, a hit at the start of each chromosome."""
    hits = [
        MotifHit(
            *(c, 3, 9, "CTCF", "+", "MA0139.1", "m", 9.0, 8.0, 1e-7, 1e-6, 0.01, "c:1", "r"),
            *(0.01, None, None, False, "CTCF"),
        )
        for c in sizes
    ]
    write_bigbed(path, sizes, hits)
    return path


def listing(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_hub_opens_in_other_readers(run, scan) -> None:
    inputs, out = scan
    annotate(out, f"chr2\t5\t9\t{HOSTILE[0]}\nchr10\t1\t3\t\"'\nchrElsewhere\t1\t2\tx\n")
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    ran = run("hub", out, *MAIL)
    hub = out / "hub"
    stanzas = parse((hub / "hub.txt").read_text())
    urls = {each["bigDataUrl"]: each for each in stanzas if "bigDataUrl" in each}
    assert set(urls) == {"cnn.bw", "dnabert2.bw", "cnn-hits.bb", "dnabert2-hits.bb", "sites.bb"}
    sizes = {chrom: len(bases) for chrom, bases in inputs.genome.items()}
    for url, track in urls.items():
        with pyBigWig.open(str(hub / url)) as file:
            assert file.chroms().items() <= sizes.items()
            assert file.isBigWig() == track["type"].startswith("bigWig")
    for url, source in (("cnn.bw", "tracks/cnn.relevance.bw"), ("cnn-hits.bb", "hits/cnn.hits.bb")):
        assert (hub / url).read_bytes() == (out / source).read_bytes()
        assert not (hub / url).is_symlink()
    with pyBigWig.open(str(hub / "sites.bb")) as file:
        assert file.entries("chr2", 0, 100)[0][2].split("\t")[0] == HOSTILE[0]
    assert "1 features on sequences that are not in the scan's FASTA" in ran.err
    wanted = {name: as_twobit(bases) for name, bases in inputs.genome.items()}
    assert read_twin((hub / "genome.2bit").read_bytes()) == wanted
    lines = [line.split("\t") for line in (hub / "chrom.sizes").read_text().splitlines()]
    assert {name: int(size) for name, size in lines} == sizes
    assert {path: path.read_bytes() for path in before} == before, "the scan is left alone"
    assert not list(out.glob("hub.*"))
    assert ran.out == ""
    assert f"gtrack view {shlex.quote(str(out))} --hub" in ran.err
    for html in hub.glob("*.html"):
        assert not re.search(r"<img|<script|onerror=[^\"]*\(", html.read_text())


def test_a_bigbed_is_taken_as_it_is_where_it_fits_the_genome(run, scan, tmp_path: Path) -> None:
    inputs, out = scan
    sizes = {chrom: len(bases) for chrom, bases in inputs.genome.items()}
    whole = make_bigbed(tmp_path / "a.bb", sizes)
    more = make_bigbed(tmp_path / "b.bb", {**sizes, "chrElsewhere": 50})
    annotate(out, whole, "whole")
    annotate(out, more, "more")
    annotate(out, "chrElsewhere\t1\t2\n", "nowhere")
    ran = run("hub", out, *MAIL)
    assert (out / "hub/whole.bb").read_bytes() == whole.read_bytes()
    tracks = {each.get("track"): each for each in parse((out / "hub/hub.txt").read_text())}
    assert (tracks["whole"]["type"], tracks["whole"]["itemRgb"]) == ("bigBed 9 +", "on")
    assert tracks["more"]["type"] == "bigBed 12"
    assert "more: has sequences that were not in the scan's FASTA; made anew" in ran.err
    with pyBigWig.open(str(out / "hub/more.bb")) as file:
        assert set(file.chroms()) == set(sizes)
    run("hub", out, *MAIL, "--genome", "GCF_1.2")
    assert (out / "hub/more.bb").read_bytes() == more.read_bytes(), "that genome may have more"
    annotate(out, make_bigbed(tmp_path / "c.bb", {"chr1": 999}), "other")
    for genome in ("custom", "GCF_1.2"):
        ran = run("hub", out, *MAIL, "--genome", genome, code=2)
        assert "other.bb: gives 999 bp for chr1, which has 1,000 in the scan" in ran.error


def test_the_values_lie_within_what_the_text_declares(run, scan) -> None:
    _, out = scan
    run("hub", out, *MAIL)
    tracks = {each.get("track"): each for each in parse((out / "hub/hub.txt").read_text())}
    for model in ("cnn", "dnabert2"):
        low, high = map(float, tracks[model]["type"].split()[1:])
        assert low == -high
        with pyBigWig.open(str(out / "hub" / f"{model}.bw")) as file:
            chroms = file.chroms()
            peaks = [
                abs(file.stats(c, type=k, exact=True)[0] or 0)
                for c in chroms
                for k in ("max", "min")
            ]
        assert 0.9 * high <= max(peaks) <= high
        limit = float(tracks[f"{model}-hits"]["filterLimits.relSum"].split(":")[1])
        with pyBigWig.open(str(out / "hub" / f"{model}-hits.bb")) as file:
            sums = [
                abs(float(entry[2].split("\t")[8]))
                for chrom, size in file.chroms().items()
                for entry in file.entries(chrom, 0, size) or ()
            ]
        assert 0.9 * limit <= max(sums) <= limit


def test_equal_scans_give_equal_hubs_and_a_hub_is_replaced(run, scan) -> None:
    _, out = scan
    run("hub", out, *MAIL)
    first = listing(out / "hub")
    (out / "hub/mine.html").write_text("the user's")
    (out / "hub.0123abcd.new").mkdir()
    (out / "hub.0123abcd.new/killed.bw").write_text("half")
    run("hub", out, *MAIL)
    assert listing(out / "hub") == {**first, "mine.html": b"the user's"}
    assert not list(out.glob("hub.*"))


@pytest.mark.parametrize("what", ["folder", "file", "link"])
def test_what_gtrack_did_not_make_is_not_replaced(run, scan, what: str) -> None:
    _, out = scan
    if what == "folder":
        (out / "hub").mkdir()
        (out / "hub/hub.txt").write_text("hub mine\n")
    elif what == "file":
        (out / "hub").write_text("mine")
    else:
        (out / "hub").symlink_to("nowhere")
    ran = run("hub", out, *MAIL, code=2)
    assert "hub: is there and is no hub that gtrack made; move it away" in ran.error
    assert (out / "hub").exists() or what == "link"


def test_an_earlier_hub_stays_when_a_new_one_fails(run, scan) -> None:
    _, out = scan
    run("hub", out, *MAIL)
    first = listing(out / "hub")
    track = out / "tracks/dnabert2.relevance.bw"
    track.write_bytes(track.read_bytes()[:-200])
    ran = run("hub", out, *MAIL, code=5)
    assert "dnabert2.relevance.bw: has " in ran.error
    forget(out)
    ran = run("hub", out, *MAIL, code=5)
    assert "dnabert2.relevance.bw: is cut" in ran.error
    assert listing(out / "hub") == first
    assert not list(out.glob("hub.*"))


def test_a_killed_hub_is_in_no_scans_way(run, scan) -> None:
    inputs, out = scan
    (out / "hub.0123abcd.new").mkdir()
    (out / "hub.0123abcd.new/killed.bw").write_text("half")
    run("scan", *inputs.options(), "--out", out, "--null-bases", "30000", "--resume")


def test_a_damaged_list_of_hits_is_named(run, scan) -> None:
    _, out = scan
    with (out / "hits/cnn.hits.bed").open("a") as file:
        file.write("chr2\t5\t9\n")
    number = (out / "hits/cnn.hits.bed").read_text().count("\n")
    assert "cnn.hits.bed: has " in run("hub", out, *MAIL, code=5).error
    forget(out)
    ran = run("hub", out, *MAIL, code=2)
    assert f"cnn.hits.bed:{number}: no hit of gtrack's" in ran.error


def test_a_hub_that_breaks_a_rule_never_gets_its_name(run, scan, monkeypatch) -> None:
    _, out = scan
    text = hub_workflow.hub_text
    monkeypatch.setattr(hub_workflow, "hub_text", lambda hub: text(hub).replace("logo on", "logo"))
    ran = run("hub", out, *MAIL, code=5)
    assert "the finished hub breaks a rule (hub.txt:" in ran.error
    assert "logo: has no value" in ran.error
    assert not list(out.glob("hub*"))


def test_links_lead_to_the_scan_wherever_the_folder_goes(run, scan, tmp_path: Path) -> None:
    _, out = scan
    ran = run("hub", out, *MAIL, "--link")
    assert "copy it with rsync -L or cp -L" in ran.err
    moved = out.rename(tmp_path / "elsewhere")
    for url in ("cnn.bw", "cnn-hits.bb"):
        assert not Path(os.readlink(moved / "hub" / url)).is_absolute()
        with pyBigWig.open(str(moved / "hub" / url)) as file:
            assert file.chroms()
    run("hub", "--check", moved)
    alone = Path(shutil.copytree(moved / "hub", tmp_path / "alone"))  # as cp -L
    assert not (alone / "cnn.bw").is_symlink()
    run("hub", "--check", alone)


def test_the_genome_must_be_the_one_that_was_scanned(run, scan) -> None:
    inputs, out = scan
    shutil.rmtree(out / "genome")
    record = json.loads((out / "run.local.json").read_text())
    record["fasta"] = str(out / "gone.fa")
    (out / "run.local.json").write_text(json.dumps(record))
    for extra in ((), ("--fasta", out / "manifest.json")):
        ran = run("hub", out, *MAIL, *extra, code=2)
        assert not (out / "hub").exists()
    (out / "other.fa").write_text(inputs.fasta.read_text().replace("A", "C"))
    ran = run("hub", out, *MAIL, "--fasta", out / "other.fa", code=2)
    assert "not the genome that was scanned" in ran.error
    run("hub", out, *MAIL, "--fasta", inputs.fasta)
    assert (out / "hub/genome.2bit").exists()


def test_a_known_genome_is_taken_at_its_word_only_where_it_can_be(run, scan) -> None:
    _, out = scan
    ran = run("hub", out, *MAIL, "--genome", "hg38", code=2)
    assert "chr1 has 1,000 bp in the genome that was read and 248,956,422 in hg38" in ran.error
    ran = run("hub", out, *MAIL, "--genome", "xenLae2", code=2)
    assert "UCSC has no 'tiny', which was scanned" in ran.error
    shutil.rmtree(out / "genome")  # it is not needed
    ran = run("hub", out, *MAIL, "--genome", "GCF_000001405.40")
    assert "could not be checked" in ran.err
    place = {"defaultPos": locus_text(read_manifest(out / "manifest.json").locus)}
    genome = parse((out / "hub/hub.txt").read_text())[1]
    assert genome == {"genome": "GCF_000001405.40", **place}
    assert not (out / "hub/genome.2bit").exists()


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ([], "missing --email"),
        (["--email", "me"], "--email me: write an address"),
        (["--email", "me@example.org\ntrack evil"], "--email me@example.org\\ntrack evil: write"),
        (["--email", "a b@c.d"], "--email a b@c.d"),
        ([*MAIL, "--genome", "hg38\ntwoBitPath x"], "--genome hg38\\ntwoBitPath x: write a name"),
        ([*MAIL, "--genome", "../x"], "--genome ../x"),
        ([*MAIL, "--url", "example.org/hub"], "--url example.org/hub: write the address"),
        ([*MAIL, "--url", "https://h.org/a b"], "--url https://h.org/a b"),
        ([*MAIL, "--url", "https://h.org/\nx"], "--url https://h.org/\\nx"),
        ([*MAIL, "--url", "file:///x"], "--url file:///x"),
        ([*MAIL, "--url", "https://[::1/x"], "--url https://[::1/x"),
        ([*MAIL, "--url", "https://h.org/?a=b"], "--url https://h.org/?a=b"),
    ],
)
def test_options_that_would_end_up_in_the_hub_are_checked(run, scan, options, what: str) -> None:
    _, out = scan
    ran = run("hub", out, *options, code=2)
    assert what in ran.error
    assert not (out / "hub").exists()


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_is_text(run, scan, name: str) -> None:
    _, out = scan
    run("hub", out, *MAIL, "--name", name)
    text = (out / "hub/hub.txt").read_text()
    assert next(iter(parse(text)[0])) == "hub"
    assert [next(iter(each)) for each in parse(text)[:2]] == ["hub", "genome"]
    assert "<" not in text
    assert run("hub", "--check", out).out == ""


def test_links_to_paste_are_encoded(run, scan) -> None:
    _, out = scan
    ran = run("hub", out, *MAIL, "--url", "https://h.org/a+b/ü/", "--genome", "GCF_1.2")
    ucsc, igv = (re.search(f"{where}: (https://\\S+)", ran.err)[1] for where in ("UCSC", "IGV"))
    assert ucsc.isascii()
    query = parse_qs(urlsplit(ucsc).query)
    locus = json.loads((out / "manifest.json").read_text())["locus"]
    assert query == {
        "db": ["GCF_1.2"],
        "hubUrl": ["https://h.org/a+b/ü/hub.txt"],
        "position": [f"{locus['chrom']}:{locus['start'] + 1}-{locus['end']}"],
    }
    assert parse_qs(urlsplit(igv).query) == {"hubURL": ["https://h.org/a+b/ü/hub.txt"]}
    ran = run("hub", out, *MAIL, "--url", "https://h.org/hub/hub.txt")
    assert "genome=custom&hubUrl=https%3A%2F%2Fh.org%2Fhub%2Fhub.txt&" in ran.err


def test_per_strand_tracks_are_there(run, scanned, tmp_path: Path) -> None:
    _, out, _ = scanned
    out = Path(shutil.copytree(out, tmp_path / "out"))
    run("hub", out, *MAIL)
    tracks = {each.get("track"): each for each in parse((out / "hub/hub.txt").read_text())}
    assert tracks["cnn-forward"]["parent"] == "relevance_strands on"
    assert (out / "hub" / tracks["cnn-reverse"]["bigDataUrl"]).exists()
    assert not [name for name in tracks if name and name.endswith("hits")]


def test_a_check_names_file_line_and_setting(run, scan, monkeypatch, tmp_path: Path) -> None:
    _, out = scan
    run("hub", out, *MAIL)
    text = out / "hub/hub.txt"
    for where in (out, out / "hub", text):
        ran = run("hub", "--check", where)
        assert f"{text}: no findings by gtrack's rules (hubCheck is not on PATH)" in ran.err
    text.write_text(text.read_text().replace("logo on", "logo yes", 1))
    (out / "hub/genome.2bit").write_bytes(b"no")
    (out / "hub/cnn-hits.bb").unlink()
    ran = run("hub", "--check", out, code=2)
    lines = text.read_text().split("\n")
    number = next(at for at, line in enumerate(lines, 1) if "logo yes" in line)
    assert f"hub.txt:{number}: logo: is 'yes', but must be on or off" in ran.out.splitlines()
    assert "twoBitPath: " in ran.out
    assert "bigDataUrl: cnn-hits.bb is not there" in ran.out
    assert "3 findings by gtrack's rules" in ran.error
    (tmp_path / "bin").mkdir()
    real = tmp_path / "bin/hubCheck"  # UCSC's program cannot be had here: this speaks like it
    real.write_text("#!/bin/sh\necho \"Errors with hub at '$2'\"\nexit 1\n")
    real.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    ran = run("hub", "--check", out, code=2)
    assert f"hubCheck: Errors with hub at '{text}'" in ran.out.splitlines()
    assert "4 findings by gtrack's rules and hubCheck" in ran.error


def test_what_is_no_hub_is_said(run, scan, tmp_path: Path) -> None:
    _, out = scan
    assert "no hub here; gtrack hub" in run("hub", "--check", out, code=2).error
    (tmp_path / "hub.txt").write_bytes(b"\xff\xfe not a hub\n")
    ran = run("hub", "--check", tmp_path, code=2)
    assert "hub.txt:1:" in ran.out
    assert "no such folder" in run("hub", tmp_path / "none", *MAIL, code=2).error


def test_a_hundred_thousand_hits_are_copied_and_not_written_anew(run, scan) -> None:
    inputs, out = scan
    size = len(inputs.genome["chr2"])
    hits = [
        MotifHit(*("chr2", at % (size - 20), at % (size - 20) + 11, f"TF{at % 50}", "+"),
                 *(f"MA{at % 50:04}.1", "m.meme", at % 7 - 3.0, 2.5, 1e-5, 1e-4, 0.01),
                 *("cnn:site", "long", 0.01, None, None, False, f"TF{at % 50}"))
        for at in range(100_000)
    ]  # fmt: skip
    bigbed = out / "hits/cnn.hits.bb"
    write_bigbed(bigbed, {"chr2": size}, hits)
    write_hits_bed(out / "hits/cnn.hits.bed", hits, ["many"])
    whole = bigbed.read_bytes()
    marked = whole.replace(b"Transcription factor", b"TRANSCRIPTION FACTOR", 1)
    assert marked != whole
    bigbed.write_bytes(marked)
    forget(out)
    run("hub", out, *MAIL)
    assert (out / "hub/cnn-hits.bb").read_bytes() == marked
    hit_track = next(
        s for s in parse((out / "hub/hub.txt").read_text()) if s.get("track") == "cnn-hits"
    )
    assert hit_track["filterLimits.relSum"] == "-3:3"
    assert len(hit_track["filterValues.name"].split(",")) == 50
