"""``gtrack status``: how far a scan is, who is at it, and what to do next; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.printable import pasted
from gtrack.core.scan.batches import pool_bounds
from gtrack.core.scan.pace import Ended, pace
from gtrack.core.scan.plan import Plan
from gtrack.core.scan.spent import Spent
from gtrack.core.version import __version__
from gtrack.workflows.folder.at_work import Run, RunsSeen
from gtrack.workflows.folder.run_log import RunLog
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.folder.unfinished import no_folder, scans_in
from gtrack.workflows.scanning.null import part_done

_LIVE = 0.001
"""Seconds of work below which none is left to be told."""


@dataclass(frozen=True, slots=True)
class Count:
    """How much of something is done."""

    done: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """How far a scan is.

    `state` is ``unplanned``, ``planned`` (nothing is done), ``running``, ``stopped`` (some is done,
    and nobody is at work), ``unmerged`` or ``finished``; of tracks of another tool, ``unplanned``
    or ``finished``. Rates are of the last pieces that ended, and None where too few did; `seconds`
    are left at that rate. `there` names what lies beside the tracks. `shares` says in how much of
    the processes' time at shards each stage was at work, by the run log (`spent`, None without it).
    """

    out: Path
    state: str
    next: str
    foreign: bool = False
    shards: Count = Count()
    null: Count = Count()
    windows: Count = Count()
    bases: Count = Count()
    runs: tuple[Run, ...] = ()
    windows_per_second: float | None = None
    bases_per_second: float | None = None
    seconds: float | None = None
    there: tuple[str, ...] = ()
    spent: Spent | None = None

    @property
    def shares(self) -> dict[str, float]:
        """In how much of the time of processes at shards each stage was at work."""
        return {} if self.spent is None else self.spent.shares

    @property
    def left_behind(self) -> tuple[int, ...]:
        """The shards that runs were at which are gone, or likely so."""
        return tuple(sorted(k for run in self.runs if run.state != "running" for k in run.shards))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A shard, or a part of the null: one file, and what is in it."""

    index: int
    null: bool
    file: Path
    windows: int
    bases: int


class Looker:
    """Looks at one folder, as often as is wanted; what was done stays done.

    Parameters
    ----------
    out : Path
    """

    def __init__(self, out: Path) -> None:
        self._folder, self._runs = ScanFolder(out), RunsSeen(out)
        self._plan: Plan | None = None
        self._written = 0
        self._pieces: list[_Piece] = []
        self._ended: dict[tuple[bool, int], Ended] = {}

    def look(self) -> Status:
        """Return how far the scan is now.

        Raises
        ------
        InputError
            When there is no scan, or its plan is damaged.
        """
        folder = self._folder
        out = folder.out
        _refuse_no_scan(folder)
        runs = tuple(self._runs.look())
        at_work = any(run.state == "running" for run in runs)
        if folder.foreign_tracks():
            return _foreign(folder, runs, at_work)
        if not folder.is_planned():
            how = "wait" if at_work else "the command of the scan, with --resume"
            return Status(out, "running" if at_work else "unplanned", how, runs=runs)
        plan = self._read_plan()
        self._count(plan)  # before the merge is asked for, which takes the shards away
        merged, finished = folder.is_merged(plan), folder.is_finished(plan)
        done = [
            piece
            for piece in self._pieces
            if finished or (merged and not piece.null) or self._key(piece) in self._ended
        ]
        state = "finished" if finished else self._state(len(done), at_work)
        said = Status(
            out,
            state,
            _next(folder, plan, state),
            shards=_count(done, self._pieces, null=False),
            null=_count(done, self._pieces, null=True),
            windows=Count(_windows(done), _windows(self._pieces)),
            bases=Count(_bases(done), _bases(self._pieces)),
            runs=runs,
            there=tuple(_there(folder)),
            spent=RunLog(out).spent(),
        )
        return self._paced(said) if state in ("running", "stopped") else said

    def _state(self, done: int, at_work: bool) -> str:
        if at_work:
            return "running"
        if done == len(self._pieces):
            return "unmerged"
        return "stopped" if done else "planned"

    def _paced(self, said: Status) -> Status:
        """Add how fast it goes, and how long the rest takes where somebody is at it."""
        live = [run for run in said.runs if run.state == "running"]
        together = sum(max(1, len(run.shards)) for run in live)
        speed = pace(self._ended.values(), max(1, together))
        if speed is None:
            return said
        left = (said.windows.of - said.windows.done) / speed.windows if speed.windows else None
        return replace(
            said,
            windows_per_second=speed.windows,
            bases_per_second=speed.bases,
            seconds=left if live and left is not None and left > _LIVE else None,
        )

    def _read_plan(self) -> Plan:
        """Read the plan, unless it is the one of the last look: it may be large."""
        written = (self._folder.out / "plan").stat().st_mtime_ns
        if self._plan is None or self._written != written:
            self._plan, self._written = self._folder.read_plan(), written
            self._pieces, self._ended = list(_pieces(self._folder, self._plan)), {}
        return self._plan

    def _count(self, plan: Plan) -> None:
        """Note the pieces that are done since the last look."""
        for piece in self._pieces:
            if self._key(piece) not in self._ended and _is_done(plan, self._folder, piece):
                with suppress(OSError):  # the merge has just taken it
                    at = piece.file.stat().st_mtime
                    self._ended[self._key(piece)] = Ended(at, piece.windows, piece.bases)

    @staticmethod
    def _key(piece: _Piece) -> tuple[bool, int]:
        return piece.null, piece.index


