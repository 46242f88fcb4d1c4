"""``gtrack scan``: plan, every shard, merge, hits where motifs are given; resumable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gtrack.core.batches import pool_bounds
from gtrack.core.errors import InputError, ModelError
from gtrack.core.motifs import Motif
from gtrack.core.plan import Plan
from gtrack.core.ports import SequenceModel
from gtrack.engines.local import Processes, Serial, Threads, available_cores
from gtrack.io.motifs import read_motifs
from gtrack.io.plan_folder import read_plan
from gtrack.models.device import one_thread_per_operation, resolve_devices
from gtrack.models.folder import digest, open_model
from gtrack.workflows.annotations import Annotation, republish
from gtrack.workflows.hit_results import HitsJob, HitsSummary
from gtrack.workflows.hits import call, check_widths
from gtrack.workflows.job import (
    ScanJob,
    clear_folder,
    file_digest,
    holding,
    make_folder,
    now,
    read_run,
    write_run,
)
from gtrack.workflows.merge import ScanSummary, is_finished, is_merged, merge_shards
from gtrack.workflows.null import null_name
from gtrack.workflows.owned import SHARDS, Owned
from gtrack.workflows.plan import Planned, make_plan
from gtrack.workflows.shard import (
    Progress,
    ShardScanner,
    Unit,
    units,
    units_of_shard,
)

Begin = Callable[[Plan], Progress]
"""Called once with the plan; what it returns is told of every batch."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan did: `scan` is None where it was finished before, `hits` without motifs."""

    scan: ScanSummary | None
    hits: HitsSummary | None
    annotations: tuple[Annotation, ...]


def scan(job: ScanJob, begin: Begin, *, resume: bool = False, overwrite: bool = False) -> Scanned:
    """Scan all regions with all models, and call hits where the job has motifs.

    Parameters
    ----------
    job : ScanJob
    begin : callable
        Told of the plan once and of progress after every batch.
    resume : bool
        Go on with the scan in ``job.out``: shards that are done stay.
    overwrite : bool
        Replace an earlier scan in ``job.out``.

    Raises
    ------
    InputError
        When an input is wrong; the motifs are read before anything is computed.
    """
    motifs = [] if job.motifs is None else read_motifs(job.motifs)
    summary, annotations = _scan(job, begin, motifs, resume=resume, overwrite=overwrite)
    hits = None if job.motifs is None else call(HitsJob(job.out, job.motifs))
    return Scanned(summary, hits, annotations)


def _scan(
    job: ScanJob, begin: Begin, motifs: Sequence[Motif], *, resume: bool, overwrite: bool
) -> tuple[ScanSummary | None, tuple[Annotation, ...]]:
    """Scan without calling hits; None when the scan that is resumed was finished already."""
    started = now()
    with holding(job.out):
        planned = make_plan(job, resume=resume, overwrite=overwrite)
        plan, out = planned.plan, job.out
        if not planned.fresh and is_finished(plan, out):
            Owned.of(out).remove(*SHARDS)
            republish(out)
            return None, planned.annotations
        make_folder(out, overwrite=False)  # what a resumed scan lacks
        write_run(job, started)
        try:
            check_widths(motifs, plan)
            _scan_shards(job, planned, begin(plan))
        except (InputError, ModelError):
            if planned.fresh and not any((out / "shards").glob("*.npz")):
                clear_folder(out)  # the same command works once the cause is mended
            raise
        summary = merge_shards(plan, out)
        write_run(job, started, now())
        return summary, planned.annotations


def _scan_shards(job: ScanJob, planned: Planned, progress: Progress) -> None:
    """Do every shard and every part of the null that is not on disk yet."""
    plan, devices = planned.plan, planned.devices
    merged = is_merged(plan, job.out)  # then only the null is missing
    work = [unit for unit in units(plan) if unit.null or not merged]
    if len(devices) > 1:
        _scan_on_devices(plan, job.out, devices, work, progress)
        return
    with _scanner(
        plan, job.out, job.fasta, job.weights, planned.models, devices[0], job.workers
    ) as scanner:
        for unit in work:
            scan_unless_done(scanner, plan, unit, progress)


