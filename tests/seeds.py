"""Models that differ as seeds of one training do."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file


def jittered(folder: Path, source: Path, seed: int) -> Path:
    """Copy a model's folder and change its weights a little."""
    shutil.copytree(source, folder)
    file, dice = folder / "model.safetensors", np.random.default_rng(seed)
    changed = {
        name: (value * (1 + 0.3 * dice.standard_normal(value.shape))).astype(value.dtype)
        for name, value in load_file(file).items()
    }
    save_file(changed, file, metadata={"format": "pt"})
    return folder
