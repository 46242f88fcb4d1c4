"""What --resume, --overwrite and the shards of a plan accept, refuse and repair."""

from __future__ import annotations

import shutil
import signal
import socket
from pathlib import Path

import numpy as np
import pytest

from gtrack.io.lock import locked
from tests.hour import of_the_hour

DENSE = ["--stride", "cnn=8", "--shards", "3"]  # two pools for the CNN, one for the other
REGIONS = "chr2\t3900\t6500\tb\t0\t+\nchr10\t300\t420\te\t0\t-\n"


def tree(out: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(out)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in out.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def planned(run, own_models, tmp_path: Path):
    """A plan whose shard 1 is done (shard 0 is empty), and the command that goes on with it."""
    own_models.bed.write_text(REGIONS)
    out = tmp_path / "out"
    run("plan", *own_models.options(), "--out", out, *DENSE)
    run("scan", "--plan", out, "--shard", 1)
    return own_models, out, ["scan", *own_models.options(), "--out", out, *DENSE, "--resume"]


def test_resume_of_a_finished_scan_does_nothing(run, planned) -> None:
    _, out, resume = planned
    run(*resume)
    before = tree(out)
    assert "finished already; nothing to do" in run(*resume).err
    assert tree(out) == before


def test_resume_goes_on_where_a_result_is_gone(run, planned) -> None:
    _, out, resume = planned
    run(*resume)
    before = {name: data for name, (data, _) in tree(out).items() if not of_the_hour(name)}
    for name in ("tracks/cnn.relevance.bw", "windows.tsv"):
        (out / name).unlink()
        run(*resume)
        assert {n: d for n, (d, _) in tree(out).items() if not of_the_hour(n)} == before


def test_resume_without_a_scan_starts_one(run, planned, tmp_path: Path) -> None:
    inputs, _, _ = planned
    run("scan", *inputs.options("cnn"), "--out", tmp_path / "fresh/deep", "--resume")
    assert (tmp_path / "fresh/deep/manifest.json").exists()


def change_bed(inputs) -> None:
    inputs.bed.write_text(REGIONS.replace("420", "421"))


def change_base(inputs) -> None:
    data = bytearray(inputs.fasta.read_bytes())
    at = data.index(b"\n") + 1 + 4000 // 60 * 61 + 7
    data[at] = ord("A") if data[at] in b"Cc" else ord("C")
    inputs.fasta.write_bytes(data)


def change_model(inputs) -> None:
    weights = inputs.models["dnabert2"] / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-4] ^= 1
    weights.write_bytes(data)


CHANGES = [
    (change_bed, [], "the regions"),
    (change_base, [], "the FASTA (its bases)"),
    (change_model, [], "the files of model dnabert2"),
    (None, ["--projection", "repeat"], "--projection (uniform before, now repeat)"),
    (None, ["--method", "cplrp"], "--method (attnlrp before, now cplrp)"),
    (None, ["--strand", "forward"], "--strand of model cnn (both before, now forward)"),
    (None, ["--target", "cnn=background"], "--target of model cnn (1 before, now 0)"),
    (None, ["--batch-tokens", "512"], "--batch-tokens of model dnabert2 ("),
    (None, ["--window", "cnn=130"], "--window of model cnn (128 before, now 130)"),
    (None, ["--per-strand-tracks"], "--per-strand-tracks (False before, now True)"),
    (None, ["--precision", "bf16"], "--precision (fp32 before, now bf16)"),
    (None, ["--genome", "xenLae2"], "--genome (custom before, now xenLae2)"),
]


