"""Convert a checkpoint, a pickle included, into a model folder of gtrack's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor

from gtrack.core.errors import InputError, ModelError, OutputError
from gtrack.core.ports import Adopted, Convertible, lacking
from gtrack.io.folders import making_folder
from gtrack.models.folder import PICKLES, claimed, locate
from gtrack.models.weights import WEIGHTS, check_finite, read_config, read_weights


@dataclass(frozen=True, slots=True)
class Converted:
    """What a conversion did.

    Parameters
    ----------
    folder : Path
        The new model folder.
    labels : tuple of str
        Names of its logits.
    window_bp : int or None
        Length of sequence that it now records.
    absent : tuple of str
        Heads that it lacks; a folder with any is for ``gtrack train dnabert2 --from``.
    dropped : tuple of str
        Tensors of the checkpoint that only pretraining needs.
    """

    folder: Path
    labels: tuple[str, ...]
    window_bp: int | None
    absent: tuple[str, ...]
    dropped: tuple[str, ...]


def convert(source: str | Path, out: Path, *, window_bp: int | None = None) -> Converted:
    """Write a checkpoint as a folder of safetensors, JSON and the tokenizer.

    Parameters
    ----------
    source : str or Path
        A folder or a Hub id with ``model.safetensors`` or ``pytorch_model.bin``. A pickle is read
        by torch's restricted reader, which makes tensors and runs nothing.
    out : Path
        The folder to make; it appears only when it is whole.
    window_bp : int or None
        Length of the training sequences in bp, to be recorded.

    Raises
    ------
    InputError
        When `out` is not empty, or there is no such source.
    OutputError
        When `out` cannot be written.
    ModelError
        When no kind of model claims the checkpoint, or it holds more than tensors.
    """
    if window_bp is not None and window_bp < 1:
        raise InputError(f"--window {window_bp}: give the length of the training sequences in bp")
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise InputError(f"{out}: exists and is not an empty folder; name a new one")
    folder = locate(source, pickles=True)
    config = read_config(folder)
    tensors = read_weights(folder) if (folder / WEIGHTS).exists() else _read_pickle(folder)
    name, kind = claimed(source, config, tensors)
    if lacking(kind, Convertible):
        raise ModelError(f"{source}: a model of kind {name!r} is not converted; scan its folder")
    adopted = cast(type[Convertible], kind).adopt(tensors, config, folder)
    if window_bp is not None:
        adopted.window_bp = window_bp
    try:
        _write(adopted, out)
    except OSError as problem:
        raise OutputError(f"{out}: cannot be written: {problem.strerror}") from problem
    return Converted(out, adopted.labels, adopted.window_bp, adopted.absent, adopted.dropped)


def _read_pickle(folder: Path) -> Mapping[str, Tensor]:
    """Return the tensors of a pickle, or refuse it; no code of the file runs."""
    path = next((folder / name for name in PICKLES if (folder / name).exists()), None)
    if path is None:
        raise ModelError(f"{folder}: holds neither {WEIGHTS} nor {' nor '.join(PICKLES)}")
    try:
        content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as problem:  # an unreadable, damaged or hostile pickle fails in a dozen ways
        raise ModelError(
            f"{path}: refused ({type(problem).__name__}): a damaged file, or it holds more than "
            "tensors, and that is never run"
        ) from problem
    if not isinstance(content, Mapping) or not all(
        isinstance(name, str) and isinstance(value, Tensor) for name, value in content.items()
    ):
        raise ModelError(f"{path}: holds something other than tensors by name")
    check_finite(content, path)
    return content


def _write(adopted: Adopted, out: Path) -> None:
    """Write the folder under another name beside `out`, then give it its name."""
    with making_folder(out) as work:
        adopted.save(work)
