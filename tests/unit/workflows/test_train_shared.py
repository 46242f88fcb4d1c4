"""Windows that stand on both sides of a split, and negatives that are drawn, through `train`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from gtrack.cli import main
from gtrack.core.errors import InputError, OutputError
from gtrack.core.sequences import reverse_complement
from gtrack.io.bed import read_bed
from gtrack.workflows.train import TrainJob, train
from gtrack.workflows.training.data import read_data


def random_dna(rng: np.random.Generator, length: int) -> str:
    return "".join(rng.choice(list("ACGT"), length))


def loci(copies: int, seed: int = 0) -> list[tuple[str, int]]:
    """Windows of 60 loci with labels of chance, each moved by 5 bp, or of the other strand."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(60):
        locus, label = random_dna(rng, 100 + 5 * copies), int(rng.integers(2))
        for at in range(0, 5 * copies, 5):
            window = locus[at : at + 100]
            rows.append((reverse_complement(window) if rng.random() < 0.5 else window, label))
    return [rows[k] for k in rng.permutation(len(rows))]


def write_csv(path: Path, rows: list[tuple[str, int]]) -> Path:
    path.write_text("sequence,label\n" + "".join(f"{s},{k}\n" for s, k in rows))
    return path


@pytest.fixture
def job(tmp_path: Path):
    def make(**options: object) -> TrainJob:
        fields = {"kind": "cnn", "out": tmp_path / "out", "steps": 2, **options}
        return TrainJob(**fields)  # type: ignore[arg-type]

    return make


def test_labels_of_chance_cannot_be_told_from_copies(job, tmp_path: Path) -> None:
    """Of copies on both sides, the same training has an AUROC of 1."""
    path = write_csv(tmp_path / "loci.csv", loci(6))
    told: list[str] = []
    record = train(job(csv=path, epochs=20.0, steps=None), say=told.append).record
    alike = record["data"]["alike"]
    assert (alike["groups"], alike["largest_group"]) == (60, 6)
    assert alike["test"]["rows_like_training"] == 0
    assert record["metrics"]["test"]["independent"] * 6 == record["metrics"]["test"]["rows"]
    assert record["metrics"]["test"]["auroc"]["low"] < 0.5
    assert any(line.startswith("alike: 360 windows are 60 that differ") for line in told)
    kept = job(csv=path, epochs=20.0, steps=None, shared="keep", out=tmp_path / "kept")
    assert train(kept).record["metrics"]["test"]["auroc"]["value"] > 0.95


@pytest.mark.parametrize("give_way", ["test", "train", "keep"])
def test_a_test_csv_that_training_shows_is_told(job, tmp_path: Path, give_way: str) -> None:
    rng = np.random.default_rng(9)
    rows = loci(2)
    fresh = [(random_dna(rng, 100), k % 2) for k in range(40)]
    csv, test = write_csv(tmp_path / "a.csv", rows), write_csv(tmp_path / "b.csv", fresh)
    moved = [(sequence[4:] + "ACGT", k) for sequence, k in rows[:10]]
    write_csv(test, [*moved, *fresh])
    told: list[str] = []
    record = train(job(csv=csv, test_csv=test, shared=give_way), say=told.append).record
    alike = record["data"]["alike"]["test_csv"]
    assert alike["rows_like_training"] == 10
    assert alike["left_out"] == {"keep": None}.get(give_way, give_way)
    assert record["metrics"]["test_csv"]["rows"] == (40 if give_way == "test" else 50)
    lost = 120 - sum(record["data"]["rows"]["train"].values())
    assert alike["training_rows_left_out"] == lost
    assert (lost >= 10) == (give_way == "train")
    (line,) = (line for line in told if line.startswith("shared: "))
    assert line.startswith("shared: 10 windows of --test-csv")
    assert f"b.csv:2 is like {tmp_path}/a.csv:" in line


