"""`gtrack verify`, and what readers of a finished scan refuse: files not as they were written."""

from __future__ import annotations

import hashlib
import json
import shlex
import shutil
from pathlib import Path

import pytest

import gtrack
from gtrack.io import file_records
from gtrack.workflows.view import ViewJob, view
from tests.hour import of_the_hour

OLD = Path(__file__).resolve().parents[1] / "fixtures" / "gtrack-0.1.0"
MAIL = ("--email", "me@example.org")
LOOSE = ("--q", "1", "--gate", "0.1", "--p-sequence", "0.01")
TRACK = "tracks/cnn.relevance.bw"


@pytest.fixture(scope="module")
def whole(called_scan, tmp_path_factory, write_meme) -> Path:
    """Call hits, make a hub and a report once; tests copy the folder."""
    from click.testing import CliRunner

    from gtrack.cli import main

    folder = tmp_path_factory.mktemp("whole")
    out = shutil.copytree(called_scan[1], folder / "out")
    (folder / "m.meme").write_text(write_meme())
    for words in (
        ("hits", out, "--motifs", folder / "m.meme", *LOOSE, "--all", "--loci"),
        ("hub", out, *MAIL),
        ("report", out),
    ):
        result = CliRunner().invoke(main, [*map(str, words)])
        assert result.exit_code == 0, result.output
    return out


@pytest.fixture
def scan(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "out"))


@pytest.fixture
def resume(called_scan, scan: Path) -> list[object]:
    return ["scan", *called_scan[0].options(), "--out", scan, "--null-bases", "30000", "--resume"]


def flip(path: Path, at: float = 0.5) -> None:
    data = bytearray(path.read_bytes())
    data[int(at * (len(data) - 1))] ^= 1
    path.write_bytes(data)


def tree(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}


def test_all_is_on_record(run, scan: Path) -> None:
    before = tree(scan)
    ran = run("verify", scan)
    assert ran.out == ""
    assert f"{scan}: all as it was written" in ran.err
    assert tree(scan) == before
    files = json.loads((scan / "manifest.json").read_text())["files"]
    apart = ("manifest.json", "run.local.json", "runs/", "report.html", "hub/", "plan/")
    assert set(files) == {name for name in before if not name.startswith(apart)}
    hub = json.loads((scan / "hub/files.json").read_text())["files"]
    assert set(hub) == {name[4:] for name in before if name.startswith("hub/")} - {"files.json"}
    for name, record in [*files.items(), *((f"hub/{name}", each) for name, each in hub.items())]:
        assert record["size"] == len(before[name])
        assert record["sha256"] == hashlib.sha256(before[name]).hexdigest()
    assert f"{len(files) + len(hub):,} files read whole" in ran.err


def test_a_flipped_byte_of_any_file_is_named(run, scan: Path) -> None:
    for name, data in tree(scan).items():
        if name in ("manifest.json", "hub/files.json") or of_the_hour(name) or not data:
            continue
        flip(scan / name)
        planned = name.startswith("plan/")  # one digest is of the whole plan
        ran = run("verify", scan, code=2 if planned else 5)
        assert f"{scan / ('plan' if planned else name)}" in ran.out + ran.err, name
        assert "; " in ran.out + ran.err, "the cure"
        (scan / name).write_bytes(data)
    run("verify", scan)


def test_what_is_gone_or_no_file_is_named(run, scan: Path) -> None:
    for name, data in tree(scan).items():
        if name.startswith(("manifest", "run.local", "runs/", "plan/", "hub/", "report")):
            continue
        (scan / name).unlink()
        assert f"{scan / name}: is not there; " in run("verify", scan, code=5).out
        (scan / name).mkdir()
        assert f"{scan / name}: is no file; " in run("verify", scan, code=5).out
        (scan / name).rmdir()
        (scan / name).write_bytes(data)
    for name in ("cnn.bw", "hub.txt"):
        (scan / "hub" / name).unlink()
        assert f"hub/{name}: is not there; gtrack hub" in run("verify", scan, code=5).out


def test_python_has_the_same_lines(run, scan: Path) -> None:
    told: list[int] = []
    assert gtrack.verify(scan, progress=lambda what, more, whole: told.append(more)) == []
    files = json.loads((scan / "manifest.json").read_text())["files"]
    hub = json.loads((scan / "hub/files.json").read_text())["files"]
    assert sum(told) == sum(each["size"] for each in (*files.values(), *hub.values()))
    (scan / TRACK).write_bytes(b"")
    lines = gtrack.verify(str(scan))
    assert "\n".join(lines) + "\n" == run("verify", scan, code=5).out
    with pytest.raises(gtrack.VerificationError, match=r"relevance\.bw: has 0 bytes, and"):
        gtrack.open_scan(scan)
    with pytest.raises(gtrack.InputError, match="no such folder"):
        gtrack.verify(scan / "nowhere")


def test_files_of_others_are_named_and_no_fault(run, scan: Path) -> None:
    (scan / "notes.txt").touch()
    (scan / "tracks/theirs.bw").touch()
    (scan / "hub/index.html").touch()
    said = run("verify", scan).err
    assert "3 files (notes.txt, tracks/theirs.bw, hub/index.html): not gtrack's" in said
    assert "all as it was written" in said


