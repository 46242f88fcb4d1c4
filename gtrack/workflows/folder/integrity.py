"""Whether the files that a manifest lists are those that were written, and what to do if not.

A manifest keeps size and sha256 of each (:mod:`gtrack.io.file_records`). Readers of a finished scan
look at sizes and at first and last bytes; ``gtrack verify`` reads all. Of a folder of an earlier
version there is no record: then what a bigWig or a bigBed says of itself is held to the manifest.
"""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gtrack.core.errors import InputError, VerificationError
from gtrack.core.listed_files import SESSIONS, Room, listed_files, room_of
from gtrack.core.manifest import RunManifest, TrackSpec
from gtrack.core.printable import pasted
from gtrack.core.targets import path_of
from gtrack.core.version import __version__
from gtrack.io.bbi import big_file
from gtrack.io.file_records import FileRecord, looks_changed, record_file, regular_size

_BIG = ("bigWig", "bigBed")
_CLOSE = 1e-6  # of two ways to say the same float


@dataclass(frozen=True, slots=True)
class Change:
    """A file that is not as it was written: `why` follows its name, `cure` is what to do."""

    url: str
    path: Path
    why: str
    cure: str

    def __str__(self) -> str:
        return f"{self.path}: {self.why}; {self.cure}"


def record_of(manifest: RunManifest, url: str) -> FileRecord | None:
    """Return what a listed file was when it was written; None where nothing was kept of it."""
    kept = (manifest.files or {}).get(url)
    if kept is None:
        return None
    return FileRecord(kept["size"], kept["sha256"], kept.get("edges"))


def records(
    out: Path, manifest: RunManifest, written: Collection[str]
) -> Mapping[str, Mapping[str, Any]]:
    """Return the records of all files that a manifest lists.

    Parameters
    ----------
    out : Path
    manifest : RunManifest
        With the records of before: those of files that were not written since are kept.
    written : collection of str
        How the URLs begin of what was written since.
    """
    before, kept = manifest.files or {}, {}
    for url in listed_files(manifest):
        path = out / path_of(url)
        if url.startswith((*written, *SESSIONS)) and regular_size(path) is not None:
            kept[url] = record_file(path).to_json()
        elif url in before:
            kept[url] = before[url]
    return kept


def refuse_changed(
    out: Path, manifest: RunManifest, rooms: Iterable[Room], *, missing: bool = True
) -> None:
    """Refuse a folder where a listed file looks as if it was not written by gtrack.

    Parameters
    ----------
    out : Path
    manifest : RunManifest
    rooms : iterable of str
        Which files are looked at.
    missing : bool
        Whether one that is not there counts.

    Raises
    ------
    VerificationError
        Naming the file and the cure.
    """
    for change in looked_at(out, manifest, rooms):
        if missing or regular_size(change.path) is not None:
            raise VerificationError(str(change))


def looked_at(out: Path, manifest: RunManifest, rooms: Iterable[Room]) -> Iterator[Change]:
    """Yield the listed files that look changed: by size, first and last bytes, or their head."""
    wanted = frozenset(rooms)
    specs = {track.url: track for track in manifest.tracks}
    for url in listed_files(manifest):
        if room_of(url) in wanted:
            path, record = out / path_of(url), record_of(manifest, url)
            if record is not None:
                why = looks_changed(path, record)
            else:
                why = head_differs(path, specs.get(url)) if room_of(url) != "sessions" else None
            if why is not None:
                yield changed(out, manifest, url, why)


def head_differs(path: Path, spec: TrackSpec | None) -> str | None:
    """Say how a file without a record differs from what the manifest tells of it."""
    size = regular_size(path)
    if size is None:
        return "is not there, or is no file"
    if not size and (spec is None or spec.kind != "annotation"):
        return None if path.suffix in (".bed", ".narrowPeak") else "has 0 bytes"
    if spec is None or spec.format not in _BIG:
        return None
    try:
        head = big_file(path)
    except InputError as error:
        return str(error).removeprefix(f"{path}: ").partition(";")[0]
    if head.kind != spec.format:
        return f"is a {head.kind}, not a {spec.format}"
    if spec.largest is not None and not math.isclose(head.largest, spec.largest, rel_tol=_CLOSE):
        return (
            f"is another track: its largest value is {head.largest:.6g}, and {spec.largest:.6g} "
            "was written"
        )
    return None


def changed(out: Path, manifest: RunManifest, url: str, why: str) -> Change:
    """Return what is said of a listed file that is not as it was written."""
    path = out / path_of(url)
    return Change(url, path, why, _cure(out, manifest, room_of(url), os.path.lexists(path)))


def _cure(out: Path, manifest: RunManifest, room: Room, there: bool) -> str:
    """Return what a user does about a file in a room."""
    where = pasted(out)
    if room == "hits":
        return f"gtrack hits {where} --motifs FILE calls them again"
    if room == "annotations":
        return f"gtrack annotate {where} NAME=FILE adds it again"
    if room == "trust":
        return f"gtrack passport {where} makes it again"
    if manifest.foreign:
        again = "give the same gtrack hits --track again, with --overwrite"
    elif manifest.versions.get("gtrack") != __version__:
        again = "scan again with --overwrite"
    else:
        again = "the command of the scan with --resume makes it again"
        if there:
            again = f"move it away: then {again}"
        if manifest.hits is not None and room in ("tracks", "tables", "null"):
            again += f", without hits (gtrack hits {where} --motifs FILE calls them again)"
    return f"restore it from a copy, or {again}"
