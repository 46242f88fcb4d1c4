"""``gtrack session``: a finished scan as IGV sessions that open from anywhere."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from gtrack.core.assemblies import CUSTOM, known_assembly
from gtrack.core.errors import InputError, OutputError, VerificationError
from gtrack.core.listed_files import SESSIONS
from gtrack.core.manifest import RunManifest
from gtrack.core.targets import path_of
from gtrack.core.web_address import folder_address
from gtrack.io.atomic import write_text
from gtrack.io.file_records import regular_size
from gtrack.publish.shared_session import shared_files, shared_json, shared_xml
from gtrack.workflows.folder.finished import as_listed
from gtrack.workflows.folder.integrity import looked_at
from gtrack.workflows.folder.marks import SHARED, is_shared


@dataclass(frozen=True, slots=True)
class SessionJob:
    """The options of ``gtrack session``.

    Parameters
    ----------
    out : Path
        Folder of a finished scan.
    url : str
        Where its files will be on the web; becomes an address in ASCII that ends with a slash.
    target : Path or None
        The JSON; the XML lies beside it. By default ``igv_session.shared.json`` in the folder.
    """

    out: Path
    url: str
    target: Path | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", folder_address("--url", self.url, "my/scan"))


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """What was written.

    Parameters
    ----------
    files : tuple of Path
        The JSON and the XML.
    base : str
        The address below which everything must lie.
    uploads : tuple of str
        Files of the scan's folder that belong there, by their paths in it.
    size : int
        Their bytes.
    link : str or None
        The address that opens the session in IGV-Web, where that will lie below `base`, too.
    notes : tuple of str
        What will not be seen, and why.
    """

    files: tuple[Path, Path]
    base: str
    uploads: tuple[str, ...]
    size: int
    link: str | None
    notes: tuple[str, ...]


def write_session(job: SessionJob) -> SessionSummary:
    """Write both sessions; equal folders and addresses give equal bytes.

    Raises
    ------
    InputError
        When there is no finished scan, or a file is in the way.
    OutputError
        When they cannot be written.
    VerificationError
        When a file that they name is not as it was written.
    """
    manifest = as_listed(job.out).manifest
    target = job.target or job.out / SHARED[0]
    files = target, target.with_suffix(".xml")
    _check_target(job, files)
    uploads = tuple(map(path_of, dict.fromkeys(shared_files(manifest))))
    _refuse_changed(job.out, manifest, uploads)
    write_text(files[0], shared_json(manifest, job.url))
    write_text(files[1], shared_xml(manifest, job.url))
    size = sum((job.out / path).stat().st_size for path in uploads)
    link = None
    inside = [_inside(job.out, file) for file in files]
    if inside[0] is not None:
        link = f"https://igv.org/app/?sessionURL={quote(job.url + quote(inside[0]), safe='')}"
    own = tuple(path for path in inside if path is not None)
    return SessionSummary(files, job.url, own + uploads, size, link, _notes(job, manifest))


def _check_target(job: SessionJob, files: tuple[Path, Path]) -> None:
    target, _ = files
    if target.suffix != ".json":
        raise InputError(
            f"--out {target}: write a name that ends with .json; the XML of IGV 2 lies beside it"
        )
    if not target.parent.is_dir():
        raise OutputError(f"--out {target}: {target.parent} is no folder; make it first")
    for file in files:
        if _inside(job.out, file) in SESSIONS:
            raise InputError(
                f"--out {target}: is the scan's own session, which opens beside its files; give "
                "another name"
            )
        if os.path.lexists(file) and not is_shared(file):
            raise InputError(
                f"{file}: is there and is no session that gtrack session made; move it away, or "
                "give another --out"
            )


def _inside(out: Path, file: Path) -> str | None:
    """Return the path of a file in the scan's folder; None where it lies elsewhere."""
    place, folder = file.parent.resolve() / file.name, out.resolve()
    return place.relative_to(folder).as_posix() if place.is_relative_to(folder) else None


def _refuse_changed(out: Path, manifest: RunManifest, uploads: tuple[str, ...]) -> None:
    """Refuse what would be shared and is not as it was written; an index can be made again."""
    for change in looked_at(out, manifest, ("tracks", "hits", "annotations", "tables", "genome")):
        path = path_of(change.url)
        again = path.endswith((".fai", ".gzi")) and regular_size(change.path) is not None
        if path in uploads and not again:
            raise VerificationError(str(change))


def _notes(job: SessionJob, manifest: RunManifest) -> tuple[str, ...]:
    genome, notes = manifest.genome, []
    if genome["id"] != CUSTOM and known_assembly(genome["id"]) is None:
        notes.append(f"the genome goes by its name, {genome['id']}: IGV may not know it")
    if genome["id"] == CUSTOM and genome["fasta"] is None:
        notes.append(
            "bars, no letters: the scan's folder holds no copy of the genome, so the session knows "
            "its chromosomes alone; IGV desktop must open the genome first"
        )
    if job.url.startswith("http:"):
        notes.append("a page on https, such as igv.org/app, cannot read http: give https there")
    return tuple(notes)
