"""DNABERT-2 checkpoints: gtrack's own, published ones, and fine-tuned by the published script.

Only tensors and plain fields are taken from a checkpoint; its ``auto_map`` and its code never run.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gtrack.core.errors import ModelError
from gtrack.core.printable import pasted, shown
from gtrack.models.dnabert2.multimolecule import is_multimolecule, translated
from gtrack.models.dnabert2.names import own_names
from gtrack.models.dnabert2.network import Dnabert2Config, Dnabert2ForSequenceClassification
from gtrack.models.hints import converting
from gtrack.models.labels import labels_of
from gtrack.models.weights import read_config, read_weights

_FIELDS = [
    name
    for name, parameter in inspect.signature(Dnabert2Config.__init__).parameters.items()
    if name != "self" and parameter.kind is not parameter.VAR_KEYWORD
]
# Once saved as buffers by older versions; the network needs neither.
_BUFFERS = ("bert.embeddings.position_ids", "bert.embeddings.token_type_ids")
_ITS_CONFIG = "copy the config.json that was saved with these weights"
_ITS_CLASS = (
    "a head of another class than DNABERT-2's classifier, or of its loss; only "
    "BertForSequenceClassification of its published script can be read"
)
_AGAIN = (
    "copy all of it again, or save it again where it was trained: model.save_pretrained('FOLDER')"
)
_HEADS = {"pooler": "bert.pooler.dense", "classifier": "classifier"}


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A checkpoint under gtrack's names.

    Parameters
    ----------
    config : Dnabert2Config
        Shape and labels.
    state : dict of str to Tensor
        Tensors by their name in :class:`Dnabert2ForSequenceClassification`.
    absent : tuple of str
        Which of ``pooler`` and ``classifier`` the checkpoint lacks (the public base lacks both).
    dropped : tuple of str
        Tensors that only pretraining needs (``cls.*``), left out.
    aside : tuple of str
        Tensors that lie beside the network, such as the weights of a loss, left out.
    own : bool
        Its config is one of gtrack's own.
    """

    config: Dnabert2Config
    state: dict[str, Tensor]
    absent: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    own: bool = False

    def with_labels(self, labels: tuple[str, ...]) -> Checkpoint:
        """Return it with other labels; the classifier goes if it has another number of them."""
        config = _config(self.config.to_dict(), labels)
        classifier = self.state.get("classifier.weight")
        if classifier is None or len(classifier) == len(labels):
            return replace(self, config=config)
        state = {k: v for k, v in self.state.items() if not k.startswith("classifier.")}
        return replace(self, config=config, state=state, absent=(*self.absent, "classifier"))

    def network(self) -> Dnabert2ForSequenceClassification:
        """Return the network; absent heads start afresh from torch's global random numbers."""
        with torch.device("meta"):
            network = Dnabert2ForSequenceClassification(self.config)
        state = dict(self.state)
        shapes = {name: tensor.shape for name, tensor in network.state_dict().items()}
        for head in self.absent:
            stem = _HEADS[head]
            spread = self.config.initializer_range
            state[f"{stem}.weight"] = torch.randn(shapes[f"{stem}.weight"]) * spread
            state[f"{stem}.bias"] = torch.zeros(shapes[f"{stem}.bias"])
        network.load_state_dict(state, strict=True, assign=True)
        return network


def read_checkpoint(folder: Path, *, allow_headless: bool = False) -> Checkpoint:
    """Read and check the safetensors checkpoint in a folder.

    Parameters
    ----------
    folder : Path
        With ``config.json`` and ``model.safetensors``.
    allow_headless : bool
        Accept a pretrained base without pooler or classifier, for training.

    Raises
    ------
    ModelError
        When a file is malformed, a tensor is missing, unexpected, of a wrong shape or not finite,
        or lies beside the network; or the checkpoint is a base and `allow_headless` is False.
    """
    checkpoint = adopt(read_weights(folder), read_config(folder), folder)
    if checkpoint.aside:
        raise ModelError(
            f"{folder}: tensor {shown(checkpoint.aside[0], 120)} lies beside the network; leave "
            f"such out: {converting(folder)}"
        )
    if checkpoint.absent == ("pooler",) and not allow_headless:
        raise ModelError(
            f"{folder}: has a classifier, and no pooler that it would read: {_ITS_CLASS}"
        )
    if checkpoint.absent and not allow_headless:
        raise ModelError(
            f"{folder}: this checkpoint has no {' and no '.join(checkpoint.absent)}: it is a "
            f"pretrained base, not a classifier; train it: "
            f"gtrack train dnabert2 --from {pasted(folder)}"
        )
    return checkpoint


