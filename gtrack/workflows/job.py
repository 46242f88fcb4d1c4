"""What a user asked of a scan: names, paths and numbers, before anything is opened."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from gtrack.core.errors import InputError, OutputError
from gtrack.io.atomic import write_text
from gtrack.io.lock import LOCK, locked

OURS = (
    "manifest.json",
    "regions.bed",
    "regions.tsv",
    "windows.tsv",
    "tracks",
    "hits",
    "annotations",
    "null",
    "igv_session.json",
    "igv_session.xml",
    "hub",
    "report.html",
    "genome",
    "shards",
    "run.local.json",
    "plan",
)
"""What stands in a scan's folder, in the order in which ``--overwrite`` removes it."""

_FOLDERS = ("plan", "shards", "shards/null", "tracks", "null", "hits", "annotations", "genome")
"""Folders in which a killed run may leave an unfinished file."""


@dataclass(frozen=True, slots=True)
class ScanJob:
    """The options of ``gtrack scan`` and ``gtrack plan``.

    `targets`, `outputs`, `windows` and `strides` are by model name; the key None is for every
    model. `parameters` are the method's own.
    `null_bases` asks for a null of that size; `motifs`, a file or a database, for hits at the end.
    `annotations` are files to show beside the tracks, each with its name; no track depends on them.
    """

    bed: Path
    fasta: Path
    models: tuple[tuple[str, str], ...]
    out: Path
    genome: str = "custom"
    method: str = "attnlrp"
    parameters: Mapping[str, str] = field(default_factory=dict)
    projection: str = "uniform"
    weights: Path | None = None
    targets: Mapping[str | None, tuple[str, ...]] = field(default_factory=dict)
    outputs: Mapping[str | None, str] = field(default_factory=dict)
    windows: Mapping[str | None, int] = field(default_factory=dict)
    strides: Mapping[str | None, int] = field(default_factory=dict)
    strand: str | None = None
    per_strand_tracks: bool = False
    device: str = "auto"
    precision: str | None = None
    batch_units: int | None = None
    shards: int | None = None
    engine: str = "local"
    workers: int | None = None
    null_bases: int | None = None
    motifs: str | None = None
    annotations: tuple[tuple[str, Path], ...] = ()

    def __post_init__(self) -> None:
        names = [name for name, _ in self.models]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InputError(f"--model {twice[0]}=...: the name is given twice; names are free")
        for option, given in (
            ("--target", self.targets),
            ("--outputs", self.outputs),
            ("--window", self.windows),
            ("--stride", self.strides),
        ):
            for name in given:
                if name is not None and name not in names:
                    known = ", ".join(names)
                    raise InputError(f"{option} {name}=...: no model has this name; use {known}")

    def paths(self) -> dict[str, object]:
        """Return where the inputs are, for ``run.local.json``."""
        return {
            "bed": str(self.bed.absolute()),
            "fasta": str(self.fasta.absolute()),
            "models": {name: _absolute(where) for name, where in self.models},
            "weights": None if self.weights is None else str(self.weights.absolute()),
            "annotations": {name: str(path.absolute()) for name, path in self.annotations},
        }


@contextmanager
def holding(out: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold the output folder against other runs; one that this makes goes again if left empty.

    Raises
    ------
    OutputError
        When another run holds it, or when it cannot be made or written.
    """
    made = [folder for folder in (out, *out.parents) if not folder.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = "is no folder" if out.exists() else f"cannot be made: {error.strerror}"
        raise OutputError(f"{out}: {why}; choose another --out") from error
    try:
        with locked(out, shared=shared):
            yield
    finally:
        with suppress(OSError):  # not empty, as it should be
            for folder in made:
                folder.rmdir()


def check_folder(out: Path, *, resume: bool, overwrite: bool) -> None:
    """Find out whether the output folder may be written, before anything slow; change nothing.

    Raises
    ------
    InputError
        When the folder holds files and neither `resume` nor `overwrite` is set, or holds files
        that no scan made.
    """
    if resume and overwrite:
        raise InputError("--resume and --overwrite exclude each other")
    held = {entry.name for entry in out.iterdir()} - {LOCK}
    if held and not resume and not overwrite:
        raise InputError(
            f"{out}: the folder is not empty; use --resume to go on with its scan, --overwrite to "
            "replace it, or another --out"
        )
    if held and not {"plan", "manifest.json"} & held:
        option = "--resume goes on with" if resume else "--overwrite replaces"
        raise InputError(
            f"{out}: {option} a scan only, and this folder holds {min(held)!r} and no scan; "
            "choose another --out"
        )


def make_folder(out: Path, *, overwrite: bool) -> None:
    """Make the output folder, without what an earlier scan left when `overwrite` is set."""
    if overwrite:
        clear_folder(out)
    try:
        for name in ("plan", "shards", "tracks"):
            (out / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out}: cannot write here: {error.strerror or error}") from error


def clear_folder(out: Path) -> None:
    """Remove what a scan made in its folder, and nothing else."""
    try:
        for name in OURS:
            entry = out / name
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink(missing_ok=True)
        sweep_folder(out)
    except OSError as error:
        raise OutputError(f"{out}: cannot write here: {error.strerror or error}") from error


def sweep_folder(out: Path) -> None:
    """Remove the unfinished files that a killed run left; only while no other run is at work."""
    for folder in (out, *(out / name for name in _FOLDERS)):
        for left in folder.glob("*.tmp"):
            if folder != out or left.name.startswith(tuple(f"{name}." for name in OURS)):
                left.unlink(missing_ok=True)


def write_run(job: ScanJob, started: datetime, ended: datetime | None = None) -> None:
    """Write ``run.local.json``: what is true of this machine and this hour only."""
    record = {
        "schema": "gtrack-run/1",
        **job.paths(),
        "host": socket.gethostname(),
        "platform": platform.platform(),
        "device": job.device,
        "workers": job.workers,
        "started": started.isoformat(timespec="seconds"),
        "ended": None if ended is None else ended.isoformat(timespec="seconds"),
    }
    write_text(job.out / "run.local.json", json.dumps(record, indent=1) + "\n")


def read_run(out: Path) -> dict[str, object]:
    """Read ``run.local.json``: where the inputs of a plan are on this machine."""
    path = out / "run.local.json"
    try:
        record = dict(json.loads(path.read_bytes()))
    except (OSError, TypeError, ValueError, RecursionError) as error:
        raise InputError(
            f"{path}: missing or damaged; it names the plan's inputs: run gtrack plan again"
        ) from error
    return record


def file_digest(path: Path) -> str:
    """Return the sha256 (hex) of a file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def _absolute(where: str) -> str:
    return str(Path(where).absolute()) if Path(where).exists() else where
