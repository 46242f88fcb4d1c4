"""The files of a model folder, read with suspicion: config.json and model.safetensors.

A checkpoint comes from anywhere, so sizes are compared with the file before anything is allocated,
and every refusal is one line that names the file and the tensor.
"""

from __future__ import annotations

import json
import math
import os
import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors.torch import load_file, save
from torch import Tensor, nn

from gtrack.core.errors import ModelError

WEIGHTS = "model.safetensors"
_MAX_CONFIG = 1_000_000
_MAX_HEADER = 10_000_000
_BYTES = {
    "BOOL": 1, "U8": 1, "I8": 1, "I16": 2, "I32": 4, "I64": 8,
    "BF16": 2, "F16": 2, "F32": 4, "F64": 8,
}  # fmt: skip

WRAPPERS = ("module.", "_orig_mod.", "base_model.model.", "model.")
"""What DataParallel, ``torch.compile``, PEFT and Lightning put before the names of tensors."""

Network = TypeVar("Network", bound=nn.Module)


def read_json(path: Path, limit: int = _MAX_CONFIG) -> dict[str, Any]:
    """Return the JSON object of a file of at most `limit` bytes.

    Raises
    ------
    ModelError
        When there is no such file, it is larger, or it holds no JSON object.
    """
    try:
        size = path.stat().st_size
        if size > limit:
            raise ModelError(f"{path}: {size:,} bytes, more than the {limit:,} allowed")
        content = json.loads(path.read_bytes())
    except OSError as problem:
        raise ModelError(f"{path}: cannot be read: {problem.strerror}") from problem
    except (ValueError, RecursionError) as problem:
        raise ModelError(f"{path}: not JSON: {problem}") from problem
    if not isinstance(content, dict):
        raise ModelError(f"{path}: holds no JSON object")
    return content


def read_config(folder: Path) -> dict[str, Any]:
    """Return ``config.json`` of a model folder as it is written, ``auto_map`` left unread.

    Raises
    ------
    ModelError
        When it is missing, larger than 1 MB, or no JSON object.
    """
    return read_json(folder / "config.json")


def read_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor from the header of a safetensors file, checked in full.

    Raises
    ------
    ModelError
        When the header or one tensor's entry contradicts the size of the file.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            prefix = file.read(8)
            length = struct.unpack("<Q", prefix)[0] if len(prefix) == 8 else -1
            if not 0 < length <= min(_MAX_HEADER, size - 8):
                raise ModelError(
                    f"{path}: not a safetensors file, or a damaged one: header of {length:,} "
                    f"bytes in a file of {size:,}; copy the checkpoint again"
                )
            raw = file.read(length)
    except OSError as problem:
        raise ModelError(f"{path}: cannot be read: {problem.strerror}") from problem
    try:
        entries = json.loads(raw)
    except (ValueError, RecursionError) as problem:
        raise ModelError(f"{path}: the header is not JSON: {problem}") from problem
    if not isinstance(entries, dict):
        raise ModelError(f"{path}: the header holds no JSON object")
    entries.pop("__metadata__", None)
    spans = {name: _span(path, name, entry) for name, entry in entries.items()}
    at = 0
    for name, (begin, end) in sorted(spans.items(), key=lambda item: item[1]):
        if begin != at:
            raise ModelError(
                f"{path}: tensor {name} begins at byte {begin:,}, not {at:,}: "
                "tensors overlap or leave a gap"
            )
        at = end
        if at > size - 8 - length:
            raise ModelError(
                f"{path}: truncated: tensor {name} ends at byte {at:,} of "
                f"{size - 8 - length:,}; copy the checkpoint again"
            )
    if at != size - 8 - length:
        raise ModelError(f"{path}: {size - 8 - length - at:,} bytes after the last tensor")
    return {name: tuple(entry["shape"]) for name, entry in entries.items()}


def _span(path: Path, name: str, entry: Any) -> tuple[int, int]:
    """Return begin and end byte of one tensor, or refuse its entry."""
    try:
        width, shape = _BYTES[entry["dtype"]], entry["shape"]
        begin, end = entry["data_offsets"]
        counts = all(type(n) is int and n >= 0 for n in (*shape, begin, end))
    except (KeyError, TypeError, ValueError) as problem:
        raise ModelError(f"{path}: tensor {name}: bad entry in the header") from problem
    if not counts or end - begin != width * math.prod(shape):
        raise ModelError(
            f"{path}: tensor {name}: shape {shape} of {entry['dtype']} does not fill "
            f"bytes {begin} to {end}"
        )
    return begin, end


def read_weights(folder: Path) -> dict[str, Tensor]:
    """Return every tensor of ``model.safetensors``, on the CPU, all finite.

    Raises
    ------
    ModelError
        When the file is missing, malformed or truncated, or a tensor holds NaN or infinity.
    """
    path = folder / WEIGHTS
    read_shapes(path)
    try:
        # Copied: a mapped file that someone overwrites would end the process.
        tensors = {name: tensor.clone() for name, tensor in load_file(path).items()}
    except Exception as problem:  # safetensors' own error type is not importable everywhere
        raise ModelError(f"{path}: {problem}") from problem
    check_finite(tensors, path)
    return tensors


def unwrapped(names: Iterable[str], wrappers: Sequence[str], where: Path) -> dict[str, str]:
    """Return the name of every tensor without wrappers' prefixes, however nested, to what it was.

    Raises
    ------
    ModelError
        When two tensors would have one name.
    """
    found: dict[str, str] = {}
    for name in names:
        bare = name
        while prefix := next((each for each in wrappers if bare.startswith(each)), ""):
            bare = bare[len(prefix) :]
        if bare in found:
            raise ModelError(
                f"{where}: tensors {found[bare]} and {name} are both {bare}, once without what "
                "training tools put before names; save one copy of the network"
            )
        found[bare] = name
    return found


def check_finite(tensors: Mapping[str, Tensor], where: Path) -> None:
    """Refuse NaN and infinity.

    Raises
    ------
    ModelError
        Naming the file and the first such tensor.
    """
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            raise ModelError(f"{where}: tensor {name} holds NaN or infinity; the training failed")


def write_weights(tensors: Mapping[str, Tensor], folder: Path) -> None:
    """Write ``model.safetensors``; the same tensors give the same bytes."""
    copies = {
        name: tensors[name].detach().clone(memory_format=torch.contiguous_format)
        for name in sorted(tensors)
    }
    # save_file would let nobody but the owner read the result.
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(folder / WEIGHTS, flags, 0o666), "wb") as file:
        file.write(save(copies, metadata={"format": "pt"}))


def settle(network: Network, *, device: str | torch.device, dtype: torch.dtype) -> Network:
    """Return the network on its device, in eval mode, with frozen weights.

    Raises
    ------
    ModelError
        When there is no such device, or it has no room.
    """
    try:
        network.to(device=device, dtype=dtype)
    except (RuntimeError, AssertionError) as problem:
        raise ModelError(f"device {device}: {str(problem).splitlines()[0]}") from problem
    return network.eval().requires_grad_(False)
