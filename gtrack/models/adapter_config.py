"""``adapter_config.json`` of peft: what kind of adapter it is, and the scale of each layer."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gtrack.core.errors import ModelError
from gtrack.core.printable import pasted, shown
from gtrack.models.weights import read_json

ADAPTER = "adapter_config.json"

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_USED = {
    *("peft_type", "lora_alpha", "r", "rank_pattern", "alpha_pattern", "use_rslora", "bias"),
    *("modules_to_save", "init_lora_weights", "base_model_name_or_path"),
}
_WITHOUT_EFFECT = {
    # Where and how it was trained; what was changed is seen from the tensors.
    *("auto_mapping", "corda_config", "ensure_weight_tying", "eva_config", "exclude_modules"),
    *("inference_mode", "layers_pattern", "layers_to_transform", "loftq_config", "lora_dropout"),
    *("lora_ga_config", "parent_library", "peft_version", "revision", "runtime_config"),
    *("target_modules", "task_type"),
    # Of Conv1D; peft itself sets it aside for linear layers, whose weights lie as here.
    "fan_in_fan_out",
    # These say how, if another field says that.
    *("megatron_core", "qalora_group_size"),
}
_PLAIN_STARTS = (True, False, None, "gaussian", "eva", "orthogonal")
"""Ways to begin that leave the base as it was; PiSSA and its like take from its weights."""
_CALLED = {"use_dora": "DoRA, ", "use_qalora": "QA-LoRA, ", "use_bdlora": "BD-LoRA, "}
_NOT_WEIGHTS = ("PROMPT_TUNING", "MULTITASK_PROMPT_TUNING", "P_TUNING", "PREFIX_TUNING", "CPT")
_LONGEST_PATTERN = 200
_LARGEST = 1e9  # alpha

ELSEWHERE = (
    "merge it where it was trained, model.merge_and_unload().save_pretrained('FOLDER'), and "
    "convert that: gtrack convert FOLDER OUT"
)
"""The cure for what cannot be merged here."""


def is_adapter(folder: Path) -> bool:
    """Tell whether a folder holds an adapter, whatever else it holds."""
    return (folder / ADAPTER).is_file()


def merging(source: str | Path, folder: Path, out: str = "OUT") -> str:
    """Return the command that merges the adapter in a folder, with the base that it names."""
    try:
        named = read_json(folder / ADAPTER).get("base_model_name_or_path")
    except ModelError:
        named = None
    base, note = "BASE", " (BASE: the model that it was trained on)"
    if isinstance(named, str) and (_HUB_ID.fullmatch(named) or os.path.isdir(named)):
        base, note = pasted(named), ""
    elif isinstance(named, str) and named:
        note = f" (BASE: the model that it was trained on, {shown(named, 100)} there)"
    return f"gtrack convert --base {base} {pasted(source)} {out}{note}"


def check_mergeable(folder: Path) -> dict[str, Any]:
    """Return ``adapter_config.json`` of LoRA and rsLoRA.

    Raises
    ------
    ModelError
        When it cannot be read, or tells of another kind or an option that cannot be merged here,
        naming it and what to do.
    """
    config = read_json(folder / ADAPTER)
    kind = config.get("peft_type")
    if kind in _NOT_WEIGHTS:
        raise ModelError(
            f"{folder / ADAPTER}: {kind}, which changes what the model reads and not its weights: "
            "it cannot be merged; fine-tune with LoRA, or without an adapter"
        )
    odd = [] if kind == "LORA" else [f"of kind {shown(str(kind), 60)}"]
    for key in sorted(config.keys() - _USED - _WITHOUT_EFFECT):
        if config[key]:
            odd.append(
                f"with {_CALLED.get(key, '')}{shown(key, 60)} {shown(repr(config[key]), 60)}"
            )
    if (bias := config.get("bias", "none")) != "none":
        odd.append(f"with bias {shown(repr(bias), 60)}")
    if (start := config.get("init_lora_weights")) not in _PLAIN_STARTS:
        odd.append(f"with init_lora_weights {shown(repr(start), 60)}")
    if odd:
        raise ModelError(
            f"{folder / ADAPTER}: an adapter {odd[0]}: only LoRA and rsLoRA are merged here; "
            f"{ELSEWHERE}"
        )
    return config


def scale_of(path: Path, config: Mapping[str, Any], layer: str, rank: int) -> float:
    """Return what the product of a layer's matrices is multiplied by.

    Parameters
    ----------
    path : Path
        The adapter's tensors, for messages.
    config : mapping
        As :func:`check_mergeable` returns it.
    layer : str
        The layer's name as peft writes it.
    rank : int
        Rank of its matrices.

    Raises
    ------
    ModelError
        When the config says another rank, or an alpha that is no number, or has patterns whose
        search could take for ever.
    """
    said = _of_layer(path, config, "rank_pattern", layer, config.get("r", 8))
    alpha = _of_layer(path, config, "alpha_pattern", layer, config.get("lora_alpha", 8))
    if type(said) is not int or said != rank:
        raise ModelError(
            f"{path}: {shown(layer, 120)} has rank {rank}, and {ADAPTER} says "
            f"{shown(str(said), 60)}; the two files are not of one adapter"
        )
    if isinstance(alpha, bool) or not isinstance(alpha, int | float) or not abs(alpha) < _LARGEST:
        raise ModelError(
            f"{path.parent / ADAPTER}: alpha of {shown(layer, 120)} is {shown(str(alpha), 60)}, "
            "not a number"
        )
    return alpha / (math.sqrt(rank) if config.get("use_rslora") else rank)


def _of_layer(path: Path, config: Mapping[str, Any], key: str, layer: str, usual: object) -> object:
    """Return the value of the first pattern that is the layer's name, or the end of it."""
    patterns = config.get(key) or {}
    name = layer.removeprefix("base_model.model.")
    if not isinstance(patterns, dict):
        raise ModelError(f"{path.parent / ADAPTER}: {key} is no table of patterns")
    for pattern, value in patterns.items():
        _check_pattern(path, key, pattern)
        if re.match(rf"(.*\.)?({pattern})$", name):
            return value
    return usual


def _check_pattern(path: Path, key: str, pattern: str) -> None:
    """Refuse a pattern whose search can take for ever, and what is no pattern."""
    slow = len(pattern) > _LONGEST_PATTERN or re.search(r"\)[*+?{]|\\[1-9]", pattern)
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        slow = True
    if slow or len(re.findall(r"[*+{]", pattern)) > 2:
        raise ModelError(
            f"{path.parent / ADAPTER}: {key} has the pattern {shown(repr(pattern), 120)}, which is "
            f"too involved; {ELSEWHERE}"
        )
