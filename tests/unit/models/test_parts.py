"""Weights in several files: joined as their index says, or refused by the name of what is wrong."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import Tensor

from gtrack.core.errors import ModelError
from gtrack.models.folder import digest, open_model
from gtrack.models.parts import joined, parts_of
from gtrack.models.weights import read_shapes, read_weights, weight_files
from gtrack.workflows.convert import convert

Published = Callable[..., Path]
State = dict[str, Tensor]

KINDS = {
    "safe": ("model.safetensors", "model-{}-of-00003.safetensors", save_file),
    "pickled": ("pytorch_model.bin", "pytorch_model-{}-of-00003.bin", torch.save),
}


def split(folder: Path, state: State, kind: str = "safe") -> list[Path]:
    """Write weights in three files as ``save_pretrained(max_shard_size=...)`` does."""
    (folder / "model.safetensors").unlink(missing_ok=True)
    whole, pattern, save = KINDS[kind]
    names, where = list(state), {}
    for number in range(3):
        file = pattern.format(f"{number + 1:05}")
        save({name: state[name] for name in names[number::3]}, folder / file)
        where |= dict.fromkeys(names[number::3], file)
    total = {"total_size": sum(tensor.nbytes for tensor in state.values())}
    (folder / f"{whole}.index.json").write_text(
        json.dumps({"metadata": total, "weight_map": where})
    )
    return sorted(folder.glob(pattern.format("*")))


def logits(folder: Path) -> Tensor:
    model = open_model(folder)
    batch = model.collate(model.encode(["ACGTTGCANNACG"]), 1, 24)
    return model.forward(model.embed(batch), batch)


def test_split_safetensors_open_as_they_are(
    published: Published, random_state: State, tmp_path: Path
) -> None:
    whole, parts = published("whole"), published("parts")
    files = split(parts, random_state)
    assert len(files) == 3
    assert torch.equal(logits(parts), logits(whole))
    assert read_shapes(parts) == read_shapes(whole)
    first = digest(parts)
    save_file({k: v + 1 for k, v in read_weights(whole).items()}, tmp_path / "x.safetensors")
    index = json.loads((parts / "model.safetensors.index.json").read_text())
    (parts / "model.safetensors.index.json").write_text(json.dumps(index, indent=1))
    assert digest(parts) == first  # how the index is written decides nothing
    changed = dict(random_state)
    changed["classifier.bias"] = changed["classifier.bias"] + 1
    split(parts, changed)
    assert digest(parts) != first


@pytest.mark.parametrize("kind", KINDS)
def test_convert_joins_what_is_split(
    published: Published, random_state: State, tmp_path: Path, kind: str
) -> None:
    whole, parts = published("whole"), published("parts")
    split(parts, {f"module.{k}": v for k, v in random_state.items()}, kind)
    done = convert(parts, tmp_path / "out")
    assert torch.equal(logits(done.folder), logits(whole))
    assert digest(done.folder) == digest(convert(whole, tmp_path / "other").folder)


def test_split_pickles_are_not_opened_by_a_scan(published: Published, random_state: State) -> None:
    folder = published()
    split(folder, random_state, "pickled")
    with pytest.raises(ModelError, match=f"only a pickle checkpoint.*gtrack convert {folder} OUT"):
        open_model(folder)


def test_a_whole_file_goes_before_an_index(published: Published, random_state: State) -> None:
    """As in Hugging Face's own loading: what else lies there is of an earlier saving."""
    folder = published()
    split(folder, {k: v + 1 for k, v in random_state.items()})
    save_file(random_state, folder / "model.safetensors")
    assert torch.equal(logits(folder), logits(published("whole")))
    assert list(weight_files(folder)) == [folder / "model.safetensors"]


class Bomb:
    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.canary,)


def test_no_code_of_a_split_pickle_runs(
    published: Published, random_state: State, tmp_path: Path
) -> None:
    folder, canary = published(), tmp_path / "canary"
    last = split(folder, random_state, "pickled")[-1]
    torch.save({"x": Bomb(canary)}, last)
    with pytest.raises(ModelError, match=rf"{last.name}: refused \(.*never run"):
        convert(folder, tmp_path / "out")
    last.write_bytes(pickle.dumps(Bomb(canary)))
    with pytest.raises(ModelError, match=rf"{last.name}: refused"):
        convert(folder, tmp_path / "out")
    assert not canary.exists()
    pickle.loads(last.read_bytes())
    assert canary.exists(), "the canary would have sung"


