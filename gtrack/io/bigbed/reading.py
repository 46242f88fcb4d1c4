"""bigBeds that a user brings, read through pyBigWig."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyBigWig

from gtrack.core.errors import InputError
from gtrack.core.features import Feature
from gtrack.core.printable import shown
from gtrack.io.bbi import big_file, check_big_file
from gtrack.io.bed_columns import read_columns, standard_columns

_STRETCH = 1 << 24  # bp whose records are in memory at once


def read_bigbed(path: Path) -> Iterator[Feature]:
    """Yield the features of a bigBed, chromosome by chromosome, sorted by start.

    What the header says of BED's own fields is an upper bound: some writers count all.

    Raises
    ------
    InputError
        When the file is no bigBed, cut or broken, or a record breaks a rule of BED.
    """
    origin, file = shown(path), big_file(path)
    check_big_file(path)
    if file.kind != "bigBed":
        raise InputError(f"{origin}: is a {file.kind}, not a bigBed")
    defined = file.defined or file.fields
    columns = 0
    try:
        with pyBigWig.open(str(path)) as track:
            for chrom, size in track.chroms().items():
                for at in range(0, size, _STRETCH):
                    entries = track.entries(chrom, at, min(size, at + _STRETCH)) or ()
                    for start, end, rest in entries:
                        if start < at:  # came with the stretch before
                            continue
                        place = f"{origin}: record at {chrom} {start} {end}"
                        fields = [part.encode() for part in (chrom, str(start), str(end))]
                        fields += rest.encode().split(b"\t") if rest else []
                        columns = columns or standard_columns(fields[:defined])
                        yield read_columns(fields, columns, place)
    except RuntimeError as error:
        raise InputError(f"{origin}: is a broken bigBed; make it again") from error
