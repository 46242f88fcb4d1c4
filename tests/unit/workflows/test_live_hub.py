"""`gtrack hub --check URL` at servers of all kinds: what each does wrong is said, with its cure."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from click.testing import CliRunner

from gtrack.cli import main
from gtrack.core.errors import InputError
from gtrack.io.file_lists import write_list
from gtrack.io.web import Patience, ask
from gtrack.publish.hub.hosting import HostFinding
from gtrack.publish.hub.hosts import CURES, OTHER, cure
from gtrack.workflows.hubs.check import check_hub_folder
from gtrack.workflows.hubs.live import LiveCheck, check_hub_address
from tests.sites import WORDS, Site, hosted

TEXT = """hub gtrack_demo
shortLabel demo
longLabel demo
useOneFile on
email me@example.org

genome hg38

track cnn
shortLabel cnn
longLabel cnn
type bigWig -1 1
bigDataUrl cnn.bw
html cnn.html

track hits
shortLabel hits
longLabel hits
type bigBed 9 +
bigDataUrl hits.bb
"""
FOR_A_STEP = Patience(step=1.0, whole=30.0)
FOR_ALL = Patience(step=30.0, whole=2.0)
"""The other end is far: a busy machine reaches it only where the server is at fault."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write what has the looks of a hub: heads of files, and numbers behind them."""
    folder = tmp_path / "hub"
    folder.mkdir()
    (folder / "hub.txt").write_text(TEXT)
    (folder / "cnn.html").write_text("<!DOCTYPE html>\n<html></html>\n")
    (folder / "cnn.bw").write_bytes(struct.pack("<I", 0x888FFC26) + bytes(range(256)) * 40)
    (folder / "hits.bb").write_bytes(struct.pack("<I", 0x8789F2EB) + bytes(range(256)) * 4)
    (folder / "hits.bed.gz").write_bytes(b"\x1f\x8b" + bytes(range(256)))
    write_list(folder, sorted(path.name for path in folder.iterdir()))
    return folder


def checked(site: Site, name: str = "", patience: Patience | None = None) -> LiveCheck:
    with hosted(site) as address:
        return check_hub_address(address + name, patience=patience or Patience(5.0, 20.0))


def by_file(found: LiveCheck | tuple[HostFinding, ...]) -> dict[str, set[tuple[str, str]]]:
    findings = found.findings if isinstance(found, LiveCheck) else found
    files: dict[str, set[tuple[str, str]]] = {}
    for each in findings:
        files.setdefault(each.file, set()).add((each.level, each.said))
    return files


DATA = {"cnn.bw", "hits.bb", "hits.bed.gz"}


@pytest.mark.parametrize("name", ["", "hub.txt"])
def test_a_good_host_has_no_findings_and_is_asked_as_a_browser_asks(folder, name: str) -> None:
    site = Site(folder)
    done = checked(site, name)
    assert done.findings == ()
    assert (done.files, done.host) == (5, OTHER)
    asked = {(method, name) for method, name, _ in site.asked}
    for data in DATA:
        assert {("HEAD", data), ("GET", data), ("OPTIONS", data)} <= asked
    pieces = [(n, headers) for _, n, headers in site.asked if "Range" in headers]
    assert {n for n, _ in pieces} == DATA
    assert all(headers["Accept-Encoding"] == "identity" for _, headers in pieces)
    assert all(headers["Origin"] == "https://igv.org" for *_, headers in site.asked)
    size = (folder / "cnn.bw").stat().st_size
    wished = [headers["Range"] for n, headers in pieces if n == "cnn.bw"]
    assert wished == ["bytes=0-63", f"bytes={size - 64}-{size - 1}"]


