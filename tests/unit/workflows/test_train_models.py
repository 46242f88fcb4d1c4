from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from gtrack.cli import main
from gtrack.core.errors import InputError, ModelError
from gtrack.core.heads import Head
from gtrack.core.sequences import reverse_complement
from gtrack.models.folder import open_model, recognise
from gtrack.workflows.train import TrainJob, train
from gtrack.workflows.training.networks import make_trainee
from gtrack.workflows.training.predictions import predict

MOTIF = "TGACGTCT"


def planted(rows: int, seed: int, labels: int = 2, length: int = 60) -> list[tuple[str, int]]:
    """Label k > 0: windows with its own 8-mer on either strand."""
    rng = np.random.default_rng(seed)
    motifs = ["", MOTIF, "GGCCTAAC"][:labels]
    found = []
    for row in range(rows):
        sequence = "".join(rng.choice(list("ACGT"), length))
        motif = motifs[row % labels]
        if rng.random() < 0.5:
            motif = reverse_complement(motif)
        at = int(rng.integers(length - 8))
        found.append((sequence[:at] + motif + sequence[at + len(motif) :], row % labels))
    return found


def write_csv(path: Path, rows: list[tuple[str, int]], names: str = "012") -> Path:
    path.write_text("sequence,label\n" + "".join(f"{s},{names[k]}\n" for s, k in rows))
    return path


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("train")
    write_csv(folder / "examples.csv", planted(500, 1))
    return folder


@pytest.fixture(scope="module")
def cnn_job(folder: Path) -> Callable[..., TrainJob]:
    def make(out: str, **options: object) -> TrainJob:
        fields = {"kind": "cnn", "csv": folder / "examples.csv", "epochs": 10.0, **options}
        return TrainJob(out=folder / out, **fields)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="module")
def cnn(cnn_job: Callable[..., TrainJob]) -> Path:
    return train(cnn_job("cnn")).folder


def test_a_cnn_learns_a_planted_motif(cnn: Path) -> None:
    record = json.loads((cnn / "training.json").read_text())
    assert record["metrics"]["test"]["auroc"]["value"] > 0.95
    fresh = planted(300, 99)
    model = open_model(cnn)
    encoded = model.encode([sequence for sequence, _ in fresh])
    batch = model.collate(encoded, 300, 60)
    with torch.no_grad():
        logits = model.forward(model.embed(batch), batch)
    right = logits.argmax(1).numpy() == [label for _, label in fresh]
    assert right.mean() > 0.9


def test_the_folder_holds_the_model_and_its_record_alone(cnn: Path, folder: Path) -> None:
    assert sorted(path.name for path in cnn.iterdir()) == [
        "config.json",
        "model.safetensors",
        "training.json",
    ]
    assert not list(folder.glob("*.work"))
    model = open_model(cnn)
    assert (model.labels, model.window_bp, model.strands) == (("0", "1"), 60, "both")
    text = (cnn / "training.json").read_text()
    record = json.loads(text)
    assert record["schema"] == "gtrack-training/1"
    assert record["data"]["files"] == [
        {"role": "csv", "name": "examples.csv", "sha256": sha256(folder / "examples.csv")}
    ]
    assert record["data"]["rows"] == {"train": {"0": 225, "1": 225}, "test": {"0": 25, "1": 25}}
    assert str(folder) not in text


def test_the_same_job_gives_the_same_bytes(
    cnn: Path, cnn_job: Callable[..., TrainJob], tmp_path: Path
) -> None:
    again = train(cnn_job("again")).folder
    for name in ("model.safetensors", "training.json"):
        assert sha256(again / name) == sha256(cnn / name)
    other = train(cnn_job("other", seed=1, steps=2)).folder
    assert sha256(other / "model.safetensors") != sha256(cnn / "model.safetensors")


def test_three_labels(folder: Path) -> None:
    path = write_csv(folder / "three.csv", planted(600, 2, labels=3), "cab")
    job = TrainJob(kind="cnn", out=folder / "three", csv=path, epochs=15, augment=frozenset())
    record = train(job).record
    assert record["data"]["labels"] == ["a", "b", "c"]
    assert record["data"]["strands"] == "forward"
    scores = record["metrics"]["test"]
    assert scores["auroc"]["value"] > 0.9
    assert scores["labels"].keys() == {"a", "b", "c"}


