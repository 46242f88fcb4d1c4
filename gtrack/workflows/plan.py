"""``gtrack plan``: read and check every input, lay the windows, fix every batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from gtrack.attribution import GROUP as METHOD_GROUP
from gtrack.attribution import METHODS
from gtrack.core.catalogue import load
from gtrack.core.errors import GtrackError, InputError, ModelError
from gtrack.core.heads import Head, Outputs
from gtrack.core.intervals import Interval
from gtrack.core.ports import Attributor, SequenceModel, lacking
from gtrack.core.scan.batches import pool_bounds
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.plan import ModelPlan, Plan, ScanOptions, differences
from gtrack.core.scan.regions import canonical_regions, check_regions
from gtrack.core.scan.windows import lay_windows
from gtrack.core.sequences import is_known
from gtrack.io.bed import read_bed
from gtrack.io.bigwig import BigWigReader
from gtrack.io.fasta import Genome
from gtrack.io.plan_folder import read_plan, write_plan
from gtrack.models.device import resolve_devices, resolve_precision
from gtrack.models.folder import digest, open_model
from gtrack.workflows.folder.owned import Owned
from gtrack.workflows.folder.sequences import pool_digest, window_sequences
from gtrack.workflows.scanning.annotations import (
    Annotation,
    check_annotations,
    check_names,
    copy_annotations,
    refuse_taken,
)
from gtrack.workflows.scanning.job import (
    ScanJob,
    check_folder,
    file_digest,
    holding,
    make_folder,
    now,
    write_run,
)
from gtrack.workflows.scanning.null import plan_null
from gtrack.workflows.scanning.versions import check_version, versions

_CUDA_BATCH = 8
"""A CUDA device gets batches this many times as large as a CPU thread."""

_POOLS_PER_SHARD, _SHARDS_PER_DEVICE = 8, 4


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and the models that were opened to make it (on the first device).

    `fresh` says that the plan was made now, not found; `annotations` are those of the job.
    """

    plan: Plan
    models: Mapping[str, SequenceModel]
    devices: tuple[str, ...]
    fresh: bool
    annotations: tuple[Annotation, ...]


def plan(job: ScanJob, *, overwrite: bool = False) -> Planned:
    """Make the plan of a scan whose shards others will do; see :func:`make_plan`."""
    with holding(job.out):
        return make_plan(job, overwrite=overwrite)


def make_plan(job: ScanJob, *, resume: bool = False, overwrite: bool = False) -> Planned:
    """Check every input and write the plan into ``OUT/plan``; the caller holds the folder.

    With `resume`, a stored plan must be the same as the one that the inputs make now.

    Raises
    ------
    InputError
        When an input is wrong, or has changed since the plan that is to be resumed.
    OutputError
        When the output folder cannot be written.
    ModelError
        When a model cannot be opened.
    """
    check_folder(job, resume=resume, overwrite=overwrite)
    check_names(job)
    stored = _stored(job.out) if resume else None
    method, parameters = _method(job)
    regions = read_bed(job.bed)
    with Genome.open(job.fasta) as genome:
        check_regions(regions, genome.chrom_sizes, job.fasta)
        annotations = check_annotations(job.annotations, genome.chrom_sizes)
        refuse_taken(annotations, job.out)
        devices = tuple(resolve_devices(job.device))
        precision = resolve_precision(job.precision, devices[0])
        canonical, _ = canonical_regions(regions, genome.chrom_sizes)
        weights = None if job.weights is None else _check_weights(job.weights, canonical, genome)
        models = {name: open_model(where, device=devices[0]) for name, where in job.models}
        model_plans = tuple(
            _plan_model(job, name, where, models[name], devices[0], method(parameters, precision))
            for name, where in job.models
        )
        grids, pools, covered = {}, {}, {}
        for model in model_plans:
            grid = lay_windows(
                canonical,
                genome.chrom_sizes,
                model.window_bp,
                model.stride,
                model.strand,
                exact=model.exact,
            )
            pools[model.name], covered[model.name] = _read_pools(genome, grid)
            grids[model.name] = grid
        known = tuple(_known(genome, region) for region in canonical)
        if not sum(known):
            raise InputError(f"{job.bed}: no region holds a single A, C, G or T in {job.fasta}")
        most = max(len(hashes) for hashes in pools.values())
        plan = Plan(
            options=ScanOptions(
                genome=job.genome,
                method=job.method,
                parameters=parameters,
                projection=job.projection,
                weights_sha256=weights,
                per_strand_tracks=job.per_strand_tracks,
                precision=precision,
                device_kind=devices[0].partition(":")[0],
            ),
            models=model_plans,
            chrom_sizes=dict(genome.chrom_sizes),
            regions=tuple(canonical),
            known=known,
            given=len(regions),
            pools=pools,
            covered=covered,
            versions=versions(job.method, [model.kind for model in model_plans]),
            n_shards=job.shards or _default_shards(most, len(devices)),
            null=None if job.null_bases is None else plan_null(genome, grids, job.null_bases),
        )
    folder = job.out / "plan"
    if stored is None:
        write_run(job, now())  # first: it marks the folder, whatever happens to the rest
        make_folder(job.out, overwrite=overwrite)
        if annotations:
            copy_annotations(annotations, job.out)
        write_plan(folder, plan)
        return Planned(plan, models, devices, True, annotations)
    changed = differences(stored.facts(), plan.facts())
    if changed:
        raise InputError(
            f"{job.out}: cannot resume, because this changed since its plan was made: "
            f"{', '.join(changed)}; give the same inputs, or start anew with --overwrite"
        )
    Owned.of(job.out).sweep()
    if annotations:
        copy_annotations(annotations, job.out)
    if plan.null not in (None, stored.null):  # tracks do not depend on it, so it may come later
        stored = replace(stored, null=plan.null)
        write_plan(folder, stored)
    return Planned(stored, models, devices, False, annotations)


