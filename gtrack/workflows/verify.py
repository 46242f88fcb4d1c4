"""``gtrack verify``: every file of a finished scan, held to what was on record when it was made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from gtrack.core.errors import InputError, OutputError, VerificationError
from gtrack.core.listed_files import listed_files, room_of
from gtrack.core.ports import Progress
from gtrack.core.printable import pasted
from gtrack.core.targets import path_of
from gtrack.io.file_lists import LIST, is_list, read_list
from gtrack.io.file_records import OTHER_BYTES, FileRecord, has_changed, regular_size
from gtrack.publish.report.seal import is_whole
from gtrack.workflows.folder.evaluation_record import has_metrics
from gtrack.workflows.folder.finished import FinishedScan, as_listed
from gtrack.workflows.folder.hub_folder import hub_files, is_hub
from gtrack.workflows.folder.integrity import Change, changed, head_differs, record_of
from gtrack.workflows.folder.marks import is_report
from gtrack.workflows.folder.others import others


@dataclass(frozen=True, slots=True)
class VerifySummary:
    """What was found.

    Parameters
    ----------
    out : Path
    files, size : int
        How many were read whole, and their bytes.
    changes : tuple of Change
        Files that are not as they were written.
    unrecorded : tuple of Path
        Files of which nothing was kept (an earlier version made them): their sizes and heads alone
        were looked at.
    foreign : tuple of Path
        What lies there and is not gtrack's.
    """

    out: Path
    files: int
    size: int
    changes: tuple[Change, ...]
    unrecorded: tuple[Path, ...]
    foreign: tuple[Path, ...]


@dataclass(slots=True)
class _Reading:
    """What is to be read, and what was found so far."""

    progress: Progress
    whole: list[tuple[Path, FileRecord, Callable[[str], Change]]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    unrecorded: list[Path] = field(default_factory=list)

    def read(self) -> None:
        """Read every file that is on record, whole."""
        size = self.size
        self.progress("verify", 0, size)
        for path, record, change in self.whole:
            why = has_changed(path, record, lambda more: self.progress("verify", more, size))
            if why is not None:
                self.changes.append(change(why))

    @property
    def size(self) -> int:
        return sum(record.size for _, record, _ in self.whole)


def verify(out: Path, progress: Progress = lambda *_: None) -> VerifySummary:
    """Read every file of a finished scan, and of what was made of it, and compare.

    Parameters
    ----------
    out : Path
        Folder of a finished scan, or of tracks of another tool; it is not written to.
    progress : callable
        Told of bytes.

    Raises
    ------
    InputError
        When there is no finished scan, or a file cannot be read.
    OutputError
        When another run changed the folder meanwhile.
    """
    scan = as_listed(out)
    reading = _Reading(progress)
    for url in listed_files(scan.manifest):
        _listed(scan, url, reading)
    where = pasted(out)
    if is_hub(scan.folder.hub) or is_list(scan.folder.hub / LIST):
        again = f"gtrack hub {where} --email ADDRESS makes it again"
        _folder(out, scan.folder.hub, [*hub_files(scan.folder.hub)], again, reading)
    evaluation = out / "evaluation"
    if has_metrics(evaluation) or is_list(evaluation / LIST):
        again = f"gtrack evaluate {where}, with the options of before and --overwrite, repeats it"
        _folder(out, evaluation, [evaluation / "metrics.tsv"], again, reading)
    _report(out / "report.html", f"gtrack report {where} makes it again", reading)
    reading.read()
    if not scan.is_still(now := scan.folder.read_manifest()) or now != scan.manifest:
        raise OutputError(f"{out}: another run changed the folder meanwhile; verify it again")
    return VerifySummary(
        out=out,
        files=len(reading.whole),
        size=reading.size,
        changes=tuple(reading.changes),
        unrecorded=tuple(reading.unrecorded),
        foreign=tuple(others(out)),
    )


def _listed(scan: FinishedScan, url: str, reading: _Reading) -> None:
    """Take one file that the manifest lists."""
    path, record = scan.out / path_of(url), record_of(scan.manifest, url)
    change = partial(changed, scan.out, scan.manifest, url)
    if record is not None:
        reading.whole.append((path, record, change))
        return
    room = room_of(url)
    optional = room in ("sessions", "genome") and url != scan.manifest.genome["sizes"]
    if optional and regular_size(path) is None:
        return  # gtrack 0.1 wrote no sessions, and whoever opens a genome makes its index
    reading.unrecorded.append(path)
    spec = next((each for each in scan.manifest.tracks if each.url == url), None)
    why = head_differs(path, spec)
    if room == "null" and why is None:
        why = _null_differs(scan, path)
    if why is not None:
        reading.changes.append(change(why))


def _null_differs(scan: FinishedScan, path: Path) -> str | None:
    """Say whether a null is damaged: it is sealed with a sha256 of its own, in every version."""
    parts, bases = scan.folder.parts, (scan.manifest.null or {})["bases"]
    try:
        for target in scan.shown:
            if parts.null(target) == path:
                parts.read_null(scan.plan, bases, target)
    except VerificationError:
        return OTHER_BYTES
    return None


def _folder(out: Path, folder: Path, known: list[Path], cured: str, reading: _Reading) -> None:
    """Take the files of a folder that has a list of its own."""

    def change(path: Path, why: str) -> Change:
        return Change(str(path.relative_to(out)), path, why, cured)

    try:
        listed = read_list(folder)
    except InputError:
        reading.changes.append(change(folder / LIST, "is no list of files"))
        return
    if listed is None:
        reading.unrecorded += known
        for each in known:
            why = head_differs(each, None)
            if why is not None:
                reading.changes.append(change(each, why))
        return
    for name, record in listed.items():
        reading.whole.append((folder / name, record, partial(change, folder / name)))


def _report(path: Path, cured: str, reading: _Reading) -> None:
    if not path.is_file() or not is_report(path):
        return
    whole = is_whole(path.read_bytes())
    if whole is None:
        reading.unrecorded.append(path)
    elif not whole:
        reading.changes.append(Change(path.name, path, OTHER_BYTES, cured))
