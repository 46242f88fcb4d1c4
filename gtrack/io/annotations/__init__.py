"""Annotations that a user brings: BED, peaks, GTF, GFF3 and bigBed as features, bigWig as bars."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from gtrack.core.annotation_formats import ANNOTATION_FORMATS
from gtrack.core.errors import InputError
from gtrack.core.features import Feature
from gtrack.core.printable import shown
from gtrack.io.annotations.bed12 import read_bed_features, read_broad_peaks, read_narrow_peaks
from gtrack.io.annotations.gff import Places, read_gff3, read_gtf
from gtrack.io.annotations.sieve import Sieve
from gtrack.io.bigbed import bigbed_at, read_bigbed

_READERS: Mapping[str, Callable[[Path], Iterator[Feature]]] = {
    "BED": read_bed_features,
    "narrowPeak": read_narrow_peaks,
    "broadPeak": read_broad_peaks,
    "GTF": read_gtf,
    "GFF3": read_gff3,
    "bigBed": read_bigbed,
}
_SIFTED: Mapping[str, Callable[[Path, Sieve], Iterator[Feature]]] = {
    "BED": read_bed_features,
    "narrowPeak": read_narrow_peaks,
    "broadPeak": read_broad_peaks,
}
_AT_PLACES: Mapping[str, Callable[[Path, Places], Iterator[Feature]]] = {
    "GTF": read_gtf,
    "GFF3": read_gff3,
    "bigBed": bigbed_at,
}


def annotation_format(path: Path) -> str:
    """Tell the format of an annotation from its name.

    Returns
    -------
    str
        A key of :data:`gtrack.core.annotation_formats.ANNOTATION_FORMATS`.

    Raises
    ------
    InputError
        When the name says nothing.
    """
    for each in ANNOTATION_FORMATS.values():
        if each.calls(path.name):
            return each.name
    *most, last = (each.ending for each in ANNOTATION_FORMATS.values() if each.lines)
    raise InputError(
        f"{shown(path)}: no format that gtrack shows has such a name; give {', '.join(most)} or "
        f"{last}, plain or .gz, or a bigBed, .bb, or a bigWig, .bw"
    )


def sifted_features(path: Path, kind: str, sieve: Sieve) -> Iterator[Feature]:
    """Yield the features of a file that a sieve wants; what lies elsewhere is passed over.

    Of a bigBed its index is asked. A GTF or GFF3 is gone through once, but few of its rows are read
    (:mod:`gtrack.io.annotations.kin`). Where names are wanted as well, these are read whole.

    Raises
    ------
    InputError
        As of :func:`read_features`, but of what is read alone, which may be none.
    """
    if kind in _SIFTED:
        found = _SIFTED[kind](path, sieve)
    elif sieve.by_name:
        found = _READERS[kind](path)
    else:
        found = _AT_PLACES[kind](path, sieve.spans)
    return filter(sieve.wants, found)


def read_features(path: Path, kind: str) -> Iterator[Feature]:
    """Read the features of a file, on whatever chromosomes.

    A transcript of GTF or GFF3 is one feature, with its exons as blocks and what is translated
    thick; so is a gene that has no transcript.

    Parameters
    ----------
    path : Path
    kind : str
        A key of :data:`gtrack.core.annotation_formats.ANNOTATION_FORMATS` that is no signal.

    Raises
    ------
    InputError
        While it is read: at the first line that breaks a rule of the format, with its number; or
        at the end, when there are no features.
    """
    found = False
    for feature in _READERS[kind](path):
        found = True
        yield feature
    if not found:
        raise InputError(f"{shown(path)}: no features; give a file with at least one")
