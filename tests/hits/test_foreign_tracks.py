"""`gtrack hits --track`: contributions of another tool, from the bigWig to hub and report."""

from __future__ import annotations

import hashlib
import http.client
import json
import math
import shutil
import struct
import threading
import zlib
from collections.abc import Callable
from pathlib import Path

import jsonschema
import numpy as np
import pyBigWig
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

import gtrack
from gtrack.core.errors import InputError
from gtrack.core.manifest import UNGUARDED
from gtrack.publish.manifest import SCHEMA_FILE
from gtrack.workflows import hits as hits_workflow
from gtrack.workflows.calling.given_tracks import TracksJob, check_tracks
from gtrack.workflows.calling.taken_tracks import take_tracks
from gtrack.workflows.folder.finished import open_finished
from gtrack.workflows.folder.owned import foreign_tracks
from gtrack.workflows.view import ViewJob, view
from tests.hits.foreign import SIZES, Given, make, write_bigwig
from tests.hour import lasting

MAIL = ["--email", "me@example.org"]
WARNING = f"a foreign track has no null: {UNGUARDED}"


@pytest.fixture
def given(tmp_path: Path, write_meme: Callable[..., str]) -> Given:
    return make(tmp_path, write_meme())


def job(given: Given, out: Path, **other: object) -> TracksJob:
    options = {"tracks": (("bpnet", given.bigwig),), "motifs": str(given.folder / "m.meme")}
    files = {"bed": given.folder / "r.bed", "fasta": given.folder / "g.fa", "out": out}
    return TracksJob(**{**options, **files, **other})  # type: ignore[arg-type]


def take(given: Given, out: Path, **other: object) -> Path:
    """Take tracks without calling hits."""
    asked = job(given, out, **other)
    take_tracks(asked, check_tracks(asked))
    return out


def test_from_a_bigwig_to_hits(run, given: Given, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = run(*given.options(out))
    assert ran.out == ""
    lines = ran.err.splitlines()
    assert "3 regions given; 3 looked at, 0 refused" in lines
    assert f"warning: {WARNING}" in lines
    hits = (out / "hits/bpnet.hits.bed").read_text().splitlines()
    head = [line for line in hits if line.startswith("#")]
    digest = hashlib.sha256(given.bigwig.read_bytes()).hexdigest()
    assert any(digest in line for line in head)
    assert f"# warning: {WARNING}" in head
    found = [line.split("\t") for line in hits if not line.startswith("#")]
    sites = set(planted(given))
    assert len(found) > 20
    right = [(row[0], int(row[1])) in sites for row in found]
    assert sum(right) > 0.9 * len(right), "hits are sites"
    assert {row[13] for row in found} == {"bpnet:track"}
    assert {row[14] for row in found} == {"first", "second", "third"}
    manifest = json.loads((out / "manifest.json").read_text())
    jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_text())).validate(manifest)
    (model,) = manifest["models"]
    assert (model["kind"], model["sha256"]) == ("track", digest)
    assert not {"plan_sha256", "job", "null"} & manifest.keys()
    assert manifest["hits"]["unguarded"] == WARNING
    assert not (out / "plan").exists()


def planted(given: Given) -> list[tuple[str, int]]:
    return [
        (chrom, at)
        for chrom, bases in given.genome.items()
        for at in range(300, len(bases) - 300, 250)
    ]


def test_what_is_made_of_the_folder(run, given: Given, tmp_path: Path) -> None:
    """Session, view, hub and report of a track that no scan made."""
    out = tmp_path / "out"
    run(*given.options(out))
    given.bigwig.unlink()
    session = json.loads((out / "igv_session.json").read_text())
    assert [(t["name"], t["gtrack"].get("unit")) for t in session["tracks"]] == [
        ("bpnet", "value"),
        ("bpnet-hits", "value"),
    ]
    igv = tmp_path / "igv.js"
    igv.write_text("export default {}\n")
    server, notes = view(ViewJob(out, igv_js=igv))
    assert not notes, "nothing is missing"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    link = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=60)
    for url in ("regions.bed", "tracks/bpnet.relevance.bw", "hits/bpnet.hits.bed"):
        link.request("GET", f"/{url}")
        assert link.getresponse().read() == (out / url).read_bytes()
    link.close()
    server.shutdown()
    server.server_close()
    run("hub", out, *MAIL)
    run("hub", "--check", out / "hub")
    (page,) = (path.read_text() for path in (out / "hub").glob("bpnet?hits.html"))
    assert UNGUARDED.replace("'", "&#x27;") in page or UNGUARDED in page
    assert "dinucleotides were shuffled" not in page
    assert "another tool" in (out / "hub/bpnet.html").read_text()
    run("report", out)
    report = (out / "report.html").read_text()
    assert "has no null" in report
    assert "Another tool made the tracks" in report
    assert "shuffled windows" not in report
    assert "None" not in report
    scan = gtrack.open_scan(out)
    assert scan.models == {"bpnet": ("track",)}
    assert repr(scan).startswith(f"<gtrack.Scan {str(out)!r}, finished: tracks of bpnet;")
    values = scan.values("bpnet", "chr2", 100, 8000)
    assert np.array_equal(values, given.values["chr2"][100:8000], equal_nan=True)
    with pytest.raises(InputError, match=r"foreign track \(bpnet\): there is no model to score"):
        scan.regions()


