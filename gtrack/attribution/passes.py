"""A model's steps, `encode`, `embed` and `forward`, held to what their port promises.

A model may come from another package. What breaks its promise is named, before torch stumbles over
it or, worse, numbers of another shape are spread over all outputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gtrack.core.encodings import Encodings, Explained
from gtrack.core.errors import ModelError
from gtrack.core.ports import SequenceModel

if TYPE_CHECKING:
    from torch import Tensor

_PORT = "(gtrack.core.ports.SequenceModel)"


def encoded(model: SequenceModel, texts: Sequence[str]) -> Encodings:
    """Return sequences as a model reads them.

    Parameters
    ----------
    model : SequenceModel
    texts : sequence of str
        A, C, G, T and N in upper case, on the strand that is read.

    Raises
    ------
    ModelError
        When the model cannot read one, or gives no row for each.
    """
    wanted = f"an Encodings of {len(texts)} rows is wanted {_PORT}"
    try:
        rows = model.encode(texts)
    except ValueError as error:  # of Encoding and Encodings
        raise ModelError(f"encode of kind {model.kind!r}: {error}; {wanted}") from error
    if not isinstance(rows, Encodings):
        raise ModelError(f"encode of kind {model.kind!r} gives {_type(rows)}, and {wanted}")
    if len(rows) != len(texts):
        raise ModelError(f"encode of kind {model.kind!r} gives {len(rows)} rows, and {wanted}")
    return rows


def embedded(model: SequenceModel, batch: Any) -> Tensor:
    """Return an embedded batch, shape (rows, units, channels).

    Raises
    ------
    ModelError
        When a model gives something else.
    """
    found = model.embed(batch)
    _refuse_type(model, "embed", found, wanted := "(rows, units, channels)")
    if found.ndim != 3:
        raise _shape(model, "embed", found, wanted)
    if not found.is_floating_point():
        raise ModelError(
            f"embed of kind {model.kind!r} gives {found.dtype}, and a floating type is wanted: "
            f"relevance is read there {_PORT}"
        )
    return found


def outputs(model: SequenceModel, batch: Any, rows: Tensor) -> Tensor:
    """Return what a model says of an embedded batch, shape (rows, outputs).

    Raises
    ------
    ModelError
        When a model gives something else; where gradients are on, also when it gives none.
    """
    import torch  # noqa: PLC0415  (seconds)

    said, wanted = model.forward(rows, batch), (len(rows), len(model.labels))
    _refuse_type(model, "forward", said, wanted)
    if tuple(said.shape) != wanted:
        raise _shape(model, "forward", said, wanted)
    if said.is_complex():
        raise ModelError(
            f"forward of kind {model.kind!r} gives {said.dtype}, and real numbers are "
            f"wanted {_PORT}"
        )
    if torch.is_grad_enabled() and not said.requires_grad:
        raise ModelError(
            f"forward of kind {model.kind!r} gives outputs without a gradient ({said.dtype}): it "
            "leaves torch, detaches them or rounds them; mend its package, or use --method ism"
        )
    return said


def refuse_shapes(
    model: SequenceModel, explained: Explained, n_rows: int, targets: int, units: int
) -> None:
    """Refuse what is not of as many rows, targets and units as a batch has.

    Parameters
    ----------
    model : SequenceModel
    explained : Explained
    n_rows : int
        Rows of the batch.
    targets : int
        What was explained of every row.
    units : int
        Least units, or bases, of a row; 0 where nothing was explained.

    Raises
    ------
    ModelError
        Naming the shapes.
    """
    said, shape = explained.logits.shape, explained.relevance.shape
    if (
        said != (n_rows, len(model.labels))
        or shape[:-1] != (targets, n_rows)
        or (targets and shape[-1] < units)
    ):
        raise ModelError(
            f"a batch of kind {model.kind!r} gives outputs of shape {said} and relevance of shape "
            f"{shape}; ({n_rows}, {len(model.labels)}) and ({targets}, {n_rows}, {units} or more) "
            "are wanted (gtrack.core.encodings.Explained)"
        )


def _refuse_type(model: SequenceModel, step: str, found: object, wanted: object) -> None:
    import torch  # noqa: PLC0415  (seconds)

    if not isinstance(found, torch.Tensor):
        raise ModelError(
            f"{step} of kind {model.kind!r} gives {_type(found)}, and a tensor of shape {wanted} "
            f"is wanted {_PORT}"
        )


def _shape(model: SequenceModel, step: str, found: Tensor, wanted: object) -> ModelError:
    return ModelError(
        f"{step} of kind {model.kind!r} gives a tensor of shape {tuple(found.shape)}, and {wanted} "
        f"is wanted {_PORT}"
    )


def _type(found: object) -> str:
    return f"something of type {type(found).__name__}"
