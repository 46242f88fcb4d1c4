"""Bad input through the command line: the fault matrix's cases that a scan meets.

Every refusal is one line with the file, the line where there is one, and the cure; it leaves
nothing behind, so that the same command works once the input is mended.
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import shutil
from pathlib import Path

import numpy as np
import pyBigWig
import pytest
import torch
from Bio import bgzf

from tests.poison import poison

GOOD = "chr2\t6000\t6100\ta\t0\t+\n"


@pytest.fixture
def given(own_models):
    own_models.bed.write_text(GOOD)
    return own_models


@pytest.fixture
def refused(run, given, tmp_path: Path):
    """Return a function that scans, expects a refusal, and gives its line."""

    def scan(*parts: str, code: int = 2, models=("cnn",), options=(), **paths: Path) -> str:
        out = tmp_path / "out"
        listed = {p: p.stat().st_mtime_ns for p in given.folder.rglob("*") if p.suffix != ".fai"}
        ran = run("scan", *given.options(*models, **paths), "--out", out, *options, code=code)
        assert ran.err.count("\n") == 1, ran.err
        assert ran.error.startswith("gtrack: error: ")
        assert ran.out == ""
        for part in parts:
            assert part in ran.error
        assert not out.exists(), "nothing is left"
        after = {p: p.stat().st_mtime_ns for p in given.folder.rglob("*")}
        assert {p: t for p, t in after.items() if p in listed} == listed, "inputs are not touched"
        assert all(p.suffix in (".fai", ".gzi") for p in after.keys() - listed.keys())
        return ran.error

    return scan


@pytest.fixture
def scans(run, given, tmp_path: Path):
    """Return a function that scans with success and gives the values of a track."""

    def scan(name: str = "out", model: str = "cnn", **paths: Path) -> dict[str, np.ndarray]:
        out = tmp_path / name
        run("scan", *given.options(model, **paths), "--out", out)
        with pyBigWig.open(str(out / f"tracks/{model}.relevance.bw")) as track:
            return {c: track.values(c, 0, n, numpy=True) for c, n in track.chroms().items()}

    return scan


BEDS = [  # case of the matrix, bytes of the BED, what the line says
    ("1 end before start", b"chr2\t100\t50\n", ":1: end 50 < start 100"),
    ("2 zero length", b"chr2\t1\t9\nchr2\t5\t5\n", ":2: the region is empty"),
    ("3 negative start", b"chr2\t-5\t50\n", ":1: start -5 is negative"),
    ("4 float", b"chr2\t1.5\t50\n", ":1: start '1.5' is not a whole number"),
    ("4 text", b"chr2\t1\tfifty\n", ":1: end 'fifty' is not a whole number"),
    ("4 underscore", b"chr2\t1_0\t50\n", ":1: start '1_0' is not a whole number"),
    ("5 two columns", b"chr2\t5\n", ":1: 2 columns; a BED line has at least 3"),
    ("6 mixed", b"chr2\t1\t50\nchr2 60 90\n", ":2: separated by spaces, line 1 by tabs"),
    ("8 words on line 2", b"chr2\t1\t9\nchrom\tstart\tend\n", ":2: start 'start' is not"),
    ("9 empty", b"", "no regions"),
    ("9 only comments", b"# a\n\ntrack name=x\n", "no regions"),
    ("14 beyond the end", b"chr2\t1\t9\nchr10\t1\t2001\n", ":2: the region ends at 2001, beyond"),
    ("15 alias", b"2\t1\t9\n2\t5\t9\nTINY\t1\t9\n", "'2' (2 regions, there 'chr2'), 'TINY'"),
    ("16 unknown", b"chr2\t1\t9\nchrZ\t1\t9\n", ":2: chromosome not in "),
    ("17 2^32", b"chr2\t1\t4294967297\n", ":1: end 4294967297 is larger than 4294967295"),
    ("17 400 digits", b"chr2\t1\t" + b"9" * 400 + b"\n", "is larger than 4294967295"),
    ("18 huge line", b"chr2\t1\t9\t" + b"x" * 3_000_000, ":1: "),
    ("19 NUL", b"chr2\t1\t9\x00\n", ":1: "),
    ("19 UTF-16", "chr2\t1\t9\n".encode("utf-16"), ": "),
    ("19 odd bytes", b"\xff\xfe\x1b[31m\t1\t9\n", ":1: "),
    ("22 truncated gz", gzip.compress(GOOD.encode() * 99)[:-12], "truncated"),
    ("24 gzip bomb", gzip.compress(b"\0" * 50_000_000), ":1: "),
    ("quotes", b'"chr2"\t1\t9\n', """:1: chromosome '"chr2"' in quotes; take them off: awk """),
    ("R", b"seqnames\tstart\tend\nchr2\t2\t9\n", ":1: a GRanges table of R (seqnames), whose"),
    ("MACS", b"chr\tstart\tend\tlength\tabs_summit\nchr2\t2\t9\t8\t4\n", ":1: a table of MACS"),
    ("GFF", b"chr2\tx\tgene\t2\t9\t.\t+\t.\ta=b\n", ":1: a GTF or GFF, whose starts count from 1"),
]


@pytest.mark.parametrize(("case", "data", "message"), BEDS, ids=[case for case, *_ in BEDS])
def test_a_bad_bed(
    run, given, refused, tmp_path: Path, case: str, data: bytes, message: str
) -> None:
    given.bed.write_bytes(data)
    error = refused(message, str(given.bed))
    assert len(error) < 600
    assert error.isprintable()
    given.bed.write_text(GOOD)
    if case.startswith("1 "):  # mended, the same command works
        run("scan", *given.options("cnn"), "--out", tmp_path / "out")


def test_chromosome_names_are_counted(given, refused) -> None:
    given.bed.write_text("".join(f"{c}\t1\t9\n" for c in "chrX chrX chr3 chrQ chr7 2".split()))
    error = refused("'chrX' (2 regions)", "'chr3' (1 region)", "'chrQ' (1 region) and 2 more")
    assert f"{given.bed}:1: " in error
    assert str(given.fasta) in error


def test_bgzip_without_its_last_block(given, refused) -> None:  # 23
    with bgzf.BgzfWriter(str(given.bed), "wb") as file:
        file.write(GOOD.encode())
    given.bed.write_bytes(given.bed.read_bytes()[:-28])
    refused(str(given.bed), "truncated")


def test_missing_files_and_folders_for_files(given, refused, tmp_path: Path) -> None:
    refused(f"{tmp_path / 'no.bed'}: no such file", bed=tmp_path / "no.bed")
    refused("is a folder", bed=given.folder)
    refused(f"{tmp_path / 'no.fa'}: no such file", fasta=tmp_path / "no.fa")


def test_accepted_dress(given, scans) -> None:  # 6, 7, 8, 10, 20, 21
    expected = scans()
    for number, data in enumerate(
        (
            b"chr2 6000 6100 a 0 +\n",
            b"\xef\xbb\xbfchr2\t6000\t6100\ta\t0\t+\r\n",
            b"track name=x\n#c\nchr2\t6000\t6100\ta\t0\t+",
            b"chrom\tstart\tend\tname\tscore\tstrand\n" + GOOD.encode(),
            gzip.compress(GOOD.encode()),
        )
    ):
        given.bed.write_bytes(data)
        found = scans(str(number))
        assert all(np.array_equal(found[c], v, equal_nan=True) for c, v in expected.items())


def test_n_iupac_and_soft_mask(given, scans, write_fasta) -> None:  # 25, 26, 27
    given.bed.write_text("chr2\t3100\t3520\ta\t0\t+\n")
    expected = scans("mixed")
    assert not np.isfinite(expected["chr2"][3100:3300]).any(), "a gap, never 0 or NaN"
    assert not np.isfinite(expected["chr2"][3500:3507]).any()
    assert np.isfinite(expected["chr2"]).sum() == 420 - 200 - 7
    plain = {
        chrom: "".join(base if base in "ACGT" else "N" for base in bases.upper())
        for chrom, bases in given.genome.items()
    }
    write_fasta(given.fasta, plain)
    found = scans("plain")
    assert np.array_equal(found["chr2"], expected["chr2"], equal_nan=True)


def test_only_n(given, refused) -> None:  # 25
    given.bed.write_text("chr2\t3050\t3250\n")
    refused(str(given.bed), f"no region in {given.fasta} holds a single A, C, G or T")


@pytest.mark.parametrize("model", ["cnn", "dnabert2"])
def test_one_base_and_a_whole_chromosome(given, scans, model: str) -> None:  # 28
    given.bed.write_text("chr10\t0\t2000\nchr2\t77\t78\ntiny\t0\t70\n")
    found = scans(model=model)
    assert np.isfinite(found["chr10"]).all()
    assert np.isfinite(found["tiny"]).all()
    assert np.flatnonzero(np.isfinite(found["chr2"])).tolist() == [77]


def test_indices(given, scans, write_fasta) -> None:  # 29
    expected = scans("a")
    fai = given.fasta.with_name("genome.fa.fai")
    assert fai.exists()
    fai.unlink()
    assert all(np.array_equal(v, expected[c], equal_nan=True) for c, v in scans("b").items())
    stale = fai.read_bytes()
    write_fasta(given.fasta, given.genome, width=50)
    fai.write_bytes(stale)
    assert all(np.array_equal(v, expected[c], equal_nan=True) for c, v in scans("c").items())
    assert fai.read_bytes() == stale, "the user's index is left alone"


def bgzip(path: Path) -> Path:
    packed = path.with_suffix(".fa.gz")
    with bgzf.BgzfWriter(str(packed), "wb") as file:
        file.write(path.read_bytes())
    return packed


def test_compressed_genomes(given, refused, scans, tmp_path, monkeypatch) -> None:  # 30, 31
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    expected = scans()
    packed = bgzip(given.fasta)
    found = scans("bgzip", fasta=packed)
    assert all(np.array_equal(v, expected[c], equal_nan=True) for c, v in found.items())
    whole = packed.read_bytes()
    for index in (".fai", ".gzi"):
        packed.with_name(packed.name + index).unlink()
    shutil.rmtree(given.folder.parent / "out")
    packed.write_bytes(whole[: len(whole) // 2])
    refused(str(packed), "truncated", fasta=packed)
    packed.write_bytes(whole[:-28])
    refused(str(packed), "truncated", fasta=packed)
    packed.write_bytes(gzip.compress(given.fasta.read_bytes()))
    found = scans("gzip", fasta=packed)
    assert all(np.array_equal(v, expected[c], equal_nan=True) for c, v in found.items())


def test_what_is_no_fasta(given, refused) -> None:
    for data in (b"", b"no fasta\n", b">a\nACGT\n>a\nACGT\n", b">a\nACGT\nAC\nACGT\n"):
        given.fasta.write_bytes(data)
        given.fasta.with_name("genome.fa.fai").unlink(missing_ok=True)
        refused(str(given.fasta))


def test_a_digit_among_the_bases(given, refused) -> None:
    data = bytearray(given.fasta.read_bytes())
    data[data.index(b"\n") + 1 + 6010 // 60 * 61 + 3] = ord("7")
    given.fasta.write_bytes(data)
    line = data[: data.index(b"7")].count(b"\n") + 1
    refused(f"{given.fasta}:{line}: a digit among the bases of sequence 'chr2'")


TENSORS = [
    ("cnn", "blocks.1.conv.weight"),
    ("dnabert2", "layer.1.mlp.wo.weight"),
    ("dnabert2", "word_embeddings.weight"),
]


@pytest.mark.parametrize(("model", "tensor"), TENSORS)
def test_weights_that_are_no_numbers(given, refused, model: str, tensor: str) -> None:  # 45
    key = poison(given.models[model], tensor, float("nan"))
    refused(f"tensor {key} holds NaN", code=4, models=(model,))


@pytest.mark.parametrize(("model", "tensor"), TENSORS)
def test_numbers_that_overflow(
    run, given, refused, tmp_path, model: str, tensor: str
) -> None:  # 45
    whole = (given.models[model] / "model.safetensors").read_bytes()
    poison(given.models[model], tensor, 3e38)
    error = refused(f"model {model}, in window chr2:", code=4, models=(model,))
    assert "NaN or infinity first arises in" in error
    (given.models[model] / "model.safetensors").write_bytes(whole)
    run("scan", *given.options(model), "--out", tmp_path / "out")


def test_what_is_done_before_a_failure_is_kept(run, given, tmp_path: Path) -> None:
    """Only windows with an N meet the poison; the first pool has none."""
    given.bed.write_text("chr2\t100\t2700\nchr2\t2950\t2990\n")
    poison(given.models["dnabert2"], "word_embeddings.weight", 3e38, slice(0, 1))
    out = tmp_path / "out"
    command = ["scan", *given.options("dnabert2"), "--out", out, "--stride", "8", "--shards", "2"]
    ran = run(*command, code=4)
    assert "model dnabert2, in window chr2:2891-3050" in ran.error
    assert [path.name for path in (out / "shards").iterdir()] == ["000000.npz"]
    assert not (out / "manifest.json").exists()
    made = (out / "shards/000000.npz").stat().st_mtime_ns
    given.bed.write_text("chr2\t100\t2700\n")
    assert "the regions" in run(*command, "--resume", code=2).error
    given.bed.write_text("chr2\t100\t2700\nchr2\t2950\t2990\n")
    run(*command, "--resume", code=4)
    assert (out / "shards/000000.npz").stat().st_mtime_ns == made


class Canary:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def test_a_pickle_is_never_opened(given, refused, tmp_path: Path) -> None:  # 47
    folder, canary = given.models["dnabert2"], tmp_path / "canary"
    (folder / "model.safetensors").unlink()
    torch.save({"x": Canary(canary)}, folder / "pytorch_model.bin")
    refused(
        f"{folder}: only a pickle checkpoint (pytorch_model.bin)",
        f"gtrack convert {folder} OUT",
        code=4,
        models=("dnabert2",),
    )
    assert not canary.exists()


def test_remote_code_is_never_run(run, given, tmp_path: Path) -> None:  # 48
    folder, canary = given.models["dnabert2"], tmp_path / "canary"
    out = tmp_path / "before"
    run("scan", *given.options("dnabert2"), "--out", out)
    for path in ("configuration_bert.py", "evil.py"):
        (folder / path).write_text(f"open({str(canary)!r}, 'w')")
    config = json.loads((folder / "config.json").read_text())
    config["auto_map"] = {"AutoConfig": "configuration_bert.B", "AutoModel": "evil.Model"}
    (folder / "config.json").write_text(json.dumps(config))
    run("scan", *given.options("dnabert2"), "--out", tmp_path / "after")
    assert not canary.exists()
    tracks = [tmp_path / at / "tracks/dnabert2.relevance.bw" for at in ("before", "after")]
    assert tracks[0].read_bytes() == tracks[1].read_bytes()


def header_length(data: bytes) -> bytes:
    return (2**60).to_bytes(8, "little") + data[8:]


def wrong_shape(data: bytes) -> bytes:
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    name = next(name for name in header if name.endswith("weight"))
    header[name]["shape"] = [2**40, *header[name]["shape"]]
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data[8 + size :]


def cut(data: bytes) -> bytes:
    return data[:-100]


def emptied(data: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("model", ["cnn", "dnabert2"])
@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (header_length, "header too large"),
        (wrong_shape, "invalid shape"),
        (cut, "incomplete"),
        (emptied, "empty; copy the checkpoint again"),
    ],
    ids=["header", "shape", "cut", "empty"],
)
def test_malformed_weights(given, refused, model: str, damage, says: str) -> None:  # 49
    path = given.models[model] / "model.safetensors"
    path.write_bytes(damage(path.read_bytes()))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(str(path), says, "copy the checkpoint again", code=4, models=(model,))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100_000, "kB: nothing big is allocated for a number in a header"


def test_other_models_that_cannot_serve(given, refused, make_cnn, tmp_path: Path) -> None:
    folder = given.models["cnn"]
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "channels": [8, 7]}))
    refused(str(folder), code=4)
    (folder / "config.json").write_text("{")
    refused(str(folder / "config.json"), "not JSON", code=4)
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "llama"}))
    refused("of no kind that is known here (cnn, dnabert2)", code=4)
    (folder / "config.json").unlink()
    refused(str(folder / "config.json"), code=4)
    shutil.rmtree(folder)
    refused(f"{folder}: no such folder")
    make_cnn(folder, window_bp=None)
    refused("does not say how long its input is; give --window cnn=BP, the length it was tr")


def test_a_window_is_suggested_by_the_tokenizer(inputs, run, make_dnabert2, tmp_path) -> None:
    folder = tmp_path / "m"
    make_dnabert2(folder, window_bp=None)
    config = folder / "tokenizer_config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "model_max_length": 70}))
    options = ["--bed", inputs.bed, "--fasta", inputs.fasta, "--model", f"m={folder}"]
    ran = run("scan", *options, "--out", tmp_path / "o", code=2)
    assert "give --window m=BP" in ran.err
    assert "the length it was trained on, for example 280" in ran.err


def test_folders_that_take_no_output(run, given, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    ran = run("scan", *given.options("cnn"), "--out", tmp_path / "file", code=3)
    assert f"{tmp_path / 'file'}: is no folder; choose another --out" in ran.error
    ran = run("scan", *given.options("cnn"), "--out", tmp_path / "file/below", code=3)
    assert "cannot be made: Not a directory" in ran.error
    ran = run("scan", *given.options("cnn"), "--out", "/proc/gtrack", code=3)
    assert "/proc/gtrack: cannot be made" in ran.error


def test_a_full_disk(program, given, tmp_path: Path) -> None:  # 33, as a limit on file sizes
    given.bed.write_text("chr2\t3900\t6500\n")
    out = tmp_path / "out"
    command = ["scan", *given.options("cnn"), "--out", out, "--stride", "8"]
    ran = program.start(*command, file_limit=8000).wait()
    assert ran.code == 3
    assert str(out) in ran.error
    assert "File too large" in ran.error
    assert ran.err.count("\n") == 1
    assert not list(out.rglob("*.tmp"))
    assert not list(out.rglob("*.bw"))
    program(*command, "--resume")


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
        MemoryError(),
    ],
    ids=["cuda", "cpu", "python"],
)
def test_out_of_memory(run, given, tmp_path, monkeypatch, error) -> None:  # 43
    from gtrack.models.cnn import CnnForSequenceClassification

    real = CnnForSequenceClassification.forward

    most = 100

    def forward(self, *arguments, inputs_embeds, **options):
        if inputs_embeds.shape[0] * inputs_embeds.shape[1] > most:
            raise error
        return real(self, *arguments, inputs_embeds=inputs_embeds, **options)

    monkeypatch.setattr(CnnForSequenceClassification, "forward", forward)
    out = tmp_path / "out"
    one = ["scan", *given.options("cnn"), "--out", out, "--batch-tokens", 128]
    ran = run(*one, code=4)
    assert "model cnn: out of memory for a batch of 1 x 128 units" in ran.error
    assert "give a shorter --window" in ran.error
    assert not out.exists()
    most = 200
    ran = run("scan", *given.options("cnn"), "--out", out)
    assert "memory is short for a batch of 256 units" in ran.err
    assert "planned anew with --batch-tokens 128" in ran.err
    tracks = (out / "tracks/cnn.relevance.bw").read_bytes()
    run(*one, "--overwrite")
    assert (out / "tracks/cnn.relevance.bw").read_bytes() == tracks