def test_a_model_can_be_gone_on_from(cnn: Path, folder: Path, tmp_path: Path) -> None:
    told: list[str] = []
    job = TrainJob(
        kind="cnn", out=tmp_path / "next", csv=folder / "examples.csv", base=str(cnn), steps=1
    )
    record = train(job, say=told.append).record
    assert record["started_afresh"] == []
    assert record["settings"]["from"]["name"] == "cnn"
    assert record["metrics"]["test"]["auroc"]["value"] > 0.95  # one step unlearns nothing
    three = write_csv(tmp_path / "three.csv", planted(60, 2, labels=3))
    job = TrainJob(kind="cnn", out=tmp_path / "3", csv=three, base=str(cnn), steps=1)
    assert train(job, say=told.append).record["started_afresh"] == ["classifier"]
    assert any(line.startswith("started afresh: classifier") for line in told)
    assert open_model(tmp_path / "3").labels == ("0", "1", "2")


@pytest.fixture(scope="module")
def dnabert2(folder: Path) -> Path:
    path = write_csv(folder / "more.csv", planted(1500, 5))
    job = TrainJob(
        kind="dnabert2", out=folder / "dnabert2", csv=path, config="tiny", vocab=512, epochs=12.0
    )
    return train(job).folder


def test_a_tiny_dnabert2_learns(dnabert2: Path) -> None:
    record = json.loads((dnabert2 / "training.json").read_text())
    assert record["metrics"]["test"]["auroc"]["low"] > 0.6
    assert recognise(dnabert2) == "dnabert2"
    assert sorted(path.name for path in dnabert2.iterdir()) == [
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
        "training.json",
    ]


def test_training_reads_what_explaining_reads(dnabert2: Path, folder: Path) -> None:
    work = folder / "reading.work"
    work.mkdir()
    job = TrainJob(kind="dnabert2", out=folder / "r", csv=folder / "more.csv", base=str(dnabert2))
    trainee = make_trainee(job, Head("classes", ("0", "1")), 60, [], work)
    sequences = ["ACGTNNACGTAGGCT", "TTGACGTCAGATTACA" * 5]
    model = open_model(dnabert2)
    encoded = model.encode(sequences)
    for ids, encoding in zip(trainee.read(sequences), encoded, strict=True):
        assert ids.tolist() == encoding.ids.tolist()
    batch = model.collate(encoded, 2, max(map(len, encoded)))
    with torch.no_grad():
        logits = model.forward(model.embed(batch), batch)
    found = predict(trainee, sequences, both_strands=False, device="cpu")
    np.testing.assert_allclose(found, logits.numpy(), atol=1e-5)
    strands = [
        predict(trainee, s, both_strands=False, device="cpu")
        for s in (sequences, [reverse_complement(x) for x in sequences])
    ]
    both = predict(trainee, sequences, both_strands=True, device="cpu")
    np.testing.assert_allclose(both, np.mean(strands, axis=0), atol=1e-12)


