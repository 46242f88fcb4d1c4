"""What the program around has set torch to, put aside while gtrack computes in its threads."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from operator import attrgetter
from threading import RLock
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from torch import nn

_PARTS = (
    *("backends", "backends.cudnn", "backends.cudnn.conv", "backends.cudnn.rnn"),
    *("backends.cuda.matmul", "backends.mkldnn.matmul", "backends.mkldnn.conv"),
    "backends.mkldnn.rnn",
)
"""Where torch keeps the precision of products, the whole before its parts."""

Value = TypeVar("Value")

_turns: WeakKeyDictionary[nn.Module, RLock] = WeakKeyDictionary()
_alone = RLock()
_inside: list[ExitStack] = []
"""One for each thread that computes; the first has put aside what is the whole process's."""


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
        stack.enter_context(_together())
        yield


@contextmanager
def _together() -> Iterator[None]:
    """Put the precision of products aside while any thread computes: the last puts it back."""
    with _alone:
        _inside.append(ExitStack())
        if len(_inside) == 1:
            _inside[0].enter_context(_own_precision())
    try:
        yield
    finally:
        with _alone:
            last = _inside.pop()
            if not _inside:
                last.close()


@contextmanager
def _own_precision() -> Iterator[None]:
    """Set products of float32 as in a fresh process; each pass then sets those it wants.

    Since torch 2.9 there are two ways to say it. After the new one the old one, which passes use,
    can be set and not asked. A part that has its precision from the whole is left to have it so.
    """
    import torch  # noqa: PLC0415  (it is there)

    parts = _PARTS if hasattr(torch.backends, "fp32_precision") else ()
    settings = [attrgetter(name)(torch) for name in parts]
    before = [setting.fp32_precision for setting in settings]
    products = _asked(torch.get_float32_matmul_precision, "highest")
    convolutions = _asked(lambda: torch.backends.cudnn.allow_tf32, True)
    try:
        for setting in settings:
            setting.fp32_precision = "none"
        torch.set_float32_matmul_precision("highest")
        torch.backends.cudnn.allow_tf32 = True
        yield
    finally:
        torch.set_float32_matmul_precision(products)
        torch.backends.cudnn.allow_tf32 = convolutions
        for setting, precision in zip(settings, before, strict=True):
            setting.fp32_precision = "none"
            if setting.fp32_precision != precision:
                setting.fp32_precision = precision


def _fresh() -> None:
    """Forget the threads of the process that this one is a fork of: here they are not."""
    global _alone
    _alone = RLock()
    _turns.clear()
    _inside.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_fresh)


def _asked(setting: Callable[[], Value], otherwise: Value) -> Value:
    try:
        return setting()
    except RuntimeError:  # said in the new way
        return otherwise


@contextmanager
def in_turn(network: nn.Module) -> Iterator[None]:
    """Have a network for oneself: the rules that one thread puts on it are not for another."""
    with _alone:
        turn = _turns.setdefault(network, RLock())
    with turn:
        yield
