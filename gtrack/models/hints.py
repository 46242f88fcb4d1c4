"""What lies in a folder that is no model, and what to do about it: one line with the command."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from gtrack.core.errors import GtrackError, InputError, ModelError
from gtrack.core.printable import pasted, shown
from gtrack.models.adapter_config import ADAPTER, check_mergeable, is_adapter, merging
from gtrack.models.foreign import foreign_file, foreign_weights
from gtrack.models.pickles import PICKLES, SUFFIXES, pickle_files, pickles_in
from gtrack.models.weights import WEIGHTS, weight_files

PUBLIC = "zhihan1996/DNABERT-2-117M"
"""The published DNABERT-2 on the Hugging Face Hub."""

_FEW = 8  # folders in a message
_MANY = 10_000  # entries of a folder that are looked at
_PART = re.compile(r".+-\d+-of-\d+\.(safetensors|bin)")


def check_model(source: str | Path, folder: Path) -> None:
    """Refuse a folder that cannot be opened as a model, naming what it is and the cure.

    Parameters
    ----------
    source : str or Path
        What the user gave: a folder, or an id of the Hub.
    folder : Path
        Where it lies.

    Raises
    ------
    InputError
        For an adapter, or a folder of checkpoints: another command or folder is meant.
    ModelError
        Without weights in safetensors, or without a config; when an index is malformed.
    """
    if problem := adapter_alone(source, folder):
        raise problem
    if not weight_files(folder):
        parts = (path.name for path in weight_files(folder, PICKLES[0]))
        if pickle := next(iter([*pickles_in(folder), *parts]), None):
            raise ModelError(
                f"{source}: only a pickle checkpoint ({pickle}), which can run code when it is "
                f"opened; convert it once: {converting(source)}"
            )
        raise without_weights(source, folder)
    if not (folder / "config.json").exists():
        raise without_config(source, folder)


def check_convertible(source: str | Path, folder: Path) -> None:
    """Refuse a folder without weights of any form that ``gtrack convert`` takes.

    Raises
    ------
    InputError, ModelError
        As :func:`check_model`, but pickles, and a missing ``config.json``, are no matter.
    """
    if not weight_files(folder) and not pickle_files(folder):
        raise without_weights(source, folder)


def adapter_alone(source: str | Path, folder: Path, out: str = "OUT") -> GtrackError | None:
    """Return the refusal of an adapter, which is no model by itself; None for another folder."""
    if not is_adapter(folder):
        return None
    if weight_files(folder):
        return InputError(
            f"{source}: holds both a model and an adapter ({ADAPTER}): if the model is what is "
            f"meant, remove {ADAPTER}; if the adapter, merge it: {merging(source, folder, out)}"
        )
    try:
        check_mergeable(folder)
    except ModelError as problem:
        return problem
    return InputError(
        f"{source}: a LoRA adapter, changes to another model and no model itself; merge the two: "
        f"{merging(source, folder, out)}"
    )


def no_folder(path: Path) -> str:
    """Say what to do about a file in the place of a model's folder."""
    said = f"{path}: a model is a folder with config.json and {WEIGHTS}"
    if foreign := foreign_file(path):
        return f"{path}: {foreign}"
    if path.suffix == ".safetensors" or (path.suffix == ".json" and _like_a_model(path.parent)):
        return f"{said}; give the folder that it lies in: {pasted(path.parent)}"
    return f"{said}; make one: {converting(path)}" if path.suffix in SUFFIXES else said


def one_part(path: Path) -> InputError | None:
    """Return the refusal of a file that holds a part of a checkpoint; None for another file."""
    if not _PART.fullmatch(path.name):
        return None
    return InputError(
        f"{path}: one of several parts; give the folder that they lie in: {pasted(path.parent)}"
    )


def converting(source: str | Path, base: str | None = None) -> str:
    """Return the command that converts a checkpoint."""
    given = "" if base is None else f"--base {pasted(base)} "
    return f"gtrack convert {given}{pasted(source)} OUT"


