"""Borrow a network, put rules on its modules, and give it back as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from torch import nn

from gtrack.core.errors import ModelError

Forward = Callable[..., Any]
Rule = Callable[[nn.Module], Forward]
"""Takes a module, returns what its ``forward`` is while the rule is on: the same values, with a
backward pass that carries relevance / value in place of the gradient."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Which rule goes to which kind of module.

    Parameters
    ----------
    ruled : mapping of module class to Rule
        Modules of exactly this class, whatever they hold, are explained by this rule.
    plain : frozenset of module classes
        Modules whose own gradient is their rule (linear maps), and containers. Rules see modules
        alone: one whose ``forward`` calls functions that are not linear (softmax, a product of two
        activations, ``F.gelu``) is never plain; it is ruled whole.
    used : tuple of str
        Names of the method's parameters that decided these rules.
    double : bool
        True for rules that need float64 whatever type the model has and whatever precision was
        asked for: those that divide by numbers near 0.
    """

    ruled: Mapping[type[nn.Module], Rule]
    plain: frozenset[type[nn.Module]]
    used: tuple[str, ...] = ()
    double: bool = False


@contextmanager
def borrowed(network: nn.Module) -> Iterator[None]:
    """Hold a network in eval mode, frozen and not compiled; restore all that on leaving."""
    with _not_compiled(network):
        training = [(module, module.training) for module in network.modules()]
        frozen = [(parameter, parameter.requires_grad) for parameter in network.parameters()]
        try:
            network.eval()
            for parameter, _ in frozen:
                parameter.requires_grad_(False)
            yield
        finally:
            for module, mode in training:
                module.training = mode
            for parameter, wanted in frozen:
                parameter.requires_grad_(wanted)


@contextmanager
def _not_compiled(network: nn.Module) -> Iterator[None]:
    """Hold a network as it was before ``torch.compile``, which rounds otherwise and sees no rules.

    ``network.compile()`` leaves modules what they are, ``torch.compile(module)`` wraps them.
    """
    modules = list(network.modules())
    calls = [(m, m._compiled_call_impl) for m in modules if m._compiled_call_impl is not None]
    wrapped: list[tuple[nn.Module, str, Any]] = [
        (module, name, child)
        for module in modules
        if not hasattr(module, "_orig_mod")
        for name, child in module._modules.items()
        if hasattr(child, "_orig_mod")
    ]
    try:
        for module, name, child in wrapped:
            module._modules[name] = child._orig_mod
        for module, _ in calls:
            module._compiled_call_impl = None
        yield
    finally:
        for module, call in calls:
            module._compiled_call_impl = call
        for module, name, child in wrapped:
            module._modules[name] = child


@contextmanager
def in_float64(network: nn.Module) -> Iterator[None]:
    """Hold weights and buffers of a network in float64; put the very tensors back on leaving."""
    weights = [(parameter, parameter.data) for parameter in network.parameters()]
    buffers = [
        (module, name, buffer)
        for module in network.modules()
        for name, buffer in module._buffers.items()
        if buffer is not None and buffer.is_floating_point()
    ]
    try:
        for parameter, data in weights:
            parameter.data = data.double()
        for module, name, buffer in buffers:
            module._buffers[name] = buffer.double()
        yield
    finally:
        for parameter, data in weights:
            parameter.data = data
        for module, name, buffer in buffers:
            module._buffers[name] = buffer


@contextmanager
def applied(network: nn.Module, rules: Rules) -> Iterator[None]:
    """Put rules on a borrowed network; remove them on leaving, also by an error.

    Rules are set on module instances. No class, and no function of torch, is touched.

    Parameters
    ----------
    network : torch.nn.Module
        The network to explain.
    rules : Rules
        What goes where.

    Raises
    ------
    ModelError
        When a module is of a kind that `rules` does not know, so that nothing is ever explained
        wrongly in silence; or when a module has a rule, or another replaced ``forward``, already.
    """
    done: list[nn.Module] = []
    with borrowed(network):
        chosen = list(_assign(network, "", rules))
        for name, module, _ in chosen:
            if "forward" in vars(module):
                raise ModelError(
                    f"module {name!r} already has a forward of its own (rules within rules, or a "
                    "hook of another library); leave the first explanation before the next"
                )
        try:
            for _, module, rule in chosen:
                module.forward = rule(module)
                done.append(module)
            yield
        finally:
            for module in done:
                del module.forward


def _assign(module: nn.Module, name: str, rules: Rules) -> Iterator[tuple[str, nn.Module, Rule]]:
    """Yield each module to be ruled; what lies inside a ruled module is the rule's business."""
    kind = type(module)
    if kind in rules.ruled:
        yield name, module, rules.ruled[kind]
        return
    if kind not in rules.plain:
        raise ModelError(
            f"module {name!r} is a {kind.__module__}.{kind.__qualname__}, for which there is no "
            "relevance rule; use --method gradient, or name it in the rules of the model's kind"
        )
    for child_name, child in module.named_children():
        yield from _assign(child, f"{name}.{child_name}" if name else child_name, rules)
