"""Annotations that a user gives: read whole and found good before anything is written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gtrack.core.annotation_formats import ANNOTATION_FORMATS
from gtrack.core.annotation_names import AnnotationName, AnnotationNames
from gtrack.core.errors import InputError
from gtrack.core.features import on_genome
from gtrack.core.manifest import BESIDE
from gtrack.core.printable import few, shown
from gtrack.core.scan.regions import known_as, known_names
from gtrack.io.annotations import annotation_format, read_features
from gtrack.io.annotations.bed12 import has_tabs
from gtrack.io.bbi import big_file
from gtrack.io.bigwig import BigWigReader
from gtrack.io.shell import renamed
from gtrack.io.text import compression, open_bytes

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
INDEXES = {".tbi": b"TBI\x01", ".csi": b"CSI\x01"}
"""Endings of tabix indexes, and how they begin."""

_LARGE = {"plain": 20_000_000, "gzip": 4_000_000, "bgzf": 4_000_000}
"""Bytes of a file above which a browser is slow to load all of it."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """One file that was found good.

    Parameters
    ----------
    name : str
    path : Path
    format : str
        As :func:`gtrack.io.annotations.annotation_format` calls it.
    packed : bool
        It is compressed.
    tabs : bool
        Its columns are separated by tabs.
    index : Path or None
        Its tabix index.
    features : int
        Those on the genome; a transcript is one. Of a signal, the chromosomes of the genome that
        have values.
    elsewhere : int
        Those on chromosomes that the genome lacks; of a signal, such chromosomes.
    note : str
        Advice, where there is some.
    names : tuple of AnnotationName
        What it calls which places; none of a signal.
    replaces : str
        What had its name before and was another file, relative to the scan's folder; empty where
        nothing had.
    """

    name: str
    path: Path
    format: str
    packed: bool
    tabs: bool
    index: Path | None
    features: int
    elsewhere: int
    note: str
    names: tuple[AnnotationName, ...] = ()
    replaces: str = ""

    @property
    def is_signal(self) -> bool:
        """Whether it holds values, and no features."""
        return ANNOTATION_FORMATS[self.format].signal


def check_names(
    pairs: Iterable[tuple[str, Path]],
    models: Iterable[str],
    tracks: Iterable[str] = (),
    option: str = "--annotation ",
) -> None:
    """Refuse annotations whose names do not do, before any is read.

    Parameters
    ----------
    pairs : iterable of (str, Path)
        Name and file.
    models, tracks : iterable of str
        Names of the scan's models, and of tracks that are no annotations.
    option : str
        What stands before NAME=FILE on the command line.

    Raises
    ------
    InputError
        When a name cannot be that of a file, or is taken.
    """
    ends = ("", "-forward", "-reverse", "-hits", *(f"-{kind}" for kind in BESIDE))
    names = {*tracks, *(f"{model}{end}" for model in models for end in ends)}
    taken = dict.fromkeys((name.casefold() for name in names), "a track of a model")
    for name, path in pairs:
        said = f"{option}{shown(name)}={shown(path)}"
        if not _NAME.fullmatch(name):
            raise InputError(
                f"{said}: a name has letters, digits and . _ -, 64 at most, and begins with a "
                "letter or digit"
            )
        if name.casefold() in taken:
            raise InputError(f"{said}: {taken[name.casefold()]} has this name; names are free")
        taken[name.casefold()] = "another annotation"


def check_annotations(
    pairs: Sequence[tuple[str, Path]], chrom_sizes: Mapping[str, int]
) -> tuple[Annotation, ...]:
    """Read every annotation whole; of a signal, the head.

    Parameters
    ----------
    pairs : sequence of (str, Path)
        Name and file.
    chrom_sizes : mapping of str to int
        Lengths in bp.

    Raises
    ------
    InputError
        When a file breaks a rule of its format, a feature ends beyond its chromosome, no feature
        or value lies on the genome, or a signal is of chromosomes of other lengths.
    """
    return tuple(_check(name, path, chrom_sizes) for name, path in pairs)


def _check(name: str, path: Path, chrom_sizes: Mapping[str, int]) -> Annotation:
    kind = annotation_format(path)
    form = ANNOTATION_FORMATS[kind]
    if form.signal:
        return _check_signal(name, path, kind, chrom_sizes)
    if not form.lines and (head := big_file(path)).kind == kind:
        _refuse_lengths(path, head.chrom_sizes, chrom_sizes)
    elsewhere: Counter[str] = Counter()
    features, names = 0, AnnotationNames()
    for feature in on_genome(read_features(path, kind), chrom_sizes, elsewhere):
        features += 1
        names.add(feature)
    if not features:
        what = f"none of its {elsewhere.total():,} features lies on the genome"
        command = ""
        if form.lines:
            others = known_names(elsewhere, chrom_sizes)
            tabs = not form.bed or has_tabs(path)
            command = renamed(path, others, tabs=tabs) if others else ""
        said = _other_names(elsewhere, chrom_sizes) + (f": {command}" if command else "")
        raise InputError(f"{shown(path)}: {what}: {said}")
    packing = compression(path) if form.lines else "plain"
    index, note = _index(path, packing) if form.lines else (None, "")
    if index is None and form.lines and path.stat().st_size > _LARGE[packing] and not note:
        note = (
            "without an index a browser loads all of it; sort it, then bgzip and tabix, to make it "
            "quick"
        )
    tabs = not form.bed or has_tabs(path)
    return Annotation(
        *(name, path, kind, packing != "plain", tabs, index if tabs else None),
        *(features, elsewhere.total(), note, names.sorted()),
    )


def _check_signal(name: str, path: Path, kind: str, chrom_sizes: Mapping[str, int]) -> Annotation:
    head = big_file(path)
    if head.kind != kind:
        ending = ANNOTATION_FORMATS[head.kind].ending
        raise InputError(f"{shown(path)}: is a {head.kind}; call the file {ending}")
    theirs = head.chrom_sizes
    _refuse_lengths(path, theirs, chrom_sizes)
    shared = [chrom for chrom in theirs if chrom in chrom_sizes]
    if not shared:
        what = "none of its chromosomes is one of the genome"
        raise InputError(f"{shown(path)}: {what}: {_other_names(theirs, chrom_sizes)}")
    with BigWigReader(path) as track:
        valued = sum(map(track.has_values, shared))
    if not valued:
        raise InputError(
            f"{shown(path)}: has no value on the chromosomes of the genome; give the signal of them"
        )
    elsewhere = len(theirs) - len(shared)
    return Annotation(name, path, kind, False, True, None, valued, elsewhere, "")


def _refuse_lengths(path: Path, theirs: Mapping[str, int], chrom_sizes: Mapping[str, int]) -> None:
    """Refuse a bigWig or bigBed of another assembly, by what it says of its chromosomes."""
    for chrom, size in theirs.items():
        if chrom_sizes.get(chrom, size) != size:
            raise InputError(
                f"{shown(path)}: gives {shown(chrom, 40)!r} {size:,} bp, the genome "
                f"{chrom_sizes[chrom]:,}; give the file of this assembly"
            )


def _other_names(found: Mapping[str, int], chrom_sizes: Mapping[str, int]) -> str:
    theirs, ours = (
        few(repr(shown(chrom, 40)) for chrom in names) for names in (found, chrom_sizes)
    )
    same = any(known_as(chrom, chrom_sizes) for chrom in found)
    cure = "rename its chromosomes" if same else "give the annotation of this assembly"
    return f"its chromosomes are {theirs}, those of the genome {ours}; {cure}"


def _index(path: Path, packing: str) -> tuple[Path | None, str]:
    """Return the tabix index beside a file, or none and why it is left out."""
    for ending, magic in INDEXES.items():
        index = path.with_name(path.name + ending)
        if not index.is_file():
            continue
        if packing != "bgzf":
            raise InputError(
                f"{shown(index)}: an index of a file that is not bgzipped; compress that with "
                "bgzip and index it again, or move the index away"
            )
        with open_bytes(index) as file:
            if file.read(4) != magic:
                raise InputError(f"{shown(index)}: is no tabix index; make it again")
        if index.stat().st_mtime < path.stat().st_mtime:
            return None, (
                f"{index.name} is older than the file and was left out; run tabix again, or touch "
                "it if it fits"
            )
        return index, ""
    return None, ""
