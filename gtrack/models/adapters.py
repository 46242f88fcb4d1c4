"""LoRA adapters of the package peft, merged into the model that they were trained on.

An adapter holds two narrow matrices for each layer that it changes, A (rank, in) and B (out, rank).
The layer of the merged model is ``W + scale B A``, with ``scale = alpha / rank`` (LoRA, Hu et al.
2021, arXiv 2106.09685) or ``alpha / sqrt(rank)`` (rsLoRA, Kalajdzievski 2023, arXiv 2312.03732).
What is in ``modules_to_save``, as a classifier, it holds whole. Every other kind of adapter, and
every option that is not known here to leave the merged weights alone, is refused by name.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from gtrack.core.errors import ModelError
from gtrack.core.printable import shown
from gtrack.models.pickles import read_pickle
from gtrack.models.weights import WRAPPERS, read_json, tensors_in, unwrapped

ADAPTER = "adapter_config.json"
ADAPTER_WEIGHTS = ("adapter_model.safetensors", "adapter_model.bin")

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
_LORA = re.compile(
    r"(?P<layer>.+)\.lora_((?P<side>[AB])(\.[^.]+)?\.weight|embedding_(?P<table>[AB])(\.[^.]+)?)"
)
_OTHER = re.compile(r"\.(lora|ia3|hada|oft|boft|vera|lokr|ln_tuning)_")
_SAVED = re.compile(r"\.modules_to_save(\.default)?(?=\.)|\.base_layer(?=\.)")
_LONGEST_PATTERN = 200
_LARGEST = 1e9  # alpha


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
    if isinstance(named, str) and (_HUB_ID.fullmatch(named) or Path(named).is_dir()):
        base, note = shlex.quote(named), ""
    elif isinstance(named, str) and named:
        note = f" (BASE: the model that it was trained on, {shown(named, 100)} there)"
    return f"gtrack convert --base {base} {shlex.quote(str(source))} {out}{note}"


@dataclass(frozen=True, slots=True, eq=False)
class Adapter:
    """A LoRA adapter.

    Parameters
    ----------
    folder : Path
        Where it lies, for messages.
    base : str
        What its config says it was trained on; empty where it says nothing.
    narrow : dict of str to tuple of Tensor
        A and B of each layer that it changes, by the layer's name without wrappers.
    scales : dict of str to float
        What their product is multiplied by.
    tables : frozenset of str
        Those of the layers that are tables of embeddings.
    whole : dict of str to Tensor
        Tensors that take the place of the base's, or are new, by name without wrappers.
    """

    folder: Path
    base: str
    narrow: dict[str, tuple[Tensor, Tensor]]
    scales: dict[str, float]
    tables: frozenset[str] = frozenset()
    whole: dict[str, Tensor] = field(default_factory=dict)

    def merged(self, tensors: Mapping[str, Tensor], where: Path) -> dict[str, Tensor]:
        """Return the tensors of a base with the adapter's changes, in float32 where it changes.

        Parameters
        ----------
        tensors : mapping of str to Tensor
            Of the base, prefixes of training tools included.
        where : Path
            The base's folder, for messages.

        Raises
        ------
        ModelError
            When the base lacks a layer that the adapter changes, or has it in another shape.
        """
        state = {bare: tensors[name] for bare, name in unwrapped(tensors, WRAPPERS, where).items()}
        for name, tensor in self.whole.items():
            state[_name_in(state, name) or name] = tensor
        for layer, (down, up) in self.narrow.items():
            name = _name_in(state, f"{layer}.weight")
            change = self.scales[layer] * (up.double() @ down.double())
            change = change.T if layer in self.tables else change
            if name is None or state[name].shape != change.shape:
                has = "has no such layer" if name is None else f"has {tuple(state[name].shape)}"
                raise ModelError(
                    f"{self.folder}: changes {shown(layer, 120)} by {tuple(change.shape)}, and "
                    f"{where} {has}; give by --base the model that it was trained on"
                    + f" ({shown(self.base, 100)})"
                    * bool(self.base)
                )
            state[name] = (state[name].double() + change).float()
        return state


def read_adapter(folder: Path) -> Adapter:
    """Read an adapter: ``adapter_config.json`` and its tensors; of a pickle, tensors alone.

    Raises
    ------
    ModelError
        When a file is missing or damaged, or it is of a kind or has an option that cannot be
        merged here.
    """
    config = check_mergeable(folder)
    path = next((folder / name for name in ADAPTER_WEIGHTS if (folder / name).is_file()), None)
    if path is None:
        raise ModelError(
            f"{folder}: has {ADAPTER} but neither {' nor '.join(ADAPTER_WEIGHTS)}; copy it, too"
        )
    tensors = read_pickle(path) if path.suffix == ".bin" else tensors_in(path)
    sides: dict[str, dict[str, Tensor]] = {}
    tables, whole, odd = set(), {}, []
    for name, tensor in tensors.items():
        if found := _LORA.fullmatch(name):
            held = sides.setdefault(found["layer"], {})
            side = found["side"] or found["table"]
            odd += [name] if side in held else []
            held[side] = tensor
            tables |= {found["layer"]} if found["table"] else set()
        elif _OTHER.search(name):
            odd.append(name)
        elif ".original_module." not in name:  # the base's own, as it was before
            whole[_SAVED.sub("", name)] = tensor
    odd += [layer for layer, held in sides.items() if len(held) < 2 or not _fit(**held)]
    if odd:
        raise ModelError(
            f"{path}: {shown(odd[0], 120)} is no whole pair of plain LoRA matrices; {_ELSEWHERE}"
        )
    return Adapter(
        folder,
        str(config.get("base_model_name_or_path") or ""),
        {_bare(layer, path): (held["A"], held["B"]) for layer, held in sides.items()},
        {
            _bare(layer, path): _scale(path, config, layer, held["A"])
            for layer, held in sides.items()
        },
        frozenset(_bare(layer, path) for layer in tables),
        {bare: whole[name] for bare, name in unwrapped(whole, WRAPPERS, path).items()},
    )


_ELSEWHERE = (
    "merge it where it was trained, model.merge_and_unload().save_pretrained('FOLDER'), and "
    "convert that: gtrack convert FOLDER OUT"
)


def refuse_unmerged(names: Iterable[str], where: str | Path) -> None:
    """Refuse a network that was saved with its adapter not merged: ``torch.save(state_dict)``.

    Raises
    ------
    ModelError
        Naming the first such tensor and the cure.
    """
    for name in names:
        if re.search(r"\.(lora_(embedding_)?[AB]|base_layer|original_module)\b", name):
            raise ModelError(
                f"{where}: tensor {shown(name, 120)} is of a network with an adapter that is not "
                f"merged; {_ELSEWHERE}"
            )


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
            f"{_ELSEWHERE}"
        )
    return config


def _fit(A: Tensor, B: Tensor) -> bool:  # noqa: N803  as everybody calls them
    return A.ndim == B.ndim == 2 and A.shape[0] == B.shape[1] > 0


def _scale(path: Path, config: Mapping[str, Any], layer: str, narrow: Tensor) -> float:
    """Return what the product of a layer's matrices is multiplied by."""
    rank = narrow.shape[0]
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
            f"too involved; {_ELSEWHERE}"
        )


def _bare(layer: str, path: Path) -> str:
    return next(iter(unwrapped([layer], WRAPPERS, path)))


def _name_in(state: Mapping[str, Tensor], name: str) -> str | None:
    """Return the name of a tensor in a base, which may lack the first part of it, or have one."""
    if name in state:
        return name
    shorter = name.partition(".")[2]
    if shorter in state:
        return shorter
    longer = [each for each in state if each.partition(".")[2] == name]
    return longer[0] if len(longer) == 1 else None
