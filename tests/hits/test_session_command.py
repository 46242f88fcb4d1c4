"""`gtrack session`: what it writes, what it says must be copied, and what it refuses."""

from __future__ import annotations

import json
import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

URL = ["--url", "https://h.org/a b".replace(" ", "%20")]
BASE = "https://h.org/a%20b/"
NAMES = ("igv_session.shared.json", "igv_session.shared.xml")


@pytest.fixture
def scan(called_scan, tmp_path: Path) -> Path:
    return Path(shutil.copytree(called_scan[1], tmp_path / "my scan"))


def test_every_address_leads_to_a_file_that_is_to_be_copied(run, scan: Path) -> None:
    before = {path: path.read_bytes() for path in scan.rglob("*") if path.is_file()}
    ran = run("session", scan, *URL)
    written = [scan / name for name in NAMES]
    assert {path: path.read_bytes() for path in before} == before, "the scan is left alone"
    assert {path for path in scan.rglob("*") if path.is_file()} == {*before, *written}
    session = json.loads(written[0].read_text())
    assert session["reference"]["fastaURL"] == f"{BASE}genome/genome.fa"
    found = set(re.findall(r'"(https://h\.org/[^"]*)"', written[0].read_text()))
    found |= {each.attrib["path"] for each in ET.parse(written[1]).iter("Resource")}
    needed = {unquote(url.removeprefix(BASE).partition("#")[0]) for url in found}
    needed -= {"manifest.json"}
    listed = ran.out.splitlines()
    assert set(listed) == needed | set(NAMES)
    assert all((scan / path).is_file() for path in listed)
    assert "Range" in ran.err
    assert "CORS" in ran.err
    link = re.search(r"IGV-Web: (\S+)", ran.err)
    assert link
    assert parse_qs(urlsplit(link[1]).query) == {"sessionURL": [BASE + NAMES[0]]}


def test_it_is_gtracks_own_and_replaced_by_the_next(run, scan: Path) -> None:
    run("session", scan, *URL)
    first = [(scan / name).read_bytes() for name in NAMES]
    run("session", scan, "--url", "http://127.0.0.1:8000")
    assert b"http://127.0.0.1:8000/tracks/" in (scan / NAMES[0]).read_bytes()
    assert "all as it was written" in run("verify", scan).err, "it is no stranger there"
    assert "https" in run("session", scan, "--url", "http://127.0.0.1:8000").err
    run("session", scan, *URL)
    assert [(scan / name).read_bytes() for name in NAMES] == first


def test_a_file_elsewhere(run, scan: Path, tmp_path: Path) -> None:
    ran = run("session", scan, *URL, "-o", tmp_path / "x.json")
    assert (tmp_path / "x.xml").is_file()
    assert "IGV-Web" not in ran.err, "where it will lie is not known"
    assert not set(NAMES) & set(ran.out.splitlines())
    run("session", scan, *URL, "-o", tmp_path / "x.json")
    (tmp_path / "x.xml").write_text("mine")
    ran = run("session", scan, *URL, "-o", tmp_path / "x.json", code=2)
    assert "x.xml: is there and is no session that gtrack session made" in ran.error
    assert (tmp_path / "x.xml").read_text() == "mine"


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ([], "missing --url"),
        (["--url", "h.org"], "--url h.org: write the address of the folder"),
        (["--url", "file:///x"], "write the address of the folder, like https://example.org"),
        (["--url", "https://me:word@h.org"], "leave out the user's name and password"),
        ([*URL, "--out", "OUT/igv_session.json"], "is the scan's own session"),
        ([*URL, "--out", "OUT/manifest.json"], "manifest.json: is there and is no session"),
        ([*URL, "--out", "OUT/x.txt"], "write a name that ends with .json"),
        ([*URL, "--out", "OUT/none/x.json"], "is no folder"),
    ],
)
def test_what_is_refused_leaves_no_file(run, scan: Path, options, what: str) -> None:
    before = {path: path.read_bytes() for path in scan.rglob("*") if path.is_file()}
    given = [option.replace("OUT", str(scan)) for option in options]
    ran = run("session", scan, *given, code=None)
    assert ran.code in (2, 3)
    assert what in ran.error
    assert {path: path.read_bytes() for path in scan.rglob("*") if path.is_file()} == before


def test_the_scans_own_session_is_kept_where_it_is_lost(run, scan: Path) -> None:
    (scan / "igv_session.json").unlink()
    ran = run("session", scan, *URL, "-o", scan / "igv_session.json", code=2)
    assert "is the scan's own session" in ran.error


def test_what_is_not_as_it_was_written_is_not_shared(run, scan: Path) -> None:
    track = scan / "tracks/cnn.relevance.bw"
    track.write_bytes(track.read_bytes()[:-9])
    assert "cnn.relevance.bw" in run("session", scan, *URL, code=5).error
    track.unlink()
    assert "cnn.relevance.bw" in run("session", scan, *URL, code=5).error
    assert not (scan / NAMES[0]).exists()


def test_a_folder_without_a_scan(run, tmp_path: Path) -> None:
    assert "no finished scan here" in run("session", tmp_path, *URL, code=2).error


def test_a_genome_that_is_known_or_not_copied(run, scan: Path) -> None:
    record = json.loads((scan / "manifest.json").read_text())
    record["genome"] |= {"id": "mine2", "fasta": None}
    (scan / "manifest.json").write_text(json.dumps(record))
    ran = run("session", scan, *URL)
    assert "goes by its name, mine2: IGV may not know it" in ran.err
    assert json.loads((scan / NAMES[0]).read_text())["genome"] == "mine2"
    assert "genome/" not in ran.out
    record["genome"]["id"] = "custom"
    (scan / "manifest.json").write_text(json.dumps(record))
    ran = run("session", scan, *URL)
    assert "bars, no letters" in ran.err
    assert "genome/chrom.sizes" in ran.out.splitlines()
