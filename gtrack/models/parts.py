"""Which files of a folder hold the weights: one file, or several that an index names.

Hugging Face splits large checkpoints: beside ``model-00001-of-00002.safetensors`` and its likes
lies ``model.safetensors.index.json``, whose ``weight_map`` says where each tensor is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from gtrack.core.errors import ModelError
from gtrack.core.printable import shown

Value = TypeVar("Value")
Parts = dict[Path, frozenset[str] | None]
"""Files, each with the names of the tensors that an index puts there; None where there is none."""


def parts_of(content: Mapping[str, object], index: Path) -> Parts:
    """Return the files that an index names, in the order of their names.

    Parameters
    ----------
    content : mapping
        What the index holds.
    index : Path
        The index itself; its files lie beside it.

    Returns
    -------
    dict of Path to frozenset of str
        Which tensors lie in each.

    Raises
    ------
    ModelError
        When the index is malformed, names a file outside of its folder, or one that is missing.
    """
    folder, lies_in = index.parent, content.get("weight_map")
    if not isinstance(lies_in, dict) or not lies_in:
        raise ModelError(f"{index}: has no weight_map that says where each tensor lies")
    tensors: dict[str, set[str]] = {}
    for tensor, part in lies_in.items():
        if not isinstance(part, str) or part in ("", ".", "..") or part != Path(part).name:
            raise ModelError(
                f"{index}: puts tensor {shown(tensor, 120)} into {shown(repr(part), 120)}, no file "
                "of this folder; copy the checkpoint again"
            )
        tensors.setdefault(part, set()).add(tensor)
    for part in sorted(tensors):
        if not os.path.isfile(folder / part):  # a name can be too long for the system
            raise ModelError(
                f"{folder / shown(part, 120)}: missing, and {index.name} calls for it: copy every "
                f"part of the checkpoint, {len(tensors)} in all"
            )
    return {folder / part: frozenset(tensors[part]) for part in sorted(tensors)}


def joined(parts: Parts, read: Callable[[Path], Mapping[str, Value]]) -> dict[str, Value]:
    """Read all parts and put them together.

    Parameters
    ----------
    parts : dict
        As :func:`parts_of` gives them.
    read : callable
        Returns what a file holds, by the name of the tensor.

    Raises
    ------
    ModelError
        When two parts hold one tensor, or a part holds others than the index says.
    """
    found: dict[str, Value] = {}
    holder: dict[str, Path] = {}
    held: dict[Path, set[str]] = {}
    for path in parts:
        content = read(path)
        for name, value in content.items():
            if name in found:
                raise ModelError(
                    f"{path}: holds tensor {shown(name, 120)}, and so does {holder[name].name}; "
                    "which of the two is meant nobody says: copy the checkpoint again"
                )
            found[name], holder[name] = value, path
        held[path] = set(content)
    for path, names in parts.items():
        for name in sorted((names or held[path]) ^ held[path]):
            odd = "lacks" if name in (names or ()) else "holds"
            raise ModelError(
                f"{path}: {odd} tensor {shown(name, 120)}, and the index says otherwise; copy the "
                "checkpoint again, all of it"
            )
    return found
