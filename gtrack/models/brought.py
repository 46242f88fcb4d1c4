"""Checkpoints that people bring to ``gtrack convert``: tensors, config, and what they came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gtrack.core.errors import InputError, ModelError
from gtrack.models.adapter_config import is_adapter
from gtrack.models.adapters import ADAPTER_WEIGHTS, Adapter, read_adapter, refuse_unmerged
from gtrack.models.folder import locate
from gtrack.models.hints import adapter_alone, check_convertible, one_part, without_config
from gtrack.models.parts import joined
from gtrack.models.pickles import SUFFIXES, pickle_files, read_pickle
from gtrack.models.weights import read_config, read_weights, tensors_in, weight_files

if TYPE_CHECKING:
    from torch import Tensor

_LABELS = ("id2label", "label2id", "num_labels", "problem_type")
_TRAINED_ON = ("window_bp", "strands")
_ROWS = re.compile(r"(.*\.)?(classifier|score|sequence_head\.decoder)\.weight")


@dataclass(frozen=True, slots=True, eq=False)
class Brought:
    """A checkpoint of any form.

    Parameters
    ----------
    folder : Path
        Where it lies, for messages.
    tensors : mapping of str to Tensor
        Under whatever names.
    config : mapping
        Content of ``config.json``, its own or the base's.
    base : Path or None
        Folder of the model that it was made from.
    adapter : Adapter or None
        What was merged into the base.
    borrowed : bool
        The config is the base's.
    """

    folder: Path
    tensors: Mapping[str, Tensor]
    config: Mapping[str, Any]
    base: Path | None = None
    adapter: Adapter | None = None
    borrowed: bool = False

    def files(self, names: tuple[str, ...]) -> Path:
        """Return the folder that has the other files of a model: its own, else the base's.

        Parameters
        ----------
        names : tuple of str
            Of these files, as the tokenizer's.

        Raises
        ------
        InputError
            When a base was given, and nothing was taken from it.
        """
        has = not names or any((self.folder / name).exists() for name in names)
        if self.base is None or (has and (self.adapter is not None or self.borrowed)):
            return self.folder
        if has:
            raise InputError(
                f"--base: {self.folder} is no adapter and lacks nothing that a base could lend; "
                "leave it out"
            )
        return self.base


def read_brought(source: str | Path, base: str | Path | None, out: Path) -> Brought:
    """Read a checkpoint: safetensors or pickles, whole or in parts, or an adapter with its base.

    Parameters
    ----------
    source : str or Path
        A folder, an id of the Hub, or one file of weights.
    base : str or Path or None
        The model that it was fine-tuned from: folder or id.
    out : Path
        What it will become, for messages.

    Raises
    ------
    InputError
        When there is no such folder, an adapter has no base, or several files can be meant.
    ModelError
        When a file is missing or damaged, holds more than tensors, or parts do not fit.
    """
    path = Path(source)
    single = path if path.is_file() and path.suffix in (*SUFFIXES, ".safetensors") else None
    folder = path.parent if single else locate(source, pickles=True)
    if single and (part := one_part(single)):
        raise part
    if single and single.name not in ADAPTER_WEIGHTS:
        tensors = tensors_in(path) if path.suffix == ".safetensors" else read_pickle(path)
    elif is_adapter(folder):
        if base is None and (problem := adapter_alone(source, folder, str(out))):
            raise problem
        return _merged(read_adapter(folder), locate(str(base), pickles=True))
    else:
        check_convertible(source, folder)
        tensors = _read(folder)
    refuse_unmerged(tensors, folder)
    lent = None if base is None else locate(base)
    if (folder / "config.json").exists():
        return Brought(folder, tensors, read_config(folder), lent)
    if lent is None:
        raise without_config(source, folder)
    return Brought(folder, tensors, _lent_config(lent, tensors), lent, borrowed=True)


def _read(folder: Path) -> dict[str, Tensor]:
    """Return the tensors of a folder: safetensors where it has them, else pickles."""
    if weight_files(folder):
        return read_weights(folder)
    return joined(pickle_files(folder), read_pickle)


def _merged(adapter: Adapter, base: Path) -> Brought:
    """Merge an adapter into its base."""
    if is_adapter(base) and not weight_files(base):
        raise InputError(f"--base {base}: an adapter itself; merge that first, and give the result")
    check_convertible(base, base)
    tensors = adapter.merged(_read(base), base)
    refuse_unmerged(tensors, base)
    config = _lent_config(base, tensors)
    if (adapter.folder / "config.json").exists():
        own = read_config(adapter.folder)
        config |= {key: own[key] for key in _LABELS if key in own}
    return Brought(adapter.folder, tensors, config, base, adapter)


def _lent_config(base: Path, tensors: Mapping[str, Tensor]) -> dict[str, Any]:
    """Return a base's config without what another training has settled anew."""
    config = {key: value for key, value in read_config(base).items() if key not in _TRAINED_ON}
    names = config.get("id2label")
    count = len(names) if isinstance(names, dict | list) else config.get("num_labels")
    rows = [
        len(tensor) for name, tensor in tensors.items() if _ROWS.fullmatch(name) and tensor.ndim
    ]
    if rows and count is not None and count != rows[0]:
        # Other outputs than the base's: nothing that it says of them holds.
        config = {key: value for key, value in config.items() if key not in _LABELS}
        config.pop("model_type", None)
    return config


def check_restored(brought: Brought, absent: tuple[str, ...]) -> None:
    """Refuse an adapter whose classifier reads a part that was saved nowhere.

    Parameters
    ----------
    brought : Brought
    absent : tuple of str
        Parts that the merged model lacks.

    Raises
    ------
    ModelError
        When the adapter brings a classifier, and what that reads was drawn at random where it was
        trained.
    """
    whole = {} if brought.adapter is None else brought.adapter.whole
    if absent and any(map(_ROWS.fullmatch, whole)):
        parts = " and ".join(absent)
        raise ModelError(
            f"{brought.folder}: neither it nor {brought.base} holds the {parts}, which began at "
            "random where it was trained: the model cannot be restored; train it again with "
            f"modules_to_save={[*absent, 'classifier']!r}, or save it merged there: "
            "model.merge_and_unload().save_pretrained('FOLDER')"
        )
