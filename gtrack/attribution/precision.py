"""The arithmetic of matrix products and convolutions during an explanation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, get_args

import torch

from gtrack.core.errors import ModelError
from gtrack.core.ports import SequenceModel

Precision = Literal["fp32", "tf32", "bf16"]
"""``fp32``: float32 throughout, or float64 when the model is (cuDNN's default of TF32 in
convolutions is turned off). ``tf32``: a CUDA device may round the operands of products to 10 bits.
``bf16``: products in bfloat16; LayerNorm, residual stream, embedding and the sum of relevance stay
float32, and so does a model that must (the CNN, decision 0015)."""


def check(precision: Precision, model: SequenceModel) -> None:
    """Refuse an arithmetic that the device or the type of the model does not know.

    Raises
    ------
    ModelError
        With the cure.
    """
    parameter = next(model.network.parameters())
    if precision not in get_args(Precision):
        raise ModelError(f"precision {precision!r} is not one of {', '.join(get_args(Precision))}")
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
