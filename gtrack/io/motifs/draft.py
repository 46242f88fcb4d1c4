"""Plumbing of the motif formats: lines, numbers, and the last checks that all of them share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from gtrack.core.errors import InputError
from gtrack.core.hits.motifs import Motif
from gtrack.core.printable import shown
from gtrack.io.text import read_lines

NumberedLines: TypeAlias = Iterator[tuple[int, str]]

SITES = 20.0
"""Sites that a matrix of probabilities stands for when its file does not say; MEME's default."""

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_POSITION = frozenset(("POS", "POSITION", "PO", "P0", "#", "BASE", "NT"))
_SLACK = 0.02  # how far from 1 rounding may move the sum of a row of probabilities


@dataclass(frozen=True)
class Draft:
    """A motif as read: one row of A, C, G, T per position, not checked yet.

    `sites` is the number of sites that probabilities stand for; None: decide from the sums.
    """

    id: str
    name: str
    rows: Sequence[Sequence[float]]
    line: int
    sites: float | None = None


def refusal(path: Path, line: int, message: str) -> InputError:
    """Return the error that names the file and, unless it is 0, the line."""
    return InputError(f"{shown(path)}:{f'{line}:' if line else ''} {message}")


def text_lines(path: Path) -> NumberedLines:
    """Give the lines of `path` as text without surrounding blanks, numbered from 1."""
    for number, raw in read_lines(path):
        try:
            yield number, raw.decode("utf-8").strip()
        except UnicodeDecodeError:
            raise refusal(
                path, number, "not UTF-8 text; give MEME, JASPAR or TRANSFAC text"
            ) from None


def column_order(words: Sequence[str]) -> str:
    """Return the letters of a line that names the columns of a matrix; empty where it is none.

    A word for the positions may come first.

    Examples
    --------
    >>> column_order(["Pos", "A", "C", "T", "G"]), column_order(["0.1", "A", "C", "G"])
    ('ACTG', '')
    """
    letters = [word.upper() for word in words if word]
    if letters and letters[0] in _POSITION:
        letters = letters[1:]
    named = "".join(letters)
    return named if len(letters) == 4 and sorted(named) in (list("ACGT"), list("ACGU")) else ""


def in_order(row: Sequence[float], order: str) -> list[float]:
    """Return a row whose columns have this order as A, C, G, T.

    Examples
    --------
    >>> in_order([1, 2, 3, 4], "TGCA")
    [4, 3, 2, 1]
    """
    return [row[order.index(base)] for base in "ACGT"]


def stem(path: Path) -> str:
    """Return what a motif without a name of its own is called: the file's name."""
    return Path(path.name.removesuffix(".gz")).stem


def is_number(word: str) -> bool:
    """Tell whether a word of a matrix is a number."""
    return _NUMBER.fullmatch(word) is not None


def numbers(path: Path, line: int, words: Iterable[str]) -> list[float]:
    """Return counts or probabilities; refuse what is no number, or negative."""
    found = []
    for word in words:
        if not is_number(word):
            cure = "give a matrix, no sequences" if word.isalpha() else "mend the matrix"
            raise refusal(path, line, f"{shown(word, 30)!r} is not a number; {cure}")
        found.append(float(word))
        if found[-1] < 0:
            raise refusal(
                path,
                line,
                f"{shown(word, 30)} is negative; give counts or probabilities, no log-odds",
            )
    return found


def check_letters(path: Path, line: int, letters: str) -> None:
    """Refuse an alphabet other than A, C, G, T."""
    if letters == "ACGT":
        return
    if set(letters) == set("ACGU"):
        kind = "RNA"
    elif len(letters) >= 20:
        kind = "protein"
    else:
        kind = f"of the letters {shown(letters, 30)!r}"
    raise refusal(path, line, f"motifs {kind}; gtrack scans DNA, so give motifs of A, C, G, T")


def finished(path: Path, drafts: Iterable[Draft]) -> list[Motif]:
    """Check the motifs of a file and return them, sorted by id.

    Raises
    ------
    InputError
        When there is none, two share an id, or a matrix cannot be one.
    """
    source = shown(path.name, 200)
    lines: dict[str, int] = {}
    motifs = []
    for draft in drafts:
        if draft.id in lines:
            raise refusal(
                path,
                draft.line,
                f"motif {shown(draft.id, 40)} stands on line {lines[draft.id]} already; "
                "give each motif an id of its own (names may repeat)",
            )
        lines[draft.id] = draft.line
        counts = _counts(path, draft)
        try:
            motifs.append(Motif(draft.id, draft.name, counts, source))
        except InputError as error:
            raise refusal(path, draft.line, str(error)) from None
    if not motifs:
        raise refusal(path, 0, "holds no motif; give at least one")
    return sorted(motifs, key=lambda motif: motif.id)


def _counts(path: Path, draft: Draft) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    matrix = np.array(draft.rows, np.float64).reshape(-1, 4)
    with np.errstate(over="ignore"):
        sums = matrix.sum(axis=1, keepdims=True)
    shares = bool((np.abs(sums - 1) <= _SLACK).all())
    # No counts have fractions and nothing above 1: read as such they would be less than one site.
    if draft.sites is None and (shares or matrix.max(initial=0) > 1 or (matrix % 1 == 0).all()):
        return matrix / sums * SITES if shares and len(matrix) else matrix
    if not shares and (sums > 0).any():
        row = int(np.argmax(np.abs(sums[:, 0] - 1)))
        raise refusal(
            path,
            draft.line,
            f"motif {shown(draft.id, 40)}: the probabilities of position {row + 1} sum to "
            f"{sums[row, 0]:.6g}, not 1; mend the matrix",
        )
    return matrix / np.where(sums > 0, sums, 1) * (draft.sites or SITES)
