"""Names of a DNABERT-2's tensors as people bring them, made those of gtrack's network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from gtrack.core.errors import ModelError
from gtrack.core.printable import shown
from gtrack.models.weights import WRAPPERS, unwrapped

_WORDS = "embeddings.word_embeddings.weight"
"""A tensor that every DNABERT-2 has, and once: what stands before it, stands before the others."""

_ENCODER = ("embeddings.", "encoder.", "pooler.")


def own_names(
    tensors: Mapping[str, Tensor], where: Path
) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """Strip what wrappers and people's classes put before names; add ``bert.`` where it lacks.

    Parameters
    ----------
    tensors : mapping of str to Tensor
        As they lie in the checkpoint.
    where : Path
        The folder, for messages.

    Returns
    -------
    state : dict of str to Tensor
        With ``bert.`` before the encoder's names, and the heads' as they are.
    aside : tuple of str
        Tensors outside of the network's own name, such as the weights of a loss or the counts of a
        metric: vectors, and whole numbers. Within it, only what a loss or a criterion is called.

    Raises
    ------
    ModelError
        When two tensors would have one name, there are two networks, or a table of weights lies
        outside of the network: a head of another kind.
    """
    names = unwrapped(tensors, WRAPPERS, where)
    stems = [name.removesuffix(_WORDS) for name in names if f".{name}".endswith(f".{_WORDS}")]
    if len(stems) > 1:
        under = " and ".join(_said(names[stem + _WORDS].removesuffix(_WORDS)) for stem in stems[:4])
        raise ModelError(
            f"{where}: holds {len(stems)} networks, under {under}; save the one that is meant"
        )
    if not stems:
        return _with_bert(names, tensors), ()
    stem = stems[0].removesuffix("bert.") if f".{stems[0]}".endswith(".bert.") else stems[0]
    wrapped = _outermost(names[stems[0] + _WORDS], stems[0] + _WORDS) + stem
    inside = {bare.removeprefix(stem): raw for bare, raw in names.items() if bare.startswith(stem)}
    aside = [raw for bare, raw in names.items() if wrapped and not _within(bare, raw, stem)]
    losses = [raw for bare, raw in inside.items() if _is_of_loss(bare, tensors[raw])]
    aside += [raw for raw in losses if raw not in aside]
    for raw in aside:
        if tensors[raw].ndim > 1 and tensors[raw].is_floating_point():
            raise ModelError(
                f"{where}: tensor {shown(raw, 120)} lies beside the network, which is under "
                f"{_said(wrapped)}: a head of another class than DNABERT-2's classifier; only "
                "BertForSequenceClassification of its published script can be read"
            )
    kept = {bare: raw for bare, raw in inside.items() if raw not in aside}
    return _with_bert(kept, tensors), tuple(aside)


def _outermost(raw: str, bare: str) -> str:
    """Return what wrappers have put before a name."""
    return raw.removesuffix(bare) if raw.endswith(bare) else ""


def _within(bare: str, raw: str, stem: str) -> bool:
    """Tell whether a tensor lies where the network lies."""
    return bare.startswith(stem) and (bool(stem) or raw != bare)


def _is_of_loss(bare: str, tensor: Tensor) -> bool:
    """Tell whether a tensor weighs the classes of a loss: no answer hangs on it."""
    part = bare.split(".")[0].casefold()
    return tensor.ndim <= 1 and ("loss" in part or "criterion" in part)


def _with_bert(names: Mapping[str, str], tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return tensors under their names, the encoder's with ``bert.`` before them."""
    state = {}
    for bare, raw in names.items():
        full = f"bert.{bare}"
        state[full if bare.startswith(_ENCODER) and full not in names else bare] = tensors[raw]
    return state


def _said(stem: str) -> str:
    return shown(stem.rstrip("."), 60) or "no name"
