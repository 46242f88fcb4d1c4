"""``runs/``: what happened to a scan, line by line; no result and no decision depends on it."""

from __future__ import annotations

import os
import platform
import signal
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gtrack.core.interruption import Stopped
from gtrack.core.scan.plan import Plan
from gtrack.core.scan.spent import Spent, spent
from gtrack.core.version import __version__
from gtrack.engines.local import available_cores
from gtrack.io.event_log import append_event, read_events
from gtrack.workflows.folder.owned import RUNS

_begun: set[tuple[int, Path]] = set()
"""The folders of whose logs this process is writing its own; by process, since one may fork."""


class RunLog:
    """The log of the runs in one folder, to which this process appends a file of its own.

    Nothing is written before a run has begun, which is once its inputs are found good.

    Parameters
    ----------
    out : Path
        The folder of a scan.
    """

    def __init__(self, out: Path) -> None:
        self._out = out.absolute()

    def begin(self, verb: str, plan: Plan | None = None, **facts: Any) -> None:
        """Say that a run begins: versions, machine and what decides bytes; of one in another, not.

        Parameters
        ----------
        verb : str
            Of the command line.
        plan : Plan, optional
            What the run carries out.
        **facts
            What else decides what it does.
        """
        if not self._is_begun:
            of_plan = {} if plan is None else _of_plan(plan)
            self._begin("started", {"verb": verb, **_machine(), **of_plan, **facts})

    def open(self, plan: Plan, device: str, **facts: Any) -> None:
        """Say that a process opened everything that the pieces of a scan need."""
        facts = {"device": device, **facts}
        if self._is_begun:
            self.tell("opened", **facts)
        else:  # a worker or a job
            self._begin("opened", {**facts, "gtrack": __version__, "plan": plan.digest})

    def tell(self, event: str, **facts: Any) -> None:
        """Say what happened, where a run has begun here."""
        if self._is_begun:
            append_event(self._out / RUNS, event, facts)

    def published(self, files: Mapping[str, Mapping[str, Any]], written: Collection[str]) -> None:
        """Say which files were written for readers: URLs that begin so, with their records."""
        for url, record in files.items():
            if url.startswith(tuple(written)):
                size, digest = record.get("size"), record.get("sha256")
                self.tell("published", file=url, bytes=size, sha256=digest)

    def spent(self) -> Spent | None:
        """Return where the time of all runs in the folder went."""
        return spent(read_events(self._out / RUNS))

    @property
    def _key(self) -> tuple[int, Path]:
        return os.getpid(), self._out

    @property
    def _is_begun(self) -> bool:
        return self._key in _begun

    def _begin(self, event: str, facts: Mapping[str, Any]) -> None:
        _begun.add(self._key)
        append_event(self._out / RUNS, event, facts, make=True)

    @contextmanager
    def kept(self) -> Iterator[RunLog]:
        """Say at the end of the block, if a run began in it, how it ended and why."""
        if self._is_begun:  # a part of another
            yield self
            return
        began = time.monotonic()
        try:
            yield self
        except BaseException as error:
            self._end(began, _why(error))
            raise
        self._end(began, {"how": "done"})

    def _end(self, began: float, facts: Mapping[str, Any]) -> None:
        self.tell("ended", **facts, lasted=round(time.monotonic() - began, 3))
        _begun.discard(self._key)


def rounded(seconds: Mapping[str, float]) -> dict[str, float]:
    """Return seconds as they are logged."""
    return {stage: round(each, 4) for stage, each in seconds.items()}


@contextmanager
def timed(stage: str) -> Iterator[dict[str, float]]:
    """Yield what holds the seconds of a whole stage once the block has ended."""
    began, seconds = time.perf_counter(), dict[str, float]()
    yield seconds
    seconds[stage] = round(time.perf_counter() - began, 4)


def _why(error: BaseException) -> dict[str, Any]:
    if isinstance(error, Stopped):
        return {"how": "stopped", "why": signal.Signals(error.number).name}
    return {"how": "failed", "kind": type(error).__name__, "why": str(error)[:2000]}


def _machine() -> dict[str, Any]:
    memory = None
    with suppress(ValueError, OSError):  # not everywhere
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "gtrack": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cores": available_cores(),
        "memory_bytes": memory,
    }


def _of_plan(plan: Plan) -> dict[str, Any]:
    """Return what decides bytes; labels of outputs stand in the manifest."""
    models = [{k: v for k, v in asdict(m).items() if k != "head"} for m in plan.models]
    return {
        "plan": plan.digest,
        "versions": plan.versions,
        "options": plan.options.facts(),
        "models": models,
        "regions": len(plan.regions),
        "windows": {model.name: len(plan.grid(model.name)) for model in plan.models},
        "shards": plan.n_shards,
        "null_bases": None if plan.null is None else plan.null.bases,
    }
