"""A model, a method and an engine from other packages: found by their entry points, scanned with.

Each of the three folders beside this file is a package as a stranger would write it. They are
installed into a folder of their own, and nothing in gtrack knows of them.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pyBigWig
import pytest

from tests.hour import lasting

HERE = Path(__file__).parent
WINDOW = 40
REGIONS = """\
chr2\t60\t260\tlong\t0\t+
chr2\t2950\t3010\tinto N\t0\t+
chr2\t3480\t3530\tcodes\t0\t-
chr10\t900\t960\tmiddle\t0\t.
tiny\t10\t60\tshort chromosome\t0\t-
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the three packages."""
    target = tmp_path_factory.mktemp("installed")
    names = [str(HERE / name) for name in ("trimers", "occlusion", "backwards")]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    options = ["--no-build-isolation", "--disable-pip-version-check", "--target", str(target)]
    subprocess.run([*command, *options, *names], check=True)
    return target


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(11)
    shapes = {
        "words.weight": (66, 6),
        "hidden.weight": (6, 6),
        "hidden.bias": (6,),
        "out.weight": (2, 6),
        "out.bias": (2,),
    }
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


@pytest.fixture(scope="module")
def trimers(tmp_path_factory: pytest.TempPathFactory, weights: dict[str, np.ndarray]) -> Path:
    """Write a published folder: no gtrack in its config, names of tensors as torch.compile has."""
    from safetensors.numpy import save_file

    folder = tmp_path_factory.mktemp("published")
    config = {
        "model_type": "trimers",
        "channels": 6,
        "window_bp": WINDOW,
        "problem_type": "regression",
        "id2label": {"0": "open", "1": "bound/CTCF"},
        "label2id": {"open": 0, "bound/CTCF": 1},
    }
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "words.json").write_text(json.dumps(["".join(w) for w in product("ACGT", repeat=3)]))
    save_file({f"_orig_mod.{k}": v for k, v in weights.items()}, folder / "model.safetensors")
    return folder


@pytest.fixture
def gtrack(packages: Path, run, monkeypatch: pytest.MonkeyPatch):
    """Return the command line where the packages are installed; it returns what stderr holds."""
    monkeypatch.syspath_prepend(str(packages))
    given = [path for path in (os.environ.get("PYTHONPATH"),) if path]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(packages), *given]))  # of processes
    return lambda *arguments, code=0: run(*arguments, code=code).err


def scan(gtrack, inputs, trimers: Path, out: Path, *options: object, code: int = 0) -> str:
    return gtrack(
        *("scan", "--bed", inputs.bed, "--fasta", inputs.fasta, "--out", out),
        *("--model", f"tri={trimers}", "--target", "tri=all", *options),
        code=code,
    )


def values_of(weights: dict[str, np.ndarray], sequence: str) -> np.ndarray:
    """Return both values of a sequence, by the network's formula in float64."""
    words = ["".join(word) for word in product("ACGT", repeat=3)]
    ids = [
        words.index(word) if word in words else 64
        for word in (sequence[at : at + 3] for at in range(len(sequence) - 2))
    ]
    w = {name: value.astype(np.float64) for name, value in weights.items()}
    hidden = np.tanh(w["words.weight"][ids] @ w["hidden.weight"].T + w["hidden.bias"])
    return hidden.mean(axis=0) @ w["out.weight"].T + w["out.bias"]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_all_three_together(gtrack, inputs, trimers: Path, weights, tmp_path: Path) -> None:
    """The tracks are those of a loop that occludes every base of the owning window."""
    inputs.bed.write_text(REGIONS)
    out = tmp_path / "out"
    said = scan(
        *(gtrack, inputs, trimers, out, "--method", "occlusion", "--method-option", "width=3"),
        *("--engine", "backwards", "--shards", 3),
    )
    assert "value of open (output 0)" in said
    assert "value of bound/CTCF (output 1)" in said
    genome = {
        chrom: "".join(base if base in "ACGT" else "N" for base in bases.upper())
        for chrom, bases in inputs.genome.items()
    }
    tracks = [
        pyBigWig.open(str(out / f"tracks/tri.{stem}.relevance.bw"))
        for stem in ("open", "bound%2FCTCF")
    ]
    table = rows(out / "windows.tsv")
    assert {row["target"] for row in table} == {"open", "bound/CTCF"}
    compared = 0
    for row in table:
        start, end = int(row["start"]), int(row["end"])
        assert end - start == WINDOW, "exactly one length"
        read, target = genome[row["chrom"]][start:end], ["open", "bound/CTCF"].index(row["target"])
        assert float(row["score"]) == pytest.approx(values_of(weights, read)[target], abs=1e-5)
        assert row["probability"] == "NA"
        for at in range(int(row["own_start"]), int(row["own_end"])):
            found = tracks[target].values(row["chrom"], at, at + 1)[0]
            if genome[row["chrom"]][at] == "N":
                assert np.isnan(found)
                continue
            low, high = max(0, at - start - 1), min(WINDOW, at - start + 2)
            without = read[:low] + "N" * (high - low) + read[high:]
            lost = values_of(weights, read) - values_of(weights, without)
            assert found == pytest.approx(lost[target], abs=1e-5)
            compared += 1
    assert compared > 600
    manifest = json.loads((out / "manifest.json").read_bytes())
    (model,) = manifest["models"]
    assert model["outputs"] == {"kind": "values", "said_by": "config"}
    assert model["parameters"] == manifest["job"]["parameters"] == {"width": "3"}
    assert manifest["versions"]["gtrack-trimers"] == "1.0", "resumed with another: refused"
    assert manifest["versions"]["gtrack-occlusion"] == "1.0"


