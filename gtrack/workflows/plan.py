"""``gtrack plan``: read and check every input, lay the windows, fix every batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gtrack.core.assemblies import check_lengths
from gtrack.core.errors import InputError
from gtrack.core.hits.motifs import Motif
from gtrack.core.ports import SequenceModel
from gtrack.core.regions import Regions
from gtrack.core.scan.batches import pool_bounds
from gtrack.core.scan.ensemble import ensemble_targets, fitted
from gtrack.core.scan.gathering import RegionBases
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.loose import LooseGenome
from gtrack.core.scan.null_windows import lay_null
from gtrack.core.scan.plan import ModelPlan, Plan, ScanOptions
from gtrack.core.scan.regions import canonical_regions, check_regions
from gtrack.core.scan.tiling import WHOLE, Tiles
from gtrack.core.scan.widening import said_of_lengths, said_of_loose, widened
from gtrack.core.sequences import Reference, is_known
from gtrack.engines.snakemake.run_folder import remove_kept
from gtrack.io.motifs import read_motifs
from gtrack.io.shell import renaming
from gtrack.workflows.calling.widths import check_widths
from gtrack.workflows.folder.genome import (
    genome_notes,
    keep_sequences,
    pool_digest,
    window_sequences,
)
from gtrack.workflows.folder.run_log import RunLog, timed
from gtrack.workflows.folder.run_record import begin_run
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.scanning.annotation_checks import (
    Annotation,
    check_annotations,
    check_names,
)
from gtrack.workflows.scanning.annotations import copy_annotations, refuse_taken, replacing
from gtrack.workflows.scanning.batch_size import said_of_found
from gtrack.workflows.scanning.beside import ask
from gtrack.workflows.scanning.changed import changed_inputs
from gtrack.workflows.scanning.disk import disk_notes
from gtrack.workflows.scanning.job import ScanJob
from gtrack.workflows.scanning.job_log import begin_log
from gtrack.workflows.scanning.model_plan import method_of
from gtrack.workflows.scanning.null import plan_null
from gtrack.workflows.scanning.opening import opened_models, refuse_machine
from gtrack.workflows.scanning.sources import opened_source
from gtrack.workflows.scanning.tried import found_by_trying
from gtrack.workflows.scanning.versions import check_version, versions
from gtrack.workflows.scanning.weights import check_weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_POOLS_PER_SHARD, _SHARDS_PER_DEVICE = 8, 4

_POOLS_ON_CUDA = 16
"""A GPU explains a pool in .05 to .1 s: shards of 8 would be many small files. Those of many more
would leave the merge beside it nothing to do until the end."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and the models that were opened to make it (on the first device).

    None is opened of a finished scan that is asked for again. `fresh` says that the plan was made
    now, not found; `annotations` are those of the job; `notes` are what a user should know of the
    inputs; `loose` are sequences that lie on no genome.
    """

    plan: Plan
    models: Mapping[str, SequenceModel]
    devices: tuple[str, ...]
    fresh: bool
    annotations: tuple[Annotation, ...]
    notes: tuple[str, ...] = ()
    loose: LooseGenome | None = None


def plan(job: ScanJob, *, resume: bool = False, overwrite: bool = False) -> Planned:
    """Make the plan of a scan whose shards others will do; see :func:`make_plan`.

    The motifs of the job are read and must fit, as hits are to be called later.
    """
    motifs = [] if job.motifs is None else read_motifs(job.motifs)
    folder = ScanFolder(job.out)
    with folder.held(), RunLog(job.out).kept():
        with timed("planning") as planning:
            planned = make_plan(job, folder, motifs, resume=resume, overwrite=overwrite)
        begin_log("plan", job, planned.plan, planning, resume=resume)
        return planned


def make_plan(
    job: ScanJob,
    folder: ScanFolder,
    motifs: Sequence[Motif] = (),
    *,
    resume: bool = False,
    overwrite: bool = False,
) -> Planned:
    """Check every input and write the plan into the folder, which the caller holds.

    The `motifs` are those of the job, which must fit into its regions.
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
    folder.refuse_unfit(job.inputs(), resume=resume, overwrite=overwrite)
    ensembles = [each.name for each in job.beside.ensembles]
    check_names(job.annotations, [*(name for name, _ in job.models), *ensembles])
    stored = None
    if resume and folder.is_planned():
        stored = folder.read_plan()
        check_version(stored, job.out)
    planned = _plan_inputs(job, stored, folder)
    check_widths(motifs, planned.plan.regions)
    averaged = ensemble_targets(fitted(job.beside.ensembles, planned.plan), planned.plan)
    check_names(job.annotations, [each.stem for each in (*planned.plan.targets, *averaged)])
    room = disk_notes(job.out, planned.plan, job.fasta)
    planned = replace(planned, notes=(*planned.notes, *room))
    if stored is not None:
        resumed = _resumed(job, folder, stored, planned)
        ask(folder, resumed.plan, job.beside)
        return resumed
    # First: it marks the folder, whatever happens to the rest.
    begin_run(job.out, job.local(planned.plan.digest))
    if overwrite:
        folder.remove()
        remove_kept(job.out)
    folder.make()
    if planned.loose is not None:
        keep_sequences(folder, planned.loose)
    if planned.annotations:
        copy_annotations(planned.annotations, job.out)
    folder.write_plan(planned.plan)
    ask(folder, planned.plan, job.beside)
    return planned


