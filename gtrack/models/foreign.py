"""Models of other kinds and files of other tools, by name: so that a refusal says what they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from gtrack.core.errors import ModelError
from gtrack.core.printable import not_utf8, pasted, shown

_MANY = 10_000  # entries of a folder that are looked at
_SAID = 200  # letters of another's message

_FORMATS = {
    ".gguf": "GGUF",
    ".onnx": "ONNX",
    ".h5": "TensorFlow or Keras",
    ".keras": "Keras",
    ".hdf5": "HDF5",
    ".msgpack": "Flax",
    ".tflite": "TensorFlow Lite",
    ".pb": "TensorFlow",
    ".npz": "NumPy",
}
_SAFE = (
    "model.save_pretrained('FOLDER') of its PyTorch model, where it was made, writes what is read"
)
_ARCHIVES = {
    (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"): "tar -xf",
    (".zip",): "unzip",
}
_FAMILIES = {
    "esm": "an ESM (a Nucleotide Transformer is one)",
    "hyenadna": "a HyenaDNA",
    "caduceus": "a Caduceus",
    "mamba": "a Mamba",
    "big_bird": "a BigBird (some GENA-LM are)",
    "enformer": "an Enformer",
    "borzoi": "a Borzoi",
    "stripedhyena": "a StripedHyena (Evo is one)",
    "gpt2": "a GPT-2",
    "llama": "a Llama",
    "mistral": "a Mistral",
    "roberta": "a RoBERTa",
    "distilbert": "a DistilBERT",
}


def family(config: Mapping[str, Any], tensors: Collection[str]) -> str:
    """Say what a model is that gtrack has no kind for; empty where it is not known.

    Parameters
    ----------
    config : mapping
        Content of ``config.json``.
    tensors : collection of str
        Names of its tensors.

    Examples
    --------
    >>> family({"model_type": "esm"}, [])
    'an ESM (a Nucleotide Transformer is one)'
    """
    kind = config.get("model_type")
    if isinstance(kind, str) and kind.lower() in _FAMILIES:
        return _FAMILIES[kind.lower()]
    text = " ".join(tensors)
    if ".attention.self.query.weight" in text and "embeddings.position_embeddings." in text:
        return "a BERT with position embeddings (DNABERT-1 and GROVER are; DNABERT-2 has none)"
    return ""


def foreign_weights(folder: Path) -> str:
    """Say which weights of another tool lie in a folder, and the cure; empty where none do."""
    files = sorted(path.name for path in islice(folder.iterdir(), _MANY))
    for name in files:
        if said := _FORMATS.get(Path(name).suffix.lower()):
            return (
                f"holds {shown(name, 60)}, weights of {said}, which gtrack does not read; {_SAFE}"
            )
    for name in files:
        if said := unpacking(folder / name):
            return f"holds {shown(name, 60)}, an archive; {said}"
    return ""


def foreign_file(path: Path) -> str:
    """Say what a file in the place of a model's folder is, and the cure; empty where unknown."""
    if said := _FORMATS.get(path.suffix.lower()):
        return f"weights of {said}, which gtrack does not read; {_SAFE}"
    if said := unpacking(path):
        return f"an archive; {said}"
    return ""


def unpacking(path: Path) -> str:
    """Say how an archive is unpacked; empty where a name is not that of one."""
    for suffixes, command in _ARCHIVES.items():
        if path.name.lower().endswith(suffixes):
            return f"unpack it, {command} {pasted(path)}, and give the folder that was in it"
    return ""


def damaged(path: Path, problem: Exception) -> ModelError:
    """Return the refusal of a file that is no safetensors: what it is, where its head says so."""
    if said := not_utf8(path) or stand_in(path):
        return ModelError(f"{path}: {said}")
    return ModelError(
        f"{path}: not a safetensors file, or a damaged one: {str(problem)[:_SAID]}; copy the "
        "checkpoint again"
    )


def stand_in(path: Path) -> str:
    """Say what lies in the place of weights that were never fetched, and the cure; else empty.

    Raises
    ------
    ModelError
        When the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(100).lstrip().lower()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}") from error
    if head.startswith(b"version https://git-lfs"):
        where = pasted(path.parent)
        return (
            "a pointer of Git LFS in the place of the weights; fetch them: "
            f"git -C {where} lfs install, then git -C {where} lfs pull"
        )
    if head.startswith((b"<!doctype html", b"<html")):
        return "a web page in the place of the weights; download the file itself"
    return "" if head else "empty; copy the checkpoint again"
