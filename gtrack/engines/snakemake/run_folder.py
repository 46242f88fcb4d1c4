"""The folder of one run of the engine: what its jobs read, what they say, and their logs.

It lies in ``engine/`` of the work's folder, which every host sees, and goes when the run is over; a
job that finds it gone stops. After a failure the logs stay until the next run.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gtrack.core.errors import InputError

ENGINE = "engine"
_RUN = re.compile(r"run-[0-9a-f]{8}")
_LOG = re.compile(r"scan\.(\d+)-(\d+)\.log")
_FLAG = re.compile(r"plan|merge|hits|scan\.\d{6,}-\d{6,}")
_WORKFLOW_LOG = re.compile(r"(plan|merge|hits|scan\.\d{6,}-\d{6,})\.log")
_RECORD = "work.json"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """One run's folder.

    Parameters
    ----------
    path : Path
        Absolute.
    """

    path: Path

    @classmethod
    def made_in(cls, folder: Path, record: Mapping[str, object]) -> RunFolder:
        """Make one, with the record of its work; what earlier runs left goes."""
        engine = folder.absolute() / ENGINE
        _remove_runs(engine)
        made = cls(engine / f"run-{secrets.token_hex(4)}")
        for inside in ("done", "failed", "logs"):
            (made.path / inside).mkdir(parents=True)
        (made.path / _RECORD).write_text(json.dumps(record))
        return made

    def record(self) -> dict[str, Any]:
        """Return what the run is about."""
        found: dict[str, Any] = json.loads((self.path / _RECORD).read_text())
        return found

    def is_current(self) -> bool:
        """Tell whether the run still is: else its jobs are to stop."""
        return (self.path / _RECORD).exists()

    def log(self, first: int, last: int) -> Path:
        """Return the log of the job of these pieces; the Snakefile calls it so, too."""
        return self.path / "logs" / f"scan.{first:06d}-{last:06d}.log"

    def logs(self) -> Iterator[tuple[int, int, Path]]:
        """Yield the first and last piece and the log of each job that has begun."""
        for path in sorted((self.path / "logs").iterdir()):
            if named := _LOG.fullmatch(path.name):
                yield int(named[1]), int(named[2]), path

    @property
    def own_log(self) -> Path:
        """What Snakemake itself says."""
        return self.path / "logs" / "snakemake.log"

    # What jobs say.

    def begin(self, first: int) -> bool:
        """Say that the job that begins with `first` is at work; return whether it was before."""
        file = self.path / "done" / f"{first:06d}"
        before = file.exists()
        with suppress(FileNotFoundError):  # the run has ended
            file.touch()
        return before

    def mark(self, first: int, piece: int) -> None:
        """Say that a piece is done, in the file of the job that begins with `first`."""
        with (self.path / "done" / f"{first:06d}").open("a") as file:
            file.write(f"{piece}\n")
        (self.path / "failed" / f"{piece:06d}").unlink(missing_ok=True)

    def fail(self, piece: int, why: Mapping[str, object]) -> None:
        """Say why a piece failed."""
        (self.path / "failed" / f"{piece:06d}").write_text(json.dumps(why))

    def failures(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the pieces that failed and were not done since, with the reasons; the first first.

        What is being written is passed over.
        """
        for path in sorted((self.path / "failed").iterdir()):
            with suppress(OSError, ValueError):
                yield int(path.name), json.loads(path.read_text())

    def remove(self, *, keep_logs: bool = False) -> None:
        """Remove it, but the logs if they are wanted."""
        (self.path / _RECORD).unlink(missing_ok=True)  # first: jobs look for it
        for inside in list(self.path.iterdir()) if keep_logs else [self.path]:
            if inside.name != "logs":
                shutil.rmtree(inside, ignore_errors=True) if inside.is_dir() else inside.unlink()
        with suppress(OSError):
            self.path.parent.rmdir()  # unless it is not empty


def remove_kept(folder: Path) -> None:
    """Remove what engines and the packaged workflow kept of the work in a folder, and no more.

    Flags of a workflow say that jobs are done: they must go with what those jobs did.
    """
    engine = folder / ENGINE
    if engine.is_symlink() or not engine.is_dir():
        return
    _remove_runs(engine)
    for inside, ours in ((engine / "logs", _WORKFLOW_LOG), (engine, _FLAG)):
        for path in [] if inside.is_symlink() or not inside.is_dir() else list(inside.iterdir()):
            if ours.fullmatch(path.name) and path.is_file():
                path.unlink()
        with suppress(OSError):
            inside.rmdir()  # unless it is not empty


def remove_runs(folder: Path) -> None:
    """Remove what runs of the engine kept that were killed, of the work in a folder."""
    engine = folder / ENGINE
    if engine.is_symlink() or not engine.is_dir():
        return
    _remove_runs(engine)
    with suppress(OSError):
        engine.rmdir()  # unless it is not empty


def _remove_runs(engine: Path) -> None:
    with suppress(FileNotFoundError):
        for old in engine.iterdir():
            if _RUN.fullmatch(old.name) and not old.is_symlink():
                shutil.rmtree(old, ignore_errors=True)


def is_for_good(why: Mapping[str, object]) -> bool:
    """Tell whether a piece failed by what a user gave, which no other try can mend."""
    return why["kind"] == InputError.__name__


class Marks:
    """The pieces that jobs have said to be done, as far as that was read."""

    def __init__(self, folder: RunFolder) -> None:
        self._done, self._read = folder.path / "done", dict[str, int]()

    def new(self) -> Iterator[int]:
        """Yield those since the last time."""
        for path in self._done.iterdir():
            at = self._read.get(path.name, 0)
            if path.stat().st_size > at:
                with path.open("rb") as file:
                    file.seek(at)
                    whole, end, _ = file.read().rpartition(b"\n")
                self._read[path.name] = at + len(whole + end)
                yield from map(int, whole.split())
