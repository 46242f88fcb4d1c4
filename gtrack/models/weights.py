"""The files of a model folder, read with suspicion: config.json and model.safetensors.

A checkpoint comes from anywhere: safetensors compares its header with the file before anything is
allocated, and every refusal is one line that names the file.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from safetensors import SafetensorError, safe_open

from gtrack.core.errors import ModelError
from gtrack.core.printable import shown
from gtrack.core.small_file import whole_json
from gtrack.models.foreign import damaged
from gtrack.models.parts import Parts, joined, parts_of

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

WEIGHTS = "model.safetensors"
_MAX_CONFIG = 1_000_000
_MAX_HEADER = 4_000_000
_MAX_TENSORS = 20_000
_SAID = 300  # characters of safetensors' own words: they may quote the file
_TYPES = (
    *("float16", "bfloat16", "float32", "float64", "bool"),
    *("uint8", "int8", "int16", "int32", "int64"),
)

WRAPPERS = ("module.", "_orig_mod.", "base_model.model.", "model.")
"""What DataParallel, ``torch.compile``, PEFT and Lightning put before the names of tensors."""

_WITHIN = {
    *("module", "_orig_mod", "_forward_module"),
    *("_fsdp_wrapped_module", "_checkpoint_wrapped_module"),
}
"""What torch puts before the names within a part of the network that is wrapped alone."""

Network = TypeVar("Network", bound="nn.Module")


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object of a file.

    Raises
    ------
    ModelError
        When there is no such file, it is larger, or it holds no JSON object.
    """
    try:
        content = whole_json(path, _MAX_CONFIG)
    except OSError as problem:
        raise ModelError(f"{path}: cannot be read: {problem.strerror}") from problem
    except ValueError as problem:
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


def weight_files(folder: Path, name: str = WEIGHTS) -> Parts:
    """Return the files that hold the weights called `name`.

    The whole file goes before the parts of an index, as in Hugging Face's own loading; empty
    without either.

    Raises
    ------
    ModelError
        When the index is malformed, or a part is missing.
    """
    if (folder / name).is_file():
        return {folder / name: None}
    index = folder / f"{name}.index.json"
    return parts_of(read_json(index), index) if index.exists() else {}


def read_shapes(folder: Path) -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor of a folder, from the headers of its safetensors.

    Raises
    ------
    ModelError
        When there is no such file, or its header contradicts it; or parts contradict their index.
    """
    return joined(weight_files(folder) or {folder / WEIGHTS: None}, shapes_in)


def shapes_in(path: Path) -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor, from the header of a safetensors file.

    Raises
    ------
    ModelError
        When there is no such file, or its header contradicts it.
    """
    check_weights_file(path)
    try:
        with path.open("rb"), safe_open(path, framework="pt") as file:
            return {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}
    except (OSError, RuntimeError) as problem:  # torch maps the file
        raise ModelError(f"{path}: cannot be read: {_why(problem)}") from problem
    except SafetensorError as problem:
        raise damaged(path, problem) from problem


def _why(problem: Exception) -> str:
    if isinstance(problem, FileNotFoundError) and problem.errno is None:  # and it is there
        return os.strerror(errno.EMFILE)  # what safetensors takes for its absence
    return getattr(problem, "strerror", None) or str(problem)[:_SAID]


def check_regular(path: Path) -> None:
    """Refuse what is no regular file: a pipe would be waited for, a device has no end.

    Raises
    ------
    ModelError
        When it is none, or cannot be looked at.
    """
    try:
        mode = path.stat().st_mode
    except OSError as problem:
        raise ModelError(f"{path}: cannot be read: {problem.strerror}") from problem
    if stat.S_ISDIR(mode):
        raise ModelError(f"{path}: cannot be read: {os.strerror(errno.EISDIR)}")
    if not stat.S_ISREG(mode):
        raise ModelError(f"{path}: is no file but a device or a pipe; give a model's folder")


