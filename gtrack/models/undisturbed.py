"""What the program around has set torch to, put aside while gtrack computes in its threads."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import RLock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from torch import nn

_turns: WeakKeyDictionary[nn.Module, RLock] = WeakKeyDictionary()
_one_lock_each = RLock()


@contextmanager
def undisturbed() -> Iterator[None]:
    """Compute as a fresh process does, whatever a notebook has said before; put it back after.

    Put aside are inference mode, autocast, a default device, and the precision of float32 products:
    some of them would change relevance in silence, others end in an error of torch. Without torch
    there is nothing to put aside, and it is not loaded.
    """
    if "torch" not in sys.modules:
        yield
        return
    import torch  # noqa: PLC0415  (it is there)

    with ExitStack() as stack:
        if torch.is_inference_mode_enabled():
            stack.enter_context(torch.inference_mode(False))
        if torch.get_default_device().type != "cpu":
            stack.enter_context(torch.device("cpu"))
        for device in ("cpu", "cuda"):
            if torch.is_autocast_enabled(device):
                stack.enter_context(torch.autocast(device, enabled=False))
        precision = torch.get_float32_matmul_precision()
        if precision != "highest":  # each pass sets its own, and threads would do so side by side
            torch.set_float32_matmul_precision("highest")
            stack.callback(torch.set_float32_matmul_precision, precision)
        yield


@contextmanager
def in_turn(network: nn.Module) -> Iterator[None]:
    """Have a network for oneself: the rules that one thread puts on it are not for another."""
    with _one_lock_each:
        turn = _turns.setdefault(network, RLock())
    with turn:
        yield
