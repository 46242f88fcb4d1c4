"""The arithmetic of matrix products and convolutions during an explanation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

from gtrack.core.errors import ModelError
from gtrack.core.ports import SequenceModel
from gtrack.core.precision import PRECISIONS, Precision

if TYPE_CHECKING:
    import torch


def check(precision: Precision, model: SequenceModel) -> None:
    """Refuse an arithmetic that the device or the type of the model does not know.

    Raises
    ------
    ModelError
        With the cure.
    """
    import torch  # noqa: PLC0415  (seconds)

    parameter = any_weight(model)
    if precision not in PRECISIONS:
        raise ModelError(f"precision {precision!r} is not one of {', '.join(PRECISIONS)}")
    if precision == "tf32" and parameter.device.type != "cuda":
        raise ModelError(
            f"precision tf32 needs a CUDA device, not {parameter.device.type}; use fp32"
        )
    if precision != "fp32" and parameter.dtype != torch.float32:
        raise ModelError(f"precision {precision} needs a model in float32, not {parameter.dtype}")


def any_weight(model: SequenceModel) -> torch.Tensor:
    """Return a weight of a model's network, which tells its device and its type.

    A parameter; of a network that has none, as one that scans with fixed matrices, a buffer; of one
    that has neither, a number of torch's own.
    """
    numbers = chain(model.network.parameters(), model.network.buffers())
    found = next((each for each in numbers if each.is_floating_point()), None)
    if found is None:
        import torch  # noqa: PLC0415  (seconds)

        return torch.zeros(())
    return found


def arithmetic(precision: Precision, model: SequenceModel) -> Precision:
    """Return the arithmetic of a model's products: float32 of one that keeps to it."""
    return "fp32" if getattr(model, "keeps_float32", False) else precision


@contextmanager
def products(precision: Precision, model: SequenceModel) -> Iterator[None]:
    """Set how float32 products are computed, forward and backward; put the setting back after."""
    import torch  # noqa: PLC0415  (seconds)

    precision = arithmetic(precision, model)
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


@contextmanager
def repeatable(model: SequenceModel) -> Iterator[None]:
    """Take kernels that give the same bits again, on CUDA; put the setting back after.

    Without that the gradient of attention differs from run to run. For a model that promises to
    have such kernels alone (:class:`gtrack.core.optional_ports.Repeatable`) torch refuses others;
    for one that does not it warns of them, and attention stays as it is.
    """
    device = any_weight(model).device
    if device.type != "cuda":
        yield
        return
    import torch  # noqa: PLC0415  (seconds)

    before = torch.get_deterministic_debug_mode()
    filled = torch.utils.deterministic.fill_uninitialized_memory  # type: ignore[attr-defined]
    try:
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
        # Not use_deterministic_algorithms(), which loads torch's compiler first.
        torch.set_deterministic_debug_mode("error")
        if not (getattr(model, "repeatable", False) and _products_repeat(device)):
            torch.set_deterministic_debug_mode("warn")
        yield
    finally:
        torch.utils.deterministic.fill_uninitialized_memory = filled  # type: ignore[attr-defined]
        torch.set_deterministic_debug_mode(before)


def autocast(precision: Precision, model: SequenceModel) -> torch.autocast:
    """Return the context of a forward pass; the backward pass follows its types by itself."""
    import torch  # noqa: PLC0415  (seconds)

    device = any_weight(model).device.type
    rounded = arithmetic(precision, model) == "bf16"
    return torch.autocast(device, dtype=torch.bfloat16, enabled=rounded)


def _products_repeat(device: torch.device) -> bool:
    """Tell whether torch knows that products on this CUDA device have the same bits each time.

    It does not where another program of this process made products before gtrack was imported.
    """
    import torch  # noqa: PLC0415  (seconds)

    one = torch.ones(1, 1, device=device)
    try:
        torch.mm(one, one)
    except RuntimeError as error:
        if "CUBLAS_WORKSPACE_CONFIG" not in str(error):
            raise
        return False
    return True