def _resumed(job: ScanJob, folder: ScanFolder, stored: Plan, planned: Planned) -> Planned:
    """Go on with a stored plan, if it is the one that the inputs make now."""
    changed = changed_inputs(job, stored, planned.plan)
    if changed:
        raise InputError(
            f"{folder.out}: cannot resume, because this changed since its plan was made: "
            f"{', '.join(changed)}; give the same inputs, or start anew with --overwrite"
        )
    folder.sweep()
    if planned.loose is not None:
        keep_sequences(folder, planned.loose)
    annotations = replacing(planned.annotations, folder.out)
    if annotations:
        copy_annotations(annotations, folder.out)
    null = planned.plan.null
    if null not in (None, stored.null):  # tracks do not depend on it, so it may come later
        stored = replace(stored, null=null)
        folder.write_plan(stored)
    grids, nulls = planned.plan.grids, planned.plan.nulls  # none where none was asked for
    plan = replace(stored, grids=grids, nulls=nulls)
    return replace(planned, plan=plan, fresh=False, annotations=annotations)


def _plan_inputs(job: ScanJob, stored: Plan | None, folder: ScanFolder) -> Planned:
    """Read and check every input; of a `stored` plan, what was found by trying is taken over."""
    method, parameters = method_of(job)
    given_by = job.bed, job.fasta, job.sequences, job.tile, job.blacklist
    with opened_source(*given_by) as source:
        genome, given = source.reference, source.given
        regions = Regions.of(given.intervals)
        check_lengths(job.genome, genome.chrom_sizes)
        check_regions(regions, genome.chrom_sizes, genome.path, renaming(job.bed))
        annotations = check_annotations(job.annotations, genome.chrom_sizes)
        refuse_taken(annotations, job.out)
        refuse_machine(job)
        regions = widened(regions, genome.chrom_sizes, flank=job.flank, resize=job.resize)
        canonical, _ = canonical_regions(regions, genome.chrom_sizes)
        weights = None if job.weights is None else check_weights(job.weights, canonical, genome)
        opened = opened_models(job, method, parameters, stored, folder)
        plans, models, devices = opened.plans, opened.models, opened.devices
        tiles = source.tiles
        if tiles is not None:
            tiles = _read_by_all(tiles, job.tile, plans, genome)
            regions = canonical = Regions.of(tiles.regions)
        if any(each.strand == "region" for each in plans):
            given.need_strands()
        options = ScanOptions(
            genome=job.genome,
            method=job.method,
            parameters=parameters,
            projection=job.projection,
            weights_sha256=weights,
            per_strand_tracks=job.per_strand_tracks,
            precision=opened.precision,
            device_kind=devices[0].partition(":")[0],
            flank=job.flank,
            resize=job.resize,
        )
        read = RegionBases.of(genome, canonical)
        if not read.known.any():
            raise InputError(f"{job.regions_from} holds a single A, C, G or T")
        plan = _lay(job, genome, options, plans, canonical, read.known, len(regions), len(devices))
        if stored is None:
            plan = replace(plan, tried=found_by_trying(job, plan, models, genome))
        of_genome = genome_notes(genome, job.genome, read)
    notes = [*given.notes, *_said_of_regions(job, canonical, tiles)]
    notes += [*opened.said_of_windows(), *of_genome, *said_of_found(plan)]
    loose = genome if isinstance(genome, LooseGenome) else None
    return Planned(plan, models, devices, True, annotations, tuple(notes), loose)