def test_other_motifs_without_the_bigwig(run, given: Given, tmp_path: Path) -> None:
    out, other = tmp_path / "out", tmp_path / "other.meme"
    run(*given.options(out))
    given.bigwig.unlink()
    before = (out / "tracks/bpnet.relevance.bw").read_bytes()
    other.write_text((given.folder / "m.meme").read_text().replace("M2.1 TWO", "M9.9 NINE"))
    ran = run("hits", out, "--motifs", other)
    assert f"warning: {WARNING}" in ran.err
    assert "M9.9" in (out / "hits/bpnet.motifs.tsv").read_text()
    assert (out / "tracks/bpnet.relevance.bw").read_bytes() == before
    assert "--loci" in run("hits", out, "--motifs", other, "--loci", code=2).error
    wrong = tmp_path / "wrong.fa"
    wrong.write_text((given.folder / "g.fa").read_text().replace("TGACTCA", "TGACTCC"))
    said = run("hits", out, "--motifs", other, "--fasta", wrong, code=2).error
    assert "not the genome that was scanned" in said


def test_the_same_from_python(given: Given, tmp_path: Path, run) -> None:
    run(*given.options(tmp_path / "a", motifs=given.folder / "m.meme"))
    where = {"bed": given.folder / "r.bed", "fasta": given.folder / "g.fa", "out": tmp_path / "b"}
    told: list[tuple[str, int, int]] = []
    hits = gtrack.call_hits_on_tracks(
        {"bpnet": given.bigwig},
        given.folder / "m.meme",
        **where,
        progress=lambda *each: told.append(each),
    )
    assert len(hits["chrom"]) > 20
    assert lasting(tmp_path / "a") == lasting(tmp_path / "b")
    ends = {name: (done, in_all) for name, done, in_all in told}
    assert all(done == in_all for done, in_all in ends.values())
    with pytest.raises(InputError, match=r"overwrite=True"):
        gtrack.call_hits_on_tracks({"bpnet": given.bigwig}, given.folder / "m.meme", **where)


def test_there_is_no_null(given: Given, tmp_path: Path) -> None:
    scan = open_finished(take(given, tmp_path / "out"))
    assert hits_workflow._null(scan, scan.targets[0]) is None


def test_own_tracks_come_back_as_they_were(run, called_scan, tmp_path: Path) -> None:
    """A copy of a track of gtrack's, over the same regions, is that track to the byte."""
    inputs, scan = called_scan
    tracks = [f"--track={name}={scan}/tracks/{name}.relevance.bw" for name in ("cnn", "dnabert2")]
    where = ["--bed", inputs.bed, "--fasta", inputs.fasta, "--out", tmp_path / "out"]
    (tmp_path / "m.meme").write_text(
        "MEME version 4\n\nMOTIF A A\nletter-probability matrix: w= 2\n.7 .1 .1 .1\n.1 .7 .1 .1\n"
    )
    run("hits", *tracks, *where, "--motifs", tmp_path / "m.meme")
    theirs = json.loads((scan / "manifest.json").read_text())["tracks"]
    ours = json.loads((tmp_path / "out/manifest.json").read_text())["tracks"]
    for name in ("cnn", "dnabert2"):
        path = f"tracks/{name}.relevance.bw"
        assert (tmp_path / "out" / path).read_bytes() == (scan / path).read_bytes()
        (one,), (two,) = ([t for t in of if t["name"] == name] for of in (theirs, ours))
        assert one == two, "and so are its statistics"


