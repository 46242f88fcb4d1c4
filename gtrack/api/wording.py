"""Errors in the words of Python: messages name options, callers have arguments."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from gtrack.core.errors import GtrackError

P = ParamSpec("P")
R = TypeVar("R")

_BY_NAME = ("model", "annotation", "track", "target", "outputs", "window", "stride")
_FLAGS = ("null", "resume", "overwrite", "loci")
_CALLED = {
    "model": "models",
    "annotation": "annotations",
    "ensemble": "ensembles",
    "track": "tracks",
    "batch-tokens": "batch_units",
    "null-bases": "null",
    "out": "out=",
}
_OPTION = re.compile(
    r"(?P<command>gtrack [a-z]+(?: --[a-z-]+(?: [A-Z]+| \d+)?)+)"
    rf"|--(?P<many>{'|'.join(_BY_NAME)}) (?P<name>[\w.-]+)=(?P<value>[^\s,;:]+)"
    r"|--(?P<option>[a-z][a-z-]*)"
)


def in_python(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function raise its errors in the words of Python."""

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except GtrackError as error:
            error.args = (worded(str(error)),)
            raise

    return call


def worded(message: str) -> str:
    """Return a message with arguments for options; commands of the shell stay as they are.

    Examples
    --------
    >>> worded("use --resume to go on, or --window cnn=BP; see gtrack scan --help")
    "use resume=True to go on, or window={'cnn': BP}; see gtrack scan --help"
    >>> worded("--device tpu: use auto or cpu; smaller --batch-tokens")
    'device tpu: use auto or cpu; smaller batch_units'
    """
    return _OPTION.sub(_argument, message)


def _argument(found: re.Match[str]) -> str:
    if found["command"]:
        return found["command"]
    if found["many"]:
        value = found["value"]
        said = value if value.isdigit() or value.isupper() or value == "..." else repr(value)
        return f"{_CALLED.get(found['many'], found['many'])}={{{found['name']!r}: {said}}}"
    name = found["option"]
    if name in _FLAGS:
        return f"{name}=True"
    return _CALLED.get(name, name.replace("-", "_"))
