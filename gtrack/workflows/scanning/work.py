"""The work of a scan as an engine carries it out: opened where it runs, then piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.ports import OnBatch, Runner, SequenceModel
from gtrack.core.scan.batches import pool_bounds
from gtrack.core.scan.plan import Plan
from gtrack.engines.heap import memory_kept
from gtrack.engines.local import Serial, Threads, available_cores
from gtrack.io.digest import file_digest
from gtrack.models.device import one_thread_per_operation
from gtrack.workflows.folder.run_record import source_fasta
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.scanning.null import null_name
from gtrack.workflows.scanning.reopened import open_planned
from gtrack.workflows.scanning.shard import ShardScanner, Task


class ScanWork:
    """All pieces of a planned scan, as a :class:`gtrack.core.ports.Work`.

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

    @contextmanager
    def opened(self, device: str, workers: int | None) -> Iterator[Callable[[Task], None]]:
        """Open genome and models, and yield what does one piece unless it is on disk.

        Raises
        ------
        InputError
            When a model, the genome or the weights are not those of the plan.
        """
        plan, run = self._plan or self._folder.read_plan(), self._folder.read_run()
        models = self._models or _open_models(plan, run, device)
        weights = None if run["weights"] is None else Path(str(run["weights"]))
        if weights is not None and file_digest(weights) != plan.options.weights_sha256:
            raise InputError(f"{weights}: changed since the plan was made; plan again")
        runner: Runner = Threads(workers or available_cores()) if device == "cpu" else Serial()
        fasta = source_fasta(self._folder.out)
        try:
            with (
                memory_kept(device == "cpu"),
                one_thread_per_operation(device == "cpu"),
                ShardScanner(plan, self._folder, fasta, weights, models, runner) as scanner,
            ):

                def do(task: Task) -> None:
                    if scanner.done(task):
                        report(plan, task, self._on_batch)
                    else:
                        scanner.scan(task, self._on_batch)

                yield do
        finally:
            runner.close()


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