def test_a_test_csv_of_nothing_else_names_the_choices(job, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", loci(2))
    same = job(csv=path, test_csv=path)
    with pytest.raises(InputError, match=r"training shows 120 of its rows.*--shared keep"):
        read_data(same)
    assert len(read_data(job(csv=path, test_csv=path, shared="keep")).extra.rows) == 120


@pytest.fixture
def regions(tmp_path: Path) -> dict[str, object]:
    """Fifty regions on two chromosomes."""
    rng = np.random.default_rng(4)
    chroms = {name: random_dna(rng, 30_000) for name in ("chr1", "chr2")}
    (tmp_path / "g.fa").write_text("".join(f">{k}\n{v}\n" for k, v in chroms.items()))
    lines = [f"chr{1 + k % 2}\t{500 + 300 * k}\t{560 + 300 * k}\n" for k in range(50)]
    (tmp_path / "p.bed").write_text("".join(lines))
    return {"positives": tmp_path / "p.bed", "fasta": tmp_path / "g.fa", "window_bp": 60}


@pytest.mark.parametrize("holdout", [(), ("chr2",)])
def test_drawn_negatives_are_saved_and_can_be_given(
    job, regions: dict[str, object], tmp_path: Path, holdout: tuple[str, ...]
) -> None:
    options = {**regions, "holdout": holdout}
    drawn = train(job(negatives="gc-matched", **options))
    path = drawn.folder / "negatives.bed"
    rows = [line.split("\t") for line in path.read_text().splitlines()]
    assert rows[0][0] == "#chrom"
    windows = read_bed(path)
    assert [window.name for window in windows] == [f"negative_{k}" for k in range(1, 51)]
    given = read_data(job(negatives=str(path), **options))
    start = [int(at) for at in given.examples.starts[50:]]
    assert [window.start for window in windows] == start
    for row, at in zip(rows[1:], range(50, 100), strict=True):
        window = given.examples.window(at)
        assert int(row[4]) == round(1000 * (window.count("G") + window.count("C")) / 60)
        part = "test" if at in given.split.test else "train"
        assert row[6] == part or not holdout
        assert (row[7] == ".") == bool(holdout)
    parts = [row[6] for row in rows[1:]]
    counts = drawn.record["data"]["rows"]
    assert parts.count("test") == counts["test"]["negative"]
    assert parts.count("train") == counts["train"]["negative"]


def test_shuffled_negatives_are_saved_with_the_place_of_their_positive(
    job, regions: dict[str, object], tmp_path: Path
) -> None:
    folder = train(job(negatives="shuffle", **regions)).folder
    assert not (folder / "negatives.bed").exists()
    lines = (folder / "negatives.fa").read_text().splitlines()
    given = read_data(job(negatives="shuffle", **regions))
    assert lines[1::2] == [given.examples.window(row) for row in range(50, 100)]
    assert lines[0].startswith(">shuffled_1 of=chr1:501-560 part=t")
    assert json.loads((folder / "training.json").read_text())["data"]["negatives"] == "shuffle"


def test_positives_given_as_negatives_are_named(job, regions: dict[str, object]) -> None:
    same = job(negatives=str(regions["positives"]), **regions)
    with pytest.raises(InputError, match=r"50 sequences have more than one label, the first: "):
        read_data(same)


def test_sizes_are_checked_before_memory_is_taken(job, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", loci(2))
    for options, says in (
        ({"batch": 10**9}, "--batch 1000000000: more than the"),
        ({"steps": 10**13}, "200,000,000 are the most"),
        ({"steps": None, "epochs": 1e12}, "200,000,000 are the most"),
    ):
        with pytest.raises(InputError, match=says):
            train(job(csv=path, **options))
    for options in ({"seed": 2**32}, {"threads": 10**6}):
        with pytest.raises(InputError):
            job(csv=path, **options)


def test_two_trainings_do_not_share_a_work_folder(job, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", loci(2))
    refused: list[str] = []

    def again(step: int, *_: object) -> None:
        if step == 1:
            return  # nothing of it is on the disk yet
        for options in ({}, {"resume": True}, {"seed": 1}):
            with pytest.raises(OutputError, match="locked by pid") as error:
                train(job(csv=path, steps=3, **options))
            refused.append(str(error.value))

    done = train(job(csv=path, steps=3), on_step=again)
    assert len(refused) == 6
    assert (done.folder / "training.json").exists()
    assert not (tmp_path / "out.work").exists()


def test_a_disk_that_is_full_in_a_checkpoint_is_told_and_gone_on_from(tmp_path: Path) -> None:
    """The optimiser's state is the largest file; torch answers a refusal with a RuntimeError."""
    path = write_csv(tmp_path / "a.csv", loci(2))
    limited = """
import resource, signal, sys
from gtrack.__main__ import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
sys.argv[0] = "gtrack"
main()
"""
    words = ["train", "cnn", "--csv", str(path), "--steps", "4", "--out", str(tmp_path / "m")]
    ran = subprocess.run(
        [sys.executable, "-c", limited, *words], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 3
    assert ran.stderr.splitlines()[-1].startswith(
        f"gtrack: error: {tmp_path}/m.work: a checkpoint cannot be written; check the folder's"
    )
    assert "Traceback" not in ran.stderr
    ran = subprocess.run([sys.executable, "-m", "gtrack", *words, "--resume"], check=False)
    assert ran.returncode == 0
    assert (tmp_path / "m/model.safetensors").exists()


def test_names_reach_the_terminal_escaped(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    lines = [f"{random_dna(rng, 60)},\x1b]0;X\x07[b]{k % 3}" for k in range(60)]
    (tmp_path / "e.csv").write_text("\n".join(["sequence,label", *lines]) + "\n")
    words = ["train", "cnn", "--csv", f"{tmp_path}/e.csv", "--steps", "2", "--out", f"{tmp_path}/m"]
    ran = CliRunner().invoke(main, words)
    assert ran.exit_code == 0, ran.stderr
    assert "\x1b]" not in ran.stderr
    assert "AUROC of \\x1b]0;X\\x07[b]2" in ran.stderr
    assert "18 of label \\x1b]0;X\\x07[b]0" in ran.stderr
    assert json.loads((tmp_path / "m/training.json").read_text())["data"]["labels"][0].startswith(
        "\x1b]0;X\x07"
    )