@pytest.mark.parametrize(
    ("change", "options", "named", "finished"),
    [(*case, finished) for finished in (False, True) for case in CHANGES],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_resume_refuses_what_changed_and_names_it(
    run, planned, change, options, named, finished
) -> None:
    inputs, out, resume = planned
    if finished:
        run(*resume)
    before = tree(out)
    if change:
        change(inputs)
    ran = run(*resume, *options, code=2)
    assert "cannot resume, because this changed since its plan was made: " in ran.error
    assert named in ran.error
    assert "the FASTA" not in ran.error or change is change_base
    assert tree(out) == before


def test_a_base_between_the_regions_may_change(run, planned) -> None:
    inputs, _, resume = planned
    data = bytearray(inputs.fasta.read_bytes())
    at = data.index(b"\n") + 1 + 9000 // 60 * 61
    data[at] = ord("A") if data[at] in b"Cc" else ord("C")
    inputs.fasta.write_bytes(data)
    run(*resume)


def test_a_shard_refuses_a_changed_genome(run, planned) -> None:
    inputs, out, _ = planned
    change_base(inputs)
    run("scan", "--plan", out, "--shard", 1)  # done before: it is not read again
    (out / "shards/000001.npz").unlink()
    ran = run("scan", "--plan", out, "--shard", 1, code=2)
    assert f"{inputs.fasta}: the sequence near chr2:" in ran.error
    assert "changed since the plan was made" in ran.error
    assert not list((out / "shards").iterdir())


def test_a_shard_refuses_a_changed_model(run, planned) -> None:
    inputs, out, _ = planned
    change_model(inputs)
    ran = run("scan", "--plan", out, "--shard", 2, code=2)
    assert "model dnabert2 changed since the plan was made" in ran.error


def test_a_merge_refuses_a_changed_genome(run, planned) -> None:
    inputs, out, _ = planned
    for shard in (0, 2):
        run("scan", "--plan", out, "--shard", shard)
    whole = inputs.fasta.read_bytes()
    change_base(inputs)
    assert "changed since it was scanned" in run("merge", out, code=2).error
    assert not (out / "manifest.json").exists()
    assert not (out / "genome").exists()
    inputs.fasta.write_bytes(whole)
    run("merge", out)


def test_what_a_shard_is_not_asked(run, planned) -> None:
    inputs, out, _ = planned
    assert "shards 0 to 2" in run("scan", "--plan", out, "--shard", 3, code=2).error
    assert "go together" in run("scan", "--plan", out, code=2).error
    ran = run("scan", "--plan", out, "--shard", 1, "--precision", "bf16", code=2)
    assert "--precision was fixed by the plan" in ran.error
    ran = run("scan", "--plan", out, "--shard", 1, "--bed", inputs.bed, code=2)
    assert "--bed was fixed by the plan" in ran.error
    ran = run("scan", "--plan", inputs.folder, "--shard", 0, code=2)
    assert "no plan here; make one with gtrack plan" in ran.error
    assert "no plan here" in run("merge", out / "nowhere", code=2).error
    assert not (out / "nowhere").exists()


def test_a_damaged_shard_is_done_again(run, planned) -> None:
    _, out, _ = planned
    for shard in (0, 2):
        run("scan", "--plan", out, "--shard", shard)
    path = out / "shards/000001.npz"
    before = {each.name for each in out.iterdir()} | {"tracks"}
    whole = path.read_bytes()
    flipped, other = bytearray(whole), bytearray(whole)
    flipped[len(whole) // 2] ^= 16
    other[whole.index(b"\n", whole.index(b"plan.npy")) + 1] ^= 1  # the digest of its plan
    for damaged in (whole[:-1000], flipped, b"", other, b"no shard\n"):
        path.write_bytes(damaged)
        assert "1 of 3 shards are missing or damaged (first: 1)" in run("merge", out, code=2).error
        assert {each.name for each in out.iterdir()} <= before, "nothing of it is published"
        assert not list((out / "tracks").glob("*"))
        run("scan", "--plan", out, "--shard", 1)
        assert path.read_bytes() == whole
    empty = out / "shards/000000.npz"
    none = empty.read_bytes()
    empty.write_bytes(none[:-1] + bytes([none[-1] ^ 1]))  # no window is in it: nobody reads it
    assert "1 of 3 shards are missing or damaged (first: 0)" in run("merge", out, code=2).error
    empty.write_bytes(none)
    run("merge", out)


def test_no_flipped_bit_of_a_shard_goes_unseen(run, planned) -> None:
    """A flip is refused or, in bytes that zip does not use, changes no number."""
    from gtrack.core.scan.shard import ShardResult
    from gtrack.io.plan_folder import read_plan
    from gtrack.io.sealed import belongs
    from gtrack.io.shards import read_shard

    _, out, _ = planned
    seal = read_plan(out / "plan").shard_seal(1)
    path = out / "shards/000001.npz"
    whole = path.read_bytes()
    assert belongs(path, seal)
    before = read_shard(path, seal, "cnn")
    rng = np.random.default_rng(40)
    spots = [*rng.integers(0, len(whole), 150), *range(len(whole) - 250, len(whole))]
    refused = 0
    for at in spots:
        data = bytearray(whole)
        data[at] ^= 1 << int(rng.integers(8))
        path.write_bytes(data)
        if not belongs(path, seal):
            refused += 1
            continue
        after = read_shard(path, seal, "cnn")
        for column in ShardResult.columns():
            assert np.array_equal(getattr(before, column), getattr(after, column), equal_nan=True)
    assert refused > 100


def test_a_folder_with_anything_in_it_is_left_alone(run, planned, tmp_path: Path) -> None:
    inputs, out, resume = planned
    before = tree(out)
    ran = run(*resume[:-1], code=2)
    assert "the folder is not empty; use --resume" in ran.error
    assert run(*resume, "--overwrite", code=2).error.endswith("exclude each other")
    assert tree(out) == before
    mine = tmp_path / "mine"
    (mine / "genome").mkdir(parents=True)
    (mine / "genome/notes.txt").write_text("mine")
    for options, why in (
        ([], "the folder is not empty"),
        (["--overwrite"], "--overwrite replaces a scan only"),
        (["--resume"], "--resume goes on with a scan only"),
    ):
        ran = run("scan", *inputs.options(), "--out", mine, *options, code=2)
        assert why in ran.error
        assert tree(mine).keys() == {"genome/notes.txt"}


def test_overwrite_replaces_the_scan_and_keeps_the_rest(run, planned) -> None:
    inputs, out, resume = planned
    (out / "notes.txt").write_text("mine")
    (out / "hits").mkdir()
    (out / "hits/cnn.hits.bed").write_text("of the scan before")
    run(*resume[:-1], "--overwrite")
    assert (out / "notes.txt").read_text() == "mine"
    assert not (out / "hits").exists(), "they belong to other tracks"
    shutil.rmtree(out / "tracks")
    inputs.bed.write_text("chr2\t5\t1\n")
    before = tree(out)
    run(*resume[:-1], "--overwrite", code=2)
    assert tree(out) == before, "nothing is removed before all inputs are found good"


def test_two_scans_of_one_folder(run, program, planned) -> None:
    inputs, out, resume = planned
    child = program.start(*resume, stop_at="shards/*.npz")
    child.wait_for_stop()
    for command in (
        resume,
        [*resume[:-1], "--overwrite"],
        resume[:-1],
        ["plan", *inputs.options(), "--out", out],
        ["scan", "--plan", out, "--shard", 1],
        ["merge", out],
    ):
        ran = run(*command, code=3)
        assert f"{out}: locked by pid {child.pid} on {socket.gethostname()}" in ran.error
    child.send(signal.SIGKILL)
    assert child.wait().code == -signal.SIGKILL
    assert (out / ".lock").exists()
    run(*resume)  # the lock of a dead process holds nobody
    assert not (out / ".lock").exists()


def test_shards_share_a_folder(run, planned) -> None:
    _, out, _ = planned
    with locked(out, shared=True):
        run("scan", "--plan", out, "--shard", 0)
        run("merge", out, code=3)
    run("scan", "--plan", out, "--shard", 2)
    run("merge", out)
    assert not (out / ".lock").exists()
