"""Parameters of a method: the names and values it knows, and the refusal of all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gtrack.core.errors import InputError


def complete(
    method: str, given: Mapping[str, str], allowed: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Return every parameter of a method: the values given, and the defaults of the others.

    Parameters
    ----------
    method : str
        Name of the method, for the message.
    given : mapping of str to str
        Parameters by name, as a user wrote them.
    allowed : mapping of str to sequence of str
        The values that each parameter can have; the first is its default.

    Returns
    -------
    dict of str to str
        One value per parameter, in the order of `allowed`.

    Raises
    ------
    InputError
        When the method has no such parameter, or the parameter no such value.
    """
    for name, value in given.items():
        if name not in allowed:
            known = f"its parameters: {', '.join(allowed)}" if allowed else "it has none"
            raise InputError(f"--method {method} has no parameter {name!r}; {known}")
        if value not in allowed[name]:
            values = " or ".join(allowed[name])
            raise InputError(f"--method {method}: {name} is {value!r}; it can be {values}")
    return {name: given.get(name, values[0]) for name, values in allowed.items()}
