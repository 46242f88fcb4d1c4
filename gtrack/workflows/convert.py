"""Convert a checkpoint, a pickle included, into a model folder of gtrack's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from gtrack.core.conversion import Adopted, Convertible
from gtrack.core.errors import InputError, ModelError, OutputError
from gtrack.core.ports import lacking
from gtrack.io.folders import making_folder
from gtrack.models.brought import Brought, check_restored, read_brought
from gtrack.models.folder import claimed


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
        Tensors of the checkpoint that are no part of the network.
    merged : int
        How many layers an adapter changed; 0 without one.
    """

    folder: Path
    labels: tuple[str, ...]
    window_bp: int | None
    absent: tuple[str, ...]
    dropped: tuple[str, ...]
    merged: int = 0


def convert(
    source: str | Path,
    out: Path,
    *,
    base: str | Path | None = None,
    window_bp: int | None = None,
) -> Converted:
    """Write a checkpoint as a folder of safetensors, JSON and the tokenizer.

    Parameters
    ----------
    source : str or Path
        A folder or a Hub id with safetensors or pickles, whole or in parts, or with a LoRA adapter;
        or one file of weights. A pickle is read by torch's restricted reader, which makes tensors
        and runs nothing.
    out : Path
        The folder to make; it appears only when it is whole.
    base : str or Path or None
        The model that it was fine-tuned from, a folder or a Hub id: an adapter is merged into it,
        and a config or a tokenizer that is missing is taken from it.
    window_bp : int or None
        Length of the training sequences in bp, to be recorded.

    Raises
    ------
    InputError
        When `out` is not empty, there is no such source, an adapter has no base, or a base has no
        use.
    OutputError
        When `out` cannot be written.
    ModelError
        When no kind of model claims the checkpoint, or it holds more than tensors.
    """
    if window_bp is not None and window_bp < 1:
        raise InputError(f"--window {window_bp}: give the length of the training sequences in bp")
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise InputError(f"{out}: exists and is not an empty folder; name a new one")
    brought = read_brought(source, base, out)
    name, kind = claimed(source, brought.config, brought.tensors)
    if lacking(kind, Convertible):
        raise ModelError(f"{source}: a model of kind {name!r} is not converted; scan its folder")
    adopted = _adopt(cast(type[Convertible], kind), brought, window_bp)
    check_restored(brought, adopted.absent)
    try:
        _write(adopted, out)
    except OSError as problem:
        raise OutputError(f"{out}: cannot be written: {problem.strerror}") from problem
    merged = 0 if brought.adapter is None else len(brought.adapter.narrow)
    return Converted(
        out, adopted.labels, adopted.window_bp, adopted.absent, adopted.dropped, merged
    )


def _adopt(kind: type[Convertible], brought: Brought, window_bp: int | None) -> Adopted:
    """Take a checkpoint; its kind knows which windows there can be."""
    config, beside = brought.config, brought.files(kind.files)
    if window_bp is None:
        return kind.adopt(brought.tensors, config, brought.folder, beside)
    config = {**config, "window_bp": window_bp}
    try:
        adopted = kind.adopt(brought.tensors, config, brought.folder, beside)
    except ModelError as problem:
        if "window_bp" not in str(problem):
            raise
        raise InputError(f"--window {window_bp}: {problem}") from problem
    adopted.window_bp = window_bp
    return adopted


def _write(adopted: Adopted, out: Path) -> None:
    """Write the folder under another name beside `out`, then give it its name."""
    with making_folder(out) as work:
        adopted.save(work)
