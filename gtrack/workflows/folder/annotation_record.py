"""Which files in ``OUT/annotations`` gtrack wrote: whatever else lies there is the user's.

``plan/annotations.txt`` has a line ``+NAME`` before a file is written and ``-NAME`` after one was
removed. Lines are only ever appended, so whatever instant a run is killed at, none of ours is lost.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from gtrack.core.small_file import whole, whole_json
from gtrack.io.atomic import sync, write_parts
from gtrack.io.folders import remove_empty, writing_in

FOLDER = "annotations"
RECORD = "plan/annotations.txt"


def recorded(out: Path) -> list[str]:
    """Return the names of the files that gtrack wrote, whether they are there or not.

    Those written last stand last. Of a scan that kept no record, those that its manifest lists.
    """
    names: dict[str, None] = {}
    try:
        lines = whole(out / RECORD).decode(errors="replace").splitlines()
    except OSError:
        return _listed(out)
    for line in lines:
        names.pop(line[1:], None)
        if line.startswith("+"):
            names[line[1:]] = None
    return list(names)


def put_annotations(out: Path, files: Mapping[str, Iterable[bytes]]) -> None:
    """Write files by their names; those that gtrack wrote before under other names stay.

    Raises
    ------
    OutputError
        When the system refuses.
    """
    folder = out / FOLDER
    with writing_in(folder):
        folder.mkdir(exist_ok=True)
        (out / RECORD).parent.mkdir(exist_ok=True)  # tracks of another tool have no plan
        _record(out, "+", files)
        for name, parts in files.items():
            write_parts(folder / name, parts)


def drop_annotations(out: Path, names: Iterable[str]) -> None:
    """Remove files that gtrack wrote, and the folder if it is empty then.

    Raises
    ------
    OutputError
        When the system refuses.
    """
    folder, gone = out / FOLDER, list(names)
    with writing_in(folder):
        for name in gone:
            (folder / name).unlink(missing_ok=True)
        if gone:
            _record(out, "-", gone)
            remove_empty(folder)


def _record(out: Path, sign: str, names: Iterable[str]) -> None:
    """Append names under a sign."""
    text = "".join(f"{sign}{name}\n" for name in names)
    if not (out / RECORD).exists():
        text = "".join(f"+{name}\n" for name in _listed(out)) + text
    elif not whole(out / RECORD).endswith(b"\n"):  # the last line was torn by a power cut
        text = f"\n{text}"
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(out / RECORD, flags, 0o666)
    try:
        os.write(descriptor, text.encode())
        sync(descriptor)
    finally:
        os.close(descriptor)


def _listed(out: Path) -> list[str]:
    try:
        tracks = whole_json(out / "manifest.json")["tracks"]
        urls = [track.get(key) or "" for track in tracks for key in ("url", "index", "names")]
        return [url.removeprefix(f"{FOLDER}/") for url in urls if url.startswith(f"{FOLDER}/")]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return []
