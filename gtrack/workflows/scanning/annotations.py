"""Annotations shown beside the tracks of a scan: copied into its folder, listed, taken away."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from gtrack.core.annotation_formats import ANNOTATION_FORMATS
from gtrack.core.annotation_names import COLUMNS
from gtrack.core.errors import InputError
from gtrack.core.listed_files import listed_files, room_of
from gtrack.core.manifest import RunManifest, TrackSpec
from gtrack.io.annotations.bed12 import with_tabs
from gtrack.io.folders import entries
from gtrack.io.text import read_parts, reading
from gtrack.workflows.folder.annotation_record import (
    FOLDER,
    drop_annotations,
    put_annotations,
    recorded,
)
from gtrack.workflows.folder.integrity import looked_at
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.scanning.annotation_checks import INDEXES, Annotation

_PACKED = ".gz"
_NAMES = ".names.tsv"
_AT_ONCE = 10_000  # lines


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


def replacing(annotations: Sequence[Annotation], out: Path) -> tuple[Annotation, ...]:
    """Return annotations that say what they replace: one of their name, if that is another file."""
    there = {track.name.casefold(): track for track in annotation_tracks(out)}
    return tuple(_replacing(each, there.get(each.name.casefold()), out) for each in annotations)


def _replacing(annotation: Annotation, before: TrackSpec | None, out: Path) -> Annotation:
    if before is None:
        return annotation
    (name, parts), *_ = _files(annotation)
    if before.path == f"{FOLDER}/{name}" and _holds(out / before.path, parts):
        return annotation
    return replace(annotation, replaces=before.path)


def _holds(path: Path, parts: Iterable[bytes]) -> bool:
    """Whether a file holds just these bytes."""
    with reading(path), path.open("rb") as file:
        return all(file.read(len(part)) == part for part in parts) and not file.read(1)


def copy_annotations(annotations: Sequence[Annotation], out: Path) -> None:
    """Copy annotations into ``OUT/annotations``; those of other names stay.

    They stay as they are, but for a BED with spaces between its columns: it gets tabs, because
    readers that go by spaces would split names. What had the name of one before goes when the
    manifest no longer lists it; see :func:`drop_replaced`.

    Raises
    ------
    InputError
        When one cannot be read.
    OutputError
        When the disk refuses.
    """
    put_annotations(out, dict(file for each in annotations for file in _files(each)))


def _files(annotation: Annotation) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield name and contents of each file of an annotation: it, its index and its names."""
    packed = _PACKED if annotation.packed and annotation.tabs else ""
    name = f"{annotation.name}{ANNOTATION_FORMATS[annotation.format].ending}{packed}"
    path, index = annotation.path, annotation.index
    yield name, read_parts(path) if annotation.tabs else with_tabs(path)
    if index is not None:
        yield name + index.suffix, read_parts(index)
    if annotation.names:
        yield annotation.name + _NAMES, _names(annotation)


def _names(annotation: Annotation) -> Iterator[bytes]:
    """Yield the table of an annotation's names."""
    yield "\t".join(COLUMNS).encode() + b"\n"
    for at in range(0, len(annotation.names), _AT_ONCE):
        some = annotation.names[at : at + _AT_ONCE]
        lines = (f"{each.name}\t{each.chrom}\t{each.start}\t{each.end}\n" for each in some)
        yield "".join(lines).encode(errors="replace")


def annotation_tracks(out: Path, without: Collection[str] = ()) -> tuple[TrackSpec, ...]:
    """List what gtrack put into ``OUT/annotations``, by name; of two of one name the later.

    Parameters
    ----------
    out : Path
    without : collection of str
        Names, in whatever case, that are left out.
    """
    there = set(entries(out / FOLDER))
    found = [file for file in recorded(out) if file in there]
    left_out = {name.casefold() for name in without}
    tracks = {}
    for at, file in enumerate(found):
        bare = file.removesuffix(_PACKED)
        for form in ANNOTATION_FORMATS.values():
            name = bare.removesuffix(form.ending)
            if name == bare or name.casefold() in left_out:
                continue
            # an index or names that were written before the file are those of another
            beside = found[at:]
            index = next((file + end for end in INDEXES if file + end in beside), None)
            names = f"{FOLDER}/{name}{_NAMES}" if name + _NAMES in beside else None
            tracks[name.casefold()] = TrackSpec(
                name=name,
                kind="annotation",
                format=form.name,
                url=f"{FOLDER}/{file}",
                index=index and f"{FOLDER}/{index}",
                names=names,
            )
    return tuple(sorted(tracks.values(), key=lambda track: track.name))


def written(annotations: Sequence[Annotation]) -> list[str]:
    """Return the URLs of the files that :func:`copy_annotations` writes."""
    return [f"{FOLDER}/{name}" for each in annotations for name, _ in _files(each)]


def replaced_annotations(out: Path, manifest: RunManifest) -> list[str]:
    """Return the URLs of annotations that were written since the manifest was."""
    return [each.url for each in looked_at(out, manifest, ["annotations"])]


def republish(
    folder: ScanFolder, *, without: Collection[str] = (), copied: Collection[str] = ()
) -> None:
    """Bring manifest and sessions of a finished scan to the annotations that stand there.

    Parameters
    ----------
    folder : ScanFolder
    without : collection of str
        Names of those that are taken away.
    copied : collection of str
        URLs of those that were written since the manifest was.
    """
    manifest = folder.read_manifest()
    others = tuple(track for track in manifest.tracks if track.kind != "annotation")
    tracks = (*others, *annotation_tracks(folder.out, without))
    if copied or tracks != manifest.tracks:
        listed = replace(manifest, tracks=tracks)
        known = manifest.files or {}
        new = [url for url in listed_files(listed) if url not in known or url in copied]
        folder.publish(listed, [url for url in new if room_of(url) == "annotations"])
    drop_replaced(folder.out, tracks)


def drop_replaced(out: Path, tracks: Iterable[TrackSpec]) -> None:
    """Remove the annotations that gtrack wrote and the manifest no longer lists.

    Parameters
    ----------
    out : Path
    tracks : iterable of TrackSpec
        Those of the manifest, which stands there.
    """
    listed = {url for track in tracks for url in (track.path, track.index, track.names)}
    drop_annotations(out, [file for file in recorded(out) if f"{FOLDER}/{file}" not in listed])
