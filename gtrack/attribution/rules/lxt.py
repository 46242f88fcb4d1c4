"""The one door to lxt (Achtibat et al. 2024): its rule functions, and nothing else of it.

``lxt.efficient`` cannot be imported beside transformers 5 or without torchvision, and its
``monkey_patch`` changes classes for the whole process. Its ``rules.py`` needs torch alone, so that
file is loaded by itself (:mod:`gtrack.attribution.rules.lxt_file` finds it). Its identity rule
divides by ``x + 1e-10``, which is wrong near ``x = -1e-10``: gtrack has that rule in closed form
(:mod:`gtrack.attribution.rules.dnabert2`).
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import cast

from torch import Tensor

from gtrack.attribution.rules.lxt_file import lxt_file
from gtrack.core.errors import ModelError


def load_rules(path: Path) -> ModuleType:
    """Load lxt's file of rules by itself.

    Raises
    ------
    ModelError
        When the file is missing or lacks a rule: another lxt than gtrack knows.
    """
    spec = spec_from_file_location("gtrack_lxt_rules", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ModelError(f"{path}: not there; reinstall lxt (2.1 is known to work)")
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ModelError(f"{path}: does not load ({error}); reinstall lxt 2.1") from error
    for name in ("stop_gradient", "divide_gradient"):
        if not callable(getattr(module, name, None)):
            raise ModelError(f"{path}: has no {name}(); install lxt 2.1, which has")
    return module


_RULES = load_rules(lxt_file()[0])

stop_gradient = cast("Callable[[Tensor], Tensor]", _RULES.stop_gradient)
"""``stop_gradient(x)``: x, without relevance."""

divide_gradient = cast("Callable[[Tensor, float], Tensor]", _RULES.divide_gradient)
"""``divide_gradient(x, n)``: x, with 1/n of the relevance (the uniform rule, AttnLRP eq. 7)."""
