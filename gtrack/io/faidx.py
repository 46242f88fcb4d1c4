"""The .fai index of a FASTA file, and whether it fits.

One line per sequence: name, bases, offset of its first base, bases per line, bytes per line
(samtools-faidx(5)). Offsets are in bytes of the text, which for a bgzip file is the inflated one.
"""

from __future__ import annotations

import mmap
import re
from pathlib import Path
from typing import NamedTuple

from gtrack.io import text

NAME = re.compile(rb"[!-~]+")
"""What a sequence is called: printable ASCII."""

SEQUENCE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz*-"
"""What stands in the lines of a sequence."""

_LOOK, _LOOKS = 1 << 16, 1024  # bytes of a piece of a file, and pieces looked at
_SLACK = 4096  # bytes of blank lines that may follow a sequence


class Record(NamedTuple):
    """One sequence of a FASTA file.

    Attributes
    ----------
    name : str
        First word of the header.
    length : int
        In bp.
    offset : int
        Of the first base, in bytes of the text.
    bases, width : int
        Per full line: bases, and bytes with the line end.
    """

    name: str
    length: int
    offset: int
    bases: int
    width: int

    @property
    def end(self) -> int:
        """Offset behind the last base, in bytes of the text."""
        lines, rest = divmod(self.length - 1, self.bases)
        return self.offset + lines * self.width + rest + 1


def encode(records: list[Record]) -> bytes:
    """Give the bytes of the .fai file."""
    return "".join("\t".join(map(str, record)) + "\n" for record in records).encode("ascii")


def decode(data: bytes) -> list[Record] | None:
    """Read the bytes of a .fai file; None when they are not one."""
    records = []
    for line in data.splitlines():
        name, *numbers = line.split(b"\t")
        if not NAME.fullmatch(name) or len(numbers) != 4:
            return None
        if not all(n.isdigit() and len(n) < 19 for n in numbers):
            return None
        records.append(Record(name.decode("ascii"), *map(int, numbers)))
    if not records or len({record.name for record in records}) != len(records):
        return None
    offset = 0
    for record in records:
        if record.offset <= offset or not (record.length and 0 < record.bases <= record.width):
            return None
        offset = record.end
    return records


def fits_plain(records: list[Record], path: Path) -> bool:
    """Tell whether every record lies where the plain FASTA file has it: headers, lines, end."""
    with text.reading(path), path.open("rb") as file:
        try:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:  # an empty file
            return False
        with data:
            end = 0
            for record in records:
                if record.offset - end > text.LINE_LIMIT + _SLACK:
                    return False
                if data[record.offset - 1 : record.offset] != b"\n":
                    return False
                header = _line_start(data, end, record.offset)
                words = data[header : record.offset].removeprefix(b"\xef\xbb\xbf").split(None, 1)
                if words[:1] != [b">" + record.name.encode("ascii")]:
                    return False
                if not _blank(data, end, header) or not _lines_fit(data, record):
                    return False
                end = record.end
            return end <= len(data) and _blank(data, end, len(data))


def looks_clean(records: list[Record], path: Path) -> bool:
    """Tell whether only letters stand where an index has bases; of a large file, in a sample of it.

    Others count blanks as bases, which moves what follows. 64 MB are looked at whole, in 30 ms.
    """
    with text.reading(path), path.open("rb") as file:
        step = max(_LOOK, path.stat().st_size // _LOOKS // _LOOK * _LOOK)
        for record in records:
            first = -(-record.offset // step) * step if step > _LOOK else record.offset
            for at in range(first, record.end, step):
                file.seek(at)
                piece = file.read(min(_LOOK, record.end - at))
                if piece.translate(None, SEQUENCE + b"\r\n"):
                    return False
    return True


def fits_text(records: list[Record], size: int) -> bool:
    """Tell whether the last record ends where a text of `size` bytes does."""
    return 0 <= size - records[-1].end <= _SLACK


def _line_start(data: mmap.mmap, first: int, end: int) -> int:
    return max(first, data.rfind(b"\n", first, end - 1) + 1)


def _blank(data: mmap.mmap, start: int, end: int) -> bool:
    return end - start <= _SLACK and not data[start:end].strip()


def _lines_fit(data: mmap.mmap, record: Record) -> bool:
    """Whether the first and the last line of the sequence end where the index says."""
    last = record.end - 1 - (record.length - 1) % record.bases
    if record.end > len(data) or _has_end(data, last, record.end):
        return False
    if record.length <= record.bases:
        return True
    line_end = record.offset + record.width - 1
    return data[line_end : line_end + 1] == b"\n" and not _has_end(data, record.offset, line_end)


def _has_end(data: mmap.mmap, start: int, end: int) -> bool:
    """Whether a line ends early; its first bytes tell, and pages left alone cost no memory."""
    return data.find(b"\n", start, min(end, start + _SLACK)) >= 0