def _stored(out: Path) -> Plan | None:
    """Return the plan that is to be resumed, of this version; None where there is none yet."""
    if not (out / "plan" / "plan.json").exists():
        return None
    stored = read_plan(out / "plan")
    check_version(stored, out)
    return stored


def _method(job: ScanJob) -> tuple[type[Attributor], dict[str, str]]:
    """Return the class of the method, and all its parameters once it takes them."""
    try:
        method: type[Attributor] = load(METHODS, job.method, METHOD_GROUP)
    except InputError as error:
        raise InputError(f"--method {job.method}: {error}") from error
    if missing := lacking(method, Attributor):
        raise ModelError(
            f"--method {job.method}: its class lacks {', '.join(missing)}; repair its package"
        )
    return method, method.validated(job.parameters)


def _default_shards(pools: int, devices: int) -> int:
    """Return a number of shards that keeps every device busy and a resume cheap."""
    busy = min(pools, _SHARDS_PER_DEVICE * devices) if devices > 1 else 1
    return max(busy, -(-pools // _POOLS_PER_SHARD))


def _plan_model(
    job: ScanJob,
    name: str,
    where: str,
    model: SequenceModel,
    device: str,
    method: Attributor,
) -> ModelPlan:
    window = job.windows.get(name, job.windows.get(None, model.window_bp))
    if window is None:
        like = model.likely_window_bp
        raise InputError(
            f"--model {name}={where}: the model does not say how long its input is; give "
            f"--window {name}=BP, the length it was trained on"
            f"{f', for example {like}' if like else ''}"
        )
    stride = job.strides.get(name, job.strides.get(None, max(1, window // 2)))
    strand, source = model.strands or "both", "training" if model.strands else "default"
    if job.strand is not None:
        strand, source = job.strand, "option"
    scale = _CUDA_BATCH if device.startswith("cuda") else 1
    head = _head(job, name, where, model)
    return ModelPlan(
        name=name,
        kind=model.kind,
        sha256=digest(where),
        unit=model.unit,
        exact=model.exact_length,
        unit_limit=model.unit_limit,
        head=head,
        targets=head.targets(name, job.targets.get(name, job.targets.get(None, ()))),
        parameters=method.used(model.kind),
        window_bp=window,
        stride=stride,
        strand=strand,
        strand_from=source,
        batch_units=job.batch_units or model.default_batch_units * scale,
    )


def _head(job: ScanJob, name: str, where: str, model: SequenceModel) -> Head:
    """Return what a model's outputs are: what the user says, else what its folder says."""
    said = job.outputs.get(name, job.outputs.get(None))
    try:
        return Head(cast(Outputs, said), model.labels, "option") if said else model.head
    except GtrackError as error:
        raise type(error)(f"--model {name}={where}: {error}") from error


def _read_pools(genome: Genome, grid: WindowGrid) -> tuple[tuple[str, ...], int]:
    """Return the digest of each pool's sequences, and how many owned bases are A, C, G or T."""
    hashes, covered = [], 0
    for first, end in pool_bounds(len(grid)):
        sequences = window_sequences(genome, grid, first, end)
        hashes.append(pool_digest(sequences))
        for window, sequence in enumerate(sequences, first):
            start, known = int(grid.start[window]), is_known(sequence)
            covered += sum(int(known[a - start : b - start].sum()) for a, b in grid.runs_of(window))
    return tuple(hashes), covered


def _known(genome: Genome, region: Interval) -> int:
    return int(is_known(genome.fetch(region.chrom, region.start, region.end)).sum())


def _check_weights(path: Path, regions: Sequence[Interval], genome: Genome) -> str:
    """Return the sha256 of the bigWig of ``--projection weighted``, once it fits the genome."""
    with BigWigReader(path) as track:
        for region in regions:
            size, there = genome.chrom_sizes[region.chrom], track.chrom_sizes.get(region.chrom)
            if there != size:
                raise InputError(
                    f"{path}: {region.chrom!r} has {there or 'no'} bp there and {size} bp in "
                    f"{genome.path}; take a track of the same genome"
                )
    return file_digest(path)
