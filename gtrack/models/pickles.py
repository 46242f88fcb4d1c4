"""Pickles: weights that torch has saved, read by its restricted reader, which makes tensors alone.

A pickle is a program. None is ever run: whatever holds more than tensors, numbers, texts and
containers of them is refused. Only ``gtrack convert`` comes here.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gtrack.core.errors import InputError, ModelError
from gtrack.core.printable import few, pasted, quoted, shown
from gtrack.models.foreign import stand_in
from gtrack.models.parts import Parts
from gtrack.models.weights import check_numbers, check_regular, weight_files

if TYPE_CHECKING:
    from torch import Tensor

PICKLES = ("pytorch_model.bin", "pytorch_model.pt", "model.pt")
"""What trainers call the one that matters; without them it must be the only one of its folder."""

SUFFIXES = (".bin", ".pt", ".pth", ".ckpt")

_BESIDE = re.compile(
    r"(training_args|optimizer|scheduler|scaler|rng_state|random_states|adapter_model|.*-of-\d+)"
    r"([_-]?\d*)\.\w+"
)
"""What trainers leave beside the weights."""

_DEEPEST = 4  # containers around a network's tensors
_FEW = 6  # names in a message


def pickles_in(folder: Path) -> list[str]:
    """Return the names of the pickles of a folder that can be weights, the likeliest first."""
    names = (path.name for path in folder.iterdir() if path.suffix in SUFFIXES and path.is_file())
    found = sorted(name for name in names if not _BESIDE.fullmatch(name))
    known = [name for name in PICKLES if name in found]
    return known[:1] or found


def pickle_files(folder: Path) -> Parts:
    """Return the pickled weights of a folder: one file or the parts of an index; empty without.

    Raises
    ------
    InputError
        When several files can be meant.
    ModelError
        When the index is malformed, or a part is missing.
    """
    if parts := weight_files(folder, PICKLES[0]):
        return parts
    found = pickles_in(folder)
    if len(found) > 1:
        raise InputError(
            f"{folder}: holds {len(found)} files that can be the weights "
            f"({few(found, _FEW, 60)}); say which: gtrack convert {pasted(folder / found[0])} OUT"
        )
    return {folder / name: None for name in found}


def read_pickle(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a pickled network, by name.

    They may lie in a container, as under ``state_dict`` of Lightning's, among other things; what
    is beside them is left.

    Raises
    ------
    ModelError
        When the file cannot be read, is damaged, holds more than tensors, no network, or several.
    """
    check_regular(path)
    try:
        path.open("rb").close()
    except OSError as problem:
        raise ModelError(f"{path}: cannot be read: {problem.strerror}") from problem
    _check_archive(path)
    import torch  # noqa: PLC0415  (seconds)

    said_by_torch: list[warnings.WarningMessage] = []
    try:
        with warnings.catch_warnings(record=True) as said_by_torch:
            warnings.simplefilter("always")
            content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as problem:  # an unreadable, damaged or hostile pickle fails in a dozen ways
        if said := stand_in(path):
            raise ModelError(f"{path}: {said}") from problem
        code = re.search(r"GLOBAL ([\w.]{1,120})", str(problem))
        why = type(problem).__name__ if code is None else code[1]
        if number := re.search(r"pickle protocol (\d+)", " ".join(str(w) for w in said_by_torch)):
            why += f", pickle protocol {number[1]}, of which torch reads little"
        raise ModelError(
            f"{path}: refused ({why}): a damaged file, or it holds more than tensors, and that is "
            "never run; save the tensors alone where it was trained: "
            "torch.save(model.state_dict(), 'pytorch_model.bin')"
        ) from problem
    tensors = _network(content, path)
    for name, tensor in tensors.items():
        held = 0 if tensor.layout != torch.strided else tensor.untyped_storage().nbytes()
        if tensor.device.type != "cpu" or tensor.numel() * tensor.element_size() > held:
            raise ModelError(
                f"{path}: tensor {shown(name, 120)} is none of plain numbers, each stored; save "
                "the checkpoint as float32"
            )
    check_numbers(tensors, path)
    return tensors


def _check_archive(path: Path) -> None:
    """Refuse an archive that unpacks to more than the file: torch stores, and never compresses."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (OSError, ValueError, zipfile.BadZipFile):
        return  # torch's older format, or torch says what is wrong
    if size > path.stat().st_size:
        raise ModelError(
            f"{path}: refused: unpacks to {size:,} bytes, more than the file has, and torch writes "
            "no such files; copy the checkpoint again"
        )


def _network(content: Any, path: Path) -> dict[str, Tensor]:
    """Return the one set of named tensors that a pickle holds."""
    if _is_state(content):
        return dict(content)
    found = list(_states(content, (), set()))
    if not found:
        raise ModelError(
            f"{path}: holds something other than tensors by name: no weights of a network; give "
            "the file that has them, or their folder"
        )
    if len(found) > 1:
        names = ", ".join(shown(".".join(keys), 60) for keys, _ in found[:_FEW])
        take = "".join(f"[{key!r}]" for key in found[0][0])
        code = (
            f"import torch; torch.save(torch.load({str(path)!r}, weights_only=True){take}, "
            "'pytorch_model.bin')"
        )
        raise ModelError(
            f"{path}: holds {len(found)} networks ({names}); save the one that is meant, such as "
            f"the first: python -c {quoted(code)}"
        )
    return dict(found[0][1])


def _is_state(content: Any) -> bool:
    from torch import Tensor  # noqa: PLC0415  (seconds)

    return (
        isinstance(content, Mapping)
        and len(content) > 0
        and all(isinstance(k, str) and isinstance(v, Tensor) for k, v in content.items())
    )


def _states(
    content: Any, keys: tuple[str, ...], seen: set[int]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every network within: a set of tensors whose names have dots, as modules' do.

    A container is entered once, however many hold it: some files are made to be walked for ever.
    """
    if not isinstance(content, Mapping) or len(keys) > _DEEPEST or id(content) in seen:
        return
    seen.add(id(content))
    if _is_state(content) and any("." in name for name in content):
        yield keys, content
        return
    for key, value in content.items():
        if isinstance(key, str):
            yield from _states(value, (*keys, key), seen)
