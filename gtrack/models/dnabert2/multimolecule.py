"""The layout of the package multimolecule: the same network, under other names.

Queries, keys and values are tables of their own, other parts and fields of the config are called
otherwise, and the classifier is a head with options; those that change what comes out are refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gtrack.core.errors import ModelError
from gtrack.core.printable import shown
from gtrack.models.weights import WRAPPERS, unwrapped

_APART = re.compile(r"(?P<self>.+\.attention\.self\.)(?P<part>query|key|value)\.(?P<end>\w+)")
_PARTS = ("query", "key", "value")
_RENAMED = (
    ("embeddings.layer_norm.", "embeddings.LayerNorm."),
    (".attention.output.layer_norm.", ".attention.output.LayerNorm."),
    (".mlp.layer_norm.", ".mlp.layernorm."),
    (".mlp.up_proj.", ".mlp.gated_layers."),
    (".mlp.down_proj.", ".mlp.wo."),
    ("sequence_head.decoder.", "classifier."),
    ("lm_head.", "cls.predictions."),
)
_FIELDS = {
    "hidden_dropout": "hidden_dropout_prob",
    "attention_dropout": "attention_probs_dropout_prob",
}
_PROBLEMS = {
    "binary": "multi_label_classification",
    "multiclass": "single_label_classification",
    "multilabel": "multi_label_classification",
}
_HEAD_SAYS = ("num_labels", "problem_type")
_HEAD_QUIET = ("dropout", "transform_act", "hidden_size", "layer_norm_eps", "type", "loss_weight")
_HEAD_USUAL = {"transform": "identity", "output_name": "pooler_output", "bias": True}


def is_multimolecule(names: Collection[str]) -> bool:
    """Tell whether tensors are called as in multimolecule's DNABERT-2."""
    text = " ".join(names)
    return ".attention.self.query.weight" in text and ".mlp.up_proj.weight" in text


def translated(
    tensors: Mapping[str, Tensor], config: Mapping[str, Any], where: Path
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return tensors and config as the published layout has them; logits stay the same.

    Parameters
    ----------
    tensors : mapping of str to Tensor
        As they lie in the checkpoint.
    config : mapping
        Content of ``config.json``.
    where : Path
        The folder, for messages.

    Raises
    ------
    ModelError
        When a part of queries, keys and values is missing, or an option of the config or the head
        makes another network of it.
    """
    names = {bare: tensors[raw] for bare, raw in unwrapped(tensors, WRAPPERS, where).items()}
    state: dict[str, Tensor] = {}
    for name, tensor in names.items():
        if found := _APART.fullmatch(name):
            if found["part"] == _PARTS[0]:
                state[f"{found['self']}Wqkv.{found['end']}"] = _joined(names, found, where)
            continue
        for theirs, ours in _RENAMED:
            name = (
                name.replace(theirs, ours) if name.startswith(theirs) or theirs[0] == "." else name
            )
        state[name] = tensor
    return state, _config(config, where)


_SPELT = {
    "<unk>": "[UNK]",
    "<cls>": "[CLS]",
    "<eos>": "[SEP]",
    "<sep>": "[SEP]",
    "<pad>": "[PAD]",
    "<mask>": "[MASK]",
}


def respelt(content: bytes) -> bytes:
    """Return a ``tokenizer.json`` with its special tokens spelt as the published one spells them.

    Ids stay. One without multimolecule's spelling, and what is no tokenizer, comes back as it is.
    """
    if b'"<cls>"' not in content:
        return content
    try:
        record = _renamed(json.loads(content))
    except (ValueError, RecursionError):
        return content
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _renamed(value: Any) -> Any:
    """Return JSON with the special tokens under their other names, keys and texts alike."""
    if isinstance(value, str):
        return _SPELT.get(value, value)
    if isinstance(value, list):
        return [_renamed(each) for each in value]
    if isinstance(value, dict):
        return {_SPELT.get(key, key): _renamed(each) for key, each in value.items()}
    return value


def _joined(names: Mapping[str, Tensor], found: re.Match[str], where: Path) -> Tensor:
    """Return queries, keys and values of a layer, one below the other."""
    wanted = [f"{found['self']}{part}.{found['end']}" for part in _PARTS]
    for name in wanted:
        if name not in names or names[name].shape != names[wanted[0]].shape:
            raise ModelError(
                f"{where}: tensor {shown(name, 120)} is missing, or not of the shape of "
                f"{shown(wanted[0], 120)}; copy the checkpoint again"
            )
    return torch.cat([names[name] for name in wanted])


def _config(config: Mapping[str, Any], where: Path) -> dict[str, Any]:
    """Return a config in the published words."""
    path = where / "config.json"
    made = {_FIELDS.get(key, key): value for key, value in config.items()}
    for key, wanted in (
        ("position_embedding_type", "alibi"),
        ("is_decoder", False),
        ("add_cross_attention", False),
    ):
        if config.get(key, wanted) != wanted:
            raise ModelError(
                f"{path}: {key} is {shown(repr(config[key]), 60)}; DNABERT-2 has {wanted!r}"
            )
    head = config.get("head") or {}
    if not isinstance(head, dict):
        raise ModelError(f"{path}: head is no table of options")
    for key, value in head.items():
        usual = value in (None, _HEAD_USUAL.get(key, value if key in _HEAD_QUIET else None))
        if not usual and key not in _HEAD_SAYS:
            raise ModelError(
                f"{path}: head.{shown(key, 60)} is {shown(repr(value), 60)}: only a linear "
                "classifier on the pooled output can be read"
            )
    problem = head.get("problem_type") or config.get("problem_type")
    made["problem_type"] = _PROBLEMS.get(problem, problem) if isinstance(problem, str) else problem
    names, count = config.get("id2label"), head.get("num_labels")
    if count and (not isinstance(names, dict) or len(names) != count):
        for key in ("id2label", "label2id"):
            made.pop(key, None)
        made["num_labels"] = count
    return made