@pytest.mark.parametrize("zooms", [0, 10])
@pytest.mark.parametrize("style", ["fixed", "variable", "graph"])
def test_how_the_bigwig_was_written_does_not_matter(
    given: Given, tmp_path: Path, style: str, zooms: int
) -> None:
    values = {chrom: np.round(track, 1) for chrom, track in given.values.items()}
    write_bigwig(given.bigwig, SIZES, values)
    digest = hashlib.sha256(given.bigwig.read_bytes()).hexdigest()
    one = lasting(take(given, tmp_path / "one"))
    write_bigwig(given.bigwig, SIZES, values, zooms=zooms, style=style)
    other = hashlib.sha256(given.bigwig.read_bytes()).hexdigest()
    two = lasting(take(given, tmp_path / "two"))
    one["manifest.json"] = one["manifest.json"].replace(digest.encode(), other.encode())
    assert one == two


LENGTH = 400


@settings(max_examples=25)
@drawn(
    st.lists(st.tuples(st.integers(0, LENGTH - 1), st.integers(1, 90), st.floats(-9, 9, width=32))),
    st.lists(st.tuples(st.integers(0, LENGTH - 1), st.integers(1, 200)), min_size=1, max_size=5),
)
def test_the_copy_holds_the_regions_and_nothing_else(
    once_folder: Path, pieces: list[tuple[int, int, float]], regions: list[tuple[int, int]]
) -> None:
    """A law: in a region the copy has what the track has, elsewhere nothing; or it is refused."""
    track = np.full(LENGTH, np.nan, np.float32)
    track[0] = 0.0  # pyBigWig writes no empty file
    for start, length, value in pieces:
        track[start : start + length] = value
    inside = np.zeros(LENGTH, bool)
    for start, length in regions:
        inside[start : start + length] = True
    write_bigwig(once_folder / "x.bw", {"c": LENGTH}, {"c": track}, style="graph")
    lines = [f"c\t{start}\t{min(LENGTH, start + length)}\n" for start, length in regions]
    (once_folder / "r.bed").write_text("".join(lines))
    out = once_folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    asked = TracksJob(
        (("t", once_folder / "x.bw"),), once_folder / "r.bed", once_folder / "g.fa", "m", out
    )
    wanted = np.where(inside, track, np.nan)
    if not np.nan_to_num(wanted).any():
        with pytest.raises(InputError, match=r"(is 0 everywhere|has no value) in the"):
            check_tracks(asked)
        assert not out.exists()
        return
    checked = check_tracks(asked)
    summary = take_tracks(asked, checked)
    with pyBigWig.open(str(out / "tracks/t.relevance.bw")) as copy:
        there = np.array(copy.values("c", 0, LENGTH), np.float32)
    assert np.array_equal(there, wanted, equal_nan=True)
    (taken,) = summary.tracks
    assert taken.spec.bases == np.count_nonzero(~np.isnan(wanted))
    assert taken.spec.largest == np.nanmax(np.abs(wanted))
    kept = {(start, min(LENGTH, start + length)) for start, length in regions}
    empty = {f"c:{a + 1}-{b}" for a, b in kept if np.isnan(track[a:b]).all()}
    assert set(taken.empty) == empty, "a region without a value is named"
    assert summary.regions == len(kept)


