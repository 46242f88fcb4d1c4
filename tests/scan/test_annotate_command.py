"""gtrack annotate: a finished scan gets genes, peaks and signals, and loses them again."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pyBigWig
import pytest

from gtrack.core.features import Feature
from gtrack.io.bigbed import write_feature_bigbed
from gtrack.publish.manifest import SCHEMA_FILE

GENES = "chr2\t10\t900\tA\t0\t+\nchr10\t5\t90\tB\t0\t-\nchr7\t1\t9\tC\t0\t.\n"
GTF = 'chr2\tx\texon\t11\t90\t.\t+\t.\tgene_id "G"; transcript_id "T";\n'


@pytest.fixture
def scan(run, inputs, tmp_path: Path) -> Path:
    """Return the folder of a scan of two short regions; beside it lie files to show."""
    inputs.bed.write_text("chr2\t6000\t6100\ta\nchr10\t900\t1000\tc\n")
    out = tmp_path / "my scan"
    run("scan", *inputs.options("cnn"), "--no-passport", "--out", out)
    (tmp_path / "genes.bed").write_text(GENES)
    (tmp_path / "t.gtf").write_text(GTF)
    (tmp_path / "b.broadPeak").write_text("chr2\t10\t90\tpk\t0\t.\t7\t1\t1\n")
    return out


def sizes(out: Path) -> dict[str, int]:
    lines = (out / "genome/chrom.sizes").read_text().splitlines()
    return {name: int(size) for name, size in (line.split("\t") for line in lines)}


def make_signal(path: Path, chroms: dict[str, int], more: dict[str, int] | None = None) -> Path:
    """Write a bigWig with stretches of values, gaps among them."""
    rng = np.random.default_rng(7)
    with pyBigWig.open(str(path), "w") as file:
        file.addHeader([*chroms.items(), *(more or {}).items()])
        for chrom, size in {**chroms, **(more or {})}.items():
            if size < 50:
                continue  # without a value
            starts = [int(at) for at in range(3, size - 40, 40)]
            values = [float(value) for value in rng.exponential(3, len(starts)).astype(np.float32)]
            ends = [at + 30 for at in starts]
            file.addEntries([chrom] * len(starts), starts, ends=ends, values=values)
    return path


def listed(out: Path) -> dict[str, str]:
    """Return the annotations by name; manifest and sessions agree, and the files are there."""
    record = json.loads((out / "manifest.json").read_text())
    jsonschema.validate(record, json.loads(SCHEMA_FILE.read_text()))
    session = json.loads((out / "igv_session.json").read_text())["tracks"]
    assert [track["url"] for track in session] == [track["url"] for track in record["tracks"]]
    xml = (out / "igv_session.xml").read_text()
    found = [track for track in record["tracks"] if track["kind"] == "annotation"]
    assert all(f'<Resource path="{track["url"]}"/>' in xml for track in found)
    files = sorted(
        url for track in found for url in map(track.get, ("url", "index", "names")) if url
    )
    there = sorted(f"annotations/{path.name}" for path in (out / "annotations").glob("*"))
    assert files == there
    assert not list(out.rglob("*.tmp"))
    return {track["name"]: track["url"] for track in found}


def test_adding_replacing_and_removing(run, scan: Path, tmp_path: Path) -> None:
    tracks = (scan / "tracks/cnn.relevance.bw").read_bytes()
    ran = run("annotate", scan, f"genes={tmp_path / 'genes.bed'}", f"t={tmp_path / 't.gtf'}")
    assert "genes: 2 annotated features, 1 more on chromosomes that the genome lacks" in ran.err
    assert ran.err.endswith("annotations: genes, t\n")
    assert listed(scan) == {"genes": "annotations/genes.bed", "t": "annotations/t.gtf"}
    assert (scan / "annotations/genes.bed").read_text() == GENES
    before = (scan / "manifest.json").read_bytes()
    assert "replaces" not in run("annotate", scan, f"t={tmp_path / 't.gtf'}").err
    assert (scan / "manifest.json").read_bytes() == before
    ran = run("annotate", scan, f"GENES={tmp_path / 'b.broadPeak'}", "--remove", "T")
    assert "GENES: 1 annotated feature; replaces annotations/genes.bed" in ran.err
    assert "t: annotations/t.gtf is removed" in ran.err
    assert listed(scan) == {"GENES": "annotations/GENES.broadPeak"}
    run("annotate", scan, "--remove", "GENES")
    assert listed(scan) == {}
    assert not (scan / "annotations").exists()
    assert (scan / "tracks/cnn.relevance.bw").read_bytes() == tracks


def test_what_was_made_before_is_said_to_be_older(run, scan: Path, tmp_path: Path) -> None:
    assert "of before" not in run("annotate", scan, f"g={tmp_path / 'genes.bed'}").err
    run("hub", scan, "--email", "me@example.org")
    run("report", scan)
    ran = run("annotate", scan, f"t={tmp_path / 't.gtf'}")
    for name in ("hub", "report.html"):
        assert f"{scan / name} shows the annotations of before; make it again" in ran.err


def test_signals_are_shown_as_bars(run, scan: Path, tmp_path: Path) -> None:
    chroms = sizes(scan)
    given = make_signal(tmp_path / "atac.bigWig", chroms, {"chrUn": 5000})
    ran = run("annotate", scan, f"atac={given}")
    said = f"atac: {len(chroms)} chromosomes with a signal, 1 more that the genome lacks"
    assert said in ran.err
    assert listed(scan) == {"atac": "annotations/atac.bw"}
    assert (scan / "annotations/atac.bw").read_bytes() == given.read_bytes()
    shown = json.loads((scan / "igv_session.json").read_text())["tracks"][-1]
    assert (shown["type"], shown["format"], shown["autoscale"]) == ("wig", "bigwig", True)
    assert not {"graphType", "autoscaleGroup", "gtrack"} & set(shown)
    xml = (scan / "igv_session.xml").read_text()
    assert re.search('<Track id="annotations/atac.bw"[^>]* autoScale="true"/>', xml)

    ran = run("hub", scan, "--email", "me@example.org")
    assert (
        "atac: has sequences that were not in the scan's FASTA; made anew without them" in ran.err
    )
    assert "no findings" in run("hub", scan, "--check").err
    stanza = (scan / "hub/hub.txt").read_text().split("track atac\n")[1].split("\n\n")[0]
    settings = dict(line.strip().split(" ", 1) for line in stanza.splitlines())
    assert settings["bigDataUrl"] == "atac.bw"
    assert settings["autoScale"] == "on"
    with pyBigWig.open(str(given)) as ours, pyBigWig.open(str(scan / "hub/atac.bw")) as hub:
        assert hub.chroms() == chroms
        for chrom, size in chroms.items():
            np.testing.assert_array_equal(
                ours.values(chrom, 0, size, numpy=True), hub.values(chrom, 0, size, numpy=True)
            )
        low, high = map(float, settings["type"].split()[1:])
        assert low == 0 <= hub.header()["maxVal"] <= high < 1.2 * hub.header()["maxVal"]

    run("report", scan)
    page = (scan / "report.html").read_text()
    assert re.search(r"atac: scale 0 to [0-9.]+; largest value here: [0-9.]+\.", page)
    assert "annotations: atac, t" in run("annotate", scan, f"t={tmp_path / 't.gtf'}").err


def test_a_hub_takes_a_signal_of_just_its_genome_as_it_is(run, scan: Path, tmp_path: Path) -> None:
    given = make_signal(tmp_path / "chip.bw", sizes(scan))
    run("annotate", scan, f"chip={given}")
    run("hub", scan, "--email", "me@example.org")
    assert (scan / "hub/chip.bw").read_bytes() == given.read_bytes()


def test_what_does_not_do_is_one_line_and_changes_nothing(run, scan: Path, tmp_path: Path) -> None:
    chroms = sizes(scan)
    make_signal(tmp_path / "other.bw", {chrom: size + 1 for chrom, size in chroms.items()})
    make_signal(tmp_path / "bare.bw", {"2": 12_000, "10": 9_000})
    make_signal(tmp_path / "none.bw", {"chr2": 30}, {"chrUn": 900})
    make_signal(tmp_path / "empty.bw", {"chrUn": 900})
    cut = make_signal(tmp_path / "cut.bw", chroms).read_bytes()
    (tmp_path / "cut.bw").write_bytes(cut[:-100])
    for name, size in (("f.bw", 12_000), ("theirs.bb", 99_000)):
        write_feature_bigbed(tmp_path / name, {"chr2": size}, [Feature("chr2", 1, 9)])
    shutil.copy(tmp_path / "other.bw", tmp_path / "f.bb")
    (tmp_path / "bad.bed").write_text("chr2\t5\tx\n")
    run("annotate", scan, f"g={tmp_path / 'genes.bed'}")
    before = {path: path.read_bytes() for path in scan.rglob("*") if path.is_file()}
    for given, says in (
        (["s=other.bw"], "give the file of this assembly"),
        (["s=theirs.bb"], "gives 'chr2' 99,000 bp, the genome"),
        (["s=bare.bw"], "none of its chromosomes is one of the genome: its chromosomes are '2'"),
        (["s=none.bw"], "gives 'chr2' 30 bp, the genome"),
        (["s=cut.bw"], "is cut"),
        (["s=f.bw"], "is a bigBed; call the file .bb"),
        (["s=f.bb"], "is a bigWig, not a bigBed"),
        (["t=t.gtf", "s=bad.bed"], "bad.bed:1: end 'x' is not a whole number"),
        (["cnn=t.gtf"], "a track of a model has this name"),
        (["CNN-hits=t.gtf"], "a track of a model has this name"),
        (["t=t.gtf", "T=genes.bed"], "another annotation has this name"),
        (["t=no.gtf"], "no.gtf: no such file"),
        (["t.gtf"], "error: t.gtf: write NAME=FILE"),
        ([], "nothing to do: give NAME=FILE, or --remove NAME"),
        (["--remove", "x"], "has no annotation of this name (g)"),
        (["g=t.gtf", "--remove", "g"], "g=FILE alone replaces it"),
    ):
        words = [re.sub(r"=(?=[a-z]+\.)", f"={tmp_path}/", word) for word in given]
        ran = run("annotate", scan, *words, code=2)
        assert says in ran.error, given
        assert ran.err.count("\n") == 1
    own = f"h={scan / 'annotations/g.bed'}"
    assert "lies in the folder of the scan" in run("annotate", scan, own, code=2).error
    after = {path: path.read_bytes() for path in scan.rglob("*") if path.is_file()}
    assert after == before


def test_no_scan_is_made_up(run, inputs, scan: Path, tmp_path: Path) -> None:
    genes = f"g={tmp_path / 'genes.bed'}"
    assert "no such folder" in run("annotate", tmp_path / "none", genes, code=2).error
    assert not (tmp_path / "none").exists()
    planned = tmp_path / "planned"
    run("plan", *inputs.options("cnn"), "--out", planned)
    assert "with --resume finishes it" in run("annotate", planned, genes, code=2).error


def test_verify_knows_them_and_its_cure_cures(run, scan: Path, tmp_path: Path) -> None:
    given = make_signal(tmp_path / "atac.bw", sizes(scan))
    run("annotate", scan, f"g={tmp_path / 'genes.bed'}", f"atac={given}")
    run("verify", scan)
    record = json.loads((scan / "manifest.json").read_text())["files"]
    assert record["annotations/g.bed"]["size"] == len(GENES)
    torn = scan / "annotations/atac.bw"
    torn.write_bytes(torn.read_bytes()[:-1])
    run("annotate", scan, f"t={tmp_path / 't.gtf'}")  # touches no other, and puts none on record
    for verb in (["verify"], ["report"], ["hub", "--email", "me@example.org"]):
        ran = run(verb[0], scan, *verb[1:], code=None)
        assert ran.code
        assert f"gtrack annotate '{scan}' NAME=FILE adds it again" in ran.err + ran.out
    run("annotate", scan, f"atac={given}")
    run("verify", scan)
    run("annotate", scan, "--remove", "g", "--remove", "t")
    run("verify", scan)
    assert list(listed(scan)) == ["atac"]


def test_resume_keeps_what_annotate_added(run, inputs, scan: Path, tmp_path: Path) -> None:
    run("annotate", scan, f"g={tmp_path / 'genes.bed'}")
    command = ["scan", *inputs.options("cnn"), "--no-passport", "--out", scan, "--resume"]
    run(*command, "--annotation", f"t={tmp_path / 't.gtf'}")
    assert list(listed(scan)) == ["g", "t"]
    run(*command, "--null-bases", 10_000)
    assert list(listed(scan)) == ["g", "t"]


def test_an_index_goes_with_its_file(run, scan: Path, tmp_path: Path) -> None:
    if not shutil.which("tabix"):
        pytest.skip("needs tabix and bgzip: apt install tabix")
    (tmp_path / "g.bed").write_text("".join(sorted(GENES.splitlines(keepends=True))))
    subprocess.run(["bgzip", tmp_path / "g.bed"], check=True)
    subprocess.run(["tabix", "-p", "bed", tmp_path / "g.bed.gz"], check=True)
    run("annotate", scan, f"g={tmp_path / 'g.bed.gz'}")
    assert (scan / "annotations/g.bed.gz.tbi").is_file()
    listed(scan)
    (tmp_path / "g.bed.gz.tbi").unlink()
    run("annotate", scan, f"g={tmp_path / 'g.bed.gz'}")
    assert not (scan / "annotations/g.bed.gz.tbi").exists()
    listed(scan)


def test_killed_at_any_rename_the_same_command_does_the_rest(
    run, program, scan: Path, tmp_path: Path
) -> None:
    """The files, both sessions, the manifest: whatever stands is listed, and nothing is lost."""
    run("annotate", scan, f"g={tmp_path / 'genes.bed'}", f"x={tmp_path / 'genes.bed'}")
    begun = tmp_path / "begun"
    scan.rename(begun)
    command = [f"g={tmp_path / 't.gtf'}", f"b={tmp_path / 'b.broadPeak'}", "--remove", "x"]
    for die_at in (sign * at for at in range(1, 8) for sign in (1, -1)):
        shutil.copytree(begun, scan)
        assert program.start("annotate", scan, *command, die_at=die_at).wait().code == 137
        names = [
            track["name"]
            for track in json.loads((scan / "manifest.json").read_text())["tracks"]
            if track["kind"] == "annotation"
        ]
        assert names == ([*"bg"] if die_at == -7 else [*"gx"])
        for track in json.loads((scan / "manifest.json").read_text())["tracks"]:
            assert (scan / track["url"]).is_file()
        again = run("annotate", scan, *command)
        assert again.err.endswith("annotations: b, g\n")
        assert listed(scan) == {"b": "annotations/b.broadPeak", "g": "annotations/g.gtf"}
        shutil.rmtree(scan)


def test_a_full_disk_leaves_what_was_there(program, run, scan: Path, tmp_path: Path) -> None:
    run("annotate", scan, f"g={tmp_path / 'genes.bed'}")
    (tmp_path / "big.bed").write_text(GENES + ("#" * 99 + "\n") * 100_000)
    ran = program.start(
        "annotate", scan, f"big={tmp_path / 'big.bed'}", file_limit=5_000_000
    ).wait()
    assert ran.code == 3
    assert listed(scan) == {"g": "annotations/g.bed"}
    run("annotate", scan, f"big={tmp_path / 'big.bed'}")
    assert list(listed(scan)) == ["big", "g"]


def test_of_two_at_once_one_is_refused(program, run, scan: Path, tmp_path: Path) -> None:
    first = program.start("annotate", scan, f"g={tmp_path / 'genes.bed'}", stop_at="*/g.bed")
    first.wait_for_stop()
    ran = run("annotate", scan, f"t={tmp_path / 't.gtf'}", code=3)
    assert f"{scan}: locked by pid {first.pid}" in ran.error
    first.send(signal.SIGCONT)
    assert first.wait().code == 0
    assert listed(scan) == {"g": "annotations/g.bed"}


def test_no_torch_is_loaded_and_it_takes_a_second(scan: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from gtrack.cli import main\n"
        "try: main()\nexcept SystemExit as stop: assert not stop.code\n"
        "assert 'torch' not in sys.modules and 'transformers' not in sys.modules"
    )
    before = os.times().children_user
    subprocess.run(
        [sys.executable, "-c", code, "annotate", scan, f"g={tmp_path / 'genes.bed'}"], check=True
    )
    assert os.times().children_user - before < 3  # of a busy machine; 0.6 s usually
    assert listed(scan) == {"g": "annotations/g.bed"}
