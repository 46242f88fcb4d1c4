"""The work of a scan as an engine carries it out: opened where it runs, then piece by piece."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.ports import OnBatch, Runner, SequenceModel
from gtrack.core.scan.batches import pool_bounds
from gtrack.core.scan.plan import Plan
from gtrack.engines.heap import memory_kept
from gtrack.engines.local import Serial, Threads, available_cores
from gtrack.engines.rust_threads import rust_threads
from gtrack.engines.stages import Stages
from gtrack.io.digest import file_digest
from gtrack.models.device import device_name, one_thread_per_operation, resolve_devices
from gtrack.workflows.folder.run_log import RunLog, rounded
from gtrack.workflows.folder.run_record import asked_workers, source_fasta
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.scanning.null import null_name
from gtrack.workflows.scanning.reopened import open_planned
from gtrack.workflows.scanning.shard import ShardScanner
from gtrack.workflows.scanning.tasks import Task, task_done, tasks_of_shard
from gtrack.workflows.scanning.versions import check_versions

STAGED = ("cuda",)
"""Kinds of devices that compute while other threads read and write."""

TOKENISING = 4
"""Threads that make a device's input, at most."""

AHEAD = 4
"""Pools that are under way: one is read, two are with the device, one is written."""


def staged(device: str) -> bool:
    """Tell whether a device, or a kind of devices, computes while other threads read and write."""
    return device.partition(":")[0] in STAGED


class ScanWork:
    """All pieces of a planned scan, as a :class:`gtrack.core.optional_ports.WrittenWork`.

    It travels as the path of its folder: the process that opens it reads the plan there.

    Parameters
    ----------
    folder : ScanFolder
    plan : Plan, optional
        Its plan, where that was read already.
    models : mapping of str to SequenceModel, optional
        Models that are open already, on the device of this process.
    on_batch : callable, optional
        Told of every batch, and of what is on disk already.
    """

    def __init__(
        self,
        folder: ScanFolder,
        plan: Plan | None = None,
        models: Mapping[str, SequenceModel] | None = None,
        on_batch: OnBatch = lambda *_: None,
    ) -> None:
        self._folder, self._plan, self._models = folder, plan, models
        self._on_batch = on_batch

    def __reduce__(self) -> tuple[type[ScanWork], tuple[ScanFolder]]:
        return ScanWork, (self._folder,)

    @property
    def folder(self) -> Path:
        """The folder of the scan."""
        return self._folder.out

    @classmethod
    def reopened(cls, folder: Path) -> ScanWork:
        """Return the work of the plan in a folder."""
        return cls(ScanFolder(folder))

    def spelled(self, piece: Task) -> str:
        """Return ``shard K`` or ``null part K``."""
        return str(piece)

    def piece(self, words: str) -> Task:
        """Return the piece of such words."""
        return Task.named(words)

    def is_done(self, piece: Task) -> bool:
        """Tell whether a piece is on disk, whole and of this plan."""
        if self._plan is None:
            self._plan = self._folder.read_plan()
        return task_done(self._plan, self._folder, piece)

    def again(self, piece: Task, why: str) -> None:
        """Note in the run log that a piece is begun again."""
        RunLog(self.folder).tell("retried", piece=str(piece), why=why)

    @contextmanager
    def opened(self, device: str, workers: int | None) -> Iterator[Doing]:
        """Open genome and models, and yield what does one piece unless it is on disk.

        Raises
        ------
        InputError
            When a model, the genome, the weights or a version are not those of the plan.
        """
        began = time.perf_counter()
        plan, run = self._plan or self._folder.read_plan(), self._folder.read_run()
        if self._plan is None:  # it has travelled
            check_versions(plan, self.folder)
        models = self._models or _open_models(plan, run, device)
        weights = None if run["weights"] is None else Path(str(run["weights"]))
        if weights is not None and file_digest(weights) != plan.options.weights_sha256:
            raise InputError(f"{weights}: changed since the plan was made; plan again")
        threads = workers or available_cores()
        runner: Runner = Threads(threads) if device == "cpu" else Serial()
        stages = Stages(AHEAD) if staged(device) else None
        fasta, stays = source_fasta(self._folder.out), None if stages is None else True
        scanner = ShardScanner(plan, self._folder, fasta, weights, models, runner, stages, stays)
        try:
            on_cpu, log = device == "cpu", RunLog(self.folder)
            arithmetic = one_thread_per_operation(on_cpu)
            rust = rust_threads(threads if on_cpu else min(threads, TOKENISING))
            with log.kept(), memory_kept(on_cpu), arithmetic, rust, scanner:
                took = rounded({"opening": time.perf_counter() - began})
                log.open(plan, device, name=device_name(device), threads=threads, seconds=took)
                yield Doing(plan, scanner, self._on_batch)
        finally:
            if stages is not None:
                stages.close()
            runner.close()