def _read_by_all(
    tiles: Tiles, asked: Sequence[str], models: Sequence[ModelPlan], genome: Reference
) -> Tiles:
    """Leave out of a whole genome what is too short for a model; one that is named is refused."""
    needed = max((model.window_bp for model in models if model.exact), default=0)
    return tiles.on_chroms_of(needed, genome.chrom_sizes) if WHOLE in asked else tiles


def _said_of_regions(job: ScanJob, regions: Regions, tiles: Tiles | None) -> list[str]:
    if tiles is not None:
        return tiles.said()
    if job.sequences is not None:  # they are as long as they are
        return said_of_loose(regions.lengths.tolist())
    return said_of_lengths(regions, flank=job.flank, resize=job.resize)


def _lay(
    job: ScanJob,
    genome: Reference,
    options: ScanOptions,
    models: tuple[ModelPlan, ...],
    regions: Regions,
    known: NDArray[np.integer],
    given: int,
    devices: int,
) -> Plan:
    """Lay the windows of every model and its null, and fix what each pool of them reads."""
    sizes, bases = dict(genome.chrom_sizes), job.null_bases
    grids = {model.name: model.lay(regions, sizes) for model in models}
    nulls = {} if bases is None else {name: lay_null(grids[name], bases) for name in grids}
    read = {name: _read_pools(genome, grid) for name, grid in grids.items()}
    most = max(len(hashes) for hashes, _ in read.values())
    return Plan(
        options=options,
        models=models,
        chrom_sizes=sizes,
        regions=regions,
        known=known,
        given=given,
        pools={name: hashes for name, (hashes, _) in read.items()},
        covered={name: covered for name, (_, covered) in read.items()},
        versions=versions(options.method, [model.kind for model in models]),
        n_shards=job.shards or _default_shards(most, devices, options.device_kind),
        null=None if bases is None else plan_null(genome, nulls, bases),
        grids=grids,
        nulls=nulls,
    )


def _default_shards(pools: int, devices: int, kind: str = "cpu") -> int:
    """Return a number of shards that keeps every device busy and a resume cheap."""
    busy = min(pools, _SHARDS_PER_DEVICE * devices) if devices > 1 else 1
    return max(busy, -(-pools // (_POOLS_PER_SHARD if kind == "cpu" else _POOLS_ON_CUDA)))


def _read_pools(genome: Reference, grid: WindowGrid) -> tuple[tuple[str, ...], int]:
    """Return the digest of each pool's sequences, and how many owned bases are A, C, G or T."""
    hashes, covered = [], 0
    for first, end in pool_bounds(len(grid)):
        sequences = window_sequences(genome, grid, first, end)
        hashes.append(pool_digest(sequences))
        covered += grid.owned_known(first, end, is_known("".join(sequences)))
    return tuple(hashes), covered
