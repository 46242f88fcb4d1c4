"""The head of a bigWig or bigBed of any origin, read byte by byte.

pyBigWig follows offsets without a check and ends the process on some broken files; what lies in a
user's folder is looked at here, where a broken file is an error like any other. Layout: Kent et al.
2010, supplement, tables 5 to 17.
"""

from __future__ import annotations

import math
import os
import re
import struct
from pathlib import Path
from typing import Any, BinaryIO

from gtrack.core.big_file import BigFile
from gtrack.core.errors import InputError
from gtrack.core.printable import not_utf8, pasted, shown
from gtrack.io.text import reading

_BIG_WIG, _BIG_BED = 0x888FFC26, 0x8789F2EB
_TREE, _INDEX = 0x78CA8C91, 0x2468ACE0
_SMALLEST_NODE = 28  # bytes: a head and one entry
_LONGEST = 1 << 16  # bytes of a description
_ENDS_WITH_MAGIC = 4  # the version from which on the magic word is repeated at the end
_MOST_LEVELS = 64  # of zoom: each is four times as wide as the one before
_HEAD = 400
_WIGGLE = re.compile(
    rb"(#.*\n)*(fixedStep|variableStep|track type=(wig|bedGraph)|"
    rb"\S+[\t ]+\d+[\t ]+\d+[\t ]+[-+]?[\d.]+)"
)
_FIELD = re.compile(r'([A-Za-z_]\w*)\s*;\s*"')


class _BrokenError(Exception):
    """What is wrong with a file."""


def check_big_name(path: Path) -> None:
    """Refuse a name that pyBigWig cannot open: it takes names in UTF-8 only.

    Raises
    ------
    InputError
        Naming the path.
    """
    if wrong := not_utf8(path):
        raise InputError(f"{shown(path)}: {wrong}")


def check_big_file(path: Path) -> None:
    """Refuse a file whose offsets and counts lead out of it, before another library follows them.

    Raises
    ------
    InputError
        When the file is missing, no bigWig and no bigBed, cut or broken, or its name is not UTF-8.
    """
    check_big_name(path)
    with reading(path), path.open("rb") as file:
        try:
            data = _Bytes(file)
            levels, tree_at, index_at = _frame(data)
            _chromosomes(data, tree_at)
            for at in (index_at, *levels):
                _check_index(data, at)
        except _BrokenError as error:
            raise _refused(path, error) from error


def big_file(path: Path) -> BigFile:
    """Read what a bigWig or bigBed says of itself.

    Raises
    ------
    InputError
        When the file is missing, no such file, cut or broken, or its name is not UTF-8.
    """
    check_big_name(path)
    with reading(path), path.open("rb") as file:
        try:
            return _head(_Bytes(file))
        except _BrokenError as error:
            raise _refused(path, error) from error


def _refused(path: Path, problem: _BrokenError) -> InputError:
    """Return the refusal of a file: what it is, where its first bytes tell, and the cure."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    cure = "get it again, or make it again"
    if head.startswith(b"\x1f\x8b"):
        cure = f"it is packed: gunzip -c {pasted(path)} > {pasted(path.with_suffix(''))}"
    elif _WIGGLE.match(head):
        new = path.with_suffix(".bw" if path.suffix != ".bw" else ".new.bw")
        cure = (
            "it is text, a wig or bedGraph: wigToBigWig (of UCSC) makes a bigWig of it: "
            f"wigToBigWig {pasted(path)} CHROM.SIZES {pasted(new)}"
        )
    return InputError(f"{shown(path)}: {problem}; {cure}")


class _Bytes:
    """Numbers and text at offsets of a file, in its byte order."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.size = file, os.fstat(file.fileno()).st_size
        self.order = "<"
        if self.numbers(0, "I")[0] not in (_BIG_WIG, _BIG_BED):
            self.order = ">"

    def at(self, offset: int, size: int) -> bytes:
        if offset + size > self.size:
            raise _BrokenError("is cut, or no bigWig or bigBed")
        self._file.seek(offset)
        return self._file.read(size)

    def numbers(self, offset: int, form: str) -> tuple[Any, ...]:
        unpack = struct.Struct(self.order + form)
        return unpack.unpack(self.at(offset, unpack.size))


