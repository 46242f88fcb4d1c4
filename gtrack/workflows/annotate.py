"""``gtrack annotate``: annotations of a finished scan, added, replaced and taken away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.manifest import TrackSpec
from gtrack.core.printable import shown
from gtrack.workflows.folder.finished import FinishedScan, as_listed
from gtrack.workflows.folder.kept_inputs import of_files
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.scanning.annotation_checks import (
    Annotation,
    check_annotations,
    check_names,
)
from gtrack.workflows.scanning.annotations import (
    annotation_tracks,
    copy_annotations,
    refuse_taken,
    replacing,
    republish,
    written,
)


@dataclass(frozen=True, slots=True)
class AnnotateJob:
    """The options of ``gtrack annotate``.

    Parameters
    ----------
    out : Path
        Folder of a finished scan, or of tracks of another tool.
    annotations : tuple of (str, Path)
        Name and file of each that is added; one of a name that is there is replaced.
    remove : tuple of str
        Names of those that are taken away.
    """

    out: Path
    annotations: tuple[tuple[str, Path], ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Annotated:
    """What was done: `added` stand there now, `removed` no longer, `tracks` are all there are."""

    added: tuple[Annotation, ...]
    removed: tuple[TrackSpec, ...]
    tracks: tuple[TrackSpec, ...]


def annotate(job: AnnotateJob) -> Annotated:
    """Add annotations to a finished scan, and take others away; no model is needed.

    Every file is read before one is written. Killed at whatever instant, the same call does the
    rest.

    Raises
    ------
    InputError
        When there is no finished scan, a name does not do or is not there, or a file is wrong.
    OutputError
        When the disk refuses, or another run holds the folder.
    """
    if not job.annotations and not job.remove:
        raise InputError("nothing to do: give NAME=FILE, or --remove NAME")
    as_listed(job.out)  # before the folder is held: holding makes one that is not there
    folder = ScanFolder(job.out)
    with folder.held():
        scan = as_listed(job.out)
        removed = _removed(job)
        tracks = [track.name for track in scan.manifest.tracks if track.kind != "annotation"]
        models = [str(model["name"]) for model in scan.manifest.models]
        check_names(job.annotations, models, tracks, option="")
        added = _checked(job, scan)
        folder.sweep()
        if added:
            copy_annotations(added, job.out)
        republish(folder, without=job.remove, copied=written(added))
    return Annotated(added, removed, annotation_tracks(job.out))


def _checked(job: AnnotateJob, scan: FinishedScan) -> tuple[Annotation, ...]:
    files = {f"{name}=": path for name, path in job.annotations}
    scan.folder.refuse_inputs(of_files(files), ("annotations",), "gtrack annotate replaces")
    annotations = check_annotations(job.annotations, scan.chrom_sizes)
    refuse_taken(annotations, job.out)
    return replacing(annotations, job.out)


def _removed(job: AnnotateJob) -> tuple[TrackSpec, ...]:
    """Return the annotations that go; refuse names that are not there, or come at once."""
    there = {track.name.casefold(): track for track in annotation_tracks(job.out)}
    added = {name.casefold() for name, _ in job.annotations}
    for name in job.remove:
        if name.casefold() not in there:
            known = ", ".join(track.name for track in there.values()) or "it has none"
            raise InputError(
                f"--remove {shown(name)}: {job.out} has no annotation of this name ({known})"
            )
        if name.casefold() in added:
            raise InputError(
                f"--remove {shown(name)}: is added at once; {shown(name)}=FILE alone replaces it"
            )
    return tuple(there[name] for name in dict.fromkeys(map(str.casefold, job.remove)))


def older(out: Path) -> Sequence[Path]:
    """Return what was made of a scan before: it shows what was there then."""
    return [path for path in (out / "hub", out / "report.html") if path.exists()]
