"""``gtrack scan``: plan, every shard, merge, hits where motifs are given; resumable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gtrack.attribution.pool import OutOfMemoryError
from gtrack.core.errors import InputError, ModelError, OutputError
from gtrack.core.hits.motifs import Motif
from gtrack.core.ports import OnBatch
from gtrack.core.scan.cost import Cost
from gtrack.core.scan.plan import Plan
from gtrack.core.scan.spent import Spent
from gtrack.io.motifs import read_motifs
from gtrack.workflows.folder.run_log import RunLog, timed
from gtrack.workflows.folder.run_record import begin_run, end_run
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.merge import ScanSummary, added_later, merge_shards
from gtrack.workflows.plan import Planned, make_plan
from gtrack.workflows.scanning.annotation_checks import Annotation
from gtrack.workflows.scanning.annotations import republish, written
from gtrack.workflows.scanning.batch_size import fixed_by_plan, halved
from gtrack.workflows.scanning.cost import costs
from gtrack.workflows.scanning.engine import MakeEngine, chosen_engine
from gtrack.workflows.scanning.job import ScanJob
from gtrack.workflows.scanning.job_log import begin_log
from gtrack.workflows.scanning.merging_beside import MergingBeside, merging_beside
from gtrack.workflows.scanning.record import restore
from gtrack.workflows.scanning.tasks import tasks
from gtrack.workflows.scanning.versions import check_versions
from gtrack.workflows.scanning.work import ScanWork, WholeShards, devices_of, report, threads_of

if TYPE_CHECKING:
    from gtrack.workflows.calling.results import HitsSummary
    from gtrack.workflows.passport import PassportSummary, Price

Begin = Callable[[Plan], OnBatch]
"""Called once with the plan; what it returns is told of every batch."""

Tell = Callable[[Cost], None]
"""Called with the price of each model before a dear method begins."""

Say = Callable[[str], None]
"""Called with each line that a user should read before the work begins."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan did: `scan` is None where it was finished before, `hits` without motifs.

    `passports` is None where none were made now; `price` says what they cost, where the folder has
    none and they were not declined. `spent` says where the time of all runs of the scan went.
    """

    scan: ScanSummary | None
    hits: HitsSummary | None
    annotations: tuple[Annotation, ...]
    passports: PassportSummary | None = None
    price: Price | None = None
    spent: Spent | None = None


def scan(
    job: ScanJob,
    begin: Begin,
    *,
    resume: bool = False,
    overwrite: bool = False,
    passport: bool | None = False,
    tell: Tell | None = None,
    say: Say = lambda _: None,
) -> Scanned:
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
    passport : bool or None
        Whether to judge the maps at the end, unless that was done before; None: where it costs
        little beside the scan.
    tell : callable, optional
        Told what each model costs, where the method says so, before `begin` is called.
    say : callable, optional
        Told what a user should know of the inputs, before anything is computed.

    Raises
    ------
    InputError
        When an input is wrong; the motifs are read before anything is computed.
    """
    motifs = [] if job.motifs is None else read_motifs(job.motifs)
    engine = chosen_engine(job)
    log = RunLog(job.out)
    with log.kept():
        summary, planned = _scan(
            job, engine, begin, tell, say, motifs, resume=resume, overwrite=overwrite
        )
        hits = _hits(job)
        made, cost = (None, None) if passport is False else _passports(job, wanted=bool(passport))
    return Scanned(summary, hits, planned.annotations, made, cost, log.spent())


def _hits(job: ScanJob) -> HitsSummary | None:
    if job.motifs is None:
        return None
    from gtrack.workflows.calling.results import HitsJob  # noqa: PLC0415  (a refusal waits for none)
    from gtrack.workflows.hits import call  # noqa: PLC0415

    return call(HitsJob(job.out, job.motifs))


def _passports(job: ScanJob, *, wanted: bool) -> tuple[PassportSummary | None, Price | None]:
    """Judge the maps, or say what that costs; neither where it was done before."""
    from gtrack.workflows.passport import PassportJob, make_passports, price  # noqa: PLC0415

    folder = ScanFolder(job.out)
    if folder.read_manifest().trust is not None:
        return None, None
    cost = price(folder.read_plan())
    if not (wanted or cost.cheap):
        return None, cost
    models = dict(job.models)
    asked = PassportJob(job.out, models, device=job.device, fasta=job.fasta, workers=job.workers)
    return make_passports(asked), None


