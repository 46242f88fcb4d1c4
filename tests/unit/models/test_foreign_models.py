"""Models of other kinds and files of other tools are refused by what they are, with the cure."""

import json
import shlex
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from gtrack.core.errors import GtrackError, ModelError
from gtrack.models.folder import open_model
from gtrack.workflows.convert import convert

Published = Callable[..., Path]


def refusals(folder: Path, out: Path) -> list[str]:
    """Return what a scan and a conversion say of it."""
    said = []
    for opening in (open_model, lambda each: convert(each, out)):
        with pytest.raises(GtrackError) as error:
            opening(folder)
        said.append(str(error.value))
    assert not out.exists()
    return said


@pytest.mark.parametrize(
    ("config", "tensor", "name"),
    [
        ({"model_type": "esm"}, "esm.embeddings.word_embeddings.weight", "Nucleotide Transformer"),
        ({"model_type": "hyenadna"}, "score.weight", "a HyenaDNA, of no kind"),
        ({"model_type": "caduceus"}, "score.weight", "a Caduceus, of no kind"),
        ({"model_type": "bert"}, "bert.embeddings.position_embeddings.weight", "DNABERT-1"),
        ({}, "embeddings.position_embeddings.weight", "DNABERT-1"),
        ({"model_type": ["esm"]}, "x", "a model of no kind"),
    ],
)
def test_families_are_named(tmp_path: Path, config: dict, tensor: str, name: str) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    ours = "bert.encoder.layer.0.attention.self.query.weight"
    save_file({tensor: torch.ones(2), ours: torch.ones(2)}, folder / "model.safetensors")
    for said in refusals(folder, tmp_path / "out"):
        assert name in said
        assert "of no kind that is known here (cnn, dnabert2" in said


@pytest.mark.parametrize(
    ("file", "tool"),
    [
        ("model-Q4.gguf", "GGUF"),
        ("model.onnx", "ONNX"),
        ("tf_model.h5", "TensorFlow or Keras"),
        ("model.keras", "Keras"),
        ("flax_model.msgpack", "Flax"),
    ],
)
def test_weights_of_other_tools(tmp_path: Path, file: str, tool: str) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / file).write_bytes(b"GGUF")
    for said in refusals(folder, tmp_path / "out"):
        assert f"holds {file}, weights of {tool}, which gtrack does not read; " in said
    for said in refusals(folder / file, tmp_path / "out"):
        assert f"{file}: weights of {tool}, which gtrack does not read; " in said


@pytest.mark.parametrize("inside", [False, True])
def test_an_archive_says_how_it_is_unpacked(
    published: Published, tmp_path: Path, inside: bool
) -> None:
    model = published("mine")
    folder = tmp_path / "down loaded"
    folder.mkdir()
    archive = folder / "mine.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        file.add(model, "mine")
    for said in refusals(folder if inside else archive, tmp_path / "out"):
        assert "an archive; unpack it, tar -xf " in said
    command = said[said.index("tar -xf") :].split(", and give")[0]
    subprocess.run(shlex.split(command), check=True, cwd=tmp_path)
    assert open_model(tmp_path / "mine").kind == "dnabert2"


@pytest.mark.parametrize("file", ["model.safetensors", "pytorch_model.bin"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"version https://git-lfs.example/spec/v1\noid sha256:00\n", "a pointer of Git LFS"),
        (b"\n<!DOCTYPE html><html></html>", "a web page in the place of the weights"),
        (b"", "empty; copy the checkpoint again"),
    ],
)
def test_what_stands_in_for_weights(
    published: Published, tmp_path: Path, file: str, content: bytes, said: str
) -> None:
    folder = published("m")
    (folder / "model.safetensors").unlink()
    (folder / file).write_bytes(content)
    with pytest.raises(ModelError, match=said):
        convert(folder, tmp_path / "out")


def test_a_file_that_is_cut_is_no_stand_in(published: Published, tmp_path: Path) -> None:
    path = published("m") / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ModelError, match=r"a damaged one: .*; copy the checkpoint again"):
        convert(path.parent, tmp_path / "out")
