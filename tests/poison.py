"""Weights that are no numbers."""

from __future__ import annotations

from pathlib import Path

from safetensors.torch import load_file, save_file


def poison(folder: Path, name: str, value: float, rows: slice = slice(None)) -> str:
    tensors = load_file(folder / "model.safetensors")
    key = next(key for key in tensors if name in key)
    tensors[key][rows] = value
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    return key
