"""Loose sequences out of a FASTA or a CSV, and the FASTA that holds them as a genome.

Unlike a genome, a FASTA of loose sequences is read from its beginning to its end: it may be gzip or
a pipe, its lines may have any lengths, and names may occur twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.core.scan.loose import LooseSequence
from gtrack.core.sequences import not_dna
from gtrack.io.csv_rows import PlainRow, read_plain
from gtrack.io.shell import filtered
from gtrack.io.text import read_lines

NAMES = ("id", "name", "sequence_id", "seq_id")
"""Columns of a CSV that name a sequence; the first of these that there is."""

LABEL = "label"

_LINE = 1 << 28  # bytes: a chromosome may stand in one line
_DNA = "ACGTNRYSWKMBDHVX"  # X is N in masked sequences
_LETTERS = frozenset(_DNA + _DNA.lower())
_ENOUGH = 0.5
"""Share of letters that are A, C, G, T or N, below which a text is no DNA, but a protein."""

_OTHERS: dict[bytes, Callable[[Path], str]] = {
    b"@": lambda path: "FASTQ, reads; sequences of them: " + filtered(path, _OF_READS, ".fa"),
    b"LOCUS ": lambda _: "GenBank; take the FASTA of the same sequences",
    b"ID   ": lambda _: "EMBL; take the FASTA of the same sequences",
}
"""How other files of sequences begin, and what is said of them."""

_OF_READS = "awk 'NR % 4 == 1 {print \">\" substr($0, 2)} NR % 4 == 2'"

_Pair = tuple[LooseSequence, Mapping[str, str]]
_Lines = Iterator[tuple[int, bytes]]

_BLANKS = str.maketrans("", "", " \t\v\f")


def read_loose_rows(path: Path) -> list[_Pair]:
    """Read the sequences of a FASTA or of a CSV with a column `sequence`, plain or gz.

    What the first letter says it is: ``>`` begins a FASTA. Of a header, the name is its first word;
    of a CSV, the column `id` or `name`. The order is that of the file, and nothing is left out.

    Returns
    -------
    list of (LooseSequence, mapping)
        With all fields of a CSV by their columns; a FASTA has none. `label` is one of them.

    Raises
    ------
    InputError
        When there is no sequence, one is empty, or letters are none of DNA (all of them are
        counted); the message names file and line.
    """
    lines = ((number, line) for number, line in read_lines(path, _LINE) if line.strip())
    first = next(lines, None)
    if first is None:
        raise InputError(f"{shown(path)}: empty; give a FASTA, or a CSV of sequences")
    for magic, say in _OTHERS.items():
        if first[1].startswith(magic):
            raise InputError(f"{shown(path)}: {say(path)}")
    read = _of_fasta if first[1].startswith((b">", b";")) else _of_csv
    pairs = list(read(path, chain([first], lines)))
    if not pairs:
        raise InputError(f"{shown(path)}: no sequence in it; give a FASTA, or a CSV of sequences")
    _refuse_foreign(path, [loose for loose, _ in pairs])
    return pairs


def _of_fasta(path: Path, lines: _Lines) -> Iterator[_Pair]:
    name, start, parts = "", 0, list[str]()
    for number, raw in lines:
        line = raw.decode("utf-8", "backslashreplace")
        if line.startswith(">"):
            if start:
                yield _loose(path, start, name, "".join(parts)), {}
            name, start, parts = (line[1:].split(None, 1) or [""])[0], number, []
        elif line.startswith(";") and not parts:
            continue  # a comment, as FASTA once had them
        else:
            parts.append(line.translate(_BLANKS))
    if start:
        yield _loose(path, start, name, "".join(parts)), {}


def _of_csv(path: Path, lines: _Lines) -> Iterator[_Pair]:
    for row in read_plain(path, lines):
        label = _field(row, LABEL) or None
        yield _loose(path, row.line, _named(row), row.sequence, label), row.fields


def _named(row: PlainRow) -> str:
    return next((found for name in NAMES if (found := _field(row, name)) is not None), "")


def _field(row: PlainRow, wanted: str) -> str | None:
    """Return the field of a column, however its letters are cased; None where there is none."""
    return next((text for name, text in row.fields.items() if name.lower() == wanted), None)


def _loose(
    path: Path, line: int, name: str, letters: str, label: str | None = None
) -> LooseSequence:
    where = f"{shown(path)}:{line}"
    if not letters:
        raise InputError(f"{where}: the sequence is empty; write one or remove it")
    for what, text in (("name", name), ("label", label or "")):
        if "\t" in text:
            raise InputError(f"{where}: a tab in the {what} {shown(text, 60)!r}; write it without")
    return LooseSequence(name, letters, where, label)


def _refuse_foreign(path: Path, sequences: Sequence[LooseSequence]) -> None:
    """Refuse letters that are no DNA: where the first stands, and how many there are."""
    total = sum(len(one.letters) for one in sequences)
    odd = [one for one in sequences if not _LETTERS.issuperset(one.letters)]
    if not odd:
        sure = sum(sum(map(one.letters.count, "ACGTNacgtn")) for one in sequences)
        if sure < _ENOUGH * total:
            raise InputError(
                f"{shown(path)}: only {sure:,} of {total:,} letters are A, C, G, T or N; this is "
                "no DNA, perhaps a protein; give the DNA"
            )
        return
    first = odd[0]
    at = next(i for i, letter in enumerate(first.letters) if letter not in _LETTERS)
    called = f" ({shown(first.name, 60)})" if first.name else ""
    everything = "".join(one.letters for one in sequences)
    raise InputError(
        f"{first.origin}: '{shown(first.letters[at])}' at base {at + 1}{called} is no letter of "
        f"DNA; such stand in {len(odd):,} of {len(sequences):,} sequences: {_what(everything)}"
    )


def _what(letters: str) -> str:
    """Say what else letters are, with counts, and the cure."""
    why = not_dna(letters.encode("ascii", "replace"))
    if why is not None:
        return f"{why}; {'write T for U' if 'RNA' in why else 'give the DNA'}"
    odd = Counter(letter.upper() for letter in letters if letter not in _LETTERS)
    counts = ", ".join(f"{n:,} {shown(each)}" for each, n in odd.most_common(6))
    cure = "use A, C, G, T, N or an IUPAC code"
    if set(odd) <= {"-", ".", "*"}:
        cure = "take the gaps of an alignment out"
    return f"{odd.total():,} of {len(letters):,} letters are none ({counts}); {cure}"
