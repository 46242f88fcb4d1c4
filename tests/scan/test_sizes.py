"""Sizes are checked before memory is taken: one line, in 2 s and 100 MB more than opening needs."""

from __future__ import annotations

import gzip
import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_MEASURE = """
import json, resource, sys, time
from pathlib import Path
from gtrack.core.errors import GtrackError
from gtrack.io.motifs import read_motifs
from gtrack.models.folder import open_model
from gtrack.workflows.folder.finished import open_finished

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10

readers = {"model": open_model, "scan": open_finished, "motifs": read_motifs}
for path in sys.argv[1:3]:
    open_model(path)
for line in sys.stdin:
    case, reader, path = json.loads(line)
    before, began, said = peak(), time.process_time(), None
    try:
        readers[reader](Path(path))
    except GtrackError as error:
        said = str(error)
    took, grown = time.process_time() - began, peak() - before
    print(json.dumps([case, said, took, grown]), flush=True)
"""


def configured(folder: Path, **fields: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def big(path: Path, size: int = 90_000_000) -> None:
    """Make a file of JSON of so many bytes, most of which the disk does not hold."""
    path.unlink(missing_ok=True)
    with path.open("wb") as file:
        file.write(b"{}")
        file.truncate(size)


def linked(path: Path, target: str = "/dev/zero") -> None:
    path.unlink()
    path.symlink_to(target)


def piped(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def many_tensors(folder: Path, name: str = "bert.encoder.layer.{}.x", count: int = 120_000) -> None:
    entry = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}
    header = json.dumps({name.format(i): entry for i in range(count)}).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)


def bomb(folder: Path) -> None:
    path = folder / "tokenizer.json"
    step = {"type": "Replace", "pattern": {"String": "A"}, "content": "A" * 100}
    record = json.loads(path.read_text())
    record["normalizer"] = {"type": "Sequence", "normalizers": [step] * 6}
    path.write_text(json.dumps(record))


def _dense(lists: int) -> str:
    """Return what takes the most memory for its bytes."""
    return "[" + "[]," * lists + "1]"


CNN: dict[str, Callable[[Path], object]] = {
    "labels": lambda f: configured(f, num_labels=10**9, id2label=None),
    "labels listed": lambda f: configured(f, id2label=["a", "b"]),
    "many labels": lambda f: configured(f, id2label={str(i): f"l{i}" for i in range(50_000)}),
    "channels": lambda f: configured(f, channels=[10**9, 10**9]),
    "channels fit": lambda f: configured(f, channels=[100_000, 100_000]),
    "many channels": lambda f: configured(f, channels=[8] * 200_000, kernel_sizes=[7] * 200_000),
    "kernels": lambda f: configured(f, kernel_sizes=[10**9 + 1, 5]),
    "window": lambda f: configured(f, window_bp=10**7),
    "window beyond": lambda f: configured(f, window_bp=10**400),
    "config": lambda f: big(f / "config.json"),
    "config below the limit": lambda f: (f / "config.json").write_text(_dense(333_000)),
    "config deep": lambda f: (f / "config.json").write_text('{"a":' * 190_000),
    "config without end": lambda f: linked(f / "config.json"),
    "config pipe": lambda f: piped(f / "config.json"),
    "weights without end": lambda f: linked(f / "model.safetensors"),
    "weights pipe": lambda f: piped(f / "model.safetensors"),
    "tensors": many_tensors,
    "tensors without names": lambda f: many_tensors(f, "{}\x1b[31m" + "x" * 2000, 1900),
}

DNABERT2: dict[str, Callable[[Path], object]] = {
    "labels": lambda f: configured(f, num_labels=10**9, id2label=None),
    "window": lambda f: configured(f, window_bp=10**7),
    "hidden": lambda f: configured(f, hidden_size=4 * 10**6),
    "hidden beyond": lambda f: configured(f, hidden_size=4 * 10**18),
    "layers": lambda f: configured(f, num_hidden_layers=10**6),
    "vocabulary": lambda f: configured(f, vocab_size=10**7),
    "heads": lambda f: configured(f, num_attention_heads=10**9),
    "bomb": bomb,
    "tokenizer": lambda f: big(f / "tokenizer.json"),
    "tokenizer below the limit": lambda f: (f / "tokenizer.json").write_text(_dense(1_300_000)),
    "tokenizer without end": lambda f: linked(f / "tokenizer.json"),
    "tokenizer pipe": lambda f: piped(f / "tokenizer.json"),
    "tokenizer config": lambda f: big(f / "tokenizer_config.json"),
    "tokenizer config pipe": lambda f: piped(f / "tokenizer_config.json"),
    "tensors": many_tensors,
}