def test_overlapping_words_keep_the_sum(gtrack, inputs, trimers: Path, tmp_path: Path) -> None:
    """LRP of the model's own rules: what 3-mers have is what bases get, counted once."""
    inputs.bed.write_text("chr2\t100\t140\tone window\t0\t+\n")
    scan(gtrack, inputs, trimers, tmp_path / "out", "--method", "attnlrp")
    for row in rows(tmp_path / "out/windows.tsv"):
        stem = {"open": "open", "bound/CTCF": "bound%2FCTCF"}[row["target"]]
        track = pyBigWig.open(str(tmp_path / f"out/tracks/tri.{stem}.relevance.bw"))
        total = sum(track.values("chr2", 100, 140))
        assert total == pytest.approx(float(row["relevance_sum"]), rel=1e-5)
        assert abs(total) > 1e-3


def test_a_method_of_a_package_is_evaluated_as_gtracks_own(gtrack, inputs, tmp_path: Path) -> None:
    gtrack("scan", *inputs.options("cnn"), "--out", tmp_path / "out")
    chosen = ("--methods", "occlusion", "--metrics", "gini", "--sample", 2)
    gtrack("evaluate", tmp_path / "out", *chosen)
    found = {row["method"] for row in rows(tmp_path / "out/evaluation/metrics.tsv")}
    assert {"attnlrp", "occlusion"} <= found
    wrong = gtrack("evaluate", tmp_path / "out", "--methods", "shap", code=2)
    assert "--methods shap: use attnlrp, cplrp, gradient, ism, " in wrong
    assert "occlusion" in wrong


def test_every_engine_gives_the_same_bytes_and_all_else_works(
    gtrack, inputs, trimers: Path, tmp_path: Path
) -> None:
    inputs.bed.write_text(REGIONS)
    folders = [tmp_path / "local", tmp_path / "backwards"]
    for folder in folders:
        options = ["--engine", folder.name, "--null-bases", 10_000, "--shards", 2]
        scan(*(gtrack, inputs, trimers, folder, "--model", f"cnn={inputs.models['cnn']}"), *options)
    one, other = map(lasting, folders)
    assert one == other
    out = folders[0]
    (tmp_path / "m.meme").write_text(
        "MEME version 4\n\nALPHABET= ACGT\n\nMOTIF M1 ONE\nletter-probability matrix: w= 4\n"
        + "".join(" ".join("0.91" if b == w else "0.03" for b in "ACGT") + "\n" for w in "GATA")
    )
    gtrack("hits", out, "--motifs", tmp_path / "m.meme")
    gtrack("hub", out, "--email", "me@example.org")
    gtrack("hub", out, "--check")
    gtrack("report", out)
    gtrack("export", out, "--to", "modisco")
    page = (out / "report.html").read_text()
    assert "value of bound/CTCF" in page
    assert "tri: bound/CTCF" in page


def test_a_model_of_one_length_refuses_a_shorter_chromosome(
    gtrack, inputs, trimers: Path, tmp_path: Path
) -> None:
    inputs.bed.write_text("chr2\t100\t140\n tiny\t0\t70\n".replace(" ", ""))
    said = scan(gtrack, inputs, trimers, tmp_path / "out", "--window", 71, code=2)
    assert "regions.bed:2: 'tiny' has 70 bp, and the model reads exactly 71" in said


def test_a_genome_is_tiled_without_what_is_shorter_than_a_model_of_one_length(
    gtrack, inputs, trimers: Path, tmp_path: Path
) -> None:
    given = ["--fasta", inputs.fasta, "--model", f"tri={trimers}", "--target", "tri=all"]
    given += ["--window", "71", "--out", tmp_path / "out"]
    said = gtrack("plan", "--tile", "tiny", *given, code=2)
    assert "tiny:1-70: 'tiny' has 70 bp, and the model reads exactly 71" in said
    said = gtrack("plan", "--tile", *given)
    assert "14,700 of 15,070 bases" in said
    assert "300 in 1 run of N (100 bp or more), 70 of 1 sequence shorter than the input" in said


