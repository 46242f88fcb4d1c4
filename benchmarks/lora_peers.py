"""LoRA adapters of peft, merged by ``gtrack convert``: held to what peft makes of them itself.

    python3 -m venv PEFT                            # or make peers, which does all of this
    PEFT/bin/pip install torch==2.13.0              # first, else the largest wheel comes
    PEFT/bin/pip install peft==0.21.2
    PYTHONPATH=. PEFT/bin/python benchmarks/lora_peers.py

For each form of adapter, peft wraps a small random DNABERT-2 (seeded), all that it would train is
moved, and its own ``save_pretrained`` writes the adapter. Compared are every tensor of the folder
that gtrack makes of it, with peft's ``merge_and_unload`` in float64, and the logits with those of
the unmerged model, as it was trained. Forms that gtrack refuses must be refused by name.
One JSON line; exit 1 when a tensor differs by more than 1e-6 of its largest value, a logit by more
than 1e-5, or a form is not refused.

Seen: docs/measurements.md.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import peft
import torch
from safetensors.torch import load_file

from gtrack.core.errors import ModelError
from gtrack.models.dnabert2.checkpoint import read_checkpoint
from gtrack.models.folder import open_model
from gtrack.workflows.convert import convert

GATE, LOGITS = 1e-6, 1e-5
BASE = Path("example_data/models/dnabert2")
ALL = ["Wqkv", "dense", "gated_layers", "wo"]
IDS = torch.tensor([[1, 5, 6, 7, 8, 9, 20, 2], [1, 40, 41, 7, 8, 60, 11, 2]])

MERGED: dict[str, dict[str, Any]] = {
    "plain": {"target_modules": ["Wqkv"], "task_type": "SEQ_CLS"},
    "every layer": {"target_modules": ALL, "task_type": "SEQ_CLS"},
    "rslora": {"target_modules": ALL, "use_rslora": True, "task_type": "SEQ_CLS"},
    "fan_in_fan_out": {"target_modules": ALL, "fan_in_fan_out": True},
    "modules_to_save": {"target_modules": ["Wqkv"], "modules_to_save": ["classifier", "pooler"]},
    "patterns": {
        "target_modules": ALL,
        "rank_pattern": {"layer.0.attention.self.Wqkv": 2, r"layer\.1\..*wo": 3},
        "alpha_pattern": {"Wqkv": 5, r"^bert\.encoder\.layer\.2\..*": 7},
    },
    "table of words": {"target_modules": ["word_embeddings", "Wqkv"]},
    "all-linear, gaussian": {
        "target_modules": "all-linear",
        "init_lora_weights": "gaussian",
        "task_type": "SEQ_CLS",
    },
    "orthogonal": {"target_modules": ALL, "init_lora_weights": "orthogonal"},
}
REFUSED: dict[str, dict[str, Any]] = {
    "use_dora": {"target_modules": ALL, "use_dora": True},
    "bias": {"target_modules": ALL, "bias": "all"},
    "lora_bias": {"target_modules": ALL, "lora_bias": True},
    "init_lora_weights": {"target_modules": ALL, "init_lora_weights": "pissa"},
    "trainable_token_indices": {"target_modules": ALL, "trainable_token_indices": [1, 2]},
    "LOHA": {"kind": peft.LoHaConfig, "target_modules": ALL},
    "IA3": {"kind": peft.IA3Config, "target_modules": ALL, "feedforward_modules": ["wo"]},
    "OFT": {"kind": peft.OFTConfig, "target_modules": ["Wqkv"], "oft_block_size": 4},
}


def adapted(folder: Path, *, kind: type = peft.LoraConfig, **options: Any) -> Any:
    """Return a model that peft has wrapped, all that it would train moved; and save its adapter."""
    torch.manual_seed(1)
    if kind is peft.LoraConfig:
        options = {"r": 4, "lora_alpha": 16, **options}
    model = peft.get_peft_model(read_checkpoint(BASE).network(), kind(**options)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(0.05 * torch.randn_like(parameter))
    model.save_pretrained(folder)
    return model


def compare(work: Path, options: dict[str, Any]) -> tuple[float, float]:
    """Return the largest difference of a tensor, relative to its largest value, and of a logit."""
    model = adapted(work / "adapter", **options)
    convert(work / "adapter", work / "out", base=BASE)
    with torch.no_grad():
        unmerged = model.double()(input_ids=IDS).logits
        logits = open_model(work / "out", dtype=torch.float64).network(input_ids=IDS).logits
    ours = load_file(work / "out" / "model.safetensors")
    theirs = model.merge_and_unload().state_dict()
    if ours.keys() != theirs.keys():
        raise SystemExit(f"other tensors: {sorted(ours.keys() ^ theirs.keys())}")
    farthest = max(
        ((ours[name] - theirs[name]).abs().max() / theirs[name].abs().max()).item()
        for name in theirs
    )
    return farthest, (logits - unmerged).abs().max().item()


def refused(work: Path, name: str, options: dict[str, Any]) -> bool:
    """Tell whether a form is refused with its name in the message."""
    adapted(work / "adapter", **options)
    try:
        convert(work / "adapter", work / "out", base=BASE)
    except ModelError as error:
        return name in str(error)
    return False


def main() -> int:
    """Compare all forms and hold them against the gates."""
    warnings.filterwarnings("ignore")
    tensors, logits = {}, {}
    for name, options in MERGED.items():
        with tempfile.TemporaryDirectory() as work:
            tensors[name], logits[name] = compare(Path(work), options)
    said = {}
    for name, options in REFUSED.items():
        with tempfile.TemporaryDirectory() as work:
            said[name] = refused(Path(work), name, options)
    print(
        json.dumps(
            {
                "name": "lora_peers",
                "gates": [GATE, LOGITS],
                "tensors": {name: float(f"{value:.2g}") for name, value in tensors.items()},
                "logits": {name: float(f"{value:.2g}") for name, value in logits.items()},
                "refused": said,
                "peft": peft.__version__,
                "torch": torch.__version__,
            }
        )
    )
    near = all(v <= GATE for v in tensors.values()) and all(v <= LOGITS for v in logits.values())
    return int(not (near and all(said.values())))


if __name__ == "__main__":
    sys.exit(main())
