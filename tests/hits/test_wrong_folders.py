"""`gtrack view`, `hub` and `report` on folders that are broken or hostile: one line, and a code."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from gtrack.core.errors import InputError
from gtrack.io.bed import read_bed
from gtrack.io.bed_columns import read_columns
from gtrack.io.motifs.draft import numbers
from tests.users import as_another_user

VERBS = (
    ("view", "--no-browser"),
    ("hub", "--email", "me@example.org"),
    ("session", "--url", "https://example.org/x"),
    ("report",),
)


@pytest.fixture(scope="module")
def hit_scan(called_scan, tmp_path_factory, write_meme) -> Path:
    """Call hits once; tests copy the folder."""
    from click.testing import CliRunner

    from gtrack.cli import main

    folder = tmp_path_factory.mktemp("wrong")
    out = Path(shutil.copytree(called_scan[1], folder / "out"))
    (folder / "m.meme").write_text(write_meme())
    loose = ["--q", "1", "--gate", "0.1", "--p-sequence", "0.01"]
    result = CliRunner().invoke(
        main, ["hits", str(out), "--motifs", str(folder / "m.meme"), *loose]
    )
    assert result.exit_code == 0, result.output
    return out


@pytest.fixture
def scan(hit_scan: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(hit_scan, tmp_path / "out"))


def refused(run, verb: tuple[str, ...], folder: Path, said: str = "") -> None:
    """A verb ends with 2 and says why on one line; a viewer would find no port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = ("--port", taken.getsockname()[1]) if verb[0] == "view" else ()
        ran = run(verb[0], folder, *verb[1:], *port, code=2)
    assert len(ran.err.strip().splitlines()) == 1, ran.err
    assert said in ran.error
    assert "give another" not in ran.error
    assert len(ran.error) < 600


MANIFESTS: dict[str, Callable[[Any], Any]] = {
    "deep": lambda m: "[" * 100_000,
    "another schema": lambda m: m | {"schema": "gtrack-manifest/2"},
    "not JSON": lambda m: "{",
    "a list": lambda m: "[]",
    "no number": lambda m: json.dumps(m).replace('"q": 1', '"q": NaN'),
    "a track outside": lambda m: m["tracks"][0].update(url="../../etc/passwd"),
    "hits outside": lambda m: m["hits"]["models"][0].update(bed="../../etc/passwd"),
    "a genome outside": lambda m: m["genome"].update(fasta="/etc/passwd"),
    "a table outside": lambda m: m["regions"].update(table="../regions.tsv"),
    "a name with markup": lambda m: m["tracks"][0].update(name="<img src=x onerror=alert(1)>"),
    "no name": lambda m: m["tracks"][0].update(name=None),
    "no format": lambda m: m["tracks"][0].update(format="BAM"),
    "no model": lambda m: m["models"].clear(),
    "a place of text": lambda m: m.update(locus="chr2:1-5"),
    "numbers of text": lambda m: m["tracks"][0].update(p99="1", bases="2"),
    "hits of nothing": lambda m: m["hits"].clear(),
}


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
@pytest.mark.parametrize("case", MANIFESTS)
def test_a_manifest_that_is_none(run, scan: Path, verb, case: str) -> None:
    file = scan / "manifest.json"
    record = json.loads(file.read_text())
    changed = MANIFESTS[case](record)
    file.write_text(changed if isinstance(changed, str) else json.dumps(changed or record))
    refused(run, verb, scan, "manifest.json: ")
    assert not (scan / "hub").exists()


@pytest.mark.parametrize("verb", VERBS[1:], ids=lambda verb: verb[0])
@pytest.mark.parametrize(
    "change",
    [
        lambda m: m["models"][0].update(name="other"),
        lambda m: m["tracks"][0].update(model="other"),
        lambda m: m["hits"]["models"][0].update(model="other"),
        lambda m: m["tracks"].pop(0),
        lambda m: m["locus"].update(chrom="chr2\nchr3"),
        lambda m: m["locus"].update(start=10**9, end=10**9 + 1),
    ],
)
def test_a_manifest_of_another_plan(run, scan: Path, verb, change) -> None:
    record = json.loads((scan / "manifest.json").read_text())
    change(record)
    (scan / "manifest.json").write_text(json.dumps(record))
    refused(run, verb, scan, "manifest.json is not of this plan; copy the whole folder again")


@pytest.mark.parametrize("verb", [*VERBS, ("hub", "--check")], ids=lambda verb: verb[-1])
@pytest.mark.parametrize("what", ["nothing", "a file", "an empty folder", "a dangling link"])
def test_what_is_no_scan(run, tmp_path: Path, verb, what: str) -> None:
    where = tmp_path / "where"
    if what == "a file":
        where.touch()
    elif what == "an empty folder":
        where.mkdir()
    elif what == "a dangling link":
        where.symlink_to("nowhere")
    if (verb[-1], what) == ("--check", "a file"):
        assert "hub: the file must begin" in run("hub", "--check", where, code=2).out
    else:
        refused(run, verb, where)