BAD = {
    "no ranges": ({"ranges": "no"}, DATA, "error", "sends the whole file where 64 bytes"),
    "wrong ranges": ({"ranges": "wrong"}, DATA, "error", "another piece than it says"),
    "short ranges": ({"ranges": "short"}, DATA, "error", "another piece than it says"),
    "no CORS": (
        {"headers": {}},
        {*DATA, "hub.txt", "cnn.html"},
        "error",
        "it sends no Access-Control-Allow-Origin",
    ),
    "CORS for another": (
        {"headers": {**WORDS, "Access-Control-Allow-Origin": "https://example.org"}},
        {*DATA, "hub.txt", "cnn.html"},
        "error",
        "it allows 'https://example.org' alone",
    ),
    "gzip": (
        {"packs": r"\.b", "packs_ranges": True},
        DATA,
        "error",
        "comes with Content-Encoding: gzip",
    ),
    "gzip of whole files": ({"packs": r"\.b"}, DATA, "warning", "is packed on its way"),
    "no preflight": ({"no_options": True}, DATA, "warning", "older browsers ask first"),
    "no HEAD": ({"no_head": True}, DATA, "note", "does not answer HEAD"),
    "hidden": (
        {"headers": {k: v for k, v in WORDS.items() if "Expose" not in k}},
        DATA,
        "note",
        "pages do not see which piece they got",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_a_host_does_wrong_is_said_of_each_file(folder, case: str) -> None:
    how, files, level, said = BAD[case]
    done = checked(Site(folder, **how))
    hit = {each.file for each in done.findings if each.level == level and said in each.said}
    assert hit == files
    assert all(each.cure for each in done.findings)
    worse = {"warning": ("error",), "note": ("error", "warning")}.get(level, ())
    assert not [each for each in done.findings if each.level in worse]


PAGE = b"<!DOCTYPE html><html>Please log in</html>"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"
ANSWERS = {
    "gone": ((404, {}, b"x"), "is not there (answer 404)"),
    "closed": ((403, {}, b"x"), "is not open to everybody (answer 403)"),
    "broken": ((503, {}, b"x"), "the server gives up (answer 503)"),
    "odd": ((204, {}, b""), "has the answer 204"),
    "page": ((200, {}, PAGE), "is a web page, not the file"),
    "pointer": ((200, {}, POINTER), "is a Git LFS pointer, not the file"),
    "other": ((200, {}, b"RIFFRIFF" * 20), "does not begin as a bigWig does"),
    "circle": ((302, {"Location": "/cnn.bw"}, b""), "goes round in a circle of redirects"),
    "away": ((302, {"Location": "file:///etc/passwd"}, b""), "neither http nor https"),
    "astray": ((302, {"Location": "http://[::1/"}, b""), "the connection broke (ValueError)"),
    "empty": ((416, {"Content-Length": "0"}, b""), "is empty"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_what_stands_in_a_files_place_is_told(folder, case: str) -> None:
    answer, said = ANSWERS[case]
    done = checked(Site(folder, answers={"cnn.bw": answer}))
    assert set(by_file(done)) == {"cnn.bw"}
    assert [each.said for each in done.findings if each.level == "error"] != []
    assert any(said in each.said for each in done.findings)


def test_a_file_of_another_size_is_told(folder) -> None:
    whole = (folder / "cnn.bw").read_bytes()
    (folder / "cnn.bw").write_bytes(whole[:5000])
    found = by_file(checked(Site(folder)))
    assert found == {"cnn.bw": {("error", f"has 5,000 bytes, and {len(whole):,} in files.json")}}


def test_a_text_that_was_changed_is_told(folder) -> None:
    (folder / "hub.txt").write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert ("warning", "is not the text that files.json lists") in by_file(
        checked(Site(folder))
    )["hub.txt"]  # fmt: skip


def test_a_file_that_only_the_list_names_is_asked_for(folder) -> None:
    (folder / "hits.bed.gz").unlink()
    assert by_file(checked(Site(folder))) == {
        "hits.bed.gz": {("error", "is not there (answer 404)")}
    }


@pytest.mark.parametrize("text", ["", "[]", "{", '{"schema": "x"}', "[" * 5000])
def test_without_a_list_sizes_are_not_compared_and_that_is_said(folder, text: str) -> None:
    if text:
        (folder / "files.json").write_text(text)
    else:
        (folder / "files.json").unlink()
    (folder / "cnn.bw").write_bytes((folder / "cnn.bw").read_bytes()[:5000])
    done = checked(Site(folder))
    assert [(each.level, each.file) for each in done.findings] == [("note", "files.json")]
    assert "sizes cannot be compared" in done.findings[0].said


def test_comments_may_stand_before_a_hub(folder) -> None:
    (folder / "hub.txt").write_text(f"# a hub\n\n{TEXT}")
    assert checked(Site(folder)).files == 5


def test_rules_of_hubs_hold_there_too(folder) -> None:
    (folder / "hub.txt").write_text(TEXT.replace("bigWig -1 1", "bigWig"))
    found = by_file(checked(Site(folder)))["hub.txt"]
    assert any("line 12, type: must declare the range" in said for _, said in found)


def test_a_hub_of_several_files_is_followed(folder) -> None:
    head, tracks = TEXT.split("genome hg38\n\n")
    (folder / "hub.txt").write_text(head.replace("useOneFile on", "genomesFile genomes.txt"))
    (folder / "genomes.txt").write_text("genome hg38\ntrackDb hg38/trackDb.txt\n")
    (folder / "hg38").mkdir()
    (folder / "hg38/trackDb.txt").write_text(tracks.replace("Url ", "Url ../"))
    (folder / "files.json").unlink()
    (folder / "hits.bb").unlink()
    done = checked(Site(folder))
    found = by_file(done)
    assert found["hits.bb"] == {("error", "is not there (answer 404)")}
    assert set(found) == {"files.json", "hits.bb", "hg38/cnn.html"}
    assert done.files == 6


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((404, {}, b"<html>"), "is not there"),
        ((200, {}, PAGE), "is a web page, not the file"),
        ((302, {"Location": "/hub.txt?again=1"}, b""), "goes round in a circle"),
        ((200, {}, b"\x00\xff\x1b]0;x\x07" * 9), "is no hub"),
    ],
)
def test_where_there_is_no_hub_the_rest_is_not_asked(folder, answer, said: str) -> None:
    site = Site(folder, answers={"hub.txt": answer})
    done = checked(site)
    assert any(said in each.said for each in done.findings)
    assert not [1 for _, name, _ in site.asked if name == "cnn.bw"]


def test_redirects_are_followed_and_each_must_let_pages_read(folder) -> None:
    with hosted(Site(folder)) as other:
        onward = (302, {"Location": f"{other}cnn.bw?signature=secret"}, b"")
        good = Site(folder, answers={"cnn.bw": onward})
        assert checked(good).findings == ()
        headers = {"Access-Control-Allow-Origin": "", **onward[1]}
        bad = Site(folder, answers={"cnn.bw": (302, headers, b"")})
        done = checked(bad)
    assert {each.file for each in done.findings} == {"cnn.bw"}
    assert "it sends no Access-Control-Allow-Origin at step 1 of 2" in done.findings[0].said
    assert not any("secret" in each.said for each in done.findings)


def test_many_redirects_have_an_end(folder) -> None:
    answers = {f"cnn{at}.bw": (301, {"Location": f"cnn{at + 1}.bw"}, b"") for at in range(40)}
    site = Site(folder, answers={"cnn.bw": (301, {"Location": "cnn0.bw"}, b""), **answers})
    assert ("error", "leads on more than 5 times") in by_file(checked(site))["cnn.bw"]


@pytest.mark.parametrize("drip", [False, True])
def test_a_server_that_does_not_answer_is_left(folder, drip: bool) -> None:
    patience, said = (
        (FOR_ALL, "no whole answer in 2 s") if drip else (FOR_A_STEP, "no answer in 1 s")
    )
    done = checked(Site(folder, slow=r"cnn\.bw", drip=drip), patience=patience)
    assert by_file(done)["cnn.bw"] == {("error", said)}
    assert {each.file for each in done.findings} == {"cnn.bw"}


def test_a_host_that_falls_silent_is_not_asked_for_ever(folder) -> None:
    text = TEXT + "".join(
        f"\ntrack t{at}\nshortLabel t{at}\nlongLabel t\ntype bigWig -1 1\nbigDataUrl t{at}.bw\n"
        for at in range(60)
    )
    (folder / "hub.txt").write_text(text)
    (folder / "files.json").unlink()
    site = Site(folder, slow=r"^t\d")
    done = checked(site, patience=FOR_A_STEP)
    assert len([1 for _, name, _ in site.asked if name.startswith("t")]) < 20
    assert ("error", "was not asked for: the host answers no more") in by_file(done)["t59.bw"]


def test_a_huge_answer_is_not_read(folder) -> None:
    huge = bytes(40 << 20)
    site = Site(folder, answers={"cnn.bw": (200, {}, huge), "cnn.html": (200, {}, huge)})
    with hosted(site) as address:
        answer = ask(f"{address}cnn.bw", at_most=100)
        assert (len(answer.body), answer.whole) == (100, False)
        done = check_hub_address(address)
    assert ("error", "does not begin as a bigWig does") in by_file(done)["cnn.bw"]


def test_nothing_that_listens_is_said() -> None:
    with hosted(Site(Path("/nowhere"))) as address:
        pass
    done = check_hub_address(address)
    assert [(each.level, each.said, each.cure) for each in done.findings] == [
        ("error", "nothing listens there", cure("unreached", OTHER))
    ]


def test_an_address_without_a_hub_is_told_what_to_give(folder) -> None:
    with hosted(Site(folder)) as address:
        done = check_hub_address(f"{address}cnn.html")
    (found,) = done.findings
    assert found.said == "is not there (answer 404)"
    assert found.cure.startswith("give the address of hub.txt, or of the folder that holds it, or ")


def test_an_address_without_https_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"hub\.txt: no such file; an address of the web begins"):
        check_hub_folder(tmp_path / "your.host:80" / "hub.txt")


@pytest.mark.parametrize(
    "given",
    [
        "http://",
        "https://me:secret@h.org/hub.txt",
        "https://h.org/hub.txt?token=secret",
        "http://[::1",
    ],
)
def test_addresses_that_are_none_are_refused_and_no_password_is_said(given: str) -> None:
    with pytest.raises(InputError) as error:
        check_hub_address(given)
    assert "me:secret" not in str(error.value)


def test_http_is_a_warning_where_others_read(folder, monkeypatch) -> None:
    with hosted(Site(folder)) as address:
        monkeypatch.setenv("http_proxy", address)  # which answers for any host
        done = check_hub_address(address.replace("127.0.0.1", "hub.example.org"))
    assert ("warning", "is on http") in by_file(done)["hub.txt"]


@pytest.mark.parametrize(
    ("server", "host"),
    [("Apache/2.4", "Apache"), ("nginx/1.2", "nginx"), ("AmazonS3", "Amazon S3"), ("x", OTHER)],
)
def test_the_cure_is_that_of_the_host(folder, server: str, host: str) -> None:
    done = checked(Site(folder, headers={}, server=server))
    assert done.host == host
    cures = {each.cure for each in done.findings if "Access-Control-Allow-Origin" in each.said}
    assert cures == {cure("cors", host)}


def test_every_problem_has_a_cure_that_holds_everywhere() -> None:
    assert all(OTHER in cures for cures in CURES.values())


def run(*words: str):
    return CliRunner().invoke(main, ["hub", "--check", *words])


def test_the_command_prints_a_table_and_ends_by_how_bad_it_is(folder) -> None:
    with hosted(Site(folder)) as address:
        good = run(address)
        assert (good.exit_code, good.stdout) == (0, "")
        assert f"{address}hub.txt: 5 files asked for (host: other); nothing is wrong" in good.stderr
    with hosted(Site(folder, no_options=True)) as address:
        fair = run(f"{address}hub.txt")
        assert fair.exit_code == 0
        assert fair.stdout.startswith("warning  cnn.bw, hits.bb, hits.bed.gz  older browsers")
        assert "1 warning" in fair.stderr
    with hosted(Site(folder, headers={})) as address:
        bad = run(address)
        assert bad.exit_code == 2
        assert "error    hub.txt, cnn.bw, cnn.html and 2 more  pages of other sites" in bad.stdout
        assert "  -> send Access-Control-Allow-Origin: *" in bad.stdout
        assert "1 error, 1 warning, 1 note" in bad.stderr


def test_what_a_server_says_commands_no_terminal(folder) -> None:
    evil = "\x1b]0;owned\x07"
    text = TEXT.replace("type bigBed 9 +", f"type bigBed {evil}\nmouseOver {evil}")
    (folder / "hub.txt").write_text(text)
    record = json.loads((folder / "files.json").read_text())
    record["files"][f"x{evil}.bw"] = {"size": 1, "sha256": evil}
    (folder / "files.json").write_text(json.dumps(record))
    with hosted(
        Site(folder, headers={"Access-Control-Allow-Origin": "https://x.org/%1b"})
    ) as address:
        ran = run(address)
    assert ran.exit_code == 2
    assert "\x1b" not in ran.stdout + ran.stderr
    assert "\\x1b]0;owned" in ran.stdout


def test_an_address_makes_no_hub() -> None:
    ran = CliRunner().invoke(main, ["hub", "https://example.org/x", "--email", "a@b.org"])
    assert ran.exit_code == 2
    assert "a hub is made of a scan's folder" in ran.stderr