def scan_shard(
    out: Path, shard: int, begin: Begin, *, device: str = "auto", workers: int | None = None
) -> None:
    """Scan one shard of a plan that ``gtrack plan`` made, with its parts of the null.

    Raises
    ------
    InputError
        When the folder holds no plan, has no such shard, or a model is not the planned one.
    """
    plan, run = read_plan(out / "plan"), read_run(out)
    if not 0 <= shard < plan.n_shards:
        raise InputError(f"--shard {shard}: the plan in {out} has shards 0 to {plan.n_shards - 1}")
    chosen = resolve_devices(device)[0]
    if chosen.partition(":")[0] != plan.options.device_kind:
        raise InputError(
            f"--device {device}: the plan in {out} is for {plan.options.device_kind}, and bytes "
            "differ between kinds of device; plan again for this one"
        )
    with (
        holding(out, shared=True),
        _scanner_of_run(plan, out, run, chosen, workers) as scanner,
    ):
        progress, merged = begin(plan), is_merged(plan, out)
        for unit in units_of_shard(plan, shard):
            if unit.null or not merged:
                scan_unless_done(scanner, plan, unit, progress)


def scan_unless_done(scanner: ShardScanner, plan: Plan, unit: Unit, progress: Progress) -> None:
    """Do a piece of work that is not on disk yet; report one that is as progress all the same."""
    if scanner.done(unit):
        _report(plan, unit, progress)
    else:
        scanner.scan(unit, progress)


def _report(plan: Plan, unit: Unit, progress: Progress) -> None:
    if unit.null:
        for name, grid in plan.null_grids().items():
            for first, end in pool_bounds(len(grid))[unit.index : unit.index + 1]:
                progress(null_name(name), end - first, grid.grid.owned(first, end))
        return
    for model in plan.models:
        for _, first, end in plan.shard(unit.index, model.name):
            progress(model.name, end - first, plan.owned(model.name, first, end))


@contextmanager
def _scanner(
    plan: Plan,
    out: Path,
    fasta: Path,
    weights: Path | None,
    models: Mapping[str, SequenceModel],
    device: str,
    workers: int | None,
) -> Iterator[ShardScanner]:
    """Open a scanner whose batches run in threads on a CPU, in turn on a GPU."""
    on_cpu = device == "cpu"
    threads = Threads(workers or available_cores()) if on_cpu else None
    try:
        with (
            one_thread_per_operation(on_cpu),
            ShardScanner(plan, out, fasta, weights, models, threads or Serial()) as scanner,
        ):
            yield scanner
    finally:
        if threads:
            threads.close()


@contextmanager
def _scanner_of_run(
    plan: Plan, out: Path, run: Mapping[str, object], device: str, workers: int | None
) -> Iterator[ShardScanner]:
    """Open a scanner from what the plan folder says of its inputs."""
    where = run["models"]
    assert isinstance(where, dict)
    models = {}
    for model in plan.models:
        if digest(where[model.name]) != model.sha256:
            raise InputError(
                f"{where[model.name]}: model {model.name} changed since the plan was made; plan "
                "again"
            )
        models[model.name] = open_model(where[model.name], device=device)
    weights = None if run["weights"] is None else Path(str(run["weights"]))
    if weights is not None and file_digest(weights) != plan.options.weights_sha256:
        raise InputError(f"{weights}: changed since the plan was made; plan again")
    fasta = Path(str(run["fasta"]))
    with _scanner(plan, out, fasta, weights, models, device, workers) as scanner:
        yield scanner


_held: dict[str, object] = {}
"""A worker process's scanner, opened when the process starts."""


def _start_process(device: str, out: Path) -> None:
    plan = read_plan(out / "plan")
    opened = _scanner_of_run(plan, out, read_run(out), device, None)
    _held.update(plan=plan, scanner=opened.__enter__(), keep=opened)


def _scan_in_process(unit: Unit) -> Unit:
    scanner, plan = _held["scanner"], _held["plan"]
    assert isinstance(scanner, ShardScanner)
    assert isinstance(plan, Plan)
    scan_unless_done(scanner, plan, unit, lambda *_: None)
    return unit


def _scan_on_devices(
    plan: Plan, out: Path, devices: tuple[str, ...], work: list[Unit], progress: Progress
) -> None:
    """Scan with one process per device; progress comes unit by unit."""
    engine = Processes(devices, _start_process, (out,))
    try:
        for unit in engine.map(_scan_in_process, work):
            _report(plan, unit, progress)
    finally:
        engine.close()