def adopt(tensors: Mapping[str, Tensor], raw: Mapping[str, Any], where: Path) -> Checkpoint:
    """Check tensors against the fields of a published or own config, under gtrack's names.

    Parameters
    ----------
    tensors : mapping of str to Tensor
        As they lie in the checkpoint, prefixes of training tools included.
    raw : mapping
        Content of ``config.json``.
    where : Path
        The folder, for messages.

    Raises
    ------
    ModelError
        As :func:`read_checkpoint`, but a base without heads is accepted.
    """
    if is_multimolecule(tensors):
        tensors, raw = translated(tensors, raw, where)
    state, aside = own_names(tensors, where)
    dropped = tuple(name for name in state if name.startswith("cls."))
    state = {k: v for k, v in state.items() if k not in _BUFFERS and k not in dropped}
    absent = tuple(
        head for head, stem in _HEADS.items() if not any(k.startswith(f"{stem}.") for k in state)
    )
    heads = [
        state[f"classifier.{end}"] for end in ("weight", "bias") if f"classifier.{end}" in state
    ]
    rows = sum(heads[0].shape[:1]) if heads else None
    try:
        config = _config(raw, labels_of(raw, rows))
    except ValueError as problem:
        raise ModelError(f"{where / 'config.json'}: {problem}") from problem
    layers = {name.split(".")[3] for name in state if name.startswith("bert.encoder.layer.")}
    if len(layers) != config.num_hidden_layers:
        raise ModelError(
            f"{where}: {len(layers)} layers of tensors, but config.json says "
            f"num_hidden_layers {config.num_hidden_layers}; {_ITS_CONFIG}"
        )
    try:
        with torch.device("meta"):
            expected = Dnabert2ForSequenceClassification(config).state_dict()
    except RuntimeError as problem:
        raise ModelError(f"{where / 'config.json'}: no such network: {problem}") from problem
    for head in absent:
        del expected[f"{_HEADS[head]}.weight"], expected[f"{_HEADS[head]}.bias"]
    for name in sorted(expected.keys() ^ state.keys(), key=lambda name: (name in expected, name)):
        what = "is missing" if name in expected else "is unexpected"  # that first: it says why
        outside = name not in expected and not name.startswith("bert.")
        raise ModelError(
            f"{where}: tensor {shown(name, 120)} {what}: not a whole DNABERT-2 checkpoint; "
            f"{_ITS_CLASS if outside else _AGAIN}"
        )
    for name, tensor in state.items():
        if tensor.shape != expected[name].shape or not tensor.is_floating_point():
            raise ModelError(
                f"{where}: tensor {shown(name)} is {tensor.dtype} of shape {tuple(tensor.shape)}, "
                f"but config.json calls for numbers of shape {tuple(expected[name].shape)}; "
                f"{_ITS_CONFIG}"
            )
    own = raw.get("model_type") == Dnabert2Config.model_type
    return Checkpoint(config, state, absent, dropped, aside, own)


def _config(raw: Mapping[str, Any], labels: tuple[str, ...]) -> Dnabert2Config:
    """Return the config of the known fields alone: nothing else of `raw` has any effect."""
    if "num_attention_heads" not in raw:
        raise ValueError("num_attention_heads is missing, and the tensors do not tell it")
    return Dnabert2Config(
        **{name: raw[name] for name in _FIELDS if name in raw},
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
        problem_type=raw.get("problem_type"),
    )