def _frame(data: _Bytes) -> tuple[list[int], int, int]:
    """Return the offsets of the indexes of all levels, of the chromosomes and of the index."""
    if data.numbers(0, "I")[0] not in (_BIG_WIG, _BIG_BED):
        raise _BrokenError("is no bigWig and no bigBed")
    magic, version, levels, tree_at, _, index_at = data.numbers(0, "IHHQQQ")
    if levels > _MOST_LEVELS:
        raise _BrokenError("is broken: too many levels of zoom")
    if version >= _ENDS_WITH_MAGIC and data.numbers(data.size - 4, "I")[0] != magic:
        raise _BrokenError("is cut: its last bytes are missing")
    zooms = [data.numbers(64 + 24 * level, "IIQQ")[3] for level in range(levels)]
    for at in (index_at, *zooms):
        if data.numbers(at, "I")[0] != _INDEX or data.numbers(at + 32, "Q")[0] > data.size:
            raise _BrokenError("is cut or broken: data or their index are not there")
    return zooms, tree_at, index_at


def _check_index(data: _Bytes, at: int) -> None:
    """Walk an index: every node lies in the file, stands once, and lists blocks of the file."""
    broken = _BrokenError("is broken: its index leads out of the file")
    nodes, seen = [at + 48], set[int]()
    while nodes:
        node = nodes.pop()
        if node in seen or len(nodes) > data.size // _SMALLEST_NODE:
            raise broken
        seen.add(node)
        leaf, _, entries = data.numbers(node, "BBH")
        form = data.order + ("IIIIQQ" if leaf else "IIIIQ")
        width = struct.calcsize(form)
        for *_, offset, last in struct.iter_unpack(form, data.at(node + 4, entries * width)):
            if leaf and offset + last > data.size:
                raise broken
            if not leaf:
                nodes.append(last)


def _head(data: _Bytes) -> BigFile:
    _, tree_at, _ = _frame(data)
    magic = data.numbers(0, "I")[0]
    fields, defined, described_at, summary_at = data.numbers(32, "HHQQ")
    sizes = _chromosomes(data, tree_at)
    if magic == _BIG_WIG:
        covered, low, high = data.numbers(summary_at, "Qdd") if summary_at else (0, 0.0, 0.0)
        largest = max(abs(low), abs(high)) if covered else 0.0
        if not math.isfinite(largest):
            raise _BrokenError("holds values that are not finite")
        low, high = (low, high) if covered else (0.0, 0.0)
        return BigFile("bigWig", sizes, largest=largest, low=low, high=high)
    names: tuple[str, ...] = ()
    if described_at:
        text = data.at(described_at, min(_LONGEST, max(0, data.size - described_at)))
        names = tuple(_FIELD.findall(text.partition(b"\0")[0].decode(errors="replace")))
    return BigFile("bigBed", sizes, fields=fields, defined=defined, names=names)


def _chromosomes(data: _Bytes, at: int) -> dict[str, int]:
    """Walk the tree of chromosomes; every node once, however a broken file links them."""
    magic, _, key_size, value_size, count, _ = data.numbers(at, "IIIIQQ")
    sizes: dict[str, int] = {}
    ids: list[int] = []
    nodes, seen = [at + 32], set[int]()
    while nodes and magic == _TREE and value_size == 8 and len(nodes) + len(ids) <= count:
        at = nodes.pop()
        is_leaf, _, entries = data.numbers(at, "BBH")
        seen.add(at)
        children = []
        for entry in range(at + 4, at + 4 + entries * (key_size + 8), key_size + 8):
            if is_leaf:
                name = data.at(entry, key_size).rstrip(b"\0").decode(errors="replace")
                number, sizes[name] = data.numbers(entry + key_size, "II")
                ids.append(number)
            else:
                children.append(data.numbers(entry + key_size, "Q")[0])
        nodes += [child for child in reversed(children) if child not in seen]
    if len(sizes) != count or sorted(ids) != list(range(count)):
        raise _BrokenError("is broken: its chromosomes cannot be read")
    return sizes