def test_records_of_this_machine_that_are_none(run, scan: Path) -> None:
    record = json.loads((scan / "manifest.json").read_text())
    record["genome"]["fasta"] = None
    (scan / "manifest.json").write_text(json.dumps(record))
    for text in ("[1, 2]", "[" * 100_000, "5"):
        (scan / "run.local.json").write_text(text)
        refused(run, ("report",), scan, "run.local.json: missing or damaged")
    (scan / "plan/plan.json").write_text("[" * 100_000)
    refused(run, ("report",), scan, "plan.json: not JSON")


@pytest.mark.parametrize("verb", [*VERBS, ("hub", "--check")], ids=lambda verb: verb[-1])
def test_a_folder_without_permission(run, scan: Path, verb) -> None:
    run(verb[0], scan / "none", *verb[1:], code=2)  # so that all modules are there
    with TemporaryDirectory() as name:  # pytest's own folder lets no other user in
        Path(name).chmod(0o755)
        out = shutil.copytree(scan, Path(name) / "out")
        out.chmod(0)
        with as_another_user():
            refused(run, verb, out, "ermission denied")
        out.chmod(0o755)


# --- hub.txt of any kind --------------------------------------------------------------------------

HEAD = "hub h\nshortLabel s\nlongLabel l\nuseOneFile on\nemail a@b.c\n\ngenome hg38\n\n"


def track(name: str, *more: str) -> str:
    lines = (f"track {name}", "shortLabel s", "longLabel l", "type bigWig -1 1", *more)
    return "\n".join(lines) + "\n\n"


TEXTS = {
    "control characters": HEAD + track("a", "bigDataUrl \x1b[2J\x07.bw", "\x1b]0;mine\x07 x"),
    "NUL": HEAD + track("a\0b", "bigDataUrl a\0.bw", "html \0"),
    "noise": bytes(range(256)).decode("latin-1") * 2000,
    "a circle": HEAD + track("a", "parent b") + track("b", "parent a") + track("c", "parent c"),
    "a chain": HEAD + "".join(track(f"t{i}", f"parent t{i - 1}") for i in range(5000)),
    "many lines": HEAD + "track a\n" + "foo bar\n" * 20_000,
    "no end": HEAD + "track a" + "\\\n" * 100_000,
    "a long line": HEAD + "track a\nlongLabel " + "x" * 3_000_000,
    "slow patterns": HEAD + track("a", f"viewLimits {'1' * 60_000}x", f"color {'1,' * 60_000}"),
    "long numbers": HEAD.replace(
        "genome hg38", f"genome toy\ntwoBitPath a\nchromSizes sizes\ndefaultPos a:1-{'9' * 5000}"
    )
    + track("a", "bigDataUrl a.bw").replace("bigWig -1 1", "bigBed " + "9" * 5000),
    "names too long": HEAD + track("a", "bigDataUrl " + "\U0001f600" * 150, "html " + "n" * 260),
    "other places": HEAD
    + track("a", "bigDataUrl ../secret.bw")
    + track("b", "bigDataUrl /etc/passwd")
    + track("c", "bigDataUrl file:///etc/passwd")
    + track("d", "bigDataUrl http://127.0.0.1:1/x.bw"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_a_hub_of_any_text_is_checked(run, tmp_path: Path, case: str) -> None:
    (tmp_path / "hub").mkdir()
    (tmp_path / "secret.bw").write_text("secret")
    (tmp_path / "hub/sizes").write_text(f"a\t{'9' * 5000}\n")
    (tmp_path / "hub/hub.txt").write_text(TEXTS[case], "utf-8", newline="\n")
    ran = run("hub", "--check", tmp_path, code=2)
    assert "secret:" not in ran.out
    assert all(line.isprintable() and len(line) < 500 for line in ran.out.splitlines())
    with socket.create_server(("127.0.0.1", 0)) as taken:  # all is read before the port is had
        port = taken.getsockname()[1]
        run("view", tmp_path, "--hub", "--no-browser", "--port", port, code=2)


def test_a_file_too_large_to_be_text_is_not_read(run, tmp_path: Path) -> None:
    for name in ("hub.txt", "groups.txt"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(10 * 2**30)
        for where in (tmp_path, tmp_path / "hub.txt"):
            assert (
                f"{name}: cannot be read: 10,737,418,240 bytes"
                in run("hub", "--check", where, code=2).error
            )
        (tmp_path / "hub.txt").write_text(HEAD.replace("hg38", "hg38\ngroups groups.txt"))


def test_long_numbers_are_read_in_no_time(tmp_path: Path) -> None:
    """Each of these would run into pytest's timeout where a digit can be read in two ways."""
    digits = "1" * 1_000_000 + "x"
    with pytest.raises(InputError):
        numbers(tmp_path, 1, [digits])
    with pytest.raises(InputError):
        read_columns([b"chr1", b"0", b"5", b"n", digits.encode()], 5, "here")
    fields = ["chr1", "0", "5", "n", "0", "+", digits, "1", "1", "1"]
    (tmp_path / "a.narrowPeak").write_text("\t".join(fields) + "\n")
    with pytest.raises(InputError):
        read_bed(tmp_path / "a.narrowPeak")
