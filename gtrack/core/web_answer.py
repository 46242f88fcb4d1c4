"""What a web server answered, as far as a reader of a hub must know it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")


@dataclass(frozen=True, slots=True)
class Hop:
    """One answer on the way: the `address` that was asked, and its `headers` by small names."""

    address: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """The last answer to a question, and the way to it.

    Parameters
    ----------
    status : int
        Its number; 0 where none came.
    hops : tuple of Hop
        The answers in their order: redirects, and the last one.
    body : bytes
        What came of it, up to the limit of the question.
    whole : bool
        Whether that is all.
    failure : str
        Why none came, or why the way had no end.
    """

    status: int = 0
    hops: tuple[Hop, ...] = ()
    body: bytes = b""
    whole: bool = False
    failure: str = ""

    def header(self, name: str) -> str:
        """Return a header of the last answer; empty where it has none."""
        return self.hops[-1].headers.get(name, "") if self.hops else ""

    @property
    def packed(self) -> str:
        """How the answer is packed on its way, as ``gzip``; empty where it comes as it is."""
        coding = self.header("content-encoding").strip().lower()
        return "" if coding == "identity" else coding

    @property
    def length(self) -> int | None:
        """The bytes that it says it has; None where it does not."""
        text = self.header("content-length")
        return int(text) if re.fullmatch(r"\d{1,18}", text) else None

    @property
    def stretch(self) -> tuple[int, int, int | None] | None:
        """First and last byte of the part that came, and the bytes of the whole file."""
        found = _RANGE.fullmatch(self.header("content-range").strip())
        if found is None:
            return None
        return int(found[1]), int(found[2]), None if found[3] == "*" else int(found[3])


@dataclass(frozen=True, slots=True)
class Asked:
    """The answers of one file of a hub.

    Parameters
    ----------
    file : str
        What it is called in messages.
    whole : Answer
        To a request for all of a text; of a data file to HEAD.
    first, last : Answer or None
        To a request for its first and its last bytes; of data files.
    preflight : Answer or None
        To the question that a browser may ask before; of data files.
    size : int or None
        Its bytes in the hub's own list.
    sha256 : str or None
        The same of its digest.
    """

    file: str
    whole: Answer
    first: Answer | None = None
    last: Answer | None = None
    preflight: Answer | None = field(default=None)
    size: int | None = None
    sha256: str | None = None


def bare(address: str) -> str:
    """Return an address without what may be secret: a user's name, a password, a signature.

    Examples
    --------
    >>> bare("https://me:pass@h.org:8080/a/b?token=x#y")
    'https://h.org:8080/a/b'
    """
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