class WholeShards:
    """The same, where a piece is the number of a shard: with it go its parts of the null.

    Parameters
    ----------
    folder : ScanFolder
    plan : Plan, optional
        Its plan, where that was read already.
    on_batch : callable, optional
        Told of every batch, and of what is on disk already.
    """

    def __init__(
        self, folder: ScanFolder, plan: Plan | None = None, on_batch: OnBatch = lambda *_: None
    ) -> None:
        self._folder, self._plan, self._on_batch = folder, plan, on_batch

    def __reduce__(self) -> tuple[type[WholeShards], tuple[ScanFolder]]:
        return WholeShards, (self._folder,)

    def again(self, shard: int, why: str) -> None:
        """Note in the run log that a shard is begun again."""
        RunLog(self._folder.out).tell("retried", piece=f"shard {shard}", why=why)

    @contextmanager
    def opened(self, device: str, workers: int | None) -> Iterator[Callable[[int], None]]:
        """Open genome and models, and yield what does one shard; see :meth:`ScanWork.opened`."""
        plan = self._plan or self._folder.read_plan()
        work = ScanWork(self._folder, plan, on_batch=self._on_batch)
        merged = self._folder.is_merged(plan)
        with work.opened(device, workers) as do:

            def do_shard(shard: int) -> None:
                for _ in do.each(wanted(plan, shard, merged=merged)):
                    pass

            yield do_shard


def wanted(plan: Plan, shard: int, *, merged: bool) -> list[Task]:
    """Return what is done of a shard: where its tracks are merged, its parts of the null only."""
    return [task for task in tasks_of_shard(plan, shard) if task.null or not merged]


def devices_of(plan: Plan, out: Path, device: str) -> list[str]:
    """Return the devices on which a plan is continued.

    Raises
    ------
    InputError
        When the plan is for another kind.
    ModelError
        When a device is not there.
    """
    devices = resolve_devices(device)
    if devices[0].partition(":")[0] != plan.options.device_kind:
        raise InputError(
            f"--device {device}: the plan in {out} is for {plan.options.device_kind}, and bytes "
            "differ between kinds of device; plan again for this one"
        )
    return devices


def threads_of(folder: ScanFolder, workers: int | None) -> int | None:
    """Return the CPU threads that were asked for, by default at the plan."""
    return asked_workers(folder.read_run()) if workers is None else workers


@dataclass(frozen=True, slots=True)
class Doing:
    """Does pieces of a scan, with everything open."""

    plan: Plan
    scanner: ShardScanner
    on_batch: OnBatch

    def __call__(self, task: Task) -> None:
        """Do one piece, unless it is on disk."""
        for _ in self.each([task]):
            pass

    def each(self, tasks: Iterable[Task]) -> Iterator[Task]:
        """Do pieces, and yield each when it is done; the next ones may be under way by then."""
        with closing(self.scanner.scan(tasks, self.on_batch)) as found:
            for task, was_there in found:
                if was_there:
                    report(self.plan, task, self.on_batch)
                yield task


def report(plan: Plan, task: Task, on_batch: OnBatch) -> None:
    """Tell that a whole piece is done."""
    if task.null:
        for name, grid in plan.null_grids().items():
            for first, end in pool_bounds(len(grid))[task.index : task.index + 1]:
                on_batch(null_name(name), end - first, grid.grid.owned(first, end))
        return
    for model in plan.models:
        for _, first, end in plan.shard(task.index, model.name):
            on_batch(model.name, end - first, plan.owned(model.name, first, end))


def _open_models(plan: Plan, run: Mapping[str, object], device: str) -> Mapping[str, SequenceModel]:
    """Open the models where the plan folder says they are, if they are still those planned."""
    where = run["models"]
    assert isinstance(where, dict)
    return open_planned(plan, where, device, "plan again")
