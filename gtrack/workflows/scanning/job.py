"""What a user asked of a scan: names, paths and numbers, before anything is opened."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import socket
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from gtrack.core.errors import InputError, OutputError
from gtrack.core.interruption import Whole
from gtrack.io.atomic import write_text
from gtrack.io.folders import entries
from gtrack.io.lock import is_lock, locked
from gtrack.workflows.folder.kept_inputs import of_files, of_models, refuse_inputs
from gtrack.workflows.folder.owned import RUN, Owned, refuse_foreign, stranger


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

    def inputs(self) -> Iterator[tuple[str, str | Path | None]]:
        """Yield each option that names an input, with its path."""
        files = {"--bed ": self.bed, "--fasta ": self.fasta, "--motifs ": self.motifs}
        files |= {f"--annotation {name}=": path for name, path in self.annotations}
        yield from of_files({**files, "--projection weighted=": self.weights})
        yield from of_models(self.models)

    def paths(self) -> dict[str, object]:
        """Return where the inputs are, for ``run.local.json``."""
        return {
            "bed": str(self.bed.absolute()),
            "fasta": str(self.fasta.absolute()),
            "models": {name: _absolute(where) for name, where in self.models},
            "weights": None if self.weights is None else str(self.weights.absolute()),
            "annotations": {name: str(path.absolute()) for name, path in self.annotations},
        }


class _Held(Whole):
    """An output folder in use; see :func:`holding`."""

    def __init__(self, out: Path, shared: bool) -> None:
        self._out, self._lock = out, locked(out, shared=shared)
        self._made: list[Path] = []

    def _begin(self) -> None:
        try:
            self._make()
            self._lock.__enter__()
        except BaseException:
            self._unmake()
            raise
        try:
            refuse_foreign(self._out)
        except BaseException as error:
            self._end(error)
            raise

    def _end(self, error: BaseException | None) -> None:
        try:
            self._lock.__exit__(None, error, None)
        finally:
            self._unmake()

    def _make(self) -> None:
        try:
            folders = (self._out, *self._out.parents)
            self._made = [folder for folder in folders if not os.path.lexists(folder)]
            self._out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = "is no folder" if self._is_there() else f"cannot be made: {error.strerror}"
            raise OutputError(f"{self._out}: {why}; choose another --out") from error

    def _is_there(self) -> bool:
        with suppress(OSError):
            return self._out.exists()
        return False

    def _unmake(self) -> None:
        for folder in self._made:
            with suppress(OSError):  # not empty, as it should be
                folder.rmdir()


def holding(out: Path, *, shared: bool = False) -> AbstractContextManager[None]:
    """Hold the output folder against other runs; one that this makes goes again if left empty.

    Raises
    ------
    InputError
        When it leads elsewhere, or holds a manifest of somebody else's.
    OutputError
        When another run holds it, or when it cannot be made or written.
    """
    return _Held(out, shared)


def check_folder(job: ScanJob, *, resume: bool, overwrite: bool) -> None:
    """Find out whether the output folder may be written, before anything slow; change nothing.

    Raises
    ------
    InputError
        When the folder holds files and neither `resume` nor `overwrite` is set, holds files that no
        scan made, or an input is among what would be replaced.
    """
    out = job.out
    if resume and overwrite:
        raise InputError("--resume and --overwrite exclude each other")
    held = [name for name in entries(out.resolve()) if not is_lock(name)]
    if held and not resume and not overwrite:
        raise InputError(
            f"{out}: the folder is not empty; use --resume to go on with its scan, --overwrite to "
            "replace it, or another --out"
        )
    if held and (foreign := stranger(out)) is not None:
        option = "--resume goes on with" if resume else "--overwrite replaces"
        raise InputError(
            f"{out}: {option} a scan only, and this folder holds {foreign!r} and no scan; "
            "choose another --out"
        )
    owned = Owned.of(out)
    if overwrite:
        refuse_inputs(job.inputs(), owned.there(), "--overwrite removes")
    else:
        going = owned.there("hits", "annotations", "shards")
        refuse_inputs(job.inputs(), going, "the scan replaces")


def make_folder(out: Path, *, overwrite: bool) -> None:
    """Make the output folder, without what an earlier scan left when `overwrite` is set."""
    if overwrite:
        Owned.of(out).remove()
    try:
        for name in ("plan", "shards", "tracks"):
            (out / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out}: cannot write here: {error.strerror or error}") from error


def clear_folder(out: Path) -> None:
    """Remove what a scan made in its folder; what marks the folder as a scan's stays, if needed."""
    Owned.of(out).remove()
    with suppress(OSError):
        if all(name == RUN or is_lock(name) for name in os.listdir(out)):
            (out / RUN).unlink(missing_ok=True)


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
    write_text(job.out / RUN, json.dumps(record, indent=1) + "\n")


def read_run(out: Path) -> dict[str, object]:
    """Read ``run.local.json``: where the inputs of a plan are on this machine."""
    path = out / RUN
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
