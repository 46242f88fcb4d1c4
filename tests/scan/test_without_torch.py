"""What needs no torch does not wait the seconds that it takes to load."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gtrack.models import FILES, MODELS

SCRIPT = """
import contextlib, io, json, sys
from gtrack.cli import main

told = []
for words in json.load(sys.stdin):
    err, code = io.StringIO(), 0
    with contextlib.redirect_stderr(err), contextlib.redirect_stdout(io.StringIO()):
        try:
            main(words)
        except SystemExit as end:
            code = end.code
    told.append([code, err.getvalue(), [m for m in HEAVY if m in sys.modules]])
print(json.dumps(told))
"""
HEAVY = ("torch", "transformers", "tokenizers", "accelerate")


def told_lightly(commands: list[list[object]]) -> list[tuple[int, str]]:
    """Run commands one after the other in a process that must stay without torch."""
    script = SCRIPT.replace("HEAVY", repr(HEAVY))
    words = json.dumps([[str(word) for word in command] for command in commands])
    ran = subprocess.run(
        [sys.executable, "-c", script], input=words, capture_output=True, text=True, check=True
    )
    found = []
    for command, (code, err, heavy) in zip(commands, json.loads(ran.stdout), strict=True):
        assert not heavy, f"{' '.join(map(str, command))}: {err}"
        found.append((code, err))
    return found


def test_inputs_are_refused_without_torch(inputs, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("chr2\t5\tx\n")
    bare, out = tmp_path / "bare", ["--out", tmp_path / "out"]
    bare.mkdir()
    bed, fasta, csv = ["--bed", inputs.bed], ["--fasta", inputs.fasta], ["--csv", wrong]
    model = ["--model", f"cnn={inputs.models['cnn']}"]
    read = [*bed, *fasta, *model]
    cases: list[tuple[list[object], int, str]] = []
    for verb in ("scan", "plan"):
        cases += [
            ([verb, "--bed", "nope.bed", *fasta, *model, *out], 2, "nope.bed: no such file"),
            ([verb, "--bed", wrong, *fasta, *model, *out], 2, "wrong:1: end 'x' is not a whole"),
            ([verb, *bed, "--fasta", "nope.fa", *model, *out], 2, "nope.fa: no such file"),
            ([verb, "--sequences", "nope.fa", *model, *out], 2, "nope.fa: no such file"),
            ([verb, *read, *out, "--motifs", "nope.meme"], 2, "nope.meme: no such file"),
            ([verb, *read, *out, "--motifs", wrong], 2, "wrong:1: regions, no motifs"),
            ([verb, *read, *out, "--annotation", "a=nope.bed"], 2, "nope.bed: no such file"),
            ([verb, *read, *out, "--projection", "weighted=nope.bw"], 2, "nope.bw: cannot be"),
            ([verb, *bed, *fasta, "--model", "m=./nope", *out], 2, "./nope: no such folder"),
            ([verb, *bed, *fasta, "--model", f"m={bare}", *out], 4, "no model.safetensors in"),
            ([verb, *read, *out, "--flank", 3, "--resize", 9], 2, "--flank or --resize, not both"),
            ([verb, *read, "--out", tmp_path], 2, "the folder is not empty"),
        ]
    cases += [
        (["scan", "--plan", "nope", "--shard", 0], 2, "nope: no plan here"),
        (["work", "nope"], 2, "nope: no plan here"),
        (["merge", "nope"], 2, "nope: no plan here"),
        (["passport", "nope"], 2, "nope: no such folder"),
        (["predict", "--bed", "nope.bed", *fasta, *model], 2, "nope.bed: no such file"),
        (["predict", *bed, "--fasta", "nope.fa", *model], 2, "nope.fa: no such file"),
        (["predict", *csv, *model], 2, "wrong:"),
        (["predict", *bed, *fasta, "--model", "m=./nope"], 2, "./nope: no such folder"),
        (["train", "cnn", "--csv", "nope.csv", *out], 2, "nope.csv: no such file"),
        (["train", "dnabert2", "--config", "small", *csv, *out], 2, "wrong:1: columns are"),
        (["convert", "./nope", tmp_path / "new"], 2, "./nope: no such folder"),
    ]
    for (code, err), (words, wanted, said) in zip(
        told_lightly([words for words, _, _ in cases]), cases, strict=True
    ):
        assert code == wanted, (words, err)
        assert said in err, (words, err)
    assert not (tmp_path / "out").exists()


def test_options_are_refused_before_files_are_looked_for(inputs, tmp_path: Path) -> None:
    bed, fasta = ["--bed", "nope.bed"], ["--fasta", inputs.fasta]
    model, out = ["--model", "m=./nope"], ["--out", tmp_path / "out"]
    given, there = [*bed, *fasta, *model, *out], ["--bed", inputs.bed, *fasta, *model, *out]
    cases = [
        (["scan", *given, "--method", "nope"], "--method nope"),
        (["scan", *given, "--method", "ism", "--method-option", "draws=9"], "draws"),
        (["scan", *given, "--engine", "nope"], "--engine nope"),
        (["scan", *given, "--device", "gpu"], "nope.bed: no such file"),
        (["scan", *there, "--device", "gpu"], "--device gpu"),
        (["predict", *given[:-2], "--device", "gpu"], "--device gpu"),
        (["predict", *given[:-2], "--device", "cpu:2"], "uses one device"),
        (["train", "cnn", "--csv", "nope.csv", *out, "--device", "gpu"], "--device gpu"),
    ]
    for (code, err), (words, said) in zip(
        told_lightly([words for words, _ in cases]), cases, strict=True
    ):
        assert code == 2, (words, err)
        assert said in err, (words, err)


def test_a_finished_scan_is_asked_for_again_without_torch(run, own_models, tmp_path) -> None:
    out = tmp_path / "out"
    words = ["scan", *own_models.options(), "--out", out, "--null-bases", 10_000, "--resume"]
    run(*words)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    ((code, err),) = told_lightly([words])
    assert code == 0, err
    assert "finished already; nothing to do" in err
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_the_models_are_opened_where_anything_is_another(run, own_models, tmp_path) -> None:
    """Words that led to the plan in the folder are trusted, those of another plan are not."""
    out = tmp_path / "out"
    words = ["scan", *own_models.options(), "--out", out, "--resume"]
    run(*words)
    local = out / "run.local.json"
    record = json.loads(local.read_text())
    run(*words[:-1], "--overwrite", "--stride", "cnn=40")
    other = json.loads(local.read_text())["asked"]
    run(*words[:-1], "--overwrite")
    assert json.loads(local.read_text())["asked"] == record["asked"] != other
    # As if --overwrite had been killed when it had written its record and nothing else.
    local.write_text(json.dumps(record | {"asked": other}))
    ran = run(*words, "--stride", "cnn=40", code=2)
    assert "--stride of model cnn (64 before, now 40)" in ran.error
    assert "finished already" in run(*words).err
    local.write_text(json.dumps({key: record[key] for key in record if key != "asked"}))
    assert "finished already" in run(*words).err  # of a version that wrote no such thing


@pytest.mark.parametrize("kind", MODELS)
def test_what_decides_a_models_digest_is_told_without_it(kind: str, inputs) -> None:
    from gtrack.models.folder import digest, holds

    folder = inputs.models[kind]
    assert holds(folder, kind, digest(folder))
    assert not holds(folder, kind, "0" * 64)
    assert not holds(folder, "of another package", digest(folder))
    assert not holds(folder / "nope", kind, digest(folder))
    assert all((folder / name).is_file() for name in FILES[kind])


def test_no_verb_loads_torch_before_it_is_asked_to_work() -> None:
    script = (
        "import importlib, pkgutil, sys, gtrack.workflows as verbs\n"
        "names = [each.name for each in pkgutil.iter_modules(verbs.__path__) if not each.ispkg]\n"
        "for name in names: importlib.import_module(f'gtrack.workflows.{name}')\n"
        f"print(len(names), [name for name in {HEAVY!r} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    number, _, heavy = ran.stdout.strip().partition(" ")
    assert int(number) > 20
    assert heavy == "[]"
