"""BED's own columns, which BED, bigBed and annotations share: text to values and back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gtrack.core.errors import InputError, OutputError
from gtrack.core.features import LARGEST_SCORE, Feature
from gtrack.core.intervals import Strand
from gtrack.core.printable import shown

LARGEST = 2**32 - 1
"""Largest coordinate, in bp: bigWig and bigBed keep 32 bits."""

_STANDARD = (12, 9, 8, 6, 5, 4, 3)
_STRANDS: dict[bytes, Strand] = {b"+": "+", b"-": "-", b".": "."}
_NUMBER = re.compile(rb"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)


def standard_columns(fields: Sequence[bytes]) -> int:
    """Tell from its first line how many columns of a table are BED's own; others may follow.

    Twelve columns are BED12. Of any other number as many are BED's own as can be.
    """
    if len(fields) == _STANDARD[0]:
        return len(fields)
    for columns in _STANDARD:
        if columns <= len(fields):
            try:
                read_columns(fields, columns, "")
            except InputError:
                continue
            return columns
    return _STANDARD[-1]


def read_columns(fields: Sequence[bytes], columns: int, origin: str) -> Feature:
    """Make a feature of the first `columns` fields of a line.

    A score is rounded and brought into 0 to 1000, as browsers do; ``.`` is no score, no colour and
    no strand. Both thick ends 0 mean that nothing is thick.

    Raises
    ------
    InputError
        When a field breaks a rule of BED.
    """
    try:
        return _feature(fields, columns, origin)
    except ValueError as error:
        raise InputError(f"{origin}: {error}") from error


def _feature(fields: Sequence[bytes], columns: int, origin: str) -> Feature:
    start, end = whole(fields[1], "start"), whole(fields[2], "end")
    name, score, strand = ".", 0, _STRANDS[b"."]
    thick_start = thick_end = -1
    if columns > 3:
        name = decoded(fields[3]) or "."
    if columns > 4:
        score = _score(fields[4])
    if columns > 5:
        strand = read_strand(fields[5])
    if columns > 7:
        thick_start, thick_end = whole(fields[6], "thickStart"), whole(fields[7], "thickEnd")
        if thick_start == thick_end == 0:
            thick_start = thick_end = start
    sizes: tuple[int, ...] = ()
    starts: tuple[int, ...] = ()
    if columns > 11:
        sizes, starts = _blocks(fields)
    return Feature(
        *(decoded(fields[0]), start, end, name, score, strand, thick_start, thick_end),
        *(_rgb(fields[8]) if columns > 8 else "0", sizes, starts, origin),
    )


def _score(field: bytes) -> int:
    if field == b".":
        return 0
    if not _NUMBER.fullmatch(field):
        raise ValueError(f"score {quoted(field)} in column 5 is not a number")
    return round(min(max(float(field), 0.0), float(LARGEST_SCORE)))


def _rgb(field: bytes) -> str:
    if field in (b".", b""):
        return "0"
    parts = [part.strip() for part in field.rstrip(b",").split(b",")]
    if not all(part.isdigit() and len(part) < 9 for part in parts):
        raise ValueError(f"colour {quoted(field)} is not R,G,B with numbers up to 255")
    numbers = [int(part) for part in parts]
    if len(numbers) == 1 and numbers[0]:  # all three in one
        numbers = [numbers[0] >> 16, numbers[0] >> 8 & 255, numbers[0] & 255]
    return ",".join(map(str, numbers))


def _blocks(fields: Sequence[bytes]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    count = whole(fields[9], "blockCount")
    sizes, starts = (
        tuple(whole(part, what) for part in field.rstrip(b",").split(b","))
        for field, what in ((fields[10], "block size"), (fields[11], "block start"))
    )
    if not len(sizes) == len(starts) == count:
        raise ValueError(
            f"blockCount {count}, but {len(sizes)} block sizes and {len(starts)} block starts"
        )
    return sizes, starts


def whole(field: bytes, what: str) -> int:
    """Read a whole number of at most 32 bits, or raise ValueError."""
    if field.isdigit():  # of bytes: ASCII digits only, unlike int() and str.isdigit
        if len(field) <= 9:
            return int(field)
        digits = field.lstrip(b"0")
        if len(digits) <= 10 and int(digits or b"0") <= LARGEST:
            return int(digits or b"0")
        raise ValueError(f"{what} {shown(field, 24)} is larger than {LARGEST}, the largest")
    if re.fullmatch(rb"-[0-9]+", field):
        raise ValueError(f"{what} {shown(field, 24)} is negative; a position or length never is")
    raise ValueError(f"{what} {quoted(field)} is not a whole number; {_spelled(field)}")


def _spelled(field: bytes) -> str:
    """Say how a number that is spelled so is written in a BED."""
    if not field.strip():
        return "the column is empty: fill it in, or leave the line out"
    if field[:1] in (b'"', b"'"):
        return "take off the quotes (R: write.table(quote = FALSE))"
    if re.fullmatch(rb"[0-9]{1,3}(,[0-9]{3})+", field):
        return "leave out the commas, the separators of thousands"
    if field != field.strip():
        return "take away the blanks around it"
    if _NUMBER.fullmatch(field):
        if not float(field).is_integer():
            return "round it: a base has a whole number"
        if b"e" in field.lower():
            return "write it without exponent (R: options(scipen = 999))"
        if b"." in field:
            return "write it without decimals"
    return "write it with digits alone"


def read_strand(field: bytes, column: int = 6) -> Strand:
    """Read a strand, or raise ValueError naming its column."""
    try:
        return _STRANDS[field]
    except KeyError:
        raise ValueError(
            f"strand {quoted(field)} in column {column} is not one of + - .; write . for none"
        ) from None


def decoded(field: bytes) -> str:
    r"""Return text; bytes that are not UTF-8 become ``\xNN``."""
    return field.decode("utf-8", "backslashreplace")


def quoted(field: bytes) -> str:
    """Return a field for a message."""
    return f"'{shown(field, 40)}'"


def feature_cells(feature: Feature) -> tuple[str, ...]:
    """Return the twelve columns of a feature as text.

    A character of its name that would break the line stands as its escape.

    Raises
    ------
    OutputError
        When the chromosome's name cannot stand in a BED line.
    """
    return (
        *(bed_chrom(feature.chrom), str(feature.start), str(feature.end), cell(feature.name)),
        *(str(feature.score), feature.strand, str(feature.thick_start), str(feature.thick_end)),
        *(feature.rgb, str(len(feature.block_sizes))),
        *(",".join(map(str, sizes)) for sizes in (feature.block_sizes, feature.block_starts)),
    )


def bed_chrom(name: str, file: str = "") -> str:
    """Return a chromosome's name; refuse one that no BED reader would read back."""
    if name.startswith("#") or not name.isprintable() or " " in name:
        where = f"{file}: " if file else ""
        raise OutputError(f"{where}chromosome '{shown(name)}' cannot be written as BED; rename it")
    return name


def cell(value: str) -> str:
    """Return text that keeps its column, controls escaped, never cut; ``.`` where there is none."""
    return value if value.isprintable() and value else shown(value, 6 * len(value)) or "."
