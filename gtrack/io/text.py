"""Plumbing shared by the text formats: checked byte streams and numbered lines.

Plain, gzip and bgzip files read the same, pipes included. What other readers let pass is refused
here: a compressed file that stops early, a BGZF file without its EOF block, a line without end.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Literal

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.core.small_file import whole
from gtrack.io.foreign import binary_kind, missing
from gtrack.io.line_blocks import blocks_of_lines
from gtrack.io.shell import filtered

LINE_LIMIT = 1 << 20
"""Longest line, in bytes, that a reader takes into memory (1 MiB)."""

EMPTY_LIMIT = 200_000
"""Lines that say nothing, one after another: half a gigabyte of them packs into two megabytes."""

BGZF_EOF = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
"""The empty block that ends every BGZF file (SAM specification, section 4.1.2)."""

Compression = Literal["plain", "gzip", "bgzf"]

_GZIP = b"\x1f\x8b"
_EXTRA = 4  # the FLG bit of RFC 1952 that announces an extra field
_CHUNK = 1 << 16
_WHOLE = 1 << 26  # bytes
_FOREIGN = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
}

_WORKBOOK = ", or, if it is a workbook (.xlsx), save it as text with tabs"


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn the operating system's refusals while reading `path` into an `InputError`."""
    try:
        yield
    except FileNotFoundError as error:
        raise InputError(f"{shown(path)}: {missing(path)}") from error
    except IsADirectoryError as error:
        raise InputError(f"{shown(path)}: is a folder; give the file inside it") from error
    except OSError as error:
        raise InputError(f"{shown(path)}: cannot be read: {error.strerror or error}") from error


def compression(path: Path) -> Compression:
    """Tell from its first bytes, not from its name, how `path` is compressed.

    Raises
    ------
    InputError
        When the file cannot be opened, or is compressed in a way that gtrack does not read.
    """
    with reading(path), path.open("rb") as file:
        return _compression(file.read(_CHUNK), path)


def _compression(head: bytes, path: Path) -> Compression:
    for magic, name in _FOREIGN.items():
        if head.startswith(magic):
            raise InputError(
                f"{shown(path)}: compressed with {name}; gtrack reads plain, gzip and bgzip files: "
                f"unpack it first{_WORKBOOK if name == 'zip' else ''}"
            )
    if not head.startswith(_GZIP):
        return "plain"
    return "bgzf" if block_size(head) else "gzip"


def block_size(head: bytes) -> int:
    """Bytes of the BGZF block that starts with `head`; 0 when that is no BGZF header."""
    if len(head) < 12 or not head.startswith(_GZIP) or not head[3] & _EXTRA:
        return 0
    end = 12 + int(struct.unpack_from("<H", head, 10)[0])
    at = 12
    while at + 6 <= min(end, len(head)):
        length = int(struct.unpack_from("<H", head, at + 2)[0])
        if head[at : at + 2] == b"BC" and length == 2:
            return int(struct.unpack_from("<H", head, at + 4)[0]) + 1
        at += 4 + length
    return 0


class _Inflated(io.RawIOBase):
    """The text inside a gzip or BGZF stream, every member of it, checked to its last byte."""

    def __init__(self, raw: BinaryIO, path: Path, bgzf: bool) -> None:
        self._raw, self._path, self._bgzf = raw, path, bgzf
        self._inflate = zlib.decompressobj(wbits=31)
        self._pending = self._tail = b""

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._raw.close()
        super().close()

    def _more(self) -> bytes:
        chunk = self._raw.read(_CHUNK)
        self._tail = (self._tail + chunk)[-len(BGZF_EOF) :]
        return chunk

    def _next_member(self) -> bool:
        rest = self._inflate.unused_data.lstrip(b"\0")  # gzip files may be padded with zeros
        while not rest:
            chunk = self._more()
            if not chunk:
                if self._bgzf and self._tail != BGZF_EOF:
                    raise InputError(no_eof(self._path))
                return False
            rest = chunk.lstrip(b"\0")
        self._inflate = zlib.decompressobj(wbits=31)
        self._pending = rest
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while True:
            if self._inflate.eof and not self._next_member():
                return 0
            try:
                data = self._inflate.decompress(self._pending, len(buffer))
            except zlib.error as error:
                raise InputError(
                    f"{shown(self._path)}: the gzip data are damaged ({error}); get the file again"
                ) from error
            self._pending = self._inflate.unconsumed_tail
            if data:
                buffer[: len(data)] = data
                return len(data)
            if not self._inflate.eof and not self._pending:
                self._pending = self._more()
                if not self._pending:
                    raise InputError(
                        f"{shown(self._path)}: truncated: the gzip data stop early; "
                        "get the file again"
                    )


