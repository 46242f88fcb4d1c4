"""Model folders: recognised, located, digested; hostile files refused without harm."""

import json
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
import torch
from safetensors.torch import load_file, save_file

from gtrack.core.errors import InputError, ModelError
from gtrack.models import MODELS
from gtrack.models.cnn import Cnn
from gtrack.models.folder import digest, locate, open_model, recognise
from gtrack.models.weights import read_json, read_shapes, read_weights, write_weights

Published = Callable[..., Path]


def test_published_checkpoint_is_known_by_its_tensors(published: Published) -> None:
    assert recognise(published()) == "dnabert2"
    assert recognise(published("typed", model_type="bert")) == "dnabert2"
    assert open_model(published("auto")).kind == "dnabert2"


def test_own_models_are_known_by_their_type(tmp_path: Path) -> None:
    for kind in MODELS:
        folder = tmp_path / kind
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps({"model_type": f"gtrack_{kind}"}))
        save_file({"x": torch.zeros(1)}, folder / "model.safetensors")
        assert recognise(folder) == kind


@pytest.mark.parametrize("model_type", ["bert", "dnabert2", "gtrack_transformer", None, 7])
def test_other_models_are_not_guessed(tmp_path: Path, model_type: object) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": model_type}))
    save_file({"x": torch.zeros(1)}, tmp_path / "model.safetensors")
    with pytest.raises(ModelError, match="a model of no kind that is known"):
        recognise(tmp_path)