SCAN: dict[str, Callable[[Path], object]] = {
    f"{name} {how.__name__}": lambda f, name=name, how=how: how(f / name)
    for name in ("manifest.json", "plan/plan.json", "plan/regions.tsv")
    for how in (big, linked, piped)
}
del SCAN["plan/regions.tsv big"]  # of 40 million regions it is larger


def test_sizes(inputs, scanned, tmp_path: Path) -> None:
    """One process tries them all: each may take a little more than those before it."""
    cases = []
    sources = {"cnn": (CNN, "model"), "dnabert2": (DNABERT2, "model"), "scan": (SCAN, "scan")}
    for source, (spoilers, reader) in sources.items():
        for name, spoil in spoilers.items():
            folder = tmp_path / f"{source} {name.replace('/', ' ')}"
            _copy(inputs.models[source] if source != "scan" else scanned[1], folder)
            spoil(folder)
            cases.append((f"{source}: {name}", reader, str(folder)))
    packed = tmp_path / "motifs.gz"
    with gzip.open(packed, "wb", compresslevel=1) as file:
        for _ in range(100):
            file.write(b"\n" * 1_000_000)
    cases.append(("motifs: blank lines", "motifs", str(packed)))
    ran = subprocess.run(
        [sys.executable, "-c", _MEASURE, *map(str, inputs.models.values())],
        input="".join(json.dumps(case) + "\n" for case in cases),
        capture_output=True,
        text=True,
        timeout=600,
    )
    told = {case: rest for case, *rest in map(json.loads, ran.stdout.splitlines())}
    assert list(told) == [case for case, *_ in cases], ran.stderr[-3000:]
    wrong = {
        case: (said, took, grown)
        for case, (said, took, grown) in told.items()
        if not said or not said.isprintable() or len(said) > 5000 or took > 2 or grown > 100e6
    }
    assert not wrong


def _copy(source: Path, target: Path) -> None:
    """Copy a folder by links: files of the copy are replaced, and those of the source stay."""
    for path in source.rglob("*"):
        if path.is_file():
            there = target / path.relative_to(source)
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(path.read_bytes())


@pytest.mark.parametrize("name", ["run.local.json", "trust.json", "plan/annotations.txt"])
def test_what_else_lies_in_a_folder(run, scanned, tmp_path: Path, name: str) -> None:
    """Without end, it is as if it were damaged: nobody waits, and no memory goes."""
    for number, how in enumerate((linked, piped)):
        folder = tmp_path / str(number)
        _copy(scanned[1], folder)
        (folder / name).touch()
        how(folder / name)
        ran = run("report", folder, "--loci", 1, code=None)
        assert ran.code in (0, 2)


@pytest.mark.parametrize("text", ["{}", "[]", '{"fasta": 7}', '{"fasta": "a\\u0000b"}', "[" * 9999])
def test_a_record_of_a_run_that_names_no_genome(run, scanned, tmp_path: Path, text: str) -> None:
    folder = tmp_path / "scan"
    _copy(scanned[1], folder)
    (folder / "run.local.json").write_text(text)
    manifest = json.loads((folder / "manifest.json").read_text())
    if manifest["genome"]["fasta"] is None:
        assert "run.local.json: missing or damaged" in run("report", folder, code=2).err
    assert run("scan", "--plan", folder, "--shard", 0, code=2).err.count("\n") == 1


@pytest.mark.parametrize(("table", "column"), [("regions.tsv", "score"), ("windows.tsv", "tokens")])
def test_a_column_of_numbers_that_holds_a_word(scanned, tmp_path: Path, table, column) -> None:
    import gtrack

    folder = tmp_path / "scan"
    _copy(scanned[1], folder)
    header, *rows = [line.split("\t") for line in (folder / table).read_text().splitlines()]
    rows[3][header.index(column)] = "1,5"
    (folder / table).write_text("".join("\t".join(row) + "\n" for row in [header, *rows]))
    scan = gtrack.open_scan(folder)
    with pytest.raises(gtrack.InputError, match=f"{table}: column {column}: .*1,5"):
        scan.regions() if table == "regions.tsv" else scan.windows()