def test_a_base_without_heads_starts_them_afresh(dnabert2: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    base = tmp_path / "base"
    shutil.copytree(dnabert2, base)
    heads = ("bert.pooler.", "classifier.")
    tensors = load_file(base / "model.safetensors")
    kept = {name: tensor for name, tensor in tensors.items() if not name.startswith(heads)}
    save_file(kept, base / "model.safetensors", metadata={"format": "pt"})
    path = write_csv(tmp_path / "few.csv", planted(40, 3))
    job = TrainJob(kind="dnabert2", out=tmp_path / "out", csv=path, base=str(base), steps=2)
    record = train(job).record
    assert record["started_afresh"] == ["pooler", "classifier"]
    assert record["settings"]["learning_rate"] == 5e-4
    assert sha256(tmp_path / "out" / "tokenizer.json") == sha256(base / "tokenizer.json")


def test_a_test_csv_is_scored_without_training_rows(folder: Path, tmp_path: Path) -> None:
    rows = planted(60, 8)
    training = planted(500, 1)
    write_csv(tmp_path / "t.csv", [*rows, *training[:10], rows[0]])
    job = TrainJob(
        kind="cnn",
        out=tmp_path / "m",
        csv=folder / "examples.csv",
        steps=2,
        test_csv=tmp_path / "t.csv",
    )
    record = train(job).record
    assert list(record["metrics"]) == ["test_csv"]
    assert record["data"]["rows"]["test_csv"] == {"0": 30, "1": 30}
    assert record["data"]["duplicates"]["removed_from_test_csv"] == 1
    assert record["data"]["alike"]["test_csv"]["rows_like_training"] == 10
    bad = write_csv(tmp_path / "bad.csv", planted(9, 3, labels=3))
    job = TrainJob(
        kind="cnn", out=tmp_path / "m2", csv=folder / "examples.csv", steps=2, test_csv=bad
    )
    with pytest.raises(InputError, match=r"bad.csv:4: label '2' is none of the training labels"):
        train(job)


def test_output_that_is_in_the_way_is_kept(cnn: Path, cnn_job: Callable[..., TrainJob]) -> None:
    before = sha256(cnn / "model.safetensors")
    with pytest.raises(InputError, match="not an empty folder"):
        train(cnn_job("cnn"))
    assert sha256(cnn / "model.safetensors") == before


def test_a_wrong_kind_or_config_leaves_nothing_behind(
    cnn: Path, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "shape.json").write_text('{"channels": [4], "kernel_sizes": [4]}')
    csv = folder / "examples.csv"
    for options, error, says in (
        ({"kind": "dnabert2", "base": str(cnn)}, ModelError, "use gtrack train cnn"),
        ({"kind": "cnn", "config": "huge"}, InputError, "neither one of small, tiny nor a JSON"),
        (
            {"kind": "cnn", "config": str(tmp_path / "shape.json")},
            InputError,
            r"kernel_sizes \[4\] are not all odd",
        ),
    ):
        with pytest.raises(error, match=says):
            train(TrainJob(out=tmp_path / "m", csv=csv, **options))  # type: ignore[arg-type]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shape.json"]


def test_a_loss_that_is_no_number_ends_the_training(
    cnn_job: Callable[..., TrainJob], folder: Path
) -> None:
    with pytest.raises(ModelError, match="give a smaller --lr"):
        train(cnn_job("diverged", lr=1e30, steps=20))
    assert not list(folder.glob("diverged*"))


def test_a_killed_training_goes_on_to_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    killed = """
import os, signal, sys
from pathlib import Path
from gtrack.workflows.train import TrainJob, train

def die(step, *_):
    if step > 60:
        os.kill(os.getpid(), signal.SIGKILL)

job = TrainJob(kind="cnn", out=Path(sys.argv[1]), csv=Path(sys.argv[2]), steps=200)
train(job, on_step=die)
"""
    process = subprocess.run(
        [sys.executable, "-c", killed, tmp_path / "killed", folder / "examples.csv"],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stderr=subprocess.DEVNULL,
    )
    assert process.returncode == -signal.SIGKILL
    work = tmp_path / "killed.work"
    assert list(work.glob("checkpoint-*/trainer_state.json"))
    assert not (tmp_path / "killed").exists()
    torso = work / "checkpoint-900"  # as if it had been killed while it wrote one
    torso.mkdir()
    job = TrainJob(kind="cnn", out=tmp_path / "killed", csv=folder / "examples.csv", steps=200)
    with pytest.raises(InputError, match="go on with --resume"):
        train(job)
    other = TrainJob(
        kind="cnn", out=tmp_path / "killed", csv=job.csv, steps=200, lr=1e-3, resume=True
    )
    with pytest.raises(InputError, match=r"settings.learning_rate differ"):
        train(other)
    steps: list[int] = []
    resumed = TrainJob(kind="cnn", out=tmp_path / "killed", csv=job.csv, steps=200, resume=True)
    train(resumed, on_step=lambda step, total, loss: steps.append(step))
    assert steps[0] > 40
    whole = train(TrainJob(kind="cnn", out=tmp_path / "whole", csv=job.csv, steps=200)).folder
    for name in ("model.safetensors", "training.json"):
        assert sha256(whole / name) == sha256(tmp_path / "killed" / name)
    assert not work.exists()


def test_only_what_a_training_made_goes(cnn_job: Callable[..., TrainJob], tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    mine = {"notes.txt": b"mine", "checkpoint-mine/x": b"mine", "sub/config.json": b"mine"}

    def plant(**more: bytes) -> None:
        for name, data in (mine | more).items():
            (work / name).parent.mkdir(exist_ok=True)
            (work / name).write_bytes(data)

    def there() -> dict[str, bytes]:
        files = (path for path in work.rglob("*") if path.is_file())
        return {str(path.relative_to(work)): path.read_bytes() for path in files}

    job = cnn_job(str(tmp_path / "m"), work=work, steps=4)
    train(job, on_step=lambda step, *_: plant() if step == 3 else None)
    assert there() == mine
    assert (tmp_path / "m/training.json").exists()
    with pytest.raises(InputError, match="not the work folder of a training"):
        train(cnn_job(str(tmp_path / "n"), work=work, steps=4))
    (work / "job.json").write_text('{"of": "another program"}')
    with pytest.raises(InputError, match="not the work folder of a training"):
        train(cnn_job(str(tmp_path / "n"), work=work, steps=4))
    assert there() == {**mine, "job.json": b'{"of": "another program"}'}
    (work / "job.json").write_text('{"kind": "cnn", "data": {}, "settings": {}}')
    with pytest.raises(ModelError, match="smaller --lr"):
        train(cnn_job(str(tmp_path / "n"), work=work, steps=20, lr=1e30))
    assert there() == mine
    assert not list(tmp_path.glob(".*"))


def test_inputs_and_links_in_a_work_folder_are_refused(
    cnn_job: Callable[..., TrainJob], cnn: Path, tmp_path: Path
) -> None:
    work = tmp_path / "m.work"
    shutil.copytree(cnn, work / "checkpoint-9")  # a torso: no trainer_state.json
    (work / "job.json").write_text('{"kind": "cnn", "data": {}, "settings": {}}')
    before = sha256(work / "checkpoint-9/model.safetensors")
    job = cnn_job(str(tmp_path / "m"), base=str(work / "checkpoint-9"))
    with pytest.raises(InputError, match=r"--from .*checkpoint-9: lies in"):
        train(job)
    assert sha256(work / "checkpoint-9/model.safetensors") == before
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (work / "checkpoint-9/model.safetensors").unlink()
    (work / "checkpoint-9/model.safetensors").symlink_to(victim)
    with pytest.raises(InputError, match=r"model.safetensors: a symbolic link in a work folder"):
        train(cnn_job(str(tmp_path / "m")))
    assert victim.read_text() == "precious"


def test_the_command_line_trains_from_regions(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows, text = [], ""
    for name in ("chr1", "chr2"):
        chrom = list("".join(rng.choice(list("ACGT"), 12_000)))
        for at in range(200, 11_800, 120):
            chrom[at : at + 8] = MOTIF
            rows.append(f"{name}\t{at - 10}\t{at + 18}\n")
        text += f">{name}\n{''.join(chrom)}\n"
    (tmp_path / "g.fa").write_text(text)
    (tmp_path / "p.bed").write_text("".join(rows))
    arguments = [
        "train", "cnn", "--positives", str(tmp_path / "p.bed"), "--negatives", "shuffle",
        "--fasta", str(tmp_path / "g.fa"), "--window", "60", "--holdout", "chr2",
        "--augment", "rc,shift", "--shift", "8", "--epochs", "30",
        "--out", str(tmp_path / "model"),
    ]  # fmt: skip
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.stderr
    assert done.stdout == ""
    assert "AUROC" in done.stderr
    record = json.loads((tmp_path / "model" / "training.json").read_text())
    assert record["data"]["holdout"] == ["chr2"]
    assert record["data"]["negatives"] == "shuffle"
    assert [file["role"] for file in record["data"]["files"]] == ["positives", "fasta"]
    assert record["metrics"]["test"]["auroc"]["value"] > 0.9


@pytest.mark.parametrize("command", ["train", "train cnn", "train dnabert2"])
def test_every_example_of_a_help_runs(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = CliRunner().invoke(main, [*command.split(), "--help"]).stdout
    shown = re.split("Options:|Commands:", shown[shown.index("Example:") + 8 :])[0]
    examples = [line.strip() for line in shown.replace("\\\n", " ").split("\n") if line.strip()]
    rng = np.random.default_rng(0)
    rows = [f"{sequence},{label},{rng.integers(2)},{rng.normal()}" for sequence, label in
            planted(200, 4)]  # fmt: skip
    (tmp_path / "windows.csv").write_text("\n".join(["sequence,CTCF,REST,activity", *rows]) + "\n")
    (tmp_path / "example_data").symlink_to(Path(__file__).parents[3] / "example_data")
    monkeypatch.chdir(tmp_path)
    for example in examples:
        words = shlex.split(example)
        assert words[:2] == ["gtrack", "train"]
        few = [] if "--epochs" in words else ["--steps", "20"]  # test_train_default.py waits
        done = CliRunner().invoke(main, [*words[1:], *few])
        assert done.exit_code == 0, done.stderr
        assert Path(words[words.index("--out") + 1], "training.json").exists()


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("sequence,label\nACGTXACGT,1\n", 2, "e.csv:2: 'X' at base 5"),
        ("sequence,class\nACGTACGT,1\n", 2, "e.csv:1: no column named 'label'"),
        ("sequence,label\nACGTACGT,1\n", 2, "every row has the label '1'"),
    ],
)
def test_a_mistake_is_one_line_and_an_exit_code(
    tmp_path: Path, text: str, code: int, says: str
) -> None:
    (tmp_path / "e.csv").write_text(text)
    done = CliRunner().invoke(
        main, ["train", "cnn", "--csv", str(tmp_path / "e.csv"), "--out", str(tmp_path / "m")]
    )
    assert done.exit_code == code
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["e.csv"]