def test_remote_code_never_runs(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = published(auto_map={"AutoModelForSequenceClassification": "evil.Model"})
    canary = folder / "canary"
    (folder / "evil.py").write_text(f"open({str(canary)!r}, 'w')\nclass Model: pass\n")
    monkeypatch.chdir(folder)
    assert type(open_model(folder)).__module__ == "gtrack.models.dnabert2"
    assert not canary.exists()


def test_a_pickle_alone_names_the_command(published: Published) -> None:
    folder = published(pickle=True)
    with pytest.raises(ModelError, match=f"gtrack convert {folder} OUT") as e:
        recognise(folder)
    assert e.value.exit_code == 4


def test_a_pickle_beside_safetensors_is_left_alone(published: Published) -> None:
    folder = published()
    (folder / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    assert open_model(folder).kind == "dnabert2"


def test_folders_without_weights(published: Published) -> None:
    folder = published()
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"no model\.safetensors in this folder"):
        recognise(folder)
    published("other").joinpath("model.safetensors").rename(folder / "model.safetensors")
    (folder / "config.json").unlink()
    with pytest.raises(ModelError, match=r"config\.json: cannot be read: there is none; .*--base"):
        recognise(folder)


@pytest.mark.parametrize(
    "source", ["nowhere", "./a/b", "/a/b/c", "../x", "a/b/c", "a/", "a/b@", ""]
)
def test_no_such_folder(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if source == "":
        source = "x y/z"
    with pytest.raises(InputError, match="no such folder"):
        locate(source)


def test_a_file_is_no_folder(published: Published) -> None:
    with pytest.raises(InputError, match="a model is a folder"):
        locate(published() / "model.safetensors")


def test_hub_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match="give the folder") as e:
        open_model("somebody/no-such-model@v1.0")
    assert str(e.value).startswith("somebody/no-such-model@v1.0: no such folder")
    assert "\n" not in str(e.value)


def test_hub_cache_serves_offline(
    published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that the Hub's client has cached opens by its id, also by revision."""
    commit = "0123456789abcdef0123456789abcdef01234567"
    cache = tmp_path / "cache"
    snapshot = cache / "models--somebody--dnabert" / "snapshots" / commit
    snapshot.parent.mkdir(parents=True)
    published("source").rename(snapshot)
    (snapshot.parent.parent / "refs").mkdir()
    (snapshot.parent.parent / "refs" / "main").write_text(commit)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.chdir(tmp_path)
    for source in ("somebody/dnabert", f"somebody/dnabert@{commit}"):
        assert locate(source) == snapshot
        assert open_model(source).kind == "dnabert2"
    (snapshot / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="gtrack convert somebody/dnabert OUT"):
        recognise("somebody/dnabert")


def test_an_existing_folder_wins_over_a_hub_id(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(published().parent.parent)
    here = Path(published("second").parent.name) / "second"
    assert locate(str(here)) == here


# --- digest -----------------------------------------------------------------------------------


def test_digest_follows_what_decides_the_output_and_nothing_else(published: Published) -> None:
    folder = published()
    first = digest(folder)
    assert len(first) == 64
    assert digest(folder.rename(folder.parent / "renamed")) == first
    folder = folder.parent / "renamed"
    (folder / "training.json").write_text('{"auroc": 1}')
    (folder / "tokenizer_config.json").write_text("{}")
    config = json.loads((folder / "config.json").read_text())
    del config["auto_map"]
    config |= {"_name_or_path": "elsewhere", "transformers_version": "9"}
    (folder / "config.json").write_text(json.dumps(dict(reversed(config.items())), indent=1))
    assert digest(folder) == first

    (folder / "config.json").write_text(json.dumps(config | {"num_attention_heads": 6}))
    heads = digest(folder)
    (folder / "tokenizer.json").write_text((folder / "tokenizer.json").read_text() + "\n")
    tokenizer = digest(folder)
    tensors = load_file(folder / "model.safetensors")
    tensors["classifier.bias"] = tensors["classifier.bias"] + 1
    save_file(tensors, folder / "model.safetensors")
    assert len({first, heads, tokenizer, digest(folder)}) == 4


def test_digest_of_a_folder_without_weights(published: Published) -> None:
    folder = published()
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"no model\.safetensors in this folder"):
        digest(folder)


# --- hostile safetensors ------------------------------------------------------------------------


def craft(folder: Path, header: Any, data: bytes, length: int | None = None) -> Path:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    path = folder / "model.safetensors"
    path.write_bytes(struct.pack("<Q", len(raw) if length is None else length) + raw + data)
    return path


def entry(shape: list[Any], begin: Any, end: Any, dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


GOOD = {"a": entry([2], 0, 8), "b": entry([1, 3], 8, 20)}
HOSTILE: dict[str, tuple[Any, ...]] = {
    "header of 2^60 bytes": (GOOD, bytes(20), 2**60),
    "header longer than the file": (GOOD, bytes(20), 1000),
    "no header": (b"", b"", 0),
    "large header of nothing": (bytes(50_000_000), b""),
    "not json": (b"{]", b""),
    "deep json": (b"[" * 200_000, b""),
    "not an object": ([1], b""),
    "truncated": (GOOD, bytes(19)),
    "trailing bytes": (GOOD, bytes(21)),
    "overlap": ({"a": entry([2], 0, 8), "b": entry([3], 4, 16)}, bytes(16)),
    "gap": ({"a": entry([2], 0, 8), "b": entry([1], 12, 16)}, bytes(16)),
    "wrong shape": ({"a": entry([3], 0, 8)}, bytes(8)),
    "huge shape": ({"a": entry([2**40, 2**40], 0, 8)}, bytes(8)),
    "negative": ({"a": entry([-2, -1], 0, 8)}, bytes(8)),
    "backwards": ({"a": entry([2], 8, 0)}, bytes(8)),
    "unknown type": ({"a": entry([2], 0, 8, "F9")}, bytes(8)),
    "type without an end": ({"a": entry([2], 0, 8, "F" * 100_000)}, bytes(8)),
    "text for a number": ({"a": entry(["2"], 0, 8)}, bytes(8)),
    "entry is a list": ({"a": [1]}, bytes(8)),
}


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("read", [read_shapes, read_weights])
def test_hostile_safetensors_are_refused_in_one_line(tmp_path: Path, case: str, read: Any) -> None:
    path = craft(tmp_path, *HOSTILE[case])
    with pytest.raises(
        ModelError, match=r"(damaged one: |a header of ).+; copy the checkpoint again"
    ) as e:
        read(tmp_path)
    assert str(path) in str(e.value)
    assert len(str(e.value)) < 500 + len(str(path))
    assert "\n" not in str(e.value)


@pytest.mark.parametrize(
    ("kind", "size"),
    [("F8_E4M3", 2), ("F8_E5M2", 2), ("U16", 4), ("C64", 16)],
)
def test_types_that_are_no_weights_are_refused(tmp_path: Path, kind: str, size: int) -> None:
    path = craft(tmp_path, {"a": entry([2], 0, size, kind)}, bytes(size))
    with pytest.raises(ModelError, match=r"tensor a is .+; save the checkpoint as float32") as e:
        read_weights(tmp_path)
    assert str(e.value).startswith(f"{path}: ")


def test_good_file_is_read_whole(tmp_path: Path) -> None:
    tensors = {
        "b": torch.arange(6.0).reshape(2, 3).T,
        "a": torch.tensor([True]),
        "c": torch.ones(()),
    }
    write_weights(tensors, tmp_path)
    first = (tmp_path / "model.safetensors").read_bytes()
    assert read_shapes(tmp_path) == {"a": (1,), "b": (3, 2), "c": ()}
    found = read_weights(tmp_path)
    assert found.keys() == tensors.keys()
    assert all(torch.equal(found[name], tensors[name]) for name in tensors)
    write_weights(dict(reversed(tensors.items())), tmp_path)
    assert (tmp_path / "model.safetensors").read_bytes() == first


def test_weights_survive_the_file_being_overwritten(tmp_path: Path) -> None:
    write_weights({"a": torch.ones(100_000)}, tmp_path)
    found = read_weights(tmp_path)
    os.truncate(tmp_path / "model.safetensors", 10)
    assert found["a"].sum() == 100_000


def test_json_that_is_no_config(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    for content, message in (
        ("[1]", "no JSON object"),
        ("{", "not JSON"),
        ("[" * 10**5, "not JSON"),
    ):
        path.write_text(content)
        with pytest.raises(ModelError, match=message):
            read_json(path)
    path.write_bytes(b"\xff\xfe{}")
    with pytest.raises(ModelError, match="not JSON"):
        read_json(path)
    with path.open("wb") as file:
        file.truncate(10**9)
    with pytest.raises(ModelError, match="more than the 1,000,000 that"):
        read_json(path)


def test_a_network_is_opened_in_eval_mode_and_frozen_whatever_its_kind_forgot(
    make_cnn: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of a plug-in drew its outputs by dropout wherever no method borrowed it."""
    folder, load = make_cnn(tmp_path / "cnn"), Cnn.load.__func__

    def forgetful(cls: type[Cnn], folder: Path, **how: object) -> Cnn:
        model = load(cls, folder, **how)
        model.network.train().requires_grad_(True)
        return model

    monkeypatch.setattr(Cnn, "load", classmethod(forgetful))
    network = open_model(folder).network
    assert not any(module.training for module in network.modules())
    assert not any(parameter.requires_grad for parameter in network.parameters())