def check_weights_file(path: Path) -> None:
    """Refuse a safetensors file by the size of its header, before that is read into memory.

    Raises
    ------
    ModelError
        When there is no such regular file, or its header is larger than that of any network.
    """
    check_regular(path)
    try:
        with path.open("rb") as file:
            head = file.read(8)
            size = struct.unpack("<Q", head)[0] if len(head) == 8 else 0
            if _MAX_HEADER < size <= path.stat().st_size:
                raise ModelError(
                    f"{path}: a header of {size:,} bytes, more than the {_MAX_HEADER:,} that the "
                    "names of a network's tensors need; copy the checkpoint again"
                )
            tensors = file.read(size).count(b'"dtype"') if size <= _MAX_HEADER else 0
    except OSError as problem:
        raise ModelError(f"{path}: cannot be read: {problem.strerror}") from problem
    if tensors > _MAX_TENSORS:
        raise ModelError(
            f"{path}: {tensors:,} tensors, more than the {_MAX_TENSORS:,} that gtrack reads; join "
            "them, or give another model"
        )


def read_weights(folder: Path) -> dict[str, Tensor]:
    """Return every tensor of ``model.safetensors`` or of its parts, on the CPU, all finite.

    Raises
    ------
    ModelError
        As :func:`tensors_in`, or when parts contradict their index.
    """
    return joined(weight_files(folder) or {folder / WEIGHTS: None}, tensors_in)


def tensors_in(path: Path) -> dict[str, Tensor]:
    """Return every tensor of a safetensors file, on the CPU, all finite.

    Raises
    ------
    ModelError
        When the file is missing, malformed or truncated, or a tensor holds NaN or infinity or is
        of a type that weights are not trained in, such as 8-bit floats.
    """
    check_weights_file(path)
    from safetensors.torch import load_file  # noqa: PLC0415  (seconds)

    try:
        # Copied: a mapped file that someone overwrites would end the process.
        with path.open("rb"):
            tensors = {name: tensor.clone() for name, tensor in load_file(path).items()}
    except (OSError, RuntimeError) as problem:
        raise ModelError(f"{path}: cannot be read: {_why(problem)}") from problem
    except SafetensorError as problem:
        raise damaged(path, problem) from problem
    check_numbers(tensors, path)
    return tensors


def unwrapped(names: Iterable[str], wrappers: Sequence[str], where: Path) -> dict[str, str]:
    """Return the name of every tensor without wrappers' prefixes, however nested, to what it was.

    Where ``module.`` is one, what torch puts within names goes, too: parts can be wrapped alone.

    Raises
    ------
    ModelError
        When two tensors would have one name.
    """
    found: dict[str, str] = {}
    for name in names:
        bare = name
        if "module." in wrappers:
            bare = ".".join(part for part in name.split(".") if part not in _WITHIN) or name
        while prefix := next((each for each in wrappers if bare.startswith(each)), ""):
            bare = bare[len(prefix) :]
        if bare in found:
            raise ModelError(
                f"{where}: tensors {shown(found[bare])} and {shown(name)} are both {shown(bare)}, "
                "once without what training tools put before names; save one copy of the network"
            )
        found[bare] = name
    return found


def check_numbers(tensors: Mapping[str, Tensor], where: Path) -> None:
    """Refuse types that weights are not trained in, NaN and infinity.

    Raises
    ------
    ModelError
        Naming the file and the first such tensor.
    """
    for name, tensor in tensors.items():
        kind = str(tensor.dtype).removeprefix("torch.")
        if kind not in _TYPES:
            raise ModelError(
                f"{where}: tensor {shown(name)} is {kind}; save the checkpoint as float32"
            )
    check_finite(tensors, where)


def check_finite(tensors: Mapping[str, Tensor], where: Path) -> None:
    """Refuse NaN and infinity.

    Raises
    ------
    ModelError
        Naming the file and the first such tensor.
    """
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise ModelError(
                f"{where}: tensor {shown(name)} holds NaN or infinity; the training failed"
            )


def write_weights(tensors: Mapping[str, Tensor], folder: Path) -> None:
    """Write ``model.safetensors``; the same tensors give the same bytes."""
    import torch  # noqa: PLC0415  (seconds)
    from safetensors.torch import save  # noqa: PLC0415

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
