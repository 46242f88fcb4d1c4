"""``gtrack scan``: plan, every shard, merge, hits where motifs are given; resumable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gtrack.core.catalogue import load
from gtrack.core.errors import InputError, ModelError
from gtrack.core.hits.motifs import Motif
from gtrack.core.ports import Engine, lacking
from gtrack.core.scan.plan import Plan
from gtrack.engines import ENGINES
from gtrack.engines import GROUP as ENGINE_GROUP
from gtrack.io.motifs import read_motifs
from gtrack.io.plan_folder import read_plan
from gtrack.models.device import resolve_devices
from gtrack.workflows.calling.results import HitsJob, HitsSummary
from gtrack.workflows.folder.owned import SHARDS, Owned
from gtrack.workflows.hits import call, check_widths
from gtrack.workflows.merge import ScanSummary, is_finished, is_merged, merge_shards
from gtrack.workflows.plan import Planned, make_plan
from gtrack.workflows.scanning.annotations import Annotation, republish
from gtrack.workflows.scanning.job import (
    ScanJob,
    clear_folder,
    holding,
    make_folder,
    now,
    write_run,
)
from gtrack.workflows.scanning.shard import Progress, units, units_of_shard
from gtrack.workflows.scanning.versions import check_version
from gtrack.workflows.scanning.work import ScanWork, report

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
    plan = planned.plan
    merged = is_merged(plan, job.out)  # then only the null is missing
    pieces = [unit for unit in units(plan) if unit.null or not merged]
    try:
        engine: Engine = load(ENGINES, job.engine, ENGINE_GROUP)(planned.devices, job.workers)
    except InputError as error:
        raise InputError(f"--engine {job.engine}: {error}") from error
    if missing := lacking(engine, Engine):
        raise InputError(f"--engine {job.engine}: lacks {', '.join(missing)}; repair its package")
    work = ScanWork(job.out, plan, planned.models, progress if engine.live else _silent)
    try:
        for unit in engine.map(work, pieces):
            if not engine.live:
                report(plan, unit, progress)
    finally:
        engine.close()


def scan_shard(
    out: Path, shard: int, begin: Begin, *, device: str = "auto", workers: int | None = None
) -> None:
    """Scan one shard of a plan that ``gtrack plan`` made, with its parts of the null.

    Raises
    ------
    InputError
        When the folder holds no plan, has no such shard, or a model is not the planned one.
    """
    plan = read_plan(out / "plan")
    check_version(plan, out)
    if not 0 <= shard < plan.n_shards:
        raise InputError(f"--shard {shard}: the plan in {out} has shards 0 to {plan.n_shards - 1}")
    chosen = resolve_devices(device)[0]
    if chosen.partition(":")[0] != plan.options.device_kind:
        raise InputError(
            f"--device {device}: the plan in {out} is for {plan.options.device_kind}, and bytes "
            "differ between kinds of device; plan again for this one"
        )
    with holding(out, shared=True):
        work = ScanWork(out, plan, progress=begin(plan))
        merged = is_merged(plan, out)
        with work.opened(chosen, workers) as do:
            for unit in units_of_shard(plan, shard):
                if unit.null or not merged:
                    do(unit)


def _silent(name: str, windows: int, bases: int) -> None:
    """Tell nobody: progress of another process is reported piece by piece."""
