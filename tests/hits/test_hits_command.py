"""`gtrack hits` from a finished scan: files, manifest, refusals; no model is near."""

from __future__ import annotations

import csv
import gzip
import json
import os
import random
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import jsonschema
import numpy as np
import pyBigWig
import pytest

from gtrack.core.sequences import reverse_complement
from gtrack.io.family_files import parsed_share
from gtrack.publish.manifest import SCHEMA_FILE
from gtrack.workflows.folder import finished as finished_module
from tests.hour import of_the_hour

MODELS = ("cnn", "dnabert2")
LOOSE = ["--q", "1", "--gate", "0.1", "--p-sequence", "0.01"]
"""With random weights nothing is significant; so everything is let through and looked at."""


def files(out: Path) -> dict[str, bytes]:
    found = {path.name: path.read_bytes() for path in sorted((out / "hits").iterdir())}
    return found | {"manifest.json": (out / "manifest.json").read_bytes()}


def records(path: Path) -> list[dict[str, str]]:
    """Read a hits BED by the names of its last header line."""
    lines = path.read_text().splitlines()
    header = [line for line in lines if line.startswith("#")][-1].lstrip("#").split("\t")
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_a_hub_of_hits_before_is_named(run, finished) -> None:
    _, out, motifs = finished
    assert "called before" not in run("hits", out, "--motifs", motifs).err
    run("hub", out, "--email", "nobody@example.org")
    said = run("hits", out, "--motifs", motifs).err
    assert f"{out / 'hub'} shows what was called before; make it again\n" in said
    assert "report.html" not in said


def test_logos_are_the_matrices_of_motifs_with_hits(run, finished) -> None:
    _, out, motifs = finished
    run("hits", out, "--motifs", motifs, *LOOSE)
    manifest = json.loads((out / "manifest.json").read_text())
    logos = json.loads((out / manifest["hits"]["logos"]).read_text())
    hits = [row for model in MODELS for row in records(out / f"hits/{model}.hits.bed")]
    assert set(logos) == {row["motifId"] for row in hits}
    for row in hits:
        matrix = np.array(logos[row["motifId"]]["probabilities"])
        assert matrix.shape == (int(row["chromEnd"]) - int(row["chromStart"]), 4)
        assert np.allclose(matrix.sum(axis=1), 1, atol=2e-4)
        assert logos[row["motifId"]]["name"] == row["name"]
    best = max(hits, key=lambda row: abs(float(row["relZ"])))
    locus = manifest["locus"]
    assert locus["chrom"] == best["chrom"]
    assert locus["start"] <= int(best["chromStart"]) < int(best["chromEnd"]) <= locus["end"]


