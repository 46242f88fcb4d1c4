"""The arithmetic of matrix products and convolutions during an explanation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from gtrack.core.errors import ModelError
from gtrack.core.ports import SequenceModel
from gtrack.core.precision import PRECISIONS, Precision


def check(precision: Precision, model: SequenceModel) -> None:
    """Refuse an arithmetic that the device or the type of the model does not know.

    Raises
    ------
    ModelError
        With the cure.
    """
    parameter = next(model.network.parameters())
    if precision not in PRECISIONS:
        raise ModelError(f"precision {precision!r} is not one of {', '.join(PRECISIONS)}")
    if precision == "tf32" and parameter.device.type != "cuda":
        raise ModelError(
            f"precision tf32 needs a CUDA device, not {parameter.device.type}; use fp32"
        )
    if precision != "fp32" and parameter.dtype != torch.float32:
        raise ModelError(f"precision {precision} needs a model in float32, not {parameter.dtype}")


@contextmanager
def products(precision: Precision) -> Iterator[None]:
    """Set how float32 products are computed, forward and backward; put the setting back after."""
    matmul = torch.get_float32_matmul_precision()
    convolution = torch.backends.cudnn.allow_tf32
    wanted = "high" if precision == "tf32" else "highest"
    try:
        if matmul != wanted:
            torch.set_float32_matmul_precision(wanted)
        torch.backends.cudnn.allow_tf32 = precision == "tf32"
        yield
    finally:
        if matmul != wanted:
            torch.set_float32_matmul_precision(matmul)
        torch.backends.cudnn.allow_tf32 = convolution


def autocast(precision: Precision, model: SequenceModel) -> torch.autocast:
    """Return the context of a forward pass; the backward pass follows its types by itself."""
    device = next(model.network.parameters()).device.type
    return torch.autocast(device, dtype=torch.bfloat16, enabled=precision == "bf16")