class Watched(io.RawIOBase):
    """A stream that tells cheaply whether other bytes than the usual ones were read of late.

    Behind a buffer of `LINE_LIMIT` bytes: `odd` is said of all that came with the last two fillings
    of it, in which every line lies that is no longer.
    """

    def __init__(self, stream: BinaryIO, usual: bytes) -> None:
        self._stream, self._usual, self._last = stream, usual, False
        self.odd, self.fillings = False, 0

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill the buffer from the stream."""
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self.fillings += 1
        odd = bool(data.translate(None, self._usual))
        self.odd, self._last = odd or self._last, odd
        return len(data)


def no_eof(path: Path) -> str:
    """Return what is said of a BGZF file that was cut."""
    return (
        f"{shown(path)}: truncated: the bgzip EOF block is missing; "
        "get the file again, or recompress it with bgzip"
    )


def whole_text(path: Path) -> str:
    """Return all of a small text file, whatever its bytes.

    Raises
    ------
    InputError
        When it cannot be read, or is larger than any text that is read whole.
    """
    with reading(path):
        return whole(path, _WHOLE).decode(errors="replace")


@contextmanager
def open_bytes(path: Path) -> Iterator[io.BufferedReader[Any]]:
    """Open the text of a plain, gzip or bgzip file (or pipe) as a buffered byte stream.

    Raises
    ------
    InputError
        When it cannot be opened; while it is read, when compressed data are truncated or damaged,
        or a BGZF file lacks its EOF block.
    """
    with reading(path), path.open("rb") as file:
        kind = _compression(file.peek(_CHUNK), path)
        if kind == "plain":
            yield file
        else:
            with io.BufferedReader(_Inflated(file, path, kind == "bgzf"), _CHUNK) as stream:
                yield stream


def read_lines(path: Path, limit: int = LINE_LIMIT) -> Iterator[tuple[int, bytes]]:
    r"""Give the lines of a text file, numbered from 1, without ``\n`` or ``\r\n``.

    A byte order mark before the first line is dropped; a last line without line end is kept. Lines
    are of `limit` bytes at most.

    Raises
    ------
    InputError
        As `open_bytes`; for a line longer than `limit`; for more than `EMPTY_LIMIT` that say
        nothing, one after another; for a NUL; for a carriage return inside a line, which would
        hide the line that follows it; for a binary file, with its kind.
    """
    name, empty = shown(path), 0
    with open_bytes(path) as stream:
        for number, some in blocks_of_lines(stream, limit):
            if isinstance(some, list):
                yield from enumerate(some, number)
                empty = 0
                continue
            line = some[:-1] if some.endswith(b"\n") else some
            if line is not some or len(some) <= limit + 1:
                line = line.removesuffix(b"\r")
            if number == 1:
                _refuse_other(path, line)
                line = line.removeprefix(b"\xef\xbb\xbf")
            empty = empty + 1 if not line or line.isspace() or line.startswith(b"#") else 0
            if empty > EMPTY_LIMIT:
                raise InputError(
                    f"{name}:{number}: {EMPTY_LIMIT:,} lines one after another are empty or "
                    "comments; is it the right file?"
                )
            if len(line) > limit or b"\r" in line or b"\0" in line:
                raise _no_line(path, number, line, limit)
            yield number, line


def _no_line(path: Path, number: int, line: bytes, limit: int) -> InputError:
    """Return what is wrong with a line that is too long, or none of a text."""
    where = f"{shown(path)}:{number}: "
    if len(line) > limit and b"\r" not in line[:limit]:
        return InputError(f"{where}line {number} longer than {limit >> 20} MiB; is it text?")
    if b"\0" in line:
        return InputError(f"{where}a NUL byte; give a text file, not a binary one")
    ends = filtered(path, r"tr '\r' '\n'")
    return InputError(
        f"{where}a carriage return inside the line; convert old Macintosh line ends: {ends}"
    )


def _refuse_other(path: Path, first: bytes) -> None:
    """Refuse what is no text in UTF-8, from its first line."""
    if what := binary_kind(first, path):
        raise InputError(f"{shown(path)}: {what}")
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        utf8 = filtered(path, "iconv -f UTF-16 -t UTF-8")
        raise InputError(f"{shown(path)}:1: text in UTF-16; save the file as UTF-8: {utf8}")


def read_parts(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file as they are, a megabyte at a time.

    Raises
    ------
    InputError
        When it cannot be read.
    """
    with reading(path), path.open("rb") as file:
        while data := file.read(1 << 20):
            yield data