def test_what_is_written(run, finished) -> None:
    _, out, motifs = finished
    there = [path for path in out.rglob("*") if path.is_file() and not of_the_hour(path)]
    before = {path: path.read_bytes() for path in there}
    ran = run("hits", out, "--motifs", motifs, *LOOSE, "--all", "--loci")
    kinds = (
        *("hits.bed", "sites.bed", "hits.bb", "motifs.tsv", "words.tsv"),
        *("candidates.bed", "loci.narrowPeak"),
    )
    shared = {"logos.json", "manifest.json"}
    assert set(files(out)) == {f"{m}.{kind}" for m in MODELS for kind in kinds} | shared
    listing = {"manifest.json", "igv_session.json", "igv_session.xml"}
    for path, data in before.items():
        assert path.name in listing or path.read_bytes() == data
    assert ran.out == "", "data on stdout only where asked"
    said = " ".join(ran.err.split())
    for model in MODELS:
        hits = records(out / f"hits/{model}.hits.bed")
        assert len(hits) > 10
        assert f"{model}: {len(hits)} motif hits at q < 1" in said
        for kind in ("hits", "sites"):
            assert str(out / f"hits/{model}.{kind}.bed") in ran.err
        sites = (out / f"hits/{model}.sites.bed").read_text().splitlines()
        assert [line.split("\t") for line in sites] == [list(hit.values())[:6] for hit in hits]
        with (out / f"hits/{model}.motifs.tsv").open(newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        assert sum(int(row["hits"]) for row in rows) == len(hits)
        families = [parsed_share(row) for row in rows]
        assert len(families) == len({hit["family"] for hit in hits})
        members = {each.motif_id for family in families for each in family.members}
        assert {row["motif_id"] for row in rows} | members == {hit["motifId"] for hit in hits}
        others = f"(+{len(families[0].members)}) " if families[0].members else ""
        assert f"{rows[0]['name']} {rows[0]['motif_id']} {others}{rows[0]['hits']} " in said


def test_hits_say_what_stands_in_the_genome_and_the_track(run, finished) -> None:
    inputs, out, motifs = finished
    run("hits", out, "--motifs", motifs, *LOOSE, "--all")
    from gtrack.core.hits.motifs import symmetric_background
    from gtrack.core.hits.pwm import Pwm
    from gtrack.io.motifs import read_motifs

    regions = [line.split("\t") for line in inputs.bed.read_text().splitlines()]
    covered = {chrom: np.zeros(len(bases), bool) for chrom, bases in inputs.genome.items()}
    for chrom, start, end, *_ in regions:
        covered[chrom][int(start) : int(end)] = True
    scanned = "".join(
        base
        for chrom, bases in inputs.genome.items()
        for base, there in zip(bases.upper(), covered[chrom], strict=True)
        if there
    )
    background = symmetric_background([scanned.count(base) for base in "ACGT"])
    assert np.allclose(
        json.loads((out / "manifest.json").read_text())["hits"]["background"], background
    )
    pwms = {motif.id: Pwm.of(motif, background) for motif in read_motifs(motifs)}
    names = {m.id: m.name for m in read_motifs(motifs)}
    for model in MODELS:
        found = records(out / f"hits/{model}.candidates.bed")
        with pyBigWig.open(str(out / f"tracks/{model}.relevance.bw")) as track:
            for hit in found:
                start, end = int(hit["chromStart"]), int(hit["chromEnd"])
                values = np.array(track.values(hit["chrom"], start, end))
                assert np.isfinite(values).all(), "every base has a value"
                assert float(hit["relSum"]) == pytest.approx(values.sum(), rel=1e-5, abs=1e-6)
                site = inputs.genome[hit["chrom"]][start:end].upper()
                site = reverse_complement(site) if hit["strand"] == "-" else site
                pwm = pwms[hit["motifId"]]
                loss = sum(int(pwm.losses[i, "ACGT".index(b)]) for i, b in enumerate(site))
                assert float(hit["seqP"]) == pytest.approx(pwm.tail[loss], rel=1e-5)
                assert float(hit["seqP"]) <= 0.01
                assert float(hit["relP"]) <= 0.1
                assert hit["name"] == names[hit["motifId"]]
                assert hit["source"] == "m.meme"
                assert hit["model"] == f"{model}:site"
                q = float(hit["qValue"])
                assert int(hit["score"]) == min(1000, round(-100 * np.log10(q)))
                holding = [
                    name if name != "." else f"{chrom}:{int(a) + 1}-{b}"
                    for chrom, a, b, name, *_ in regions
                    if chrom == hit["chrom"] and int(a) < end and int(b) > start
                ]
                assert hit["region"] in holding


@pytest.mark.parametrize("model", MODELS)
def test_hits_are_sorted_and_never_overlap(run, finished, model: str) -> None:
    _, out, motifs = finished
    run("hits", out, "--motifs", motifs, *LOOSE, "--all")
    for kind in ("hits", "candidates"):
        rows = records(out / f"hits/{model}.{kind}.bed")
        places = [(r["chrom"], int(r["chromStart"]), int(r["chromEnd"])) for r in rows]
        assert places == sorted(places)
        for one, other in pairwise(places):
            assert one[0] != other[0] or other[1] - one[2] >= 3, "the gap of 3"


def test_bed_and_bigbed_hold_the_same_records(run, finished) -> None:
    _, out, motifs = finished
    run("hits", out, "--motifs", motifs, *LOOSE)
    manifest = json.loads((out / "manifest.json").read_text())
    for model in MODELS:
        rows = records(out / f"hits/{model}.hits.bed")
        with pyBigWig.open(str(out / f"hits/{model}.hits.bb")) as file:
            entries = [
                (chrom, start, end, *rest.split("\t"))
                for chrom, size in sorted(file.chroms().items())
                for start, end, rest in file.entries(chrom, 0, size) or ()
            ]
        mine = [list(row.values()) for row in rows]
        assert [[e[0], str(e[1]), str(e[2]), e[3], e[4], e[5], *e[9:]] for e in entries] == mine
        (track,) = [t for t in manifest["tracks"] if (t["model"], t["kind"]) == (model, "hits")]
        assert track["records"] == len(entries)


def test_the_manifest(run, finished) -> None:
    _, out, motifs = finished
    before = json.loads((out / "manifest.json").read_text())
    run("hits", out, "--motifs", motifs, "--q", "0.5", "--all", "--loci")
    manifest = json.loads((out / "manifest.json").read_text())
    jsonschema.validate(manifest, json.loads(SCHEMA_FILE.read_text()))
    hits = manifest.pop("hits")
    tracks = manifest.pop("tracks")
    assert tracks[:2] == before.pop("tracks")
    if any(entry["hits"] for entry in hits["models"]):
        del manifest["locus"], before["locus"]  # the first view is the strongest hit then
    files, kept = manifest.pop("files"), before.pop("files")
    sessions = {"igv_session.json", "igv_session.xml"}
    assert {u: r for u, r in files.items() if u in kept.keys() - sessions} == {
        url: record for url, record in kept.items() if url not in sessions
    }
    assert all(url.startswith("hits/") for url in files.keys() - kept.keys())
    assert manifest == before
    assert [t["url"] for t in tracks[2:]] == [f"hits/{model}.hits.bb" for model in MODELS]
    assert hits["q"] == 0.5
    assert hits["motifs"]["count"] == 3
    assert hits["motifs"]["sources"] == ["m.meme"]
    assert hits["options"]["gap"] == 3
    for entry in hits["models"]:
        for kind in ("bed", "sites", "bigbed", "table", "candidates_bed", "loci"):
            assert (out / entry[kind]).is_file()
        everything = records(out / entry["candidates_bed"])
        lowest = min((float(row["qValue"]) for row in everything), default=None)
        assert entry.get("best_q") == (lowest and pytest.approx(lowest, rel=0.05))
    assert str(out) not in json.dumps(hits)


def test_a_second_call_replaces_the_first(run, finished) -> None:
    _, out, motifs = finished
    run("hits", out, "--motifs", motifs, *LOOSE)
    first = files(out)
    run("hits", out, "--motifs", motifs, *LOOSE, "--all", "--loci", "--gap", "200")
    assert files(out)["cnn.hits.bed"] != first["cnn.hits.bed"]
    run("hits", out, "--motifs", motifs, *LOOSE)
    assert files(out) == first, "nothing of the second is left"


def test_the_order_of_the_motifs_does_not_matter(run, finished, write_meme) -> None:
    _, out, motifs = finished
    run("hits", out, "--motifs", motifs, *LOOSE, "--all")
    first = files(out)
    head, *each = re.split(r"(?=MOTIF )", motifs.read_text())
    random.Random(1).shuffle(each)
    each = each[1:] + each[:1]
    motifs.write_text(head + "".join(each))
    run("hits", out, "--motifs", motifs, *LOOSE, "--all")
    assert files(out) == first
    motifs.write_bytes(gzip.compress(motifs.read_bytes()))
    run("hits", out, "--motifs", motifs, *LOOSE, "--all")
    assert files(out) == first


def test_q_and_all(run, finished) -> None:
    _, out, motifs = finished
    run("hits", out, "--motifs", motifs, *LOOSE, "--all")
    everything = records(out / "hits/cnn.candidates.bed")
    values = sorted({float(r["qValue"]) for r in everything})
    assert len(values) > 2
    q = (values[1] + values[2]) / 2  # the file has six digits
    run("hits", out, "--motifs", motifs, *LOOSE[2:], "--q", q)

    def sites(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        """Return rows but for the family, which is a matter of all hits."""
        return [{key: row[key] for key in row if key != "family"} for row in rows]

    expected = [row for row in everything if float(row["qValue"]) < q]
    assert sites(records(out / "hits/cnn.hits.bed")) == sites(expected)


def test_nothing_is_found_in_random_weights(run, finished) -> None:
    """No signal: no hit at the usual thresholds, and empty files are whole files."""
    _, out, motifs = finished
    run("hits", out, "--motifs", motifs)
    for model in MODELS:
        assert len(records(out / f"hits/{model}.hits.bed")) <= 1
        with pyBigWig.open(str(out / f"hits/{model}.hits.bb")) as file:
            assert file.isBigBed()


def test_it_runs_on_a_laptop(finished) -> None:
    """Neither torch nor the models nor the FASTA are there, and the folder was moved."""
    _, out, motifs = finished
    moved = out.rename(out.with_name("moved"))
    local = json.loads((moved / "run.local.json").read_text())
    local["fasta"] = "/nowhere/genome.fa"
    (moved / "run.local.json").write_text(json.dumps(local))
    code = (
        "import sys\nsys.modules['torch'] = sys.modules['transformers'] = None\n"
        "from gtrack.cli import main\n"
        f"main(['hits', {str(moved)!r}, '--motifs', {str(motifs)!r}])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    assert done.returncode == 0, done.stderr
    assert (moved / "hits/cnn.hits.bed").exists()


def test_a_genome_that_was_not_copied(run, finished, write_fasta, tmp_path: Path) -> None:
    inputs, out, motifs = finished
    run("hits", out, "--motifs", motifs, *LOOSE)
    first = files(out)
    shutil.rmtree(out / "genome")
    ran = run("hits", out, "--motifs", motifs, *LOOSE, code=2)
    assert "genome of the scan is not there; give it with --fasta" in ran.error
    run("hits", out, "--motifs", motifs, *LOOSE, "--fasta", inputs.fasta)
    assert files(out) == first
    changed = dict(inputs.genome)
    changed["chr2"] = changed["chr2"][:4100] + "ACGTACGT" + changed["chr2"][4108:]
    other = write_fasta(tmp_path / "other.fa", changed)
    ran = run("hits", out, "--motifs", motifs, *LOOSE, "--fasta", other, code=2)
    assert f"{other}: not the genome that was scanned" in ran.error
    assert files(out) == first, "a refusal changes nothing"


def no_null(out: Path) -> None:
    for name in ("manifest.json", "plan/plan.json"):
        record = json.loads((out / name).read_text())
        record.pop("null")
        (out / name).write_text(json.dumps(record))


def null_gone(out: Path) -> None:
    (out / "null/dnabert2.npz").unlink()


def test_a_null_that_is_gone(run, finished) -> None:
    inputs, out, motifs = finished
    null_gone(out)
    ran = run("hits", out, "--motifs", motifs, code=2)
    assert "the command of the scan with --resume --null" in ran.error
    assert ran.err.count("\n") == 1
    assert not (out / "hits").exists()
    run("scan", *inputs.options(), "--out", out, "--resume", "--null-bases", 30_000)
    run("hits", out, "--motifs", motifs)


def test_without_a_null(run, finished) -> None:
    """Words alone carry hits then, and that is said; loci have nothing to stand against."""
    _, out, motifs = finished
    no_null(out)
    ran = run("hits", out, "--motifs", motifs, *LOOSE, "--all")
    assert "warning: there is no null: " in ran.err
    for model in MODELS:
        found = records(out / f"hits/{model}.candidates.bed")
        assert len(found) > 10
        assert {(row["qPlace"], row["chance"]) for row in found} == {("-1", "-1")}
        assert all(row["qValue"] == row["qWord"] for row in found)
    said = run("hits", out, "--motifs", motifs, "--loci", code=2).error
    assert "no null to test --loci against" in said


def test_a_chance_that_is_asked_for(run, finished) -> None:
    _, out, motifs = finished
    run("hits", out, "--motifs", motifs, *LOOSE, "--all")
    everything = records(out / "hits/cnn.candidates.bed")
    values = sorted({float(row["chance"]) for row in everything})
    assert len(values) > 2
    limit = (values[0] + values[1]) / 2
    ran = run("hits", out, "--motifs", motifs, *LOOSE, "--max-chance", limit)
    kept = [row for row in everything if float(row["chance"]) < limit]
    assert [row["chromStart"] for row in records(out / "hits/cnn.hits.bed")] == [
        row["chromStart"] for row in kept if float(row["qValue"]) < 1
    ]
    assert "more have a larger chance than --max-chance" in ran.err
    assert "--max-chance 2" in run("hits", out, "--motifs", motifs, "--max-chance", 2, code=2).error


def test_a_damaged_null(run, finished) -> None:
    _, out, motifs = finished
    path = out / "null/cnn.npz"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    ran = run("hits", out, "--motifs", motifs, code=5)
    assert f"{path}: damaged" in ran.error


MOTIFS = [
    ("", "empty"),
    ("MEME version 4\n", "m.meme"),
    ("nonsense\n", "m.meme:1: "),
    (">M1 one\n0 0 0\n0 0 0\n0 0 0\n0 0 0\n", "M1"),
    (">M1 one\n1\n2\n3\n4\n", "M1"),
]


def contents(folder: Path) -> dict[Path, tuple[int, bytes]]:
    """Return when each file was written, and its bytes."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


@pytest.mark.parametrize(("text", "why"), MOTIFS)
def test_bad_motifs_are_one_line(run, finished, text: str, why: str) -> None:
    inputs, out, motifs = finished
    motifs.write_text(text)
    before = contents(out)
    ran = run("hits", out, "--motifs", motifs, code=2)
    assert why in ran.error
    assert ran.err.count("\n") == 1
    assert contents(out) == before
    fresh = out.with_name("fresh")
    ran = run("scan", *inputs.options("cnn"), "--out", fresh, "--motifs", motifs, code=2)
    assert why in ran.error
    assert not fresh.exists(), "motifs are read before anything is computed"


def test_a_motif_longer_than_any_region(run, finished, write_meme, tmp_path: Path) -> None:
    inputs, _, motifs = finished
    bed = tmp_path / "short.bed"
    bed.write_text("chr2\t4000\t4010\nchr2\t4010\t4019\n")
    motifs.write_text(write_meme({"L.1": ("LONG", "GATAAG" * 3 + "CC"), "S": ("S", "GAT")}))
    fresh = tmp_path / "fresh"
    scan = ["scan", *inputs.options("cnn", bed=bed), "--out", fresh]
    said = "L.1 (LONG) is 20 bp wide and the longest scanned region 19 bp"
    assert said in run(*scan, "--motifs", motifs, code=2).error
    assert not fresh.exists()
    run(*scan, "--null-bases", 10_000)
    ran = run("hits", fresh, "--motifs", motifs, code=2)
    assert said in ran.error
    assert ran.err.count("\n") == 1


def test_folders_that_are_no_finished_scan(run, finished, tmp_path: Path) -> None:
    inputs, out, motifs = finished
    nowhere, empty, planned = (tmp_path / name for name in ("nowhere", "empty", "planned"))
    empty.mkdir()
    run("plan", *inputs.options("cnn"), "--out", planned, "--null")
    for folder, why in (
        (nowhere, "no such folder"),
        (empty, "no finished scan here: none was planned"),
        (
            planned,
            "no finished scan here: 0 of 1 shards are done; the command of the scan with --resume",
        ),
    ):
        ran = run("hits", folder, "--motifs", motifs, code=2)
        assert f"{folder}: {why}" in ran.error
        assert ran.err.count("\n") == 1
    assert not nowhere.exists()
    assert not list(empty.iterdir())
    (out / "manifest.json").write_text("{")
    assert "not a gtrack manifest" in run("hits", out, "--motifs", motifs, code=2).error


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--q", "0"], "--q 0.0: a q-value lies above 0"),
        (["--q", "1.1"], "--q 1.1: a q-value lies above 0"),
        (["--q", "nan"], "--q nan: a q-value lies above 0"),
        (["--p-sequence", "0"], "p_sequence 0.0"),
        (["--gate", "2"], "gate 2.0"),
        (["--gap", "-1"], "gap -1"),
        (["--pseudocount", "0"], "pseudocount 0.0"),
        (["--motifs", "nowhere.meme"], "nowhere.meme: no such file"),
    ],
)
def test_options_that_make_no_sense(run, finished, options: list[str], why: str) -> None:
    _, out, motifs = finished
    ran = run("hits", out, "--motifs", motifs, *options, code=2)
    assert why in ran.error
    assert ran.err.count("\n") == 1
    assert not (out / "hits").exists()


def test_while_another_run_holds_the_folder(run, finished) -> None:
    from gtrack.io.lock import locked

    _, out, motifs = finished
    with locked(out):
        assert "locked by pid" in run("hits", out, "--motifs", motifs, code=3).error


def test_killed_at_any_rename_the_manifest_never_lies(program, finished) -> None:
    _, out, motifs = finished
    call = ["hits", out, "--motifs", motifs, *LOOSE]
    program(*call)
    first = files(out)
    at, code = 1, 137
    while code == 137:
        code = program.start(*call, die_at=at).wait().code
        manifest = json.loads((out / "manifest.json").read_text())
        for track in manifest["tracks"]:
            assert (out / track["url"]).is_file(), (at, track)
        program(*call)
        assert files(out) == first
        at += 1
    assert code == 0
    assert at > 8, "two manifests, three files of two models"


def test_scan_with_motifs_is_scan_then_hits(run, finished, tmp_path: Path) -> None:
    inputs, out, motifs = finished
    run("hits", out, "--motifs", motifs)
    made = tmp_path / "made"
    scan = ["scan", *inputs.options(), "--out", made, "--null-bases", 30_000, "--motifs", motifs]
    ran = run(*scan)
    assert "motif hits at q < 0.05" in ran.err
    assert "9 regions given; 9 scanned" in ran.err
    assert files(made) == files(out)
    ran = run(*scan, "--resume")
    assert "finished already" not in ran.err
    assert "motif hits at q < 0.05" in ran.err
    assert files(made) == files(out)
    ran = run("scan", "--plan", made, "--shard", 0, "--motifs", motifs, code=2)
    assert "--motifs" in ran.error


def test_a_new_null_makes_the_hits_stale(run, finished) -> None:
    inputs, out, motifs = finished
    run("hits", out, "--motifs", motifs)
    run("scan", *inputs.options(), "--out", out, "--resume", "--null-bases", 20_000)
    assert not (out / "hits").exists()
    assert "hits" not in json.loads((out / "manifest.json").read_text())


def test_segments_are_cut_at_gaps(called_scan) -> None:
    """Every base that has a value, once, in the order of the genome, against pyBigWig."""
    inputs, out = called_scan
    scan = finished_module.open_finished(out)
    with finished_module.scanned_genome(scan) as genome:
        found = list(finished_module.scanned_segments(scan, genome, scan.plan.targets[0]))
    with pyBigWig.open(str(out / "tracks/cnn.relevance.bw")) as track:
        runs = [
            (chrom, start, end)
            for chrom, size in track.chroms().items()
            for start, end in _finite(track.values(chrom, 0, size, numpy=True))
        ]
        order = {chrom: at for at, chrom in enumerate(inputs.genome)}
        runs.sort(key=lambda run: (order[run[0]], run[1]))
        assert [(s.chrom, s.start, s.end) for s in found] == runs
        for segment in found:
            values = track.values(segment.chrom, segment.start, segment.end, numpy=True)
            assert values.tolist() == segment.relevance.tolist()
            bases = inputs.genome[segment.chrom][segment.start : segment.end].upper()
            assert "".join("ACGT"[code] for code in segment.codes) == bases


def _finite(values: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.isfinite(values), prepend=False, append=False))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
