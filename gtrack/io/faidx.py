"""The .fai index of a FASTA file: built from the sequence, checked against it.

One line per sequence: name, bases, offset of its first base, bases per line, bytes per line
(samtools-faidx(5)). Offsets are in bytes of the text, which for a bgzip file is the inflated one.
"""

from __future__ import annotations

import io
import mmap
import re
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.io import fasta_cures, text

NAME = re.compile(rb"[!-~]+")
_BASES = b"ACGTNacgtn\n"
_SEQUENCE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz*-"
_CALLED = {b" ": "a blank", b"\t": "a tab"}
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
        if not self.length:
            return self.offset
        lines, rest = divmod(self.length - 1, self.bases)
        return self.offset + lines * self.width + rest + 1


def scan(path: Path, given: Path | None = None) -> list[Record]:
    """Read a FASTA file once and index it.

    Memory does not grow with the length of lines.

    Parameters
    ----------
    path : Path
        Plain or bgzip.
    given : Path, optional
        What the user calls it, where `path` is the text of another file.

    Raises
    ------
    InputError
        When it is no FASTA, holds no bases, repeats a name, holds blanks, digits or controls among
        the bases, or the lines of a sequence differ in length; with the line and the cure.
    """
    given = given or path
    with text.open_bytes(path) as stream:
        records = _Scanner(given).scan(stream)
    if not any(record.length for record in records):
        raise InputError(f"{shown(given)}: no sequence in it; give a FASTA file")
    return records


class _Scanner:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.records: list[Record] = []
        self.lines: dict[str, int] = {}  # of each header
        self.name = ""
        self.length = self.offset = self.bases = self.width = 0
        self.last = 0  # line after which the sequence may not go on

    def scan(self, stream: BinaryIO) -> list[Record]:
        watched = text.Watched(stream, _BASES)
        readline = partial(io.BufferedReader(watched, text.LINE_LIMIT).readline, text.LINE_LIMIT)
        number = at = 0
        crlf = False
        for line in iter(readline, b""):
            number += 1
            size = len(line)
            blank = watched.odd and self._is_blank(line, number)
            # the common case first, for speed: one more full line
            if size == self.width and line[0] != 62 and line[-1] == 10 and not self.last:
                if (line[-2] == 13) == crlf and not blank:
                    self.length += self.bases
                    at += size
                    continue
            if line[:1] == b">" or (at == 0 and line.startswith(b"\xef\xbb\xbf>")):
                self._finish()
                self._header(line, number)
                at += size
                self.offset = at
                continue
            while not line.endswith(b"\n") and (more := readline()):  # one very long line
                self._refuse_odd(more, number)
                size += len(more)
                line = line[-1:] + more[-2:]
            bases = size - (2 if line.endswith(b"\r\n") else line.endswith((b"\n", b"\r")))
            at += size
            if bases and not line.isspace():
                self._sequence(bases, size, number)
                crlf = line.endswith(b"\r\n") if self.width == size else crlf
            elif self.bases:
                self.last = self.last or number
        self._finish()
        return self.records

    def _header(self, line: bytes, number: int) -> None:
        if b"\r" in line.rstrip(b"\r\n"):
            raise self._old_lines(number)
        if len(line) >= text.LINE_LIMIT:
            raise self._error(number, "the header does not end where a line ends; is this a FASTA?")
        name = line[line.index(b">") + 1 :].split(None, 1)[:1]
        if not name or line[line.index(b">") + 1 :][:1].isspace():
            cure = "give each sequence a name"
            if name:
                cure = f"move it there: {fasta_cures.named_headers(self.path)}"
            raise self._error(number, f"no sequence name right after '>'; {cure}")
        if not NAME.fullmatch(name[0]):
            raise self._error(
                number,
                f"sequence name '{shown(name[0], 60)}' is not printable ASCII; rename it",
            )
        self.name = name[0].decode("ascii")
        if self.name in self.lines:
            raise self._error(
                number,
                f"the name of sequence {self._shown} occurs twice, first in line "
                f"{self.lines[self.name]}; rename one",
            )
        self.lines[self.name] = number
        self.length = self.bases = self.width = self.last = 0

    def _is_blank(self, line: bytes, number: int) -> bool:
        """Tell whether a line is blank; refuse it where it is neither that nor bases."""
        if line[0] == 62 or not self.name:
            return False
        blank = line.isspace()
        if not blank:
            self._refuse_odd(line, number)
        return blank

    def _refuse_odd(self, line: bytes, number: int) -> None:
        """Refuse what is no letter in a sequence: a blank would move all bases that follow it."""
        rest = line.removesuffix(b"\n").removesuffix(b"\r").translate(None, _SEQUENCE)
        if not rest:
            return
        if b"\r" in rest:
            raise self._old_lines(number)
        if b">" in rest:
            what = "a '>' inside it: a line end is lost there; put it back"
            raise self._error(number, f"the line of sequence {self._shown} has {what}")
        first = rest[:1]
        what = _CALLED.get(first, "a digit" if first.isdigit() else f"character '{shown(first)}'")
        raise self._error(
            number,
            f"{what} among the bases of sequence {self._shown}, which would move all bases behind "
            f"it; leave only letters: {fasta_cures.only_letters(self.path)}",
        )

    def _old_lines(self, number: int) -> InputError:
        return self._error(
            number,
            "carriage returns inside the line: line ends of an old Macintosh; "
            f"convert them: {fasta_cures.unix_lines(self.path)}",
        )

    def _sequence(self, bases: int, size: int, number: int) -> None:
        if not self.name:
            raise self._error(number, "not a FASTA file: it does not start with '>'")
        if self.last or (self.bases and bases > self.bases):
            raise self._error(
                self.last or number,
                f"a line of another length inside sequence {self._shown}; all lines but its last "
                "must be equally long, with the same line ends; write it as one line: "
                f"{fasta_cures.only_letters(self.path)}",
            )
        if not self.bases:
            self.bases, self.width = bases, size
        elif (bases, size) != (self.bases, self.width):
            self.last = number
        self.length += bases

    def _finish(self) -> None:
        if self.name:
            self.records.append(Record(self.name, self.length, self.offset, self.bases, self.width))

    @property
    def _shown(self) -> str:
        return f"'{shown(self.name, 60)}'"

    def _error(self, number: int, what: str) -> InputError:
        return InputError(f"{shown(self.path)}:{number}: {what}")


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
        if record.offset <= offset or (record.length and not 0 < record.bases <= record.width):
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
                if piece.translate(None, _SEQUENCE + b"\r\n"):
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
    if not record.length:
        return True
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
