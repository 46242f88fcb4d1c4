"""The ninth column of GTF and GFF3: attributes by their keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Protocol


class Attributes(Protocol):
    """Value of each key, of a key that stands there twice the first."""

    def get(self, key: bytes, default: bytes, /) -> bytes:
        """Return the value of a key."""


_SYMBOLS = (b"gene_name", b"gene", b"gene_symbol", b"ref_gene_name", b"locus")
"""Keys of a gene's name: Ensembl's, NCBI's, FlyBase's, StringTie's and WormBase's."""

_TOKEN = re.compile(rb'\s*(?:(?P<word>[^\s;"]+)|(?P<quote>")|;|(?P<end>\Z))')
_FOLLOWED = rb'\s*(?:;|\Z)|\s+(?:[A-Za-z_][\w.]*\s+"|[A-Za-z]+_[A-Za-z]+\s+[0-9])'
_CLOSING = re.compile(rb'(?<!\\)(?:\\\\)*"(?=%b)' % _FOLLOWED)
_BARE = re.compile(rb'\s*([^\s;="]+)\s*;?\s*')


class GtfAttributes:
    r"""``KEY "VALUE"; KEY VALUE; ...``; what stands within quotes is no key.

    A quotation mark within a value is written ``\"``; one that nobody marked so ends the value only
    where a semicolon, the end, or another key and value follow. A semicolon may be missing. A value
    without quotes is one word.

    Parameters
    ----------
    text : bytes
        The ninth column.

    Examples
    --------
    >>> given = GtfAttributes(b'gene_id "G1"; note "of gene_id 2; \\"old\\""; exon_number 1;')
    >>> given.get(b"gene_id"), given.get(b"note"), given.get(b"exon_number"), given.get(b"old")
    (b'G1', b'of gene_id 2; "old"', b'1', b'')
    """

    def __init__(self, text: bytes) -> None:
        self._text = text
        # few lines need all of it to be read, which takes three times as long
        self._all = _scanned(text) if b'\\"' in text or text.count(b'"') % 2 else None

    def get(self, key: bytes, default: bytes = b"", /) -> bytes:
        """Return the value of a key."""
        if self._all is not None:
            return self._all.get(key, default)
        text, at, quotes = self._text, 0, 0
        search = _search(key)
        while found := search(text, at):
            start = found.start()
            quotes += text.count(b'"', at, start)
            if not quotes % 2:
                return found[1] or found[2] or b""
            at, quotes = start + 1, quotes + (text[start] == 34)
        return default


@cache
def _search(key: bytes) -> Callable[[bytes, int], re.Match[bytes] | None]:
    return re.compile(rb'(?<![^;\s"])%b\s+(?:"([^"]*)"|([^";\s]+))' % re.escape(key)).search


def _scanned(text: bytes) -> dict[bytes, bytes]:
    """Read attributes token by token: words, and then a quoted value, a semicolon or the end."""
    found: dict[bytes, bytes] = {}
    words: list[tuple[int, int]] = []
    at, closing = 0, True
    while token := _TOKEN.match(text, at):
        at = token.end()
        if token["word"]:
            words.append(token.span("word"))
            continue
        quoted = bool(token["quote"]) and bool(words)
        key = words.pop() if quoted else (0, 0)
        if words:
            value = text[slice(*words[1])] if words[1:] else b""
            found.setdefault(text[slice(*words[0])], value)
            words = []
        if token["quote"]:
            mark = _CLOSING.search(text, at) if closing else None
            closing = mark is not None  # where one is not closed, none behind it is
            end = mark.end() - 1 if mark else text.find(b'"', at) % (len(text) + 1)
            if quoted:
                found.setdefault(text[slice(*key)], text[at:end].replace(b'\\"', b'"'))
            at = end + 1
        if token["end"] is not None:
            break
    return found


def gff3_attributes(text: bytes) -> dict[bytes, bytes]:
    """Read ``KEY=VALUE;KEY=VALUE``; escapes stay, so that lists can be taken apart first.

    Examples
    --------
    >>> gff3_attributes(b"ID=a; Parent = b,c%2Cd ;Name=x=y;flag")
    {b'ID': b'a', b'Parent': b'b,c%2Cd', b'Name': b'x=y'}
    """
    found: dict[bytes, bytes] = {}
    for part in text.split(b";"):
        key, equals, value = part.partition(b"=")
        if equals:
            found.setdefault(key.strip(), value.strip())
    return found


def is_gtf(text: bytes) -> bool:
    """Tell whether attributes of a GFF3 are those of a GTF: a quotation mark before any ``=``."""
    quote, equals = text.find(b'"'), text.find(b"=")
    return quote >= 0 and (equals < 0 or quote < equals)


def bare_id(text: bytes) -> bytes:
    """Return the one word that stands for all attributes, as BRAKER and AUGUSTUS write; or none."""
    found = _BARE.fullmatch(text)
    return found[1] if found and found[1] != b"." else b""


def symbol(given: Attributes) -> bytes:
    """Return the name of a gene, or of that of a transcript; empty where it is not said."""
    for key in _SYMBOLS:
        if value := given.get(key, b""):
            return value
    return b""