def _scan(
    job: ScanJob,
    make_engine: MakeEngine,
    begin: Begin,
    tell: Tell | None,
    say: Say,
    motifs: Sequence[Motif],
    *,
    resume: bool,
    overwrite: bool,
) -> tuple[ScanSummary | None, Planned]:
    """Scan without calling hits; None when the scan that is resumed was finished already."""
    folder = ScanFolder(job.out)
    with folder.held():
        with timed("planning") as planning:
            planned = make_plan(job, folder, motifs, resume=resume, overwrite=overwrite)
        plan = planned.plan
        for line in planned.notes:
            say(line)
        folder.refuse_changed(plan)
        if not planned.fresh and folder.is_finished(plan):
            folder.remove_shards()
            restore(plan, folder, job.fasta)
            republish(folder, copied=written(planned.annotations))
            return added_later(plan, folder), planned
        folder.make()  # what a resumed scan lacks
        record = begin_run(job.out, job.local(plan.digest))
        begin_log("scan", job, plan, planning, resume=resume)
        try:
            if tell is not None:
                for cost in costs(plan, planned.models, len(planned.devices), job.workers):
                    tell(cost)
            on_batch = begin(plan)
            while True:
                try:
                    with merging_beside(plan, folder) as beside:
                        _scan_shards(job, make_engine, folder, planned, on_batch, beside)
                        summary = merge_shards(plan, folder, beside)
                    break
                except OutOfMemoryError as problem:
                    planned, plan = _smaller(folder, planned, problem, say)
        except (InputError, ModelError):
            if planned.fresh and not folder.parts.holds_work(plan):
                folder.clear()  # the same command works once the cause is mended
            raise
        end_run(job.out, record)
        return summary, planned


def _scan_shards(
    job: ScanJob,
    make_engine: MakeEngine,
    folder: ScanFolder,
    planned: Planned,
    on_batch: OnBatch,
    beside: MergingBeside | None,
) -> None:
    """Do every shard and every part of the null that is not on disk yet."""
    plan = planned.plan
    merged = folder.is_merged(plan)  # then only the null is missing
    pieces = [task for task in tasks(plan) if task.null or not merged]
    engine = make_engine(planned.devices, job.workers)
    # of another process, progress is told piece by piece
    told = on_batch if engine.live else lambda *_: None
    work = ScanWork(folder, plan, planned.models, told)
    try:
        for task in engine.map(work, pieces):
            if not engine.live:
                report(plan, task, on_batch)
            if beside is not None and not task.null:
                beside.take(task.index)
    finally:
        engine.close()


def scan_shard(
    out: Path,
    shard: int,
    begin: Begin,
    *,
    last: int | None = None,
    device: str = "auto",
    workers: int | None = None,
) -> bool:
    """Scan one shard of a plan that ``gtrack plan`` made, or all from it to the `last`.

    Their parts of the null are scanned with them.

    Returns
    -------
    bool
        False where others took over what stood still here, and merged all.

    Raises
    ------
    InputError
        When the folder holds no plan, has no such shard, or a model is not the planned one.
    """
    folder = ScanFolder(out)
    plan = folder.read_plan()
    check_versions(plan, out)
    last = shard if last is None else last
    if not 0 <= shard <= last < plan.n_shards:
        asked = shard if last == shard else f"{shard}-{last}"
        raise InputError(f"--shard {asked}: the plan in {out} has shards 0 to {plan.n_shards - 1}")
    chosen, workers = devices_of(plan, out, device)[0], threads_of(folder, workers)
    log = RunLog(out)
    with folder.held(shared=True), log.kept(), fixed_by_plan():
        log.begin("scan --shard", plan, first=shard, last=last, device=device, workers=workers)
        try:
            with WholeShards(folder, plan, begin(plan)).opened(chosen, workers) as do:
                for each in range(shard, last + 1):
                    do(each)
        except OutputError:
            if not folder.is_finished(plan):
                raise
            return False
    return True


def _smaller(
    folder: ScanFolder, planned: Planned, problem: OutOfMemoryError, say: Say
) -> tuple[Planned, Plan]:
    """Return a plan with half the batch that did not fit, where nothing is done yet; write it."""
    if not planned.fresh or folder.parts.holds_work(planned.plan) or problem.n_rows == 1:
        raise problem
    plan = halved(planned.plan, problem.model, problem.units)
    folder.write_plan(plan)
    units = plan.model(problem.model).batch_units
    facts = {"model": problem.model, "batch_units": units, "plan": plan.digest}
    RunLog(folder.out).tell("smaller_plan", **facts, why=str(problem))
    say(
        f"model {problem.model}: memory is short for a batch of {problem.units:,} units, and "
        f"nothing is done yet: planned anew with --batch-tokens {units}"
    )
    return replace(planned, plan=plan), plan
