"""``gtrack convert``: pickles become folders of tensors, and nothing of them runs."""

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file

from gtrack.cli.convert import convert as command
from gtrack.core.errors import InputError, ModelError, OutputError
from gtrack.models.dnabert2.checkpoint import read_checkpoint
from gtrack.models.folder import digest, open_model, recognise
from gtrack.workflows.convert import convert

Published = Callable[..., Path]
State = dict[str, torch.Tensor]


def logits(folder: Path) -> torch.Tensor:
    model = open_model(folder)
    batch = model.collate(model.encode(["ACGTTGCANNACG"]), 1, 24)
    return model.forward(model.embed(batch), batch)


@pytest.mark.parametrize("legacy", [False, True])
def test_pickle_and_safetensors_convert_to_the_same_model(
    published: Published, random_state: State, tmp_path: Path, legacy: bool
) -> None:
    safe = published("safe")
    pickled = published("pickled", pickle=True)
    if legacy:  # as torch wrote before 1.6
        torch.save(
            random_state, pickled / "pytorch_model.bin", _use_new_zipfile_serialization=False
        )
    done = convert(pickled, tmp_path / "a", window_bp=200)
    convert(safe, tmp_path / "deep" / "er" / "b", window_bp=200)
    assert done.labels == ("LABEL_0", "LABEL_1")
    assert (done.window_bp, done.absent, done.dropped) == (200, (), ())
    assert torch.equal(logits(done.folder), logits(safe))
    assert open_model(done.folder).window_bp == 200
    assert digest(done.folder) == digest(tmp_path / "deep" / "er" / "b")
    names = {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
    assert {path.name for path in done.folder.iterdir()} == names
    assert json.loads((done.folder / "config.json").read_text())["model_type"] == "gtrack_dnabert2"
    assert convert(done.folder, tmp_path / "again").window_bp == 200


def test_labels_of_a_fine_tuned_model_are_kept(published: Published, tmp_path: Path) -> None:
    source = published(pickle=True, id2label={"0": "closed", "1": "open"})
    assert convert(source, tmp_path / "out").labels == ("closed", "open")
    assert open_model(tmp_path / "out").labels == ("closed", "open")


def test_parallel_training_prefix_is_stripped(
    published: Published, random_state: State, tmp_path: Path
) -> None:
    source = published(pickle=True, state={f"module.{k}": v for k, v in random_state.items()})
    convert(source, tmp_path / "out")
    assert load_file(tmp_path / "out" / "model.safetensors").keys() == random_state.keys()


def test_the_public_base_converts_for_training(
    published: Published, random_state: State, tmp_path: Path
) -> None:
    """As the public pytorch_model.bin: a masked language model whose decoder is the word table."""
    base = {k: v for k, v in random_state.items() if "pooler" not in k and "classifier" not in k}
    words = base["bert.embeddings.word_embeddings.weight"]
    tied = {"cls.predictions.decoder.weight": words, "cls.predictions.bias": torch.zeros(48)}
    done = convert(published(pickle=True, state=base | tied), tmp_path / "out")
    assert done.absent == ("pooler", "classifier")
    assert set(done.dropped) == set(tied)
    assert recognise(done.folder) == "dnabert2"
    with pytest.raises(ModelError, match="gtrack train dnabert2 --from"):
        open_model(done.folder)
    assert read_checkpoint(done.folder, allow_headless=True).network().num_labels == 2


class Bomb:
    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.canary}",)


def test_a_pickle_with_code_is_refused_and_nothing_runs(
    published: Published, random_state: State, tmp_path: Path
) -> None:
    source, canary = published(pickle=True), tmp_path / "canary"
    for save in (torch.save, lambda content, path: path.write_bytes(pickle.dumps(content))):
        save({**random_state, "bomb": Bomb(canary)}, source / "pytorch_model.bin")
        with pytest.raises(ModelError, match=r"pytorch_model\.bin: refused") as e:
            convert(source, tmp_path / "out")
        assert e.value.exit_code == 4
        assert not canary.exists()
        assert not (tmp_path / "out").exists()
    # The canary would have sung: the same pickle does run under the plain reader.
    pickle.loads((source / "pytorch_model.bin").read_bytes())
    assert canary.exists()


@pytest.mark.parametrize("content", [[torch.ones(1)], {"a": 1}, {"state_dict": {"a": 1}}, {1: 2}])
def test_a_pickle_of_something_else(published: Published, tmp_path: Path, content: object) -> None:
    source = published(pickle=True)
    torch.save(content, source / "pytorch_model.bin")
    with pytest.raises(ModelError, match="something other than tensors by name"):
        convert(source, tmp_path / "out")


