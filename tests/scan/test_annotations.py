"""--annotation: what the user gave is checked, stands in the folder as it was, and is listed."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest

from gtrack.core.features import Feature
from gtrack.io.annotations import read_features
from gtrack.io.bigbed import write_feature_bigbed
from gtrack.publish.manifest import SCHEMA_FILE

HOSTILE = "<img src=x onerror=alert(1)> </script> \"quoted\" 'n' #h"
GENES = f"chr2\t10\t900\t{HOSTILE}\t0\t+\nchr10\t5\t90\tB\t0\t-\nchr7\t1\t9\tC\t0\t.\n"
GTF = (
    'chr2\tx\texon\t11\t90\t.\t+\t.\tgene_id "G"; transcript_id "T";\n'
    'chr2\tx\texon\t101\t190\t.\t+\t.\tgene_id "G"; transcript_id "T";\n'
)


@pytest.fixture
def given(inputs):
    """Return a genome, two short regions, and genes on two of its chromosomes and another."""
    inputs.bed.write_text("chr2\t6000\t6100\ta\nchr10\t900\t1000\tc\n")
    (inputs.folder / "genes.bed").write_text(GENES)
    (inputs.folder / "t.gtf").write_text(GTF)
    return inputs


def manifest(out: Path) -> dict:
    record = json.loads((out / "manifest.json").read_text())
    jsonschema.validate(record, json.loads(SCHEMA_FILE.read_text()))
    return record


def annotations(out: Path) -> list[tuple[str, str, str]]:
    tracks = manifest(out)["tracks"]
    kinds = [track["kind"] for track in tracks]
    assert kinds == sorted(kinds, key=["relevance", "hits", "annotation"].index)
    session = json.loads((out / "igv_session.json").read_text())["tracks"]
    assert [track["url"] for track in session] == [track["url"] for track in tracks]
    found = [track for track in tracks if track["kind"] == "annotation"]
    for track in found:
        assert (out / track["url"]).is_file()
        assert "index" not in track or (out / track["index"]).is_file()
    return [(track["name"], track["format"], track["url"]) for track in found]


def files_of(out: Path) -> list[str]:
    """Return the files of annotations, and see that the tables of names are those of the others."""
    there = sorted(entry.name for entry in (out / "annotations").iterdir())
    tables = [name for name in there if name.endswith(".names.tsv")]
    listed = [track["names"] for track in manifest(out)["tracks"] if "names" in track]
    assert sorted(listed) == [f"annotations/{name}" for name in tables]
    return [name for name in there if name not in tables]


def test_annotations_are_listed_and_copied_as_they_are(run, given, tmp_path: Path) -> None:
    out, folder = tmp_path / "out", given.folder
    (folder / "packed.bed.bgz").write_bytes(gzip.compress(GENES.encode()))
    (folder / "p.narrowPeak").write_text("chr2\t10\t90\tpk\t0\t.\t7\t1\t1\t40\n")
    (folder / "b.broadPeak").write_text("chr2\t10\t90\tpk\t0\t.\t7\t1\t1\n")
    (folder / "g.gff").write_text("chr2\tx\tgene\t1\t9\t.\t+\t.\tID=g\n")
    write_feature_bigbed(folder / "f.bigBed", {"chr2": 12_000}, [Feature("chr2", 1, 9)])
    files = {
        "genes": ("genes.bed", "BED", "genes.bed"),
        "Peaks.1": ("p.narrowPeak", "narrowPeak", "Peaks.1.narrowPeak"),
        "Wide": ("b.broadPeak", "broadPeak", "Wide.broadPeak"),
        "a-t_x.bed": ("t.gtf", "GTF", "a-t_x.bed.gtf"),
        "g3": ("g.gff", "GFF3", "g3.gff3"),
        "z": ("packed.bed.bgz", "BED", "z.bed.gz"),
        "bb": ("f.bigBed", "bigBed", "bb.bb"),
    }
    options = [f"--annotation={name}={folder / file}" for name, (file, _, _) in files.items()]
    ran = run("scan", *given.options("cnn"), "--out", out, *options)
    assert annotations(out) == [
        (name, kind, f"annotations/{url}") for name, (_, kind, url) in sorted(files.items())
    ]
    for file, _, url in files.values():
        assert (out / "annotations" / url).read_bytes() == (folder / file).read_bytes()
    assert len(files_of(out)) == len(files)
    assert "genes: 2 annotated features, 1 more on chromosomes that the genome lacks" in ran.err
    assert "a-t_x.bed: 1 annotated feature\n" in ran.err
    first = next(read_features(out / "annotations/genes.bed", "BED"))
    assert first.name == HOSTILE
    local = json.loads((out / "run.local.json").read_text())
    assert local["annotations"]["genes"] == str(folder / "genes.bed")
    assert str(folder) not in (out / "manifest.json").read_text()


def test_a_bed_with_spaces_between_columns_gets_tabs(run, given, tmp_path: Path) -> None:
    text = "# made  by hand\nchr2 10  900 a 0 +\nchr10 5 90 b 0 -\n"
    (given.folder / "s.bed.gz").write_bytes(gzip.compress(text.encode()))
    out = tmp_path / "out"
    path = given.folder / "s.bed.gz"
    run("scan", *given.options("cnn"), "--out", out, "--annotation", f"s={path}")
    assert annotations(out) == [("s", "BED", "annotations/s.bed")]
    tabbed = "# made  by hand\nchr2\t10\t900\ta\t0\t+\nchr10\t5\t90\tb\t0\t-\n"
    assert (out / "annotations/s.bed").read_text() == tabbed
    (shown,) = json.loads((out / "igv_session.json").read_text())["tracks"][1:]
    assert shown["delimiter"] == "\t"


def test_resume_adds_keeps_and_replaces(run, given, tmp_path: Path) -> None:
    out = tmp_path / "out"
    scan = ["scan", *given.options("cnn"), "--out", out]
    run(*scan)
    track = (out / "tracks/cnn.relevance.bw").stat().st_mtime_ns
    assert annotations(out) == []
    ran = run(*scan, "--resume", "--annotation", f"genes={given.folder / 'genes.bed'}")
    assert "genes: 2 annotated features" in ran.err
    assert "nothing to do" not in ran.err
    assert annotations(out) == [("genes", "BED", "annotations/genes.bed")]
    assert "nothing to do" in run(*scan, "--resume").err
    assert annotations(out) == [("genes", "BED", "annotations/genes.bed")]
    run(*scan, "--resume", "--annotation", f"t={given.folder / 't.gtf'}")
    both = [("genes", "BED", "annotations/genes.bed"), ("t", "GTF", "annotations/t.gtf")]
    assert annotations(out) == both
    again = run(*scan, "--resume", "--annotation", f"t={given.folder / 't.gtf'}")
    assert "replaces" not in again.err
    assert annotations(out) == both
    ran = run(*scan, "--resume", "--annotation", f"Genes={given.folder / 't.gtf'}")
    assert "Genes: 1 annotated feature; replaces annotations/genes.bed" in ran.err
    assert annotations(out) == [("Genes", "GTF", "annotations/Genes.gtf"), both[1]]
    assert files_of(out) == ["Genes.gtf", "t.gtf"]
    assert (out / "tracks/cnn.relevance.bw").stat().st_mtime_ns == track
    run(*scan, "--overwrite")
    assert annotations(out) == []
    assert not (out / "annotations").exists()


def test_a_file_of_the_users_among_them_is_not_ours(run, given, tmp_path: Path) -> None:
    out, genes = tmp_path / "out", given.folder / "genes.bed"
    scan = ["scan", *given.options("cnn"), "--out", out]
    run(*scan, "--annotation", f"genes={genes}")
    mine = out / "annotations/mine.bed"
    mine.write_text("chr2\t1\t9\tmine\n")
    run(*scan, "--resume", "--annotation", f"genes={given.folder / 't.gtf'}")
    assert annotations(out) == [("genes", "GTF", "annotations/genes.gtf")]
    before = (out / "manifest.json").read_bytes()
    for option in ("--resume", "--overwrite"):
        ran = run(*scan, option, "--annotation", f"mine={genes}", code=2)
        assert f"{mine}: is there and is not gtrack's; move it away" in ran.error
    assert (out / "manifest.json").read_bytes() == before
    run(*scan, "--overwrite", "--annotation", f"genes={genes}")
    assert files_of(out) == ["genes.bed", "mine.bed"]
    assert annotations(out) == [("genes", "BED", "annotations/genes.bed")]
    assert mine.read_text() == "chr2\t1\t9\tmine\n"


def test_plan_and_merge_carry_them_and_hits_stand_before(run, given, tmp_path: Path) -> None:
    planned, scanned = tmp_path / "planned", tmp_path / "scanned"
    options = [*given.options("cnn"), "--annotation", f"g={given.folder / 'genes.bed'}"]
    ran = run("plan", *options, "--out", planned, "--null-bases", 10_000)
    assert "g: 2 annotated features, 1 more" in ran.err
    for shard in range(json.loads((planned / "plan/plan.json").read_text())["n_shards"]):
        run("scan", "--plan", planned, "--shard", shard)
    refused = run("scan", "--plan", planned, "--shard", 0, *options[-2:], code=2)
    assert "--annotation was fixed by the plan" in refused.error
    run("merge", planned)
    assert annotations(planned) == [("g", "BED", "annotations/g.bed")]
    motifs = given.folder / "m.meme"
    letters = "".join(" 0.97 0.01 0.01 0.01\n" for _ in range(6))
    motifs.write_text(
        "MEME version 4\n\nALPHABET= ACGT\n\nMOTIF M1 A6\n"
        f"letter-probability matrix: alength= 4 w= 6 nsites= 100\n{letters}"
    )
    run("hits", planned, "--motifs", motifs)
    run("scan", *options, "--out", scanned, "--null-bases", 10_000, "--motifs", motifs)
    kinds = [track["kind"] for track in manifest(scanned)["tracks"]]
    assert kinds == ["relevance", "hits", "annotation"]
    assert annotations(scanned) == annotations(planned)
    for name in ("manifest.json", "igv_session.json"):
        assert (planned / name).read_bytes() == (scanned / name).read_bytes()
    run("scan", *options[:-2], "--out", scanned, "--resume", "--null-bases", 20_000)
    kinds = [track["kind"] for track in manifest(scanned)["tracks"]]
    assert kinds == ["relevance", "annotation"], "hits of another null go, annotations stay"


def test_tabix(run, given, tmp_path: Path) -> None:
    if not shutil.which("tabix"):
        pytest.skip("needs tabix and bgzip: apt install tabix")
    folder, out = given.folder, tmp_path / "out"
    lines = sorted(GENES.splitlines(), key=lambda line: (line.split()[0], int(line.split()[1])))
    (folder / "g.bed").write_text("\n".join(lines) + "\n")
    subprocess.run(["bgzip", folder / "g.bed"], check=True)
    subprocess.run(["tabix", "-p", "bed", folder / "g.bed.gz"], check=True)
    index = folder / "g.bed.gz.tbi"
    scan = ["scan", *given.options("cnn"), "--out", out, "--annotation", f"g={folder}/g.bed.gz"]
    run(*scan)
    (track,) = [track for track in manifest(out)["tracks"] if track["kind"] == "annotation"]
    assert track["index"] == "annotations/g.bed.gz.tbi"
    assert (out / track["index"]).read_bytes() == index.read_bytes()
    assert (out / track["index"]).stat().st_mtime_ns >= (out / track["url"]).stat().st_mtime_ns

    os.utime(index, (1, 1))
    ran = run(*scan, "--resume")
    assert "warning: g: g.bed.gz.tbi is older than the file and was left out" in ran.err
    assert files_of(out) == ["g.bed.gz"]
    assert "index" not in manifest(out)["tracks"][-1]

    index.write_bytes(gzip.compress(b"no index"))
    assert "g.bed.gz.tbi: is no tabix index" in run(*scan, "--resume", code=2).error
    (folder / "g.bed.gz").write_bytes(gzip.compress(GENES.encode()))
    os.utime(index)
    assert "an index of a file that is not bgzipped" in run(*scan, "--resume", code=2).error


def test_a_large_file_without_an_index_is_warned_of(run, given, tmp_path: Path) -> None:
    (given.folder / "big.bed").write_text(
        GENES + "#" * 1_000_000 + "\n" + ("#" * 199 + "\n") * 100_000
    )
    annotation = f"big={given.folder / 'big.bed'}"
    ran = run("scan", *given.options("cnn"), "--out", tmp_path / "out", "--annotation", annotation)
    assert "warning: big: without an index a browser loads all of it" in ran.err


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("cnn=genes.bed", "", "a track of a model has this name"),
        ("CNN-hits=genes.bed", "", "a track of a model has this name"),
        ("../x=genes.bed", "", "a name has letters, digits and . _ -"),
        ("<b>=genes.bed", "", "a name has letters, digits and . _ -"),
        (".x=genes.bed", "", "a name has letters, digits and . _ -"),
        ("genes.bed", "", "--annotation genes.bed: write NAME=FILE"),
        ("g=none.bed", "", "none.bed: no such file"),
        ("g=a.txt", "x", "no format that gtrack shows has such a name"),
        ("g=a.bed", "chr2\t5\t9\nchr2\t5\tx\n", "a.bed:2: end 'x' is not a whole number"),
        ("g=a.bed", "chr2\t5\t12001\tG\n", "a.bed:1: 'G' ends at 12001, beyond the end of 'chr2'"),
        ("g=a.bed", "2\t5\t9\n10\t1\t2\n", "chromosomes are '2', '10', those of the genome 'chr"),
        ("g=a.bed", "2\t5\t9\n10\t1\t2\n", "rename its chromosomes"),
        ("g=a.bed", "X\t5\t9\n", "none of its 1 features lies on the genome: its chromosomes are"),
        ("g=a.bed", "X\t5\t9\n", "give the annotation of this assembly"),
        ("g=a.bb", "X\t5\t9\n", "a.bb: is no bigWig and no bigBed"),
    ],
)
def test_wrong_input_is_one_line(
    run, given, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, says: str
) -> None:
    monkeypatch.chdir(given.folder)
    if text:
        Path(name.partition("=")[2]).write_text(text)
    out = tmp_path / "out"
    ran = run("scan", *given.options("cnn"), "--out", out, "--annotation", name, code=2)
    assert says in ran.error
    assert ran.err.count("\n") == 1
    assert not out.exists()


def test_two_of_one_name_and_one_of_the_folder_itself(run, given, tmp_path: Path) -> None:
    out, genes = tmp_path / "out", given.folder / "genes.bed"
    scan = ["scan", *given.options("cnn"), "--out", out]
    twice = ["--annotation", f"g={genes}", "--annotation", f"G={given.folder / 't.gtf'}"]
    assert "another annotation has this name" in run(*scan, *twice, code=2).error
    run(*scan, *twice[:2])
    own = ["--annotation", f"g={out / 'annotations/g.bed'}"]
    for option in ("--resume", "--overwrite"):
        assert "lies in the folder of the scan" in run(*scan, option, *own, code=2).error
    assert annotations(out) == [("g", "BED", "annotations/g.bed")]


def test_a_full_disk(program, given, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (given.folder / "big.bed").write_text(GENES + ("#" * 99 + "\n") * 100_000)
    annotation = ["--annotation", f"big={given.folder / 'big.bed'}"]
    scan = ["scan", *given.options("cnn"), "--out", out]
    ran = program.start(*scan, *annotation, file_limit=5_000_000).wait()
    assert ran.code == 3
    assert "cannot write: File too large" in ran.error
    assert not list((out / "annotations").iterdir())
    program(*scan, *annotation, "--resume")
    assert annotations(out) == [("big", "BED", "annotations/big.bed")]


def test_a_kill_while_one_is_added(run, program, given, tmp_path: Path) -> None:
    out = tmp_path / "out"
    scan = ["scan", *given.options("cnn"), "--out", out]
    genes, other = (
        ["--annotation", f"{name[0]}={given.folder / name}"] for name in ("genes.bed", "t.gtf")
    )
    for die_at, left in ((1, "g"), (-1, "gt"), (2, "gt"), (4, "gt")):  # copy, session, manifest
        run(*scan, "--overwrite", *genes)
        assert program.start(*scan, "--resume", *other, die_at=die_at).wait().code == 137
        run(*scan, "--resume")
        assert "".join(name for name, _, _ in annotations(out)) == left
        assert "all as it was written" in run("verify", out).err
        assert not list(out.rglob("*.tmp"))


def test_names_are_listed_with_their_places(run, given, tmp_path: Path) -> None:
    """The transcripts of a gene are one place, and what gtrack annotate replaces gets new names."""
    out, folder = tmp_path / "out", given.folder
    row = 'chr2\tx\texon\t{}\t{}\t.\t+\t.\tgene_id "g"; gene_name "TBP"; transcript_id "{}";\n'
    parts = [(101, 200, "a"), (301, 400, "a"), (151, 500, "b"), (9001, 9100, "c")]
    (folder / "g.gtf").write_text("".join(row.format(*part) for part in parts))
    (folder / "plain.bed").write_text("chr2\t1\t9\n")
    scan = ["scan", *given.options("cnn"), "--out", out]
    run(*scan, "--annotation", f"g={folder / 'g.gtf'}", "--annotation", f"p={folder / 'plain.bed'}")
    names = {
        t["name"]: t.get("names") for t in manifest(out)["tracks"] if t["kind"] == "annotation"
    }
    assert names == {"g": "annotations/g.names.tsv", "p": None}
    said = "name\tchrom\tstart\tend\nTBP\tchr2\t100\t500\nTBP\tchr2\t9000\t9100\n"
    assert (out / names["g"]).read_text() == said
    (folder / "p.bed").write_text("chr2\t1\t9\tother\n")
    run("annotate", out, f"g={folder / 'p.bed'}")
    assert (out / names["g"]).read_text() == "name\tchrom\tstart\tend\nother\tchr2\t1\t9\n"
    run("annotate", out, f"g={folder / 'plain.bed'}")
    assert not (out / names["g"]).exists()
    assert "names" not in (out / "manifest.json").read_text()
