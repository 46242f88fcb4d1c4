"""The engine that ``--engine snakemake`` names: jobs by Snakemake, progress by their marks."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar, cast

from gtrack.core.errors import (
    GtrackError,
    InputError,
    ModelError,
    OutputError,
    VerificationError,
)
from gtrack.core.optional_ports import WrittenWork
from gtrack.core.ports import Work, lacking
from gtrack.engines.snakemake.run_folder import Marks, RunFolder, is_for_good, remove_runs

Item = TypeVar("Item")

_LOOK_EVERY, _SHARE = 0.2, 20
"""Seconds between looks at what jobs say, and how often as long as a look took, at least."""

_PATIENCE = 20.0
"""Seconds that Snakemake has to end when it is told to; an executor calls its jobs back then."""

_LAST = 60.0
"""Seconds that it has to end by itself once all is done: a cluster is asked now and then only."""

_ERROR = re.compile(r"[Ee]rror|Exception|Traceback")

_OPTIONS = ("profile", "jobs", "executor")
_KINDS = {kind.__name__: kind for kind in (InputError, ModelError, OutputError, VerificationError)}


class Snakemake:
    """Jobs of several pieces, by Snakemake's local executor or any other that is installed.

    Parameters
    ----------
    devices : sequence of str
        Names of torch devices of this machine.
    workers : int or None
        CPU threads of one job.
    options : mapping of str to str
        ``profile``, ``jobs`` and ``executor``, as Snakemake takes them.
    """

    live = False

    def __init__(
        self, devices: Sequence[str], workers: int | None, options: Mapping[str, str] | None = None
    ) -> None:
        self._devices, self._workers = list(devices), workers
        self._options = dict(options or {})
        self._run: RunFolder | None = None
        self._driver: subprocess.Popen[bytes] | None = None
        self._failed = False

    @classmethod
    def adjusted(cls, options: Mapping[str, str]) -> Callable[[Sequence[str], int | None], Any]:
        """Return what makes the engine with these options, once they are found good."""
        if find_spec("snakemake") is None:
            raise InputError("Snakemake is not here; pip install 'gtrack[snakemake]'")
        for name in options:
            if name not in _OPTIONS:
                raise InputError(f"no option of Snakemake's is {name}")
        if not options.get("jobs", "1").isdecimal() or options.get("jobs") == "0":
            raise InputError(f"--jobs {options['jobs']}: give a number of 1 or more")
        executor = options.get("executor", "local")
        plugin = f"snakemake-executor-plugin-{executor}"
        if executor != "local" and find_spec(plugin.replace("-", "_")) is None:
            raise InputError(f"--executor {executor} is not here; pip install {plugin}")
        return partial(cls, options=options)

    def map(self, work: Work[Item], items: Iterable[Item]) -> Iterator[Item]:
        """Do every item, and yield it when it is done; in their order.

        Raises
        ------
        GtrackError
            What a job said of a piece, with the piece and the job's log; or that Snakemake ended.
        """
        if missing := lacking(work, WrittenWork):
            raise InputError(f"work without {', '.join(missing)} does not travel to jobs")
        written, pieces = cast(WrittenWork[Item], work), list(items)
        left = {at: each for at, each in enumerate(pieces) if not written.is_done(each)}
        finished = self._finished(written, list(left.values())) if left else iter(())
        if not left:  # the run that did the last piece may have been killed then
            remove_runs(written.folder)
        places, done = list(left), set(range(len(pieces))) - left.keys()
        for at, each in enumerate(pieces):
            while at not in done:
                done.add(places[next(finished)])
            yield each
        if self._driver is not None:
            with suppress(subprocess.TimeoutExpired):
                self._driver.wait(_LAST)

    def _finished(self, work: WrittenWork[Item], pieces: Sequence[Item]) -> Iterator[int]:
        """Run the jobs, and yield the place of each piece that is done, as they end."""
        kind = type(work)
        run = self._run = RunFolder.made_in(
            work.folder,
            {
                "work": f"{kind.__module__}:{kind.__qualname__}",
                "folder": str(work.folder.absolute()),
                "pieces": [work.spelled(each) for each in pieces],
                "devices": self._devices,
                "workers": self._workers,
                "options": {**self._options, **_absolute(self._options)},
            },
        )
        self._driver, marks, done = _started(run), Marks(run), set[int]()
        while len(done) < len(pieces):
            began = time.monotonic()
            code = self._driver.poll()  # before the marks, which are then the last
            for place in marks.new():
                if place not in done:
                    done.add(place)
                    yield place
            self._refuse(run, ended=code is not None)
            if code is not None and len(done) < len(pieces):
                raise self._unsaid(run, code, done)
            if code is None:
                time.sleep(max(_LOOK_EVERY, _SHARE * (time.monotonic() - began)))

    def _refuse(self, run: RunFolder, *, ended: bool) -> None:
        """Raise what a job said of a piece; before the end, only what no other try can mend."""
        for place, why in run.failures():
            if not ended and not is_for_good(why):
                continue
            self._failed = True
            named = run.record()["pieces"][place]
            log = run.log(why["first"], why["last"])
            if why["system"] is not None:
                number, said, name = why["system"]
                raise OSError(number, f"{said} ({named}; its log is {log})", name)
            raise _remade(why, f"{named}: {why['message']}; its log is {log}")

    def _unsaid(self, run: RunFolder, code: int, done: Collection[int]) -> GtrackError:
        """Return the error of a run that ended without a word of a piece."""
        self._failed = True
        for first, last, log in run.logs():
            if left := [place for place in range(first, last + 1) if place not in done]:
                return ModelError(
                    f"{run.record()['pieces'][left[0]]}: its job ended without a word, perhaps for "
                    f"lack of memory or time; its log is {log}, Snakemake's {run.own_log}"
                )
        message = (
            f"Snakemake ended with {code}: {_first_error(run.own_log)}; its log is {run.own_log}"
        )
        return InputError(message) if code == 2 else ModelError(message)

    def close(self) -> None:
        """End Snakemake and its jobs, and remove what they kept; after a failure, but the logs."""
        if self._driver is not None:
            _end(self._driver)
        if self._run is not None:
            self._run.remove(keep_logs=self._failed)


def _remade(why: Mapping[str, Any], said: str) -> GtrackError:
    """Return what a job raised, with more to say; what it carried (OutOfMemoryError) is there."""
    if "again" in why:
        module, _, name = why["again"]["name"].partition(":")
        kind = getattr(import_module(module), name, None)
        if isinstance(kind, type) and issubclass(kind, GtrackError):
            error = kind(*why["again"]["made_of"])
            error.args = (said,)
            return error
    return _KINDS.get(why["kind"], ModelError)(said)


def _absolute(options: Mapping[str, str]) -> dict[str, str]:
    """Return the profile by its whole path, where it is a file or folder here."""
    profile = options.get("profile")
    if profile is None or not Path(profile).exists():
        return {}
    return {"profile": str(Path(profile).absolute())}


def _first_error(log: Path) -> str:
    """Return the first line of a log that tells of an error, and what follows a colon."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    at = next((at for at, line in enumerate(lines) if _ERROR.search(line)), None)
    if at is None:
        return "no error is in its log"
    return " ".join(lines[at : at + 1 + lines[at].endswith(":")])[:400]


def _started(run: RunFolder) -> subprocess.Popen[bytes]:
    """Start Snakemake in a session of its own: what a terminal sends to all comes to us alone."""
    command = [sys.executable, "-P", "-m", "gtrack.engines.snakemake.driver", str(run.path)]
    with run.own_log.open("wb") as log:
        return subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
        )


def _end(driver: subprocess.Popen[bytes]) -> None:
    """End Snakemake, which calls its jobs back, and then whatever is left of them."""
    if driver.poll() is None:
        driver.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        driver.wait(_PATIENCE)
    with suppress(ProcessLookupError):
        os.killpg(driver.pid, signal.SIGKILL)
    driver.wait()
    if driver.stdin is not None:
        driver.stdin.close()
