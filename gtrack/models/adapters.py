"""LoRA adapters of the package peft, merged into the model that they were trained on.

An adapter holds two narrow matrices for each layer that it changes, A (rank, in) and B (out, rank).
The layer of the merged model is ``W + scale B A``, with ``scale = alpha / rank`` (LoRA, Hu et al.
2021, arXiv 2106.09685) or ``alpha / sqrt(rank)`` (rsLoRA, Kalajdzievski 2023, arXiv 2312.03732).
What is in ``modules_to_save``, as a classifier, it holds whole. Every other kind of adapter, and
every option that is not known here to leave the merged weights alone, is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gtrack.core.errors import ModelError
from gtrack.core.printable import shown
from gtrack.models.adapter_config import ADAPTER, ELSEWHERE, check_mergeable, scale_of
from gtrack.models.pickles import read_pickle
from gtrack.models.weights import WRAPPERS, tensors_in, unwrapped

if TYPE_CHECKING:
    from torch import Tensor

ADAPTER_WEIGHTS = ("adapter_model.safetensors", "adapter_model.bin")

_LORA = re.compile(
    r"(?P<layer>.+)\.lora_((?P<side>[AB])(\.[^.]+)?\.weight|embedding_(?P<table>[AB])(\.[^.]+)?)"
)
_OTHER = re.compile(r"\.(lora|ia3|hada|oft|boft|vera|lokr|ln_tuning)_")
_SAVED = re.compile(r"\.modules_to_save(\.default)?(?=\.)|\.base_layer(?=\.)")


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
            found = _name_in(state, f"{layer}.weight")
            shape = (up.shape[0], down.shape[1])
            shape = shape[::-1] if layer in self.tables else shape
            if found is None or state[found].shape != shape:
                has = "has no such layer" if found is None else f"has {tuple(state[found].shape)}"
                base = f" ({shown(self.base, 100)})" if self.base else ""
                raise ModelError(
                    f"{self.folder}: changes {shown(layer, 120)} by {shape}, and {where} {has}; "
                    f"give by --base the model that it was trained on{base}"
                )
            change = self.scales[layer] * (up.double() @ down.double())
            change = change.T if layer in self.tables else change
            state[found] = (state[found].double() + change).float()
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
            f"{path}: {shown(odd[0], 120)} is no whole pair of plain LoRA matrices; {ELSEWHERE}"
        )
    if not sides and config.get("target_modules"):
        raise ModelError(
            f"{path}: holds no LoRA matrix, though {ADAPTER} says that layers were changed "
            f"({shown(str(config['target_modules']), 120)}); save the adapter again where it was "
            "trained: model.save_pretrained('FOLDER')"
        )
    layers = unwrapped(sides, WRAPPERS, path)
    return Adapter(
        folder,
        str(config.get("base_model_name_or_path") or ""),
        {bare: (sides[name]["A"], sides[name]["B"]) for bare, name in layers.items()},
        {
            bare: scale_of(path, config, name, len(sides[name]["A"]))
            for bare, name in layers.items()
        },
        frozenset(bare for bare, name in layers.items() if name in tables),
        {bare: whole[name] for bare, name in unwrapped(whole, WRAPPERS, path).items()},
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
                f"merged; {ELSEWHERE}"
            )


def _fit(A: Tensor, B: Tensor) -> bool:  # noqa: N803  as everybody calls them
    return A.ndim == B.ndim == 2 and A.shape[0] == B.shape[1] > 0


def _name_in(state: Mapping[str, Tensor], name: str) -> str | None:
    """Return the name of a tensor in a base, which may lack the first part of it, or have one."""
    if name in state:
        return name
    shorter = name.partition(".")[2]
    if shorter in state:
        return shorter
    longer = [each for each in state if each.partition(".")[2] == name]
    return longer[0] if len(longer) == 1 else None