def test_damaged_and_foreign_checkpoints(
    published: Published, random_state: State, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    source = published(pickle=True)
    weights = source / "pytorch_model.bin"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match=r"refused .*a damaged file"):
        convert(source, out)
    torch.save({"conv.weight": torch.ones(3)}, weights)
    with pytest.raises(ModelError, match="a model of no kind that is known"):
        convert(source, out)
    torch.save(random_state | {"classifier.bias": torch.tensor([0.0, float("nan")])}, weights)
    with pytest.raises(ModelError, match=r"classifier\.bias holds NaN"):
        convert(source, out)
    weights.unlink()
    with pytest.raises(ModelError, match=r"no model\.safetensors in this folder, and neither py"):
        convert(source, out)
    assert not out.exists()


def test_output_is_whole_or_absent(
    published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = published(pickle=True)
    before = set(tmp_path.iterdir())

    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(OutputError, match="No space left on device"):
            convert(source, tmp_path / "out")
    assert set(tmp_path.iterdir()) == before
    (tmp_path / "out").mkdir()  # an empty folder is as good as none
    convert(source, tmp_path / "out")
    with pytest.raises(InputError, match="not an empty folder"):
        convert(source, tmp_path / "out")
    with pytest.raises(InputError, match="not an empty folder"):
        convert(source, source / "config.json")
    with pytest.raises(OutputError, match="cannot be written"):
        convert(source, source / "config.json" / "out")
    with pytest.raises(InputError, match="--window 0"):
        convert(source, tmp_path / "new", window_bp=0)


def test_command_line(published: Published, random_state: State, tmp_path: Path) -> None:
    source = published(pickle=True)
    done = CliRunner().invoke(command, [str(source), str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert done.stdout == ""
    assert "labels LABEL_0, LABEL_1" in done.stderr
    assert "give scan --window BP" in done.stderr
    done = CliRunner().invoke(command, [str(source), str(tmp_path / "windowed"), "--window", "200"])
    assert "--window" not in done.stderr
    base = {k: v for k, v in random_state.items() if "pooler" not in k and "classifier" not in k}
    headless = published("base", state=base | {"cls.predictions.bias": torch.zeros(48)})
    done = CliRunner().invoke(command, [str(headless), str(tmp_path / "base_out")])
    assert (
        "left out 1 tensors that are no part of the network (cls.predictions.bias)" in done.stderr
    )
    assert "train it with gtrack train dnabert2 --from" in done.stderr


def test_examples_of_the_help_run(
    published: Published, adapted: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = CliRunner().invoke(command, ["--help"]).stdout
    whole, adapter = [line.split() for line in text.splitlines() if "gtrack convert" in line]
    monkeypatch.chdir(tmp_path)
    Path(whole[2]).parent.mkdir()
    published(pickle=True).rename(whole[2])
    done = CliRunner().invoke(command, whole[2:])
    assert done.exit_code == 0, done.output
    assert open_model(Path(whole[3])).window_bp == 300
    assert adapter[2] == "--base"
    published().rename(adapter[3])
    adapted(adapter[4])
    done = CliRunner().invoke(command, adapter[2:])
    assert done.exit_code == 0, done.output
    assert open_model(Path(adapter[5])).labels == ("LABEL_0", "LABEL_1")


def test_a_window_that_no_such_model_has(published: Published, tmp_path: Path) -> None:
    """It would be a folder that cannot be opened."""
    with pytest.raises(InputError, match=r"--window 9999999: .*more than the 100,000"):
        convert(published(), tmp_path / "out", window_bp=9999999)
    assert not (tmp_path / "out").exists()


def test_a_tokenizer_of_another_model(published: Published, tmp_path: Path) -> None:
    """Found out by convert, not when its folder is opened."""
    folder = published()
    record = json.loads((folder / "tokenizer.json").read_text())
    token = {**record["added_tokens"][0], "id": 48, "content": "<new>"}
    record["added_tokens"].append(token)
    (folder / "tokenizer.json").write_text(json.dumps(record))
    for opening in (open_model, lambda each: convert(each, tmp_path / "out")):
        with pytest.raises(ModelError, match=f"{folder}: the tokenizer has 49 .*; copy the token"):
            opening(folder)
    assert not (tmp_path / "out").exists()
