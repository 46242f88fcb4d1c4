"""``gtrack view`` of a finished scan: as a program, and what its table holds."""

from __future__ import annotations

import http.client
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gtrack.core.errors import InputError
from gtrack.publish.viewer import assets
from gtrack.publish.viewer.assets import asset_files
from gtrack.publish.viewer.named_files import hub_files
from gtrack.publish.viewer.online import HOSTS
from gtrack.publish.viewer.server import POLICY, ViewServer
from gtrack.workflows.view import ViewJob, view
from tests.hour import of_the_hour
from tests.workers import free_port


@pytest.fixture(scope="session")
def igv_js(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A module in the place of igv.js: these tests do not run it."""
    path = tmp_path_factory.mktemp("igv") / "igv.esm.min.js"
    path.write_text("export default {}\n")
    return path


@pytest.fixture
def scan(scanned, tmp_path: Path) -> Path:
    """A finished scan that a test may change; the genome is a file beside it."""
    return Path(shutil.copytree(scanned[1], tmp_path / "scan"))


@pytest.fixture
def opened(scan: Path, igv_js: Path, serving) -> Iterator[Callable[..., object]]:
    """Return a function that serves the scan."""

    @contextmanager
    def serve(**options: object) -> Iterator[tuple[object, tuple[str, ...]]]:
        server, notes = view(ViewJob(scan, igv_js=igv_js, **options))
        with serving(server) as client:
            yield client, notes

    return serve


def change(scan: Path, **genome: object) -> dict[str, object]:
    """Change the record of the genome in the manifest; return the manifest."""
    record = json.loads((scan / "manifest.json").read_text())
    record["genome"] |= genome
    (scan / "manifest.json").write_text(json.dumps(record))
    return record


def options(client) -> dict[str, object]:
    return json.loads(client.ask("/_gtrack/view.json").body)


# --- the program --------------------------------------------------------------------------------


@contextmanager
def program(*arguments: object, igv_js: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [sys.executable, "-m", "gtrack", "view", *map(str, arguments), "--no-browser"]
    env = {**os.environ, "GTRACK_IGV_JS": str(igv_js)}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=env) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline(), process
        finally:
            if process.poll() is None:
                process.kill()


def test_the_program(scan: Path, igv_js: Path) -> None:
    port = free_port()
    with program(scan, "--port", port, igv_js=igv_js) as (url, process):
        assert url == f"http://127.0.0.1:{port}/\n", "stdout is the URL"
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        for path, given, status in (
            ("/", {}, 200),
            ("/_gtrack/page.js", {}, 200),
            ("/tracks/cnn.relevance.bw", {"Range": "bytes=0-99"}, 206),
            ("/tracks/cnn.relevance.bw", {"Range": "bytes=99999999999-"}, 416),
            ("/../../../../etc/passwd", {}, 404),
            ("/%2e%2e/%2e%2e/etc/passwd", {}, 404),
            ("/run.local.json", {}, 404),
            ("/plan/plan.json", {}, 404),
            ("/", {"Host": "evil.example"}, 403),
        ):
            link.request("GET", path, headers=given)
            answer = link.getresponse()
            answer.read()
            assert answer.status == status, path
        link.close()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (0, "")
    assert "Ctrl-C" in err
    assert "--token" in err
    assert f"ssh -N -L {port}:127.0.0.1:{port} " in err
    assert len(err.splitlines()) == 4


def test_the_program_with_a_token(scan: Path, igv_js: Path) -> None:
    with program(scan, "--token", igv_js=igv_js) as (url, process):
        place, _, token = url.strip().partition("?token=")
        assert len(token) >= 32
        port = int(place.rstrip("/").rpartition(":")[2])
        for path, status in (("/", 403), ("/manifest.json", 403), (f"/?token={token}", 303)):
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
            link.request("GET", path)
            assert link.getresponse().status == status
            link.close()
        process.terminate()
        err = process.communicate(timeout=120)[1]
    assert process.returncode == 143
    assert token not in err
    assert "Every user" not in err


def test_more_connections_than_files(scan: Path, igv_js: Path) -> None:
    """Where it can accept no more it waits, and does not burn the processor; then it goes on."""

    def seconds(process: subprocess.Popen[str]) -> float:
        times = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")

    with program(scan, igv_js=igv_js) as (url, process):
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (40, 40))
        port = int(url.strip().rstrip("/").rpartition(":")[2])
        links = [socket.create_connection(("127.0.0.1", port)) for _ in range(60)]
        for _ in range(60):  # it first has to accept 40; what burns the processor never rests
            before = seconds(process)
            time.sleep(1)
            if seconds(process) - before < 0.2:
                break
        else:
            pytest.fail("it never rests")
        for link in links:
            link.close()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        connection.request("GET", "/manifest.json")
        assert connection.getresponse().status == 200
        connection.close()
        process.terminate()
        assert "Traceback" not in process.communicate(timeout=120)[1]


def test_a_taken_port_and_a_folder_without_a_scan(run, scan: Path, tmp_path: Path, igv_js) -> None:
    common = ("--no-browser", "--igv-js", igv_js)
    with ViewServer({}) as server:
        ran = run("view", scan, *common, "--port", server.server_port, code=2)
        assert "give another" in ran.error
    assert "no such folder" in run("view", tmp_path / "gone", *common, code=2).error
    assert "no finished scan" in run("view", tmp_path, *common, code=2).error
    assert "no hub here" in run("view", scan, *common, "--hub", code=2).error
    (scan / "manifest.json").write_text("{}")
    assert "not a gtrack manifest" in run("view", scan, *common, code=2).error


def test_it_is_light() -> None:
    code = (
        "import sys, gtrack.cli.view, gtrack.workflows.view\n"
        "print([m for m in ('torch', 'rich', 'pyBigWig', 'transformers') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


# --- the table ----------------------------------------------------------------------------------


def test_all_that_the_manifest_names_and_nothing_else(scan: Path, opened) -> None:
    with opened() as (client, notes):
        assert notes == ()
        assert options(client) == {"manifestURL": "manifest.json"}
        served = {path[1:] for path in client.server.table if not path.startswith("/_gtrack/")}
        for name in served - {""}:
            assert client.ask(f"/{name}").body == (scan / name).read_bytes()
    there = {str(file.relative_to(scan)) for file in scan.rglob("*") if file.is_file()}
    own = {"plan/plan.json", "plan/regions.tsv", *filter(of_the_hour, there)}
    assert served == (there - own) | {""}


def test_the_assets(opened, igv_js: Path) -> None:
    with opened() as (client, _):
        page = client.ask("/").body.decode()
        first = {"/_gtrack/igv/igv.esm.min.js", "/_gtrack/plugin.js"}
        assert "/_gtrack/page.js" in page
        assert "<p>scan</p>" in page, "the folder's name, before a script has run"
        for path in client.server.table:
            preloaded = f'<link rel="modulepreload" href="{path}">' in page
            assert preloaded == (path in first)
        assert client.ask("/").headers["Content-Type"].startswith("text/html")
        for name in ("plugin/style.css", "plugin/find/find.css", "page.js", "rest.js"):
            assert client.ask(f"/_gtrack/{name}").status == 200
        assert client.ask("/_gtrack/igv/igv.esm.min.js").body == igv_js.read_bytes()
        assert client.ask("/_gtrack/plugin/").status == 404


def test_a_missing_file_is_named_and_the_rest_served(scan: Path, opened) -> None:
    (scan / "tracks" / "cnn.relevance.bw").unlink()
    with opened() as (client, notes):
        (note,) = notes
        assert "cnn.relevance.bw: cannot be shown: No such file" in note
        assert "; restore it from a copy, or " in note  # the cure
        answer = client.ask("/tracks/cnn.relevance.bw")
        assert answer.status == 404
        assert b"No such file" in answer.body
        assert client.ask("/tracks/dnabert2.relevance.bw").status == 200


def test_a_link_out_of_the_folder(scan: Path, tmp_path: Path, opened) -> None:
    (tmp_path / "secret").write_text("secret")
    (scan / "regions.bed").unlink()
    (scan / "regions.bed").symlink_to(tmp_path / "secret")
    with opened() as (client, notes):
        assert "a link that leads out of the folder" in notes[0]
        assert client.ask("/regions.bed").status == 404


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "a/../../b", "a b", "a\\b", "", ".", "a//b", "a\n", "a#b"]
)
def test_a_manifest_that_names_other_files(scan: Path, igv_js: Path, name: str) -> None:
    record = change(scan)
    record["regions"]["url"] = name
    (scan / "manifest.json").write_text(json.dumps(record))
    with pytest.raises(InputError, match=r"from a source that you trust|not a whole"):
        view(ViewJob(scan, igv_js=igv_js))


@pytest.mark.parametrize(("key", "value"), [("regions", []), ("genome", "hg38"), ("hits", {})])
def test_a_damaged_manifest(scan: Path, igv_js: Path, key: str, value: object) -> None:
    (scan / "manifest.json").write_text(json.dumps(change(scan) | {key: value}))
    with pytest.raises(InputError, match=r"manifest\.json: not a whole"):
        view(ViewJob(scan, igv_js=igv_js))


# --- the genome in the folder ------------------------------------------------------------------


def test_an_exchanged_genome_is_not_shown(scan: Path, opened, write_fasta) -> None:
    """Letters of another genome would be wrong, and an index of another file reads anything."""
    write_fasta(scan / "genome/genome.fa", {"chr2": "ACGT" * 100})
    with opened() as (client, notes):
        assert "genome.fa: not the genome that was scanned; letters need it" in notes[0]
        for name in ("genome.fa", "genome.fa.fai"):
            assert client.ask(f"/genome/{name}").status == 404
        assert client.ask("/genome/chrom.sizes").status == 200


@pytest.mark.parametrize("text", [None, "", "chr2\t9\t9\t9\t9\n"])
def test_an_index_that_does_not_fit_is_made_anew(
    scan: Path, opened, text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    index = scan / "genome/genome.fa.fai"
    right = index.read_bytes()
    index.unlink()
    if text is not None:
        index.write_text(text)
    with opened() as (client, notes):
        assert notes == ()
        assert client.ask("/genome/genome.fa.fai").body == right
        assert client.ask("/genome/genome.fa").status == 200
    assert text is None or index.read_text() == text, "files of the user are left alone"


# --- the genome that was not copied -------------------------------------------------------------


@pytest.fixture
def not_copied(scan: Path) -> Path:
    change(scan, fasta=None)
    shutil.copytree(scan / "genome", scan.parent / "elsewhere")
    shutil.rmtree(scan / "genome")
    (scan / "genome").mkdir()
    fasta = scan.parent / "elsewhere" / "genome.fa"
    shutil.copy(scan.parent / "elsewhere" / "chrom.sizes", scan / "genome")
    point_to(scan, fasta)
    return fasta


def point_to(scan: Path, fasta: Path) -> None:
    record = json.loads((scan / "run.local.json").read_text())
    (scan / "run.local.json").write_text(json.dumps(record | {"fasta": str(fasta)}))


def test_the_genome_is_served_from_where_it_lies(not_copied: Path, opened) -> None:
    with opened() as (client, notes):
        assert notes == ()
        reference = options(client)["reference"]
        assert reference == {
            "id": "custom",
            "name": "genome.fa",
            "fastaURL": "_gtrack/genome.fa",
            "indexURL": "_gtrack/genome.fa.fai",
        }
        whole = not_copied.read_bytes()
        assert client.ask("/_gtrack/genome.fa", Range="bytes=10-99").body == whole[10:100]
        fai = not_copied.with_name("genome.fa.fai").read_bytes()
        assert client.ask("/_gtrack/genome.fa.fai").body == fai


def test_a_compressed_genome_and_its_cached_indexes(
    not_copied: Path, scan: Path, opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if shutil.which("bgzip") is None:
        pytest.skip("bgzip is not on this machine")
    subprocess.run(["bgzip", not_copied], check=True)
    packed = not_copied.with_name("genome.fa.gz")
    packed.with_name("genome.fa.gz.fai").touch()  # one that does not fit, and is not overwritten
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    point_to(scan, packed)
    change(scan, id="hg38")
    with opened() as (client, notes):
        assert notes == ()
        assert options(client)["reference"] == {
            "id": "hg38",
            "name": "hg38",
            "fastaURL": "_gtrack/genome.fa.gz",
            "indexURL": "_gtrack/genome.fa.gz.fai",
            "compressedIndexURL": "_gtrack/genome.fa.gz.gzi",
        }
        assert client.ask("/_gtrack/genome.fa.gz").body == packed.read_bytes()
        assert client.ask("/_gtrack/genome.fa.gz.fai").body.startswith(b"chr2\t12000\t")
        (gzi,) = (tmp_path / "cache" / "gtrack").glob("*.gzi")
        assert client.ask("/_gtrack/genome.fa.gz.gzi").body == gzi.read_bytes()


BARE = {"id": "hg38", "name": "hg38", "format": "chromsizes", "fastaURL": "genome/chrom.sizes"}


@pytest.mark.parametrize(
    ("name", "why", "reference"),
    [
        ("custom", "bars, not letters; --fasta FILE gives the letters", {}),
        (
            "hg38",
            "--online lets the page fetch hg38 from hgdownload.soe.ucsc.edu",
            {"reference": BARE},
        ),
    ],
)
def test_a_genome_that_is_gone(
    not_copied: Path, scan: Path, opened, name: str, why: str, reference: dict[str, object]
) -> None:
    """Bars by the lengths alone; no other host may be asked."""
    not_copied.unlink()
    change(scan, id=name)
    with opened() as (client, notes):
        (note,) = notes
        assert why in note
        assert str(not_copied) in note
        assert options(client) == {"manifestURL": "manifest.json", **reference}
        assert client.ask("/genome/chrom.sizes").status == 200
        assert client.ask("/").headers["Content-Security-Policy"] == POLICY


@pytest.mark.parametrize("hub", [False, True])
def test_a_known_genome_by_internet_where_that_is_asked(
    not_copied: Path, scan: Path, opened, hub: bool
) -> None:
    not_copied.unlink()
    change(scan, id="hg38")
    if hub:
        (scan / "hub").mkdir()
        (scan / "hub" / "hub.txt").write_text("hub h\nuseOneFile on\n\ngenome hg38\n")
    with opened(online=True, hub=hub) as (client, notes):
        (note,) = notes
        assert "fetches the letters of hg38 from hgdownload.soe.ucsc.edu, which learns" in note
        given = options(client)
        assert given["reference"] == {
            "id": "hg38",
            "name": "hg38",
            "twoBitURL": "https://hgdownload.soe.ucsc.edu/goldenPath/hg38/bigZips/hg38.2bit",
            "chromSizesURL": "genome/chrom.sizes",
        }
        assert given["sizes"] == "genome/chrom.sizes"
        assert client.ask("/genome/chrom.sizes").status == 200, "a hub names no sizes"
        policy = client.ask("/").headers["Content-Security-Policy"]
        opened_to = set(policy.split()) - set(POLICY.split())
        assert {host.rstrip(";") for host in opened_to} - {"blob:"} == set(HOSTS)


def test_what_need_not_or_cannot_be_fetched(not_copied: Path, scan: Path, opened) -> None:
    with opened(online=True) as (client, notes):
        assert notes == ("--online: nothing is fetched: not needed",)
        assert client.ask("/").headers["Content-Security-Policy"] == POLICY
    not_copied.unlink()
    with opened(online=True) as (client, notes):
        assert "only a known genome like hg38 can be" in notes[1]
        assert client.ask("/").headers["Content-Security-Policy"] == POLICY


def test_a_scan_from_another_computer(not_copied: Path, scan: Path, opened) -> None:
    (scan / "run.local.json").unlink()
    with opened() as (_, notes):
        assert "bars, not letters; --fasta FILE gives" in notes[0]
    with opened(fasta=not_copied) as (client, notes):
        assert notes == ()
        assert "reference" in options(client)
        assert client.ask("/_gtrack/genome.fa").body == not_copied.read_bytes()


def test_only_the_genome_that_was_scanned_is_served(
    not_copied: Path, scan: Path, opened, tmp_path: Path
) -> None:
    """``run.local.json`` of a foreign folder cannot make the server hand out any file."""
    other = tmp_path / "other.fa"
    other.write_text(">chr1\nACGT\n")
    (tmp_path / "passwd").write_text("root:x:0:0\n")
    for path, why in (
        (other, "not the genome that was scanned"),
        (tmp_path / "passwd", "not a FASTA"),
        (Path("/dev/zero"), "not there"),
    ):
        point_to(scan, path)
        with opened() as (client, notes):
            assert why in notes[0]
            assert client.ask("/_gtrack/genome.fa").status == 404
    with pytest.raises(InputError, match="not the genome that was scanned"), opened(fasta=other):
        pass


# --- the hub ------------------------------------------------------------------------------------

HUB = """\
hub h
useOneFile on
descriptionUrl hub.html

genome toy
twoBitPath toy.2bit
groups groups.txt
chromSizes chrom.sizes

    track a
    type bigWig -1 1
    bigDataUrl a.bw
    html a

  track b
  bigDataUrl  ../tracks\\
  /b.bw
  html sub/b.html
track c
bigDataUrl https://example.org/c.bw
# bigDataUrl d.bw
"""


def test_what_a_hub_names() -> None:
    here = ("hub.txt", "hub.html", "toy.2bit", "groups.txt", "chrom.sizes", "a.bw", "a.html")
    assert hub_files(HUB) == (*(f"hub/{name}" for name in here), "tracks/b.bw", "hub/sub/b.html")
    told = "track a\nmetadata cell=K562 names=a.names.tsv\n\ntrack b\nmetadata names=Smith\n"
    assert hub_files(f"hub h\n\n{told}") == ("hub/hub.txt", "hub/a.names.tsv")


@pytest.mark.parametrize("url", ["../../secret", "a b.bw", "a.bw#x", "%2e%2e/x.bw", "..", "a\\b"])
def test_a_hub_that_names_other_files(url: str) -> None:
    with pytest.raises(InputError, match=r"hub/hub\.txt:2: "):
        hub_files(f"hub h\nbigDataUrl {url}\n")


@pytest.mark.parametrize("with_scan", [True, False])
def test_a_hub(scan: Path, opened, with_scan: bool) -> None:
    (scan / "hub").mkdir()
    (scan / "hub" / "hub.txt").write_text("hub h\n\ngenome toy\n\ntrack a\nbigDataUrl a.bw\n")
    (scan / "hub" / "a.bw").symlink_to("../tracks/cnn.relevance.bw")  # as gtrack hub --link
    (scan / "hub" / "unnamed").touch()
    place = {"locus": json.loads((scan / "manifest.json").read_text())["locus"]}
    if not with_scan:
        (scan / "manifest.json").unlink()
        place = {}
    with opened(hub=True) as (client, notes):
        assert notes == ()
        assert options(client) == {"hubURL": "hub/hub.txt", **place}
        assert client.ask("/hub/a.bw", Range="bytes=0-3").status == 206
        assert client.ask("/hub/unnamed").status == 404
        assert json.loads(client.ask("/hub/files.json").body) == {"files": {}}, "it has no list"
        assert client.ask("/manifest.json").status == 404


# --- igv.js and the plugin ----------------------------------------------------------------------


def test_which_igv_js(igv_js: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The option, the variable, the packaged copy, the one in the source tree."""
    monkeypatch.delenv("GTRACK_IGV_JS", raising=False)
    places = {
        name: tmp_path / name / "igv.esm.min.js"
        for name in ("variable", "assets/igv", "tree/node_modules/igv/dist")
    }
    for path in places.values():
        path.parent.mkdir(parents=True)
        shutil.copy(igv_js, path)
    monkeypatch.setattr(assets, "_PACKAGED", tmp_path / "assets")
    monkeypatch.setattr(assets, "_TREE", tmp_path / "tree")
    shutil.copytree(Path(assets.__file__).parents[3] / "igv_plugin" / "src", tmp_path / "tree/src")

    def found(given: Path | None = None) -> Path:
        return asset_files(given)["/_gtrack/igv/igv.esm.min.js"]

    monkeypatch.setenv("GTRACK_IGV_JS", str(places["variable"]))
    assert found(igv_js) == igv_js
    assert found() == places["variable"]
    monkeypatch.delenv("GTRACK_IGV_JS")
    assert found() == places["assets/igv"]
    places["assets/igv"].unlink()
    assert found() == places["tree/node_modules/igv/dist"]
    places["tree/node_modules/igv/dist"].unlink()
    with pytest.raises(InputError, match=r"installed without it; run make plugin .* or give --igv"):
        found()
    shutil.rmtree(tmp_path / "tree")
    (tmp_path / "assets" / "plugin").mkdir()
    with pytest.raises(InputError, match="plugin is missing; install gtrack again"):
        found()
    (tmp_path / "assets" / "plugin" / "index.js").touch()
    with pytest.raises(InputError, match="installed without it; give --igv-js FILE"):
        found()


def test_an_igv_js_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "igv.min.js"
    script.write_text("window.igv = {}\n")
    with pytest.raises(InputError, match="not the module build"):
        asset_files(script)
    with pytest.raises(InputError, match=r"--igv-js .*gone\.js: cannot be read: No such file"):
        asset_files(tmp_path / "gone.js")
    monkeypatch.setenv("GTRACK_IGV_JS", str(tmp_path))
    with pytest.raises(InputError, match=r"GTRACK_IGV_JS .*: cannot be read: Is a directory"):
        asset_files()
