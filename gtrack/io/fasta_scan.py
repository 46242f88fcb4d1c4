"""A FASTA file, read once from its first line to its last, to index it.

What would put a base in another place is refused here, with its line and what cures it.
"""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from typing import BinaryIO

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.io import fasta_cures, text
from gtrack.io.faidx import NAME, SEQUENCE, Record

_BASES = b"ACGTNacgtn\n"
_CALLED = {b" ": "a blank", b"\t": "a tab"}
_IN_A_ROW = 256  # full lines, after which all others in the buffer are looked at together


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
        When it is no FASTA, has a sequence without bases, repeats a name, holds blanks, digits or
        controls among the bases, or the lines of a sequence differ in length; with the line and the
        cure.
    """
    given = given or path
    with text.open_bytes(path) as stream:
        records = _Scanner(given).scan(stream)
    if not records:
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
        self.looked = 0  # filling of the buffer that was looked at for full lines

    def scan(self, stream: BinaryIO) -> list[Record]:
        watched = text.Watched(stream, _BASES)
        buffer = io.BufferedReader(watched, text.LINE_LIMIT)
        readline = partial(buffer.readline, text.LINE_LIMIT)
        number = at = full = 0
        crlf = False
        for line in iter(readline, b""):
            number += 1
            size = len(line)
            blank = watched.odd and self._is_blank(line, number)
            # the common case first, for speed: one more full line
            if size == self.width and line[0] != 62 and line[-1] == 10 and not self.last:
                if (line[-2] == 13) == crlf and not blank:
                    full += 1
                    rest = 0 if full % _IN_A_ROW or crlf else self._full_lines(buffer, watched)
                    self.length += self.bases * (1 + rest)
                    at += size * (1 + rest)
                    number += rest
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

    def _full_lines(self, buffer: io.BufferedReader[text.Watched], watched: text.Watched) -> int:
        """Read on over lines as long as those before, where nothing is to be said of any; count."""
        block, width = buffer.peek(), self.width
        if watched.odd:  # perhaps by a header that was read before: looked at once
            looked, self.looked = self.looked, watched.fillings
            if looked == self.looked or block.translate(None, _BASES):
                return 0
        lines = len(block) // width
        if block.count(b"\n", 0, lines * width) != lines:
            return 0
        if block[width - 1 : lines * width : width] != b"\n" * lines:
            return 0
        buffer.read(lines * width)
        return lines

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
        rest = line.removesuffix(b"\n").removesuffix(b"\r").translate(None, SEQUENCE)
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
            what = "not a FASTA file: it does not start with '>'"
            raise self._error(number, f"{what}{fasta_cures.without_header(self.path)}")
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
        if self.name and not self.length:
            raise self._error(
                self.lines[self.name],
                f"sequence {self._shown} has no bases; leave it out: "
                f"{fasta_cures.without_empty(self.path)}",
            )
        if self.name:
            self.records.append(Record(self.name, self.length, self.offset, self.bases, self.width))

    @property
    def _shown(self) -> str:
        return f"'{shown(self.name, 60)}'"

    def _error(self, number: int, what: str) -> InputError:
        return InputError(f"{shown(self.path)}:{number}: {what}")
