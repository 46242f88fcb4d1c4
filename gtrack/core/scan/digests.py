"""Digests of values by their canonical JSON: the same for equal values, whatever made them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

_AT_ONCE = 1 << 12  # items whose text is in memory


def digest_of(value: Any) -> str:
    """Return the sha256 of a value's canonical JSON."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def digest_of_items(items: Iterable[Any]) -> str:
    """Return :func:`digest_of` a list, of which few items are in memory at once.

    Examples
    --------
    >>> digest_of_items(iter([1, "a"])) == digest_of([1, "a"])
    True
    """

    def parts() -> Iterator[str]:
        rest, mark = iter(items), ""
        yield "["
        while part := list(islice(rest, _AT_ONCE)):
            yield mark + canonical(part)[1:-1]
            mark = ","
        yield "]"

    return digest_of_parts(parts())


def digest_of_parts(parts: Iterable[str]) -> str:
    """Return the sha256 of a text that comes in parts."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode())
    return digest.hexdigest()


def canonical(value: Any) -> str:
    """Return the one JSON text of a value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