def _refuse_no_scan(folder: ScanFolder) -> None:
    out = folder.out
    if not out.is_dir():
        raise no_folder(out)
    if near := scans_in(out):
        raise InputError(f"{out}: no scan is here; did you mean {near[0]}?")
    if folder.is_empty():
        raise InputError(
            f"{out}: nothing is planned here; make a plan with gtrack plan --out {pasted(out)}"
        )
    if (stranger := folder.stranger()) is not None:
        raise InputError(f"{out}: no scan is here, but {stranger!r}; give the --out of a scan")


def _pieces(folder: ScanFolder, plan: Plan) -> Iterator[_Piece]:
    """Yield all pieces of a plan's work."""
    for index in range(plan.n_shards):
        windows = bases = 0
        for model in plan.models:
            for _, first, end in plan.shard(index, model.name):
                windows += end - first
                bases += plan.owned(model.name, first, end)
        yield _Piece(index, False, folder.parts.shard(index), windows, bases)
    if plan.null is None:
        return
    for index in range(plan.null.n_parts):
        windows = bases = 0
        first_target = None
        for name, null in plan.null_grids().items():
            for first, end in pool_bounds(len(null))[index : index + 1]:
                first_target = first_target or plan.targets_of(name)[0]
                windows += end - first
                bases += null.grid.owned(first, end)
        file = folder.parts.null_part(first_target or plan.targets[0], index)
        yield _Piece(index, True, file, windows, bases)


def _is_done(plan: Plan, folder: ScanFolder, piece: _Piece) -> bool:
    if piece.null:
        return piece.file.exists() and part_done(plan, folder, piece.index)
    return folder.parts.seems_done(plan, piece.index)


def _count(done: list[_Piece], pieces: list[_Piece], *, null: bool) -> Count:
    return Count(*(sum(piece.null == null for piece in some) for some in (done, pieces)))


def _windows(pieces: list[_Piece]) -> int:
    return sum(piece.windows for piece in pieces)


def _bases(pieces: list[_Piece]) -> int:
    return sum(piece.bases for piece in pieces)


def _foreign(folder: ScanFolder, runs: tuple[Run, ...], at_work: bool) -> Status:
    """Return how far tracks of another tool are."""
    if folder.has_manifest():
        state, how = "finished", f"gtrack view {pasted(folder.out)}"
    elif at_work:
        state, how = "running", "wait"
    else:
        state, how = "unplanned", "the same gtrack hits --track again, with --overwrite"
    there = tuple(_there(folder))
    return Status(folder.out, state, how, foreign=True, runs=runs, there=there)


def _next(folder: ScanFolder, plan: Plan, state: str) -> str:
    """Say what to do next: the command where one is enough."""
    where, made = pasted(folder.out), plan.versions.get("gtrack")
    if state == "running":
        return f"gtrack status {where} --watch"
    hits = _hits_wanted(folder)
    if state == "finished":
        return hits or f"gtrack view {where}"
    if plan.sealed or made != __version__:
        return (
            f"finish it with gtrack {made}, which began it (this is gtrack {__version__}), or "
            "start anew with --overwrite"
        )
    steps = [f"gtrack merge {where}", *([hits] if hits else [])]
    if state != "unmerged":
        steps.insert(0, f"gtrack work {where}")
    return " && ".join(steps)


def _hits_wanted(folder: ScanFolder) -> str | None:
    """Return what calls the hits that the command of the scan asked for and that are not there."""
    motifs = None
    with suppress(InputError):  # the record is gone or damaged: no more is known
        motifs = folder.read_run().get("motifs")
    if not isinstance(motifs, str):
        return None
    if folder.has_manifest() and folder.read_manifest().hits is not None:
        return None
    return f"gtrack hits {pasted(folder.out)} --motifs {pasted(motifs)}"


def _there(folder: ScanFolder) -> Iterator[str]:
    """Name what a finished scan has beside its tracks."""
    if not folder.has_manifest():
        return
    manifest = folder.read_manifest()
    annotated = sum(track.kind == "annotation" for track in manifest.tracks)
    has = {
        "null": manifest.null is not None,
        "hits": manifest.hits is not None,
        "passport": manifest.trust is not None,
        "annotations": annotated > 0,
        "hub": folder.hub.is_dir(),
        "report": (folder.out / "report.html").is_file(),
    }
    yield from (name for name, is_there in has.items() if is_there)