@pytest.fixture(scope="module")
def once_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("law")
    (folder / "g.fa").write_text(">c\n" + "ACGT" * (LENGTH // 4) + "\n")
    return folder


def test_regions_without_a_value_are_named_and_counted(run, given: Given, tmp_path: Path) -> None:
    lines = [f"chr1\t{at}\t{at + 20}\tnone{at}\n" for at in range(0, 140, 20)]
    bed = given.folder / "r.bed"
    bed.write_text(bed.read_text() + "".join(lines) + "chr2\t710\t750\t[red]gap\n")
    values = {**given.values, "chr1": np.full(500, np.nan, np.float32)}
    write_bigwig(given.bigwig, SIZES, values)
    second = write_bigwig(tmp_path / "second.bw", SIZES, given.values | {"chr1": np.ones(500)})
    out = tmp_path / "out"
    ran = run(*given.options(out), f"--track=full={second}")
    said = "bpnet: no value in 8 of the 11 regions: [red]gap, none0, none20, none40, none60 and 3 "
    assert f"warning: {said}more" in ran.err
    assert "full: no value in 1 of the 11 regions: [red]gap" in ran.err
    assert len((out / "regions.bed").read_text().splitlines()) == 11


def another(given: Given, sizes: dict[str, int], keep: Callable[[str], bool] = bool) -> None:
    values = {chrom: given.values.get(chrom, np.ones(9)) for chrom in sizes if keep(chrom)}
    values = {chrom: track[: sizes[chrom]] for chrom, track in values.items()}
    write_bigwig(given.bigwig, sizes, values)


def infinite(given: Given) -> None:
    """Put an infinite value into the first section, where pyBigWig would write none."""
    data = bytearray(given.bigwig.read_bytes())
    at = int.from_bytes(data[16:24], "little") + 8
    stream = zlib.decompressobj()
    section = bytearray(stream.decompress(bytes(data[at:])))
    section[24 + 4 * 10 : 24 + 4 * 11] = struct.pack("<f", math.inf)
    packed, room = zlib.compress(section, 9), len(data) - at - len(stream.unused_data)
    assert len(packed) <= room
    data[at : at + room] = packed.ljust(room, b"\0")
    given.bigwig.write_bytes(data)


WRONG: dict[str, tuple[Callable[[Given], object], str]] = {
    "a text": (lambda g: g.bigwig.write_text("track type=wiggle_0\n" * 99), "is no bigWig"),
    "empty": (lambda g: g.bigwig.write_bytes(b""), "theirs.bw: is cut, or no bigWig"),
    "cut": (
        lambda g: g.bigwig.write_bytes(g.bigwig.read_bytes()[:-500]),
        "theirs.bw: is cut",
    ),
    "missing": (lambda g: g.bigwig.unlink(), "theirs.bw: "),
    "a folder": (lambda g: (g.bigwig.unlink(), g.bigwig.mkdir()), "theirs.bw: "),
    "other names": (
        lambda g: another(g, {"2": 9000, "10": 3000, "1": 500}),
        "theirs.bw: has no chromosome 'chr2' of {folder}/g.fa, where regions lie (there '2')",
    ),
    "a chromosome less": (
        lambda g: another(g, {"chr2": 9000}),
        "theirs.bw: has no chromosome 'chr10' of {folder}/g.fa, where regions lie (it has 'chr2')",
    ),
    "another assembly": (
        lambda g: another(g, {"chr2": 9001, "chr10": 3000, "chr1": 500}),
        "theirs.bw: gives 'chr2' 9,001 bp, and {folder}/g.fa 9,000",
    ),
    "a size where no region lies": (
        lambda g: another(g, {"chr2": 9000, "chr10": 3000, "chr1": 501}),
        "theirs.bw: gives 'chr1' 501 bp, and {folder}/g.fa 500",
    ),
    "0 everywhere": (
        lambda g: write_bigwig(g.bigwig, SIZES, {c: 0 * v for c, v in g.values.items()}),
        "is 0 everywhere in the 3 regions",
    ),
    "infinite": (infinite, "the value at chr2:111 is infinite; leave that base without a value"),
    "no value": (
        lambda g: (g.folder / "r.bed").write_text("chr1\t0\t200\n"),
        "has no value in the 1 regions",
    ),
    "a region elsewhere": (
        lambda g: (g.folder / "r.bed").write_text("chr3\t0\t200\n"),
        "r.bed:1: chromosome not in {folder}/g.fa",
    ),
    "no motifs": (lambda g: (g.folder / "m.meme").write_text("x"), "m.meme"),
    "few values": (
        lambda g: (g.folder / "r.bed").write_text("chr2\t300\t900\n"),
        "theirs.bw: has 540 values in the regions, fewer than 4,000: too few to call hits in; give",
    ),
    "a wide motif": (
        lambda g: (g.folder / "r.bed").write_text("chr2\t300\t304\n"),
        "is 6 bp wide and the longest scanned region 4 bp",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input_is_one_line_and_leaves_nothing(
    run, given: Given, tmp_path: Path, case: str
) -> None:
    harm, said = WRONG[case]
    harm(given)
    ran = run(*given.options(tmp_path / "out"), code=None)
    assert ran.code in (2, 3)
    assert len(ran.err.strip().splitlines()) == 1, ran.err
    assert said.format(folder=given.folder) in ran.error
    assert not (tmp_path / "out").exists()


def test_a_full_disk_leaves_nothing(program, given: Given, tmp_path: Path) -> None:
    ran = program.start(*given.options(tmp_path / "out"), file_limit=16_000).wait()
    assert ran.code == 3
    assert len(ran.err.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_bigbed_is_none(run, given: Given, tmp_path: Path, called_scan) -> None:
    run(*given.options(tmp_path / "first"))
    bigbed = tmp_path / "first/hits/bpnet.hits.bb"
    said = run(*given.options(tmp_path / "out", track=f"x={bigbed}"), code=2).error
    assert "is a bigBed; give the bigWig of contributions" in said


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"track": "theirs.bw"}, "write NAME=BIGWIG"),
        ({"track": "a/b=x.bw"}, "--track a/b=x.bw: a name has 1 to 64"),
        ({"bed": None}, "missing --bed: --track needs them"),
        ({"fasta": None}, "missing --fasta"),
        ({"out": None}, "missing --out"),
        ({"track": None}, "missing DIR"),
    ],
)
def test_options_that_do_not_fit(run, given: Given, tmp_path: Path, other, said: str) -> None:
    assert said in run(*given.options(tmp_path / "out", **other), code=2).error
    assert not (tmp_path / "out").exists()


def test_options_of_two_ways(run, given: Given, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = given.options(out)
    twice = f"--track=BPNET={given.bigwig}"
    assert "the name is given twice" in run(*command, twice, code=2).error
    assert "leave this one out" in run(*command, tmp_path, code=2).error
    alone = ["hits", out, "--motifs", given.folder / "m.meme"]
    for option in (["--bed", "x"], ["--out", "x"], ["--genome", "hg38"], ["--overwrite"]):
        said = run(*alone, *option, code=2).error
        assert f"{option[0]} goes with --track alone" in said


def test_what_needs_a_model_refuses_by_name(run, given: Given, called_scan, tmp_path: Path) -> None:
    out = take(given, tmp_path / "out", tracks=(("a", given.bigwig), ("b", given.bigwig)))
    before = lasting(out)
    options = ["--out", out, *called_scan[0].options("cnn")]
    for command in (
        ["merge", out],
        ["export", out, "--to", "modisco"],
        ["scan", "--plan", out, "--shard", 0],
        ["scan", *options],
        ["scan", *options, "--resume"],
        ["scan", *options, "--resume", "--null"],
        ["plan", *options],
    ):
        said = run(*command, code=2).error
        assert f"{out} holds hits of foreign tracks (a, b): there is no model to " in said
        assert lasting(out) == before
    assert "holds no demo" in run("demo", "--out", out, code=2).error


def test_only_what_is_ours_goes(run, given: Given, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(*given.options(out), "--all")
    run("hub", out, *MAIL)
    run("report", out)
    mine = {f"{folder}mine.txt": b"mine" for folder in ("", "tracks/", "hits/", "genome/", "hub/")}
    mine |= {"tracks/mine.relevance.bw": b"mine", "hits/mine.hits.bed": b"mine"}
    for name, data in mine.items():
        (out / name).write_bytes(data)
    said = run(*given.options(out), code=2).error
    assert f"use gtrack hits {out} --motifs FILE to call hits on the tracks in it" in said
    run(*given.options(out, track=f"other={given.bigwig}"), "--overwrite")
    run(*given.options(tmp_path / "new", track=f"other={given.bigwig}"))
    assert lasting(out) == lasting(tmp_path / "new") | mine


def test_an_input_in_the_folder_is_kept(run, given: Given, tmp_path: Path) -> None:
    out = take(given, tmp_path / "out")
    before = lasting(out)
    for option, name in (
        ("track", "tracks/bpnet.relevance.bw"),
        ("bed", "regions.bed"),
        ("fasta", "genome/genome.fa"),
    ):
        value = f"bpnet={out / name}" if option == "track" else out / name
        said = run(*given.options(out, **{option: value}), "--overwrite", code=2).error
        assert f"{out / name}: lies in the folder of the scan, where --overwrite removes" in said
        assert lasting(out) == before


@pytest.mark.parametrize("option", [[], ["--overwrite"]])
def test_what_is_not_ours_is_not_replaced(
    run, given: Given, tmp_path: Path, called_scan, option: list[str]
) -> None:
    scan = Path(shutil.copytree(called_scan[1], tmp_path / "scan"))
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "a.txt").write_text("a")
    for folder, holds in ((scan, "a scan"), (theirs, "'a.txt'")):
        before = lasting(folder)
        said = run(*given.options(folder), *option, code=2).error
        assert f"the folder holds {holds}, which gtrack hits --track does not replace" in said
        assert lasting(folder) == before


def test_a_scan_may_take_the_place(run, given: Given, called_scan, tmp_path: Path) -> None:
    out = take(given, tmp_path / "out")
    run("scan", *called_scan[0].options("cnn"), "--out", out, "--overwrite")
    assert not (out / "tracks/bpnet.relevance.bw").exists()
    assert open_finished(out).is_foreign is False


@pytest.mark.parametrize("text", ['{"tracks": [1]}', '{"tracks": {"../x": 1, "a/b": 2}}', "[]"])
def test_records_that_name_nothing_of_ours(tmp_path: Path, text: str) -> None:
    record = text.replace("{", '{"schema": "gtrack-run/1", ', 1)
    (tmp_path / "run.local.json").write_text(record)
    assert foreign_tracks(tmp_path) == ()


def test_a_scan_is_no_track_whatever_its_manifest_lacks(run, called_scan, tmp_path: Path) -> None:
    out = Path(shutil.copytree(called_scan[1], tmp_path / "scan"))
    record = json.loads((out / "manifest.json").read_text())
    del record["plan_sha256"]
    (out / "manifest.json").write_text(json.dumps(record))
    assert foreign_tracks(out) == ()
    assert "not a whole gtrack-manifest/1 manifest" in run("report", out, code=2).error


@pytest.mark.parametrize("renames", range(1, 9))
def test_a_killed_call_is_begun_again(program, given: Given, tmp_path: Path, renames: int) -> None:
    """Killed before any file takes its name, it is replaced by --overwrite or begun anew."""
    out = tmp_path / "out"
    command = given.options(out)
    program.start(*command, die_at=renames).wait()
    begun = (out / "run.local.json").exists()
    if begun and not (out / "manifest.json").exists():
        ran = program("hits", out, "--motifs", given.folder / "m.meme", code=2)
        assert "give the same gtrack hits --track again, with --overwrite" in ran.error
    take(given, out, overwrite=begun)
    assert lasting(out) == lasting(take(given, tmp_path / "new"))


HARM: dict[str, tuple[str, Callable[[str], str]]] = {
    "another name": ("manifest.json", lambda text: text.replace('"bpnet"', '"other"', 1)),
    "another kind": ("manifest.json", lambda text: text.replace('"track",', '"cnn",', 1)),
    "a job": ("manifest.json", lambda text: text.replace('"versions"', '"job": {}, "versions"')),
    "regions less": ("regions.bed", lambda text: text.split("\n")[0] + "\n"),
    "no regions": ("regions.bed", lambda text: ""),
    "regions elsewhere": ("regions.bed", lambda text: text.replace("chr10", "chr7")),
    "regions beyond": ("regions.bed", lambda text: text.replace("8000", "9500")),
    "sizes": ("genome/chrom.sizes", lambda text: text.replace("9000", "9002")),
    "no sizes": ("genome/chrom.sizes", lambda text: "chr2"),
}


@pytest.mark.parametrize("case", HARM)
def test_a_damaged_folder_is_one_line(run, given: Given, tmp_path: Path, case: str) -> None:
    out = take(given, tmp_path / "out")
    name, harm = HARM[case]
    (out / name).write_text(harm((out / name).read_text()))
    for command in (["hits", out, "--motifs", given.folder / "m.meme"], ["report", out]):
        ran = run(*command, code=2)
        assert len(ran.err.strip().splitlines()) == 1
        assert "copy the" in ran.error
        assert "folder again" in ran.error


def test_annotations_come_and_go_without_a_plan(given: Given, run, tmp_path: Path) -> None:
    out = take(given, tmp_path / "taken")
    (tmp_path / "a.bed").write_text("chr2\t10\t900\tA\n")
    signal = f"sig={given.bigwig}"
    run("annotate", out, f"a={tmp_path / 'a.bed'}", signal)
    refused = run("annotate", out, f"bpnet={tmp_path / 'a.bed'}", code=2)
    assert "a track of a model has this name" in refused.error
    tracks = json.loads((out / "manifest.json").read_text())["tracks"]
    assert [track["name"] for track in tracks] == ["bpnet", "a", "sig"]
    assert foreign_tracks(out) == ("bpnet",)
    run("report", out)
    run("annotate", out, "--remove", "a", "--remove", "sig")
    assert not (out / "annotations").exists()
    assert foreign_tracks(out) == ("bpnet",)
    run(*given.options(out), "--overwrite")
    assert foreign_tracks(out) == ("bpnet",)