def without_config(source: str | Path, folder: Path) -> ModelError:
    """Return the refusal of weights without ``config.json``."""
    return ModelError(
        f"{folder / 'config.json'}: cannot be read: there is none; take that of the model that it "
        f"was fine-tuned from: {converting(source, 'BASE')} (BASE: that model, a folder or an id "
        f"of the Hub; of a DNABERT-2 {PUBLIC})"
    )


def without_tokenizer(folder: Path, name: str) -> InputError:
    """Return the refusal of a model folder without the file `name` of its tokenizer."""
    return InputError(
        f"{folder}: holds no {name}; take the tokenizer of {PUBLIC}, or of the base that it was "
        f"fine-tuned from: {converting(folder, PUBLIC)} (--base takes a folder, too), or copy "
        f"{name} and tokenizer_config.json into this folder"
    )


def without_weights(source: str | Path, folder: Path) -> GtrackError:
    """Return the refusal of a folder without weights."""
    names = [path.name for path in islice(folder.iterdir(), _MANY)]
    inside = _by_step(name for name in names if _like_a_model(folder / name))
    if inside:
        few = ", ".join(shown(name, 60) for name in inside[-_FEW:])
        more = f", and {len(inside) - _FEW} more" if len(inside) > _FEW else ""
        return InputError(
            f"{source}: no model itself, but holds {few}{more}; give one of them, such as "
            f"{pasted(folder / inside[-1])}"
        )
    if "snapshots" in names and (kept := _snapshot(folder)):
        return InputError(
            f"{source}: the Hub's cache of a model; give what lies in it: {pasted(kept)}"
        )
    if "zero_to_fp32.py" in names:
        return ModelError(
            f"{source}: holds weights as DeepSpeed splits them; join them by the zero_to_fp32.py "
            "that lies beside them, and convert what it writes"
        )
    if any(name.startswith("pytorch_model_fsdp") for name in names):
        into = pasted(folder)
        return ModelError(
            f"{source}: weights as FSDP splits them; join them: accelerate merge-weights "
            f"{into}/pytorch_model_fsdp_0 {into}"
        )
    if part := next((name for name in sorted(names) if _PART.fullmatch(name)), None):
        whole = f"{re.split('-[0-9]+-of-', part)[0]}{Path(part).suffix}.index.json"
        return ModelError(
            f"{source}: holds {shown(part, 60)}, one of several parts, without their index; copy "
            f"{shown(whole, 60)}, too"
        )
    if foreign := foreign_weights(folder):
        return ModelError(f"{source}: {foreign}")
    if folder != Path(source):
        return ModelError(
            f"{source}: the Hub has no {WEIGHTS} of this model; if it has a pytorch_model.bin, "
            f"convert it once: {converting(source)}"
        )
    return ModelError(
        f"{source}: no {WEIGHTS} in this folder, and neither {' nor '.join(PICKLES)}; give the "
        "folder that the training has saved the model in"
    )


def _snapshot(folder: Path) -> Path | None:
    """Return the newest snapshot in a folder of the Hub's cache that is like a model."""
    kept = [each for each in islice((folder / "snapshots").iterdir(), _MANY) if _like_a_model(each)]
    return max(kept, key=lambda each: (each.stat().st_mtime, each.name), default=None)


def _like_a_model(path: Path) -> bool:
    """Tell whether a folder has what trainers save with a model or an adapter."""
    try:
        return path.is_dir() and any(
            (path / name).exists() for name in ("config.json", ADAPTER, WEIGHTS, *PICKLES)
        )
    except OSError:
        return False


def _by_step(names: Iterable[str]) -> list[str]:
    """Sort names so that checkpoint-1000 comes after checkpoint-500."""
    return sorted(names, key=lambda name: [(len(n), n) for n in re.split(r"(\d+)", name)])
