"""Annotations shown beside the tracks of a scan: checked, copied into its folder, listed."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from gtrack.core.annotation_formats import ANNOTATION_FORMATS
from gtrack.core.errors import InputError
from gtrack.core.features import on_genome
from gtrack.core.listed_files import listed_files, room_of
from gtrack.core.manifest import RunManifest, TrackSpec
from gtrack.core.printable import shown
from gtrack.core.scan.regions import known_as
from gtrack.io.annotations import annotation_format, read_features
from gtrack.io.annotations.bed12 import has_tabs, with_tabs
from gtrack.io.folders import entries
from gtrack.io.text import compression, open_bytes, read_parts
from gtrack.workflows.folder.annotation_record import FOLDER, recorded, replace_annotations
from gtrack.workflows.folder.integrity import looked_at
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.scanning.job import ScanJob

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_PACKED = ".gz"
_INDEXES = {".tbi": b"TBI\x01", ".csi": b"CSI\x01"}
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
        Those on the genome; a transcript is one.
    elsewhere : int
        Those on chromosomes that the genome lacks.
    note : str
        Advice, where there is some.
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


def check_names(job: ScanJob) -> None:
    """Refuse annotations whose names do not do, before any is read.

    Raises
    ------
    InputError
        When a name cannot be that of a file, or is taken.
    """
    ends = ("", "-forward", "-reverse", "-hits")
    tracks = {f"{model}{end}".casefold() for model, _ in job.models for end in ends}
    taken = dict.fromkeys(tracks, "a track of a model")
    for name, path in job.annotations:
        option = f"--annotation {shown(name)}={shown(path)}"
        if not _NAME.fullmatch(name):
            raise InputError(
                f"{option}: a name has letters, digits and . _ - and begins with a letter or digit"
            )
        if name.casefold() in taken:
            raise InputError(f"{option}: {taken[name.casefold()]} has this name; names are free")
        taken[name.casefold()] = "another annotation"


def check_annotations(
    pairs: Sequence[tuple[str, Path]], chrom_sizes: Mapping[str, int]
) -> tuple[Annotation, ...]:
    """Read every annotation whole.

    Parameters
    ----------
    pairs : sequence of (str, Path)
        Name and file.
    chrom_sizes : mapping of str to int
        Lengths in bp.

    Raises
    ------
    InputError
        When a file breaks a rule of its format, a feature ends beyond its chromosome, or no
        feature lies on the genome.
    """
    return tuple(_check(name, path, chrom_sizes) for name, path in pairs)


def _check(name: str, path: Path, chrom_sizes: Mapping[str, int]) -> Annotation:
    kind = annotation_format(path)
    elsewhere: Counter[str] = Counter()
    features = sum(1 for _ in on_genome(read_features(path, kind), chrom_sizes, elsewhere))
    if not features:
        raise InputError(f"{shown(path)}: {_none_there(elsewhere, chrom_sizes)}")
    form = ANNOTATION_FORMATS[kind]
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
        *(features, elsewhere.total(), note),
    )


def _none_there(elsewhere: Counter[str], chrom_sizes: Mapping[str, int]) -> str:
    theirs, ours = (
        ", ".join(repr(shown(chrom, 40)) for chrom in islice(names, 3)) + ", ..." * (len(names) > 3)
        for names in (elsewhere, chrom_sizes)
    )
    same = any(known_as(chrom, chrom_sizes) for chrom in elsewhere)
    cure = "rename its chromosomes" if same else "give the annotation of this assembly"
    return (
        f"none of its {elsewhere.total():,} features lies on the genome: its chromosomes are "
        f"{theirs}, those of the genome {ours}; {cure}"
    )


def _index(path: Path, packing: str) -> tuple[Path | None, str]:
    """Return the tabix index beside a file, or none and why it is left out."""
    for ending, magic in _INDEXES.items():
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


def refuse_taken(annotations: Sequence[Annotation], out: Path) -> None:
    """Refuse names under which somebody else's file lies in ``OUT/annotations``.

    Raises
    ------
    InputError
        Naming the file.
    """
    ours = recorded(out)
    for name in (name for each in annotations for name, _ in _files(each)):
        if name not in ours and os.path.lexists(out / FOLDER / name):
            raise InputError(
                f"{out / FOLDER / name}: is there and is not gtrack's; move it away, or give the "
                "annotation another name"
            )


def copy_annotations(annotations: Sequence[Annotation], out: Path) -> None:
    """Copy annotations into ``OUT/annotations``, in the place of those that were copied before.

    They stay as they are, but for a BED with spaces between its columns: it gets tabs, because
    readers that go by spaces would split names.

    Raises
    ------
    InputError
        When one cannot be read.
    OutputError
        When the disk refuses.
    """
    replace_annotations(out, dict(file for each in annotations for file in _files(each)))


def _files(annotation: Annotation) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield name and contents of each file that shows an annotation: it and its index."""
    packed = _PACKED if annotation.packed and annotation.tabs else ""
    name = f"{annotation.name}{ANNOTATION_FORMATS[annotation.format].ending}{packed}"
    path, index = annotation.path, annotation.index
    yield name, read_parts(path) if annotation.tabs else with_tabs(path)
    if index is not None:
        yield name + index.suffix, read_parts(index)


def annotation_tracks(out: Path) -> tuple[TrackSpec, ...]:
    """List what gtrack put into ``OUT/annotations``, by name."""
    tracks = []
    found = recorded(out) & set(entries(out / FOLDER))
    for file in found:
        bare = file.removesuffix(_PACKED)
        for form in ANNOTATION_FORMATS.values():
            if bare.endswith(form.ending):
                index = next((file + end for end in _INDEXES if file + end in found), None)
                tracks.append(
                    TrackSpec(
                        name=bare.removesuffix(form.ending),
                        kind="annotation",
                        format=form.name,
                        url=f"{FOLDER}/{file}",
                        index=index and f"{FOLDER}/{index}",
                    )
                )
    return tuple(sorted(tracks, key=lambda track: track.name))


def replaced_annotations(out: Path, manifest: RunManifest) -> list[str]:
    """Return the URLs of annotations that were written since the manifest was."""
    return [each.url for each in looked_at(out, manifest, ["annotations"])]


def republish(folder: ScanFolder, *, copied: bool) -> None:
    """Bring manifest and sessions of a finished scan to the annotations that stand there.

    `copied` says that they were written since the manifest was.
    """
    manifest = folder.read_manifest()
    others = tuple(track for track in manifest.tracks if track.kind != "annotation")
    tracks = (*others, *annotation_tracks(folder.out))
    if copied or tracks != manifest.tracks:
        listed = replace(manifest, tracks=tracks)
        known = () if copied else manifest.files or ()
        written = [url for url in listed_files(listed) if url not in known]
        folder.publish(listed, [url for url in written if room_of(url) == "annotations"])