@pytest.mark.parametrize("kind", KINDS)
def test_what_does_not_fit_the_index_is_named(
    published: Published, random_state: State, tmp_path: Path, kind: str
) -> None:
    whole, _, save = KINDS[kind]
    folder = published()
    names = list(random_state)

    def refused(message: str) -> None:
        with pytest.raises(ModelError, match=message) as e:
            convert(folder, tmp_path / "out")
        assert "\n" not in str(e.value)
        assert not (tmp_path / "out").exists()

    one, two, three = split(folder, random_state, kind)
    two.unlink()
    refused(rf"{two.name}: missing, and {whole}\.index\.json calls for it: copy .*3 in all")
    split(folder, random_state, kind)
    save({name: random_state[name] for name in [*names[1::3], names[0]]}, two)
    refused(rf"{two.name}: holds tensor {names[0]}, and so does {one.name}")
    save({name: random_state[name] for name in names[4::3]}, two)
    refused(rf"{two.name}: lacks tensor {names[1]}, and the index says otherwise")
    split(folder, random_state, kind)
    save({name: random_state[name] for name in names[2::3]} | {"stray": torch.ones(1)}, three)
    refused(rf"{three.name}: holds tensor stray, and the index says otherwise")
    split(folder, random_state, kind)
    three.write_bytes(three.read_bytes()[:-9])
    refused(three.name)


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ({}, "has no weight_map"),
        ({"weight_map": []}, "has no weight_map"),
        ({"weight_map": {}}, "has no weight_map"),
        ({"weight_map": {"a": 1}}, "puts tensor a into 1, no file of this folder"),
        ({"weight_map": {"a": ["x"]}}, "no file of this folder"),
        ({"weight_map": {"a": ""}}, "no file of this folder"),
        ({"weight_map": {"a": ".."}}, "no file of this folder"),
        ({"weight_map": {"a": "../other.safetensors"}}, "no file of this folder"),
        ({"weight_map": {"a": "/etc/passwd"}}, "no file of this folder"),
        ({"weight_map": {"a": "deeper/x.safetensors"}}, "no file of this folder"),
        ({"weight_map": {"a": "x\x00.safetensors"}}, r"missing, and|no file"),
        ({"weight_map": {"a": "x\ud800.safetensors"}}, r"missing, and|no file"),
        ({"weight_map": {"a": "A" * 5000}}, "missing, and model"),
        ({"weight_map": {"a\x1b]0;X\x07": "../x"}}, r"tensor a\\x1b\]0;X\\x07 into"),
    ],
)
def test_a_hostile_index(published: Published, index: dict[str, Any], message: str) -> None:
    folder = published()
    (folder.parent / "other.safetensors").write_bytes((folder / "model.safetensors").read_bytes())
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ModelError, match=message) as e:
        open_model(folder)
    assert str(e.value).startswith(str(folder))


def test_a_part_that_is_no_file(published: Published, random_state: State) -> None:
    folder = published()
    part = split(folder, random_state)[1]
    part.unlink()
    part.mkdir()
    with pytest.raises(ModelError, match=f"{part.name}: missing"):
        open_model(folder)


@pytest.fixture(scope="module")
def three_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parts")
    for name in "xyz":
        (folder / name).touch()
    return folder


@given(where=st.dictionaries(st.text("ab.", min_size=1), st.sampled_from("xyz"), min_size=1))
def test_joining_undoes_splitting(three_files: Path, where: dict[str, str]) -> None:
    files: dict[str, dict[str, int]] = {}
    for name, file in where.items():
        files.setdefault(file, {})[name] = len(name)
    parts = parts_of({"weight_map": where}, three_files / "index.json")
    assert [path.name for path in parts] == sorted(files)
    assert joined(parts, lambda path: files[path.name]) == {name: len(name) for name in where}
