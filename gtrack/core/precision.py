"""The arithmetic of an explanation, by name."""

from __future__ import annotations

from typing import Literal, get_args

Precision = Literal["fp32", "tf32", "bf16"]
"""``fp32``: float32 throughout, or float64 when the model is (cuDNN's default of TF32 in
convolutions is turned off). ``tf32``: a CUDA device may round the operands of products to 10 bits.
``bf16``: products in bfloat16; LayerNorm, residual stream, embedding and the sum of relevance stay
float32, and so does a model that must (the CNN, decision 0015)."""

PRECISIONS: tuple[Precision, ...] = get_args(Precision)
