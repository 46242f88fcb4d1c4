"""What goes with a hub to other people: its README, WashU's list, its tables; and it, on a host."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from gtrack.publish.hub.readme import README
from gtrack.workflows.hub import hub_links
from tests.hubs import FULL, HOSTILE, make_hub
from tests.sites import Site, hosted

LOOSE = ["--q", "1", "--gate", "0.1", "--p-sequence", "0.01"]
MAIL = ["--email", "me@example.org"]


@pytest.fixture(scope="module")
def shared_scan(called_scan, tmp_path_factory, write_meme):
    """Call hits once, under hostile names, and make the hub."""
    from click.testing import CliRunner

    from gtrack.cli import main

    _, out = called_scan
    folder = tmp_path_factory.mktemp("shared")
    copy = Path(shutil.copytree(out, folder / "scan"))
    words = {"M1.1": ("<img-src=x-onerror=alert(1)>#", "GATAAG"), "M2.1": ('"TWO"', "TGACTCA")}
    (folder / "m.meme").write_text(write_meme(words))
    for command in (
        ["hits", copy, "--motifs", folder / "m.meme", *LOOSE],
        ["hub", copy, *MAIL, "--name", HOSTILE[1], "--url", "https://h.org/x"],
    ):
        result = CliRunner().invoke(main, [str(word) for word in command])
        assert result.exit_code == 0, result.output
    return copy


def block(folder: Path, language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", (folder / README).read_text(), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_readme_names_every_file_and_its_python_runs(shared_scan) -> None:
    hub = shared_scan / "hub"
    text = (hub / README).read_text()
    for path in hub.iterdir():
        assert f"`{path.name}`" in text or path.suffix in (".html", ".tbi") or path.name == README
    assert "<" not in text.replace("<-", "")
    code = block(hub, "python")
    ran = subprocess.run([sys.executable, "-c", code], cwd=hub, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    scores, hits = ran.stdout.splitlines()
    values = [float(word) for word in scores.split()[1:]]
    assert len(values) == 20
    assert max(map(abs, values)) > 0, "it shows the peak"
    rows = (shared_scan / "hits/cnn.hits.bed").read_text().splitlines()
    rows = [row.split("\t") for row in rows if not row.startswith("#")]
    assert hits == f"hits {len(rows)} {rows[0][3]} {rows[0][8]}"


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not here; make readers runs it")
def test_its_r_says_the_same_as_its_python(shared_scan) -> None:
    hub = shared_scan / "hub"
    told = []
    for command, language in ((["Rscript", "-e"], "r"), ([sys.executable, "-c"], "python")):
        ran = subprocess.run(
            [*command, block(hub, language)], cwd=hub, capture_output=True, text=True
        )
        if "there is no package called" in ran.stderr:
            pytest.skip("rtracklayer is not here; make readers runs it")
        assert ran.returncode == 0, ran.stderr
        told.append([line.split() for line in ran.stdout.replace("NA", "nan").splitlines()])
    assert told[0] == told[1]


def test_washu_has_every_track_and_the_hits_as_they_are(shared_scan) -> None:
    hub = shared_scan / "hub"
    tracks = json.loads((hub / "datahub.json").read_text())
    there = {each["url"].removeprefix("https://h.org/x/"): each["type"] for each in tracks}
    assert there == {
        **dict.fromkeys(("cnn.bw", "dnabert2.bw"), "dynseq"),
        **dict.fromkeys(("cnn-hits.bed.gz", "dnabert2-hits.bed.gz"), "bed"),
    }
    for url, kind in there.items():
        assert (hub / url).is_file()
        assert kind != "bed" or (hub / f"{url}.tbi").is_file()
    packed = gzip.decompress((hub / "cnn-hits.bed.gz").read_bytes())
    assert packed == (shared_scan / "hits/cnn.hits.bed").read_bytes()


def test_links_open_a_known_genome_in_three_browsers() -> None:
    for given in ("https://h.org/a", "https://h.org/a/", "https://h.org/a/hub.txt"):
        links = dict(hub_links(make_hub(FULL, genome="hg38"), given))
        washu = urlsplit(links["WashU"])
        assert parse_qs(washu.query) == {
            "genome": ["hg38"],
            "hub": ["https://h.org/a/datahub.json"],
            "position": ["chr1:101-240"],
        }
        assert parse_qs(urlsplit(links["IGV"]).query) == {"hubURL": ["https://h.org/a/hub.txt"]}
    assert [name for name, _ in hub_links(make_hub(FULL), "https://h.org/a")] == ["UCSC", "IGV"]


def test_the_hub_passes_on_a_host_and_a_cut_file_is_told(run, shared_scan, tmp_path: Path) -> None:
    hub = Path(shutil.copytree(shared_scan / "hub", tmp_path / "hub"))
    with hosted(Site(hub)) as address:
        ran = run("hub", "--check", address)
        assert ran.out == ""
        assert "nothing is wrong" in ran.err
        (hub / "cnn-hits.bed.gz").write_bytes((hub / "cnn-hits.bed.gz").read_bytes()[:-99])
        ran = run("hub", "--check", f"{address}hub.txt", code=2)
    assert re.search(r"error +cnn-hits\.bed\.gz +has [\d,]+ bytes, and [\d,]+ in files", ran.out)


def test_what_goes_with_a_hub_goes_with_it_and_the_users_own_stays(
    run, shared_scan, tmp_path
) -> None:
    out = Path(shutil.copytree(shared_scan, tmp_path / "scan"))
    (out / "hub/mine.md").write_text("the user's")
    (out / "hub" / README).write_text("edited, as hub.html can be")
    run("hub", out, *MAIL)
    assert (out / "hub" / README).read_text() != "edited, as hub.html can be"
    assert (out / "hub/mine.md").read_text() == "the user's"
    assert not list(out.glob("hub.*"))
    assert all(
        each["url"].count("/") == 0 for each in json.loads((out / "hub/datahub.json").read_text())
    )
    assert run("verify", out, code=0)


def test_a_readme_of_the_users_in_an_earlier_hub_is_not_replaced(
    run, shared_scan, tmp_path
) -> None:
    out = Path(shutil.copytree(shared_scan, tmp_path / "scan"))
    record = json.loads((out / "hub/files.json").read_text())
    for name in (README, "datahub.json"):
        del record["files"][name]
    (out / "hub/files.json").write_text(json.dumps(record))
    (out / "hub/datahub.json").unlink()
    (out / "hub" / README).write_text("mine")
    ran = run("hub", out, *MAIL, code=2)
    assert f"{README}: is there and is not gtrack's; move it away" in ran.error
    assert (out / "hub" / README).read_text() == "mine"
