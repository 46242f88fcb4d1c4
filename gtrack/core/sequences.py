"""DNA as text: the alphabet A, C, G, T and N, and its complement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

BASES = "ACGT"
_COMPLEMENT = str.maketrans("ACGTN", "TGCAN")
_CODE = bytes(BASES.find(chr(c)) % 5 for c in range(256))  # of no base: 4
_KNOWN = bytes(chr(c) in BASES for c in range(256))
_FEW, _MANY = 10_000, 1 << 20
"""Letters: in between NumPy compares faster than a table is asked; beyond, its memory is dear."""
_PLAIN = b"ACGTNacgtn"
KNOWN_LETTERS = b"ACGTacgt"
_PROTEIN = frozenset("EFIJLOPQZ")  # letters that stand for amino acids and for no bases
_READ = bytes(ord(chr(c).upper()) if chr(c) in "ACGTacgt" else ord("N") for c in range(256))


class Reference(Protocol):
    """What windows are read of: a FASTA that is open, or sequences in memory.

    Attributes
    ----------
    path : Path
        The file that the user gave, for messages.
    chrom_sizes : mapping of str to int
        Lengths in bp, in the order of the file.
    """

    @property
    def path(self) -> Path:
        """Return the file that the user gave."""

    @property
    def chrom_sizes(self) -> Mapping[str, int]:
        """Return the length of every sequence in bp, in the order of the file."""

    @property
    def note(self) -> str | None:
        """Return what the user should know of how it is read; None where there is nothing."""

    def letters(self, chrom: str, start: int, end: int) -> bytes:
        """Return the letters of one stretch as they are written, 0-based half-open."""

    def fetch(self, chrom: str, start: int, end: int) -> str:
        """Return the bases of one stretch, 0-based half-open, in letters of ``ACGTN``."""


def as_read(letters: bytes) -> str:
    """Return letters as models read them: A, C, G, T in upper case, and N for every other.

    Examples
    --------
    >>> as_read(b"acgtRYn")
    'ACGTNNN'
    """
    return letters.translate(_READ).decode("ascii")


def plain(letters: bytes) -> bytes | None:
    """Return letters in upper case where all are A, C, G, T and N; None where others are.

    Examples
    --------
    >>> plain(b"acgTN"), plain(b"ACGR")
    (b'ACGTN', None)
    """
    if not _FEW <= len(letters) <= _MANY:
        return None if letters.translate(None, _PLAIN) else letters.upper()
    upper = np.frombuffer(letters, np.uint8) & np.uint8(0xDF)
    return upper.tobytes() if _among(upper, b"ACGTN").all() else None


def other_letters(letters: bytes) -> Counter[str]:
    """Count the letters that are read as N and are no N, in upper case: IUPAC codes and the like.

    Examples
    --------
    >>> other_letters(b"acgtRYrn")
    Counter({'R': 2, 'Y': 1})
    """
    return Counter(letters.translate(None, _PLAIN).upper().decode("ascii", "replace"))


def not_dna(letters: bytes) -> str | None:
    """Say why letters are RNA or protein and not DNA, with counts; None where they may be DNA.

    IUPAC codes of DNA and X, which stands for N in old genomes, may be DNA.

    Examples
    --------
    >>> not_dna(b"ACGTRYKMSWBDHVNX")
    >>> not_dna(b"ACGUU")
    '2 of 5 letters are U and none is T: this is RNA, and models read DNA'
    >>> not_dna(b"MKTEEL")
    '3 of 6 letters are E or L: this is protein, and models read DNA'
    """
    if not letters.translate(None, _PLAIN):  # most often, and fast
        return None
    others = other_letters(letters)
    wrong = sorted(others.keys() & _PROTEIN)
    if wrong:
        said = " or ".join([", ".join(wrong[:-1]), wrong[-1]] if wrong[1:] else wrong)
        count = sum(others[letter] for letter in wrong)
        are = "is" if count == 1 else "are"
        return (
            f"{count} of {len(letters)} letters {are} {said}: this is protein, and models read DNA"
        )
    if not others["U"]:
        return None
    count, thymine = others["U"], letters.upper().count(b"T")
    said = f"{count} of {len(letters)} letters {'is' if count == 1 else 'are'} U"
    if thymine:
        return f"{said} and {thymine} T: neither DNA nor RNA has both"
    return f"{said} and none is T: this is RNA, and models read DNA"


def lengths_of(sequences: Sequence[str]) -> NDArray[np.int64]:
    """Return the length of each sequence, shape (N,)."""
    return np.fromiter(map(len, sequences), np.int64, len(sequences))


def reverse_complement(sequence: str) -> str:
    """Return the other strand, read 5' to 3'.

    Examples
    --------
    >>> reverse_complement("AACGN")
    'NCGTT'
    """
    return sequence.translate(_COMPLEMENT)[::-1]


def reverse_complements(sequences: Sequence[str]) -> list[str]:
    """Return :func:`reverse_complement` of each, all at once.

    Examples
    --------
    >>> reverse_complements(["AACG", "", "T"])
    ['CGTT', '', 'A']
    """
    others = reverse_complement("".join(sequences))  # the last comes first
    edges = accumulate(map(len, sequences), initial=0)
    return [others[len(others) - end : len(others) - start] for start, end in pairwise(edges)]


def base_codes(sequence: str) -> NDArray[np.uint8]:
    """Return one code per base, shape ``(len(sequence),)``: A 0, C 1, G 2, T 3, all else 4.

    Examples
    --------
    >>> base_codes("ACGTN").tolist()
    [0, 1, 2, 3, 4]
    """
    return np.frombuffer(bytearray(sequence, "ascii").translate(_CODE), np.uint8)


def base_counts(sequences: Iterable[str]) -> NDArray[np.int64]:
    """Count A, C, G and T, shape ``(4,)``.

    Examples
    --------
    >>> base_counts(["ACGT", "NNAA"]).tolist()
    [3, 1, 1, 1]
    """
    counts = np.zeros(4, np.int64)
    for sequence in sequences:
        counts += np.bincount(base_codes(sequence), minlength=5)[:4]
    return counts


def is_known(sequence: str) -> NDArray[np.bool_]:
    """Return True for each base that is A, C, G or T; shape ``(len(sequence),)``."""
    if not _FEW <= len(sequence) <= _MANY:
        return np.frombuffer(bytearray(sequence, "ascii").translate(_KNOWN), np.bool_)
    return _among(np.frombuffer(sequence.encode("ascii"), np.uint8), BASES.encode())


def _among(letters: NDArray[np.uint8], wanted: bytes) -> NDArray[np.bool_]:
    """Tell of each letter whether it is one of a few."""
    found = np.zeros(len(letters), np.bool_)
    for letter in wanted:
        found |= letters == letter
    return found