# --- what the other verbs look at ---------------------------------------------------------------


def emptied(scan: Path, file: str) -> None:
    (scan / file).write_bytes(b"")


def cut(scan: Path, file: str) -> None:
    data = (scan / file).read_bytes()
    (scan / file).write_bytes(data[: len(data) * 99 // 100])


def of_another_model(scan: Path, file: str) -> None:
    shutil.copy(scan / file.replace("cnn", "dnabert2"), scan / file)


def gone(scan: Path, file: str) -> None:
    (scan / file).unlink()


READERS = {
    "hits": ("hits", "--motifs", "m.meme"),
    "hub": ("hub", *MAIL),
    "report": ("report",),
    "export": ("export", "--to", "finemo"),
    "passport": ("passport",),
    "evaluate": ("evaluate",),
}


@pytest.mark.parametrize("damage", [emptied, cut, of_another_model, gone, None])
@pytest.mark.parametrize("verb", READERS)
def test_no_reader_takes_a_damaged_track(run, scan, verb, damage, write_meme, monkeypatch) -> None:
    monkeypatch.chdir(scan.parent)
    Path("m.meme").write_text(write_meme())
    if damage is None:
        flip(scan / TRACK)
    else:
        damage(scan, TRACK)
    before = tree(scan)
    error = run(READERS[verb][0], scan, *READERS[verb][1:], code=5).error
    assert f"{scan / TRACK}: " in error
    assert "restore it from a copy, or " in error
    after = tree(scan)
    assert {n for n in after.keys() - before.keys() if not n.startswith("evaluation")} == set()
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize("damage", [emptied, cut, of_another_model])
def test_the_viewer_says_what_it_does_not_show(scan: Path, tmp_path: Path, damage) -> None:
    igv = tmp_path / "igv.esm.min.js"
    igv.write_text("export default {}\n")
    damage(scan, TRACK)
    server, notes = view(ViewJob(scan, igv_js=igv))
    server.server_close()
    (note,) = notes
    assert note.startswith(f"{scan / TRACK}: cannot be shown: ")


def test_the_viewer_of_a_hub_says_what_it_does_not_show(scan: Path, tmp_path: Path) -> None:
    igv = tmp_path / "igv.esm.min.js"
    igv.write_text("export default {}\n")
    (scan / "hub/cnn.bw").write_bytes(b"")
    server, notes = view(ViewJob(scan, igv_js=igv, hub=True))
    server.server_close()
    (note,) = notes
    assert note.startswith(f"{scan / 'hub/cnn.bw'}: cannot be shown: has 0 bytes, and ")


@pytest.mark.parametrize(
    ("file", "verb", "cured"),
    [
        ("hits/cnn.hits.bed", "report", "gtrack hits "),
        ("hits/cnn.hits.bb", "hub", "gtrack hits "),
        ("regions.tsv", "report", "--resume makes it again"),
    ],
)
def test_a_reader_looks_at_what_it_reads(run, scan, resume, motifs, file, verb, cured) -> None:
    flip(scan / file)
    ran = run(verb, scan, *(MAIL if verb == "hub" else ()), code=5)
    assert f"{scan / file}: its bytes are not those that were written" in ran.error
    assert cured in ran.error
    if "hits" in cured:
        run("hits", scan, "--motifs", motifs, *LOOSE)
    else:
        (scan / file).unlink()
        run(*resume)
    run(verb, scan, *(MAIL if verb == "hub" else ()))
    run("verify", scan)


@pytest.fixture
def motifs(tmp_path: Path, write_meme) -> Path:
    path = tmp_path / "m.meme"
    path.write_text(write_meme())
    return path


def test_a_hub_compares_every_byte_that_it_copies(run, scan: Path, monkeypatch) -> None:
    """A byte far from both ends of a file is not looked at, and is seen when all are read."""
    monkeypatch.setattr(file_records, "EDGE", 64)
    manifest = json.loads((scan / "manifest.json").read_text())
    for name in (TRACK, "genome/genome.fa"):
        record = file_records.record_file(scan / name).to_json()
        assert record["edges"]
        manifest["files"][name] = record
    (scan / "manifest.json").write_text(json.dumps(manifest))
    run("hub", scan, *MAIL)
    before = tree(scan / "hub")
    for name in (TRACK, "genome/genome.fa"):
        data = (scan / name).read_bytes()
        at = data.index(b">chr1 ") + 800 if name.endswith("fa") else len(data) // 2
        (scan / name).write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        gtrack.open_scan(scan)  # it is not seen here
        error = run("hub", scan, *MAIL, code=5).error
        assert f"{scan / name}: its bytes are not those that were written" in error
        assert tree(scan / "hub") == before, "the hub before stays"
        (scan / name).write_bytes(data)
    run("hub", scan, *MAIL, "--link")
    flip(scan / TRACK)
    named = run("verify", scan, code=5).out
    assert f"{scan / 'hub/cnn.bw'}: its bytes" in named, "a link is looked through"


# --- what is made again -------------------------------------------------------------------------


def test_resume_says_which_file_and_makes_it_again(run, scan: Path, resume) -> None:
    before = tree(scan)
    for name in (TRACK, "windows.tsv", "genome/genome.fa", "regions.bed"):
        flip(scan / name)
        damaged = tree(scan)
        for words in (resume, ["merge", scan]):
            error = run(*words, code=5).error
            assert f"{scan / name}: its bytes are not those that were written" in error
            assert "move it away: then the command of the scan with --resume" in error
            assert tree(scan) == damaged
        (scan / name).rename(scan.parent / "away")
        run(*resume)
        assert (scan / name).read_bytes() == before[name]
        ran = run("verify", scan, code=None)
        assert "all as it was written" in ran.err, ran


def test_sessions_are_made_again(run, scan: Path, resume) -> None:
    """A killed run may leave them newer than the manifest."""
    before = tree(scan)
    for name in ("igv_session.json", "igv_session.xml"):
        for damage in (flip, Path.unlink):
            damage(scan / name)
            assert name in run("verify", scan, code=5).out
            run(*resume)
            assert (scan / name).read_bytes() == before[name]
            run("verify", scan)


def test_a_damaged_null_is_made_again(run, scan: Path, resume) -> None:
    before = (scan / "null/cnn.npz").read_bytes()
    flip(scan / "null/cnn.npz")
    assert "null/cnn.npz: its bytes are not" in run("verify", scan, code=5).out
    run(*resume)
    assert (scan / "null/cnn.npz").read_bytes() == before
    run("verify", scan)


def test_what_is_added_later_is_on_record(run, called_scan, tmp_path: Path, motifs) -> None:
    inputs, out = called_scan[0], tmp_path / "later"
    base = ["scan", *inputs.options("cnn"), "--out", out]
    genes = tmp_path / "genes.bed"
    genes.write_text("chr2\t10\t400\tA\n")
    run(*base)
    run("verify", out)
    for more in (
        ["--annotation", f"genes={genes}"],
        ["--null-bases", "10000"],
        ["--motifs", motifs],
        ["--passport"],
    ):
        run(*base, "--resume", *more)
        run("verify", out)
    genes.write_text("chr2\t10\t900\tB\n")
    run(*base, "--resume", "--annotation", f"genes={genes}")
    run("verify", out)
    assert "900" in (out / "annotations/genes.bed").read_text()
    flip(out / "trust.json")
    assert f"trust.json: its bytes are not those that were written; gtrack passport {out}" in run(
        "verify", out, code=5
    ).out.replace("'", "")


def test_an_evaluation_has_a_list_of_its_own(run, scan: Path) -> None:
    pytest.importorskip("matplotlib")
    run("evaluate", scan, "--sample", "4", "--metrics", "sparsity")
    run("verify", scan)
    flip(scan / "evaluation/metrics.tsv", 0.9)
    assert "evaluation/metrics.tsv: its bytes" in run("verify", scan, code=5).out


# --- folders of earlier versions, and those that are not finished -------------------------------


def test_an_old_folder_is_held_to_sizes_and_heads(run, tmp_path: Path) -> None:
    old = shutil.copytree(OLD, tmp_path / "old")
    ran = run("verify", old)
    assert "an earlier gtrack kept no sha256 of it; size and head alone were looked at" in ran.err
    assert "no change is seen" in ran.err
    for damage, says in (
        (emptied, "has 0 bytes"),
        (cut, "is cut"),
        (of_another_model, "is another track: its largest value is"),
        (gone, "is not there"),
    ):
        data = (old / TRACK).read_bytes()
        damage(old, TRACK)
        assert f"{old / TRACK}: {says}" in run("verify", old, code=5).out
        error = run("hub", old, *MAIL, code=5).error
        assert f"{old / TRACK}: {says}" in error
        assert "scan again with --overwrite" in error, "it cannot be resumed"
        (old / TRACK).write_bytes(data)
    flip(old / "null/cnn.npz")
    assert "null/cnn.npz: its bytes are not those" in run("verify", old, code=5).out


def test_what_is_not_finished_names_what_finishes_it(run, called_scan, tmp_path: Path) -> None:
    inputs, out = called_scan[0], tmp_path / "my plan"
    base = [*inputs.options("cnn"), "--out", out, "--stride", "8", "--shards", "2"]
    run("plan", *base)
    said = run("scan", *base, "--resume", "--genome", "x", code=2).error
    assert "cannot resume" in said
    for done in range(2):
        run("scan", "--plan", out, "--shard", done)
        for verb in (("hits", "--motifs", "m"), ("hub", *MAIL), ("report",), ("verify",)):
            if verb[0] == "hits":
                continue  # the motifs come first
            error = run(verb[0], out, *verb[1:], code=2).error
            assert f"{done + 1} of 2 shards are done; " in error
    error = run("view", out, "--no-browser", code=2).error
    assert "2 of 2 shards are done; gtrack merge " in error
    command = error.partition("; ")[2].removesuffix(" finishes it")
    assert shlex.split(command) == ["gtrack", "merge", str(out)]
    run(*shlex.split(command)[1:])
    run("verify", out)
