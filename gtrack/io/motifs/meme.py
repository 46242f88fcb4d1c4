"""MEME text, versions 4 and 5: the minimal motif format, and the full output that holds the same.

Outside of matrices, lines that the minimal format does not know are passed over, as in the MEME
suite; what stands in a matrix must be a row of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.io.motifs.draft import (
    SITES,
    Draft,
    NumberedLines,
    check_letters,
    in_order,
    numbers,
    refusal,
)

_MATRIX = "letter-probability matrix"
_SETTING = re.compile(r"(\w+)\s*=\s*(\S+)")
_SHARE = re.compile(r"(?<!\S)[A-Za-z]\s+[0-9.]\S*")
_ENDS = ("MOTIF", "URL", "--", _MATRIX, "log-odds matrix")  # what may follow without a blank line


class _Named(NamedTuple):
    id: str
    name: str
    line: int
    log_odds: bool = False  # have been read


def read_meme(path: Path, lines: NumberedLines) -> Iterator[Draft]:
    """Give the motifs of a MEME file.

    Probabilities become counts by the matrix's `nsites`, or 20 where there is none. The background
    of the file is checked and not used: gtrack takes that of the scanned sequence. The strands are
    not used either: both are scanned.
    """
    every = list(lines)
    motif: _Named | None = None
    at, order = 0, "ACGT"
    while at < len(every):
        number, text = every[at]
        at += 1
        if text.startswith("ALPHABET"):
            order = _alphabet(path, number, text)
        elif text.lower().startswith("background letter frequencies"):
            _check_background(path, every, at - 1)
        elif text.split(maxsplit=1)[:1] == ["MOTIF"]:
            if motif:
                raise _no_matrix(path, motif)
            motif = _named(path, number, text.split()[1:])
        elif motif and text.startswith("log-odds matrix"):
            motif = motif._replace(log_odds=True)
        elif text.startswith(_MATRIX):
            if not motif:
                raise refusal(path, number, "a matrix without a MOTIF line before it; write one")
            settings = _settings(path, number, text)
            rows, at = _rows(path, every, at)
            rows = [in_order(row, order) for row in rows]
            yield _draft(path, number, settings, motif, rows)
            motif = None
    if motif:
        raise _no_matrix(path, motif)


def _named(path: Path, number: int, words: list[str]) -> _Named:
    if not words:
        raise refusal(path, number, "a MOTIF without id; write MOTIF ID NAME")
    second = len(words) > 1 and words[1] != "width"  # in full output: MOTIF ID width = ...
    return _Named(words[0], words[1] if second else words[0], number)


def _settings(path: Path, number: int, text: str) -> dict[str, str]:
    settings = dict(_SETTING.findall(text))
    letters = settings.get("alength", "4")
    if letters != "4":
        raise refusal(
            path,
            number,
            f"alength= {shown(letters, 30)}, not 4; give motifs of DNA, not of protein",
        )
    return settings


def _draft(
    path: Path, number: int, settings: dict[str, str], motif: _Named, rows: list[list[float]]
) -> Draft:
    width = settings.get("w", str(len(rows)))
    if width != str(len(rows)):
        raise refusal(
            path,
            number,
            f"motif {shown(motif.id, 40)} has {len(rows)} rows where w= {shown(width, 30)}; "
            "is the file cut?",
        )
    sites = numbers(path, number, [settings.get("nsites", "0")])[0]
    return Draft(motif.id, motif.name, rows, motif.line, sites or SITES)


def _rows(path: Path, lines: list[tuple[int, str]], at: int) -> tuple[list[list[float]], int]:
    """Read the rows from line `at` on; return them and where the lines go on."""
    rows: list[list[float]] = []
    at = _next_text(lines, at)
    while at < len(lines) and lines[at][1] and not lines[at][1].startswith(_ENDS):
        number, text = lines[at]
        row = numbers(path, number, text.split())
        if len(row) != 4:
            raise refusal(
                path, number, f"{len(row)} value(s); a position has 4, A, C, G, T; is it DNA?"
            )
        rows.append(row)
        at += 1
    after = _next_text(lines, at)
    if rows and after < len(lines) and lines[after][1][0] in "0123456789.":
        raise refusal(path, lines[after][0], "a row behind the end of a matrix; close the gap")
    return rows, at


def _next_text(lines: list[tuple[int, str]], at: int) -> int:
    while at < len(lines) and not lines[at][1]:
        at += 1
    return at


def _no_matrix(path: Path, motif: _Named) -> InputError:
    if motif.log_odds:
        what = "has log-odds alone; give the file with its probabilities ('letter-probability')"
        return refusal(path, motif.line, f"motif {shown(motif.id, 40)} {what}")
    return refusal(
        path,
        motif.line,
        f"motif {shown(motif.id, 40)} has no '{_MATRIX}:' line; add it or remove the motif",
    )


def _alphabet(path: Path, number: int, text: str) -> str:
    """Return the order of the columns."""
    letters = text.removeprefix("ALPHABET").lstrip("= ")
    if not letters.startswith('"'):
        check_letters(path, number, "".join(sorted(letters)))
        return letters
    if not letters.startswith('"DNA"'):
        raise refusal(path, number, "an alphabet of its own; give motifs with ALPHABET= ACGT")
    return "ACGT"


def _check_background(path: Path, lines: list[tuple[int, str]], at: int) -> None:
    """Check the shares behind the header in line `at`, or in the lines that follow it."""
    header = lines[at][1]
    words = " ".join(_SHARE.findall(header.rpartition(":")[2])).split()
    number = lines[at][0]
    while len(words) < 8 and (at := _next_text(lines, at + 1)) < len(lines):
        more = lines[at][1].split()
        if len(more) % 2 or not all(len(letter) == 1 for letter in more[0::2]):
            break
        number = lines[at][0]
        words += more
    if not words:
        return  # nothing is said, and nothing is used
    check_letters(path, number, "".join(sorted(words[0::2])))
    shares = numbers(path, number, words[1::2])
    if len(shares) != 4 or abs(sum(shares) - 1) > 0.05:
        raise refusal(path, number, "the background is not four shares that sum to 1; mend it")
