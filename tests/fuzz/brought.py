"""Checkpoints in the forms that ``gtrack convert`` takes: parts, pickles, containers, adapters."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

BASE = "base"
"""The folder of a whole model; the others are of forms that become one."""


def write_brought(folder: Path, model: Path) -> None:
    """Write a folder of each form."""
    import torch
    from safetensors.torch import load_file, save_file

    weights = load_file(model / "model.safetensors")
    names = list(weights)
    shutil.copytree(model, folder / BASE)
    for form in ("parts", "pickled", "single", "adapter", "theirs"):
        shutil.copytree(model, folder / form)
        (folder / form / "model.safetensors").unlink()
    for form, stem, end, save in (
        ("parts", "model", "safetensors", save_file),
        ("pickled", "pytorch_model", "bin", torch.save),
    ):
        where = {}
        for number in range(2):
            file = f"{stem}-{number + 1:05}-of-00002.{end}"
            save({name: weights[name] for name in names[number::2]}, folder / form / file)
            where |= dict.fromkeys(names[number::2], file)
        index = {"metadata": {}, "weight_map": where}
        (folder / form / f"{stem}.{end}.index.json").write_text(json.dumps(index))
    loaded: dict[str, Any] = {"epoch": 1, "optimizer_states": [{"state": {0: {"step": 1}}}]}
    loaded["state_dict"] = {f"model.{name}": tensor for name, tensor in weights.items()}
    torch.save(loaded, folder / "single/last.ckpt")
    _write_adapter(folder / "adapter", weights)
    _write_theirs(folder / "theirs", weights)


def _write_adapter(folder: Path, weights: dict[str, Any]) -> None:
    import torch
    from safetensors.torch import save_file

    (folder / "config.json").unlink()
    config = {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "alpha_pattern": {"Wqkv": 8}}
    (folder / "adapter_config.json").write_text(json.dumps({**config, "modules_to_save": ["x"]}))
    layer = "bert.encoder.layer.0.attention.self.Wqkv"
    out, into = weights[f"{layer}.weight"].shape
    narrow = {"A": torch.ones(2, into), "B": torch.ones(out, 2)}
    saved = {f"base_model.model.{layer}.lora_{side}.weight": t for side, t in narrow.items()}
    save_file(saved, folder / "adapter_model.safetensors")


def _write_theirs(folder: Path, weights: dict[str, Any]) -> None:
    from safetensors.torch import save_file

    state = {}
    for name, tensor in weights.items():
        new = name.replace("LayerNorm", "layer_norm").replace("layernorm", "layer_norm")
        new = new.replace("gated_layers", "up_proj").replace("mlp.wo.", "mlp.down_proj.")
        new = new.replace("bert.", "model.").replace("classifier.", "sequence_head.decoder.")
        if ".Wqkv." in new:
            for part, rows in zip(("query", "key", "value"), tensor.chunk(3), strict=True):
                state[new.replace("Wqkv", part)] = rows.contiguous()
        else:
            state[new] = tensor
    save_file(state, folder / "model.safetensors")
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "dnabert2", "head": {"num_labels": config.get("num_labels")}}
    (folder / "config.json").write_text(json.dumps(config))


def convert_brought(folder: Path, draw: random.Random) -> None:
    """Convert each form, and open what it became."""
    from gtrack.core.errors import GtrackError
    from gtrack.models.folder import open_model
    from gtrack.workflows.convert import convert
    from tests.fuzz.targets import check

    for form in ("parts", "pickled", "single", "adapter", "theirs"):
        base = folder / BASE if form == "adapter" or draw.random() < 0.2 else None
        try:
            done = convert(folder / form, folder.parent / f"out-{form}", base=base)
            if not done.absent:
                open_model(done.folder)
            open_model(folder / form)
        except GtrackError as error:
            check(error)
