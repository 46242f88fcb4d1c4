"""Model folders: find one (a path, or an id of the Hugging Face Hub), know its kind, open it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gtrack.core import catalogue
from gtrack.core.errors import InputError, ModelError
from gtrack.core.ports import ModelKind, SequenceModel, lacking
from gtrack.core.printable import shown
from gtrack.models import FILES, GROUP, MODELS
from gtrack.models.adapters import refuse_unmerged
from gtrack.models.foreign import family
from gtrack.models.hints import check_model, no_folder
from gtrack.models.hub import fetched, is_path, no_such_folder
from gtrack.models.weights import (
    read_config,
    read_shapes,
    read_weights,
    unwrapped,
    weight_files,
)

if TYPE_CHECKING:
    import torch

__all__ = [
    "claimed",
    "digest",
    "holds",
    "locate",
    "open_model",
    "read_config",
    "read_weights",
    "refuse_none",
]

_HUB_ID = re.compile(r"(?P<id>[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(@(?P<revision>[\w./-]+))?")
_PICKLES = ("pytorch_model*.bin", "adapter_model.bin")
_UNDECISIVE = (
    "_name_or_path", "architectures", "auto_map", "dtype", "torch_dtype", "transformers_version",
)  # fmt: skip


def locate(source: str | Path, *, pickles: bool = False) -> Path:
    """Return the folder of a model.

    Parameters
    ----------
    source : str or Path
        A folder; or, when no such path exists and it is not meant for one
        (:func:`gtrack.models.hub.is_path`), a Hub id ``owner/name`` with optional ``@revision``,
        whose JSON and safetensors files are downloaded (or found in the Hub's cache).
    pickles : bool
        Download pickles too; for ``gtrack convert`` alone.

    Raises
    ------
    InputError
        When `source` is neither a folder nor a Hub id.
    ModelError
        When the Hub has no such model or does not answer.
    """
    if source == "":
        raise InputError("the model's name is empty; is a variable not set? give a folder")
    path = Path(source)
    try:
        if path.is_dir():
            return path
        is_there = path.exists()
    except (OSError, ValueError) as error:  # too long a name, or none at all
        said = getattr(error, "strerror", None) or error
        raise InputError(f"{shown(source)}: {said}; give the folder of a model") from error
    hub = _HUB_ID.fullmatch(str(source))
    if is_there:
        raise InputError(no_folder(path))
    if hub is None or is_path(str(source)):
        raise InputError(no_such_folder(str(source)))
    patterns = ["*.json", "*.safetensors", *_files_of_kinds(), *(_PICKLES if pickles else ())]
    return fetched(str(source), hub["id"], hub["revision"], patterns)


def _files_of_kinds() -> list[str]:
    """Return what the kinds that load want of a folder, beside JSON and safetensors."""
    files: dict[str, None] = {}
    for name in catalogue.names(MODELS, GROUP):
        with suppress(InputError):
            files |= dict.fromkeys(getattr(catalogue.load(MODELS, name, GROUP), "files", ()))
    return list(files)


def recognise(source: str | Path) -> str:
    """Return the kind of the model in a folder: a name of the table ``gtrack.models.MODELS``.

    Every kind is asked whether it claims the folder, gtrack's own first, those of other packages
    by name; no code of the folder runs.

    Raises
    ------
    InputError
        When there is no such folder.
    ModelError
        When the folder holds no model, only a pickle, or a model that no kind claims.
    """
    return _recognised(source, locate(source))[0]


def _recognised(source: str | Path, folder: Path) -> tuple[str, type[ModelKind]]:
    check_model(source, folder)
    shapes = read_shapes(folder)
    refuse_unmerged(shapes, source)
    return claimed(source, read_config(folder), shapes)


def claimed(
    source: str | Path, config: Mapping[str, Any], tensors: Collection[str]
) -> tuple[str, type[ModelKind]]:
    """Return name and class of the first kind that claims a config and names of tensors.

    Raises
    ------
    ModelError
        When none does; a package whose kind does not load is named, because it might have.
    """
    broken = []
    for name in catalogue.names(MODELS, GROUP):
        try:
            kind: type[ModelKind] = catalogue.load(MODELS, name, GROUP)
            _check_kind(name, kind)
        except (InputError, ModelError) as error:
            broken.append(str(error))
            continue
        if kind.claims(config, unwrapped(tensors, kind.wrappers, Path(source)).keys()):
            return name, kind
    known = ", ".join(catalogue.names(MODELS, GROUP))
    called = family(config, tensors)
    raise ModelError(
        f"{source}: {called or 'a model'}{',' * bool(called)} of no kind that is known here "
        f"({known}): model_type "
        f"{shown(str(config.get('model_type')), 60)!r}, {len(tensors):,} tensors, such as "
        f"{shown(', '.join(sorted(tensors)[:2]), 160)}; if it has a package for gtrack, install it"
        f"{'; ' * bool(broken)}{'; '.join(broken)}"
    )


def _check_kind(name: str, kind: type[ModelKind]) -> None:
    if missing := lacking(kind, ModelKind):
        raise ModelError(f"{name!r} of {GROUP} lacks {', '.join(missing)}; repair its package")
    if kind.kind != name:
        raise ModelError(
            f"{name!r} of {GROUP} calls its kind {kind.kind!r}; the two must be one name"
        )


def open_model(
    source: str | Path,
    *,
    device: str | torch.device = "cpu",
    dtype: torch.dtype | None = None,
) -> SequenceModel:
    """Open a model for inference: weights frozen, eval mode, on its device.

    Parameters
    ----------
    source : str or Path
        A folder or a Hub id, as :func:`locate` takes them.
    device : str or torch.device
        Where the network lives.
    dtype : torch.dtype, optional
        Type of its weights and activations; float32 when not given.

    Raises
    ------
    InputError
        When there is no such folder.
    ModelError
        When the folder, the network or the device cannot serve.
    """
    folder = locate(source)
    name, kind = _recognised(source, folder)
    import torch  # noqa: PLC0415  (seconds)

    model = kind.load(folder, device=device, dtype=dtype or torch.float32)
    if missing := lacking(model, SequenceModel):
        raise ModelError(f"a model of kind {name!r} lacks {', '.join(missing)}; repair its package")
    model.network.eval().requires_grad_(False)  # a kind may forget it: dropout would be on
    return model


def refuse_none(sources: Iterable[str | Path]) -> None:
    """Refuse what is no folder of a model, before a network's library is loaded.

    Raises
    ------
    InputError, ModelError
        As :func:`open_model`, of what needs no look into the weights.
    """
    for source in sources:
        check_model(source, locate(source))


def digest(source: str | Path) -> str:
    """Return the SHA-256 (hex) of what decides a model's output.

    It covers, in this order, ``config.json`` (sorted keys, without the fields that only describe
    where the file came from), ``model.safetensors`` or its parts, and the files that its kind
    names (the tokenizer). The folder's name, ``training.json`` and ``tokenizer_config.json`` do not
    enter.

    Raises
    ------
    InputError, ModelError
        As :func:`locate` and :func:`recognise`, or when a file cannot be read.
    """
    folder = locate(source)
    _, kind = _recognised(source, folder)
    return _digest(folder, kind.files)


def holds(source: str | Path, kind: str, sha256: str) -> bool:
    """Tell whether a folder holds the model of a digest, as far as that is told without torch.

    Parameters
    ----------
    source : str or Path
    kind : str
        What the model was. Of another package's nothing is told.
    sha256 : str
        As :func:`digest` returned it.

    Raises
    ------
    ModelError
        When a file cannot be read.
    """
    folder = Path(source)
    return kind in FILES and folder.is_dir() and _digest(folder, FILES[kind]) == sha256


def _digest(folder: Path, files: Iterable[str]) -> str:
    config = {k: v for k, v in read_config(folder).items() if k not in _UNDECISIVE}
    canonical = json.dumps(config, sort_keys=True, separators=(",", ":"))
    parts = ["config " + hashlib.sha256(canonical.encode()).hexdigest()]
    others = (folder / name for name in files if (folder / name).exists())
    for path in (*weight_files(folder), *others):
        try:
            with path.open("rb") as file:
                parts.append(f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}")
        except OSError as problem:
            raise ModelError(f"{path}: cannot be read: {problem.strerror}") from problem
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
