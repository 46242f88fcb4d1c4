"""The method of attribution that a name stands for."""

from __future__ import annotations

from gtrack.attribution import GROUP, METHODS
from gtrack.core.catalogue import load
from gtrack.core.errors import InputError, ModelError
from gtrack.core.ports import Attributor, lacking
from gtrack.core.scan.plan import ScanOptions


def method_class(name: str) -> type[Attributor]:
    """Return the class of a method by its name.

    Raises
    ------
    InputError
        When no method has the name.
    ModelError
        When its class is not what it should be.
    """
    try:
        method: type[Attributor] = load(METHODS, name, GROUP)
    except InputError as error:
        raise InputError(f"--method {name}: {error}") from error
    if missing := lacking(method, Attributor):
        raise ModelError(
            f"--method {name}: its class lacks {', '.join(missing)}; repair its package"
        )
    return method


def make_method(options: ScanOptions) -> Attributor:
    """Return the attribution method that the options name."""
    return method_class(options.method)(options.parameters, options.precision)