def test_a_model_of_one_length_says_nothing_of_a_shorter_sequence(
    gtrack, trimers: Path, tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"sequence\n{'ACGTTGCATG' * 4}\nACGT\n{'GGATCCATTA' * 5}\n")
    out = tmp_path / "out.tsv"
    model = ("--model", f"tri={trimers}", "--window", "40")
    gtrack("predict", "--csv", path, *model, "--out", out)
    first, short, tiled = out.read_text().splitlines()[1:]
    assert first.split("\t")[3] == "1"
    assert first.endswith("\t.")
    assert short.split("\t")[3:5] == ["0", "NA"]
    assert short.endswith("\t4 bp, and the model reads exactly 40")
    assert tiled.split("\t")[3] == "2"


def test_its_own_files_decide_its_digest(gtrack, inputs, trimers: Path, tmp_path: Path) -> None:
    said = scan(gtrack, inputs, trimers, tmp_path / "out", "--engine", "sideways", code=2)
    assert "--engine sideways: " in said
    assert "local, snakemake, backwards" in said
    words = json.loads((trimers / "words.json").read_bytes())
    try:
        (trimers / "words.json").write_text(json.dumps(words[::-1]))
        said = scan(gtrack, inputs, trimers, tmp_path / "out", code=4)
        assert "words.json: not the 64 words" in said
    finally:
        (trimers / "words.json").write_text(json.dumps(words))


ODD = """
from gtrack_trimers import Trimers
from gtrack.core.encodings import Encoding, Encodings

class Mirrored(Trimers):
    kind = "mirrored"

    @classmethod
    def claims(cls, config, tensors):
        return config.get("model_type") == "mirrored"

    def encode(self, sequences):
        rows = []
        for row, sequence in zip(super().encode(sequences), sequences, strict=True):
            spans = (len(sequence) - row.spans)[:, ::-1]
            rows.append(Encoding(row.ids, spans, row.placed))
        return Encodings.of(rows)

class Short(Trimers):
    kind, unit_limit = "short", 37

    @classmethod
    def claims(cls, config, tensors):
        return config.get("model_type") == "short"

class Renamed(Mirrored):
    pass

class Nothing:
    pass

class Silent:
    def map(self, work, items):
        yield from items

    def __init__(self, devices, workers):
        pass
"""


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trimers: Path):
    """Install a package of faulty entries; return a function that writes a folder of a type."""
    place = tmp_path / "odd"
    info = place / "odd-1.0.dist-info"
    info.mkdir(parents=True)
    (place / "odd.py").write_text(ODD)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[gtrack.models]\nmirrored = odd:Mirrored\nshort = odd:Short\nrenamed = odd:Renamed\n"
        "nothing = odd:Nothing\n[gtrack.engines]\nsilent = odd:Silent\n"
        "[gtrack.methods]\nnothing = odd:Nothing\n"
    )
    monkeypatch.syspath_prepend(str(place))

    def folder(model_type: str) -> Path:
        copy = Path(shutil.copytree(trimers, tmp_path / model_type))
        config = {**json.loads((copy / "config.json").read_bytes()), "model_type": model_type}
        (copy / "config.json").write_text(json.dumps(config))
        return copy

    return folder


def test_faults_of_a_package_are_named(gtrack, odd, inputs, trimers: Path, tmp_path: Path) -> None:
    inputs.bed.write_text("chr2\t2950\t3010\tinto N\t0\t+\n")
    out, gradient = tmp_path / "out", ("--method", "gradient")
    said = scan(gtrack, inputs, odd("mirrored"), out, *gradient, code=4)
    assert "model tri, window chr2:29" in said
    assert "encode of kind 'mirrored' " in said
    assert "placed units hold all A, C, G, T and nothing else" in said
    said = scan(gtrack, inputs, odd("short"), out, *gradient, code=2)
    assert "model tri reads at most 37 units, and a window has 38; give a smaller --window" in said
    said = scan(gtrack, inputs, odd("unheard-of"), out, *gradient, code=4)
    assert "a model of no kind that is known here (cnn, dnabert2, mirrored," in said
    assert "'renamed' of gtrack.models calls its kind 'mirrored'" in said
    assert "'nothing' of gtrack.models lacks claims, files, kind, load, wrappers" in said
    said = scan(gtrack, inputs, trimers, out, "--method", "nothing", code=4)
    assert "--method nothing: its class lacks applied, name, per_base, used, validated" in said
    said = scan(gtrack, inputs, trimers, out, *gradient, "--engine", "silent", code=2)
    assert "--engine silent: lacks close, live; repair its package" in said
    assert not out.exists()
    said = gtrack("convert", trimers, tmp_path / "converted", code=4)
    assert "a model of kind 'trimers' is not converted; scan its folder" in said
