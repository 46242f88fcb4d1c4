"""``gtrack merge``: finished shards to verified tracks, tables and the manifest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gtrack.core.errors import InputError, VerificationError
from gtrack.core.manifest import TrackSpec
from gtrack.core.printable import pasted
from gtrack.core.scan.plan import Plan
from gtrack.core.scan.spent import Spent
from gtrack.io.bed import write_bed
from gtrack.io.tables import WriteColumns
from gtrack.workflows.folder.beside_record import NOTHING, Beside
from gtrack.workflows.folder.run_log import RunLog, timed
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.scanning.annotations import (
    annotation_tracks,
    drop_replaced,
    replaced_annotations,
)
from gtrack.workflows.scanning.beside import BesideSummary, add_beside, ask
from gtrack.workflows.scanning.merged import MergedModel, ModelSummary
from gtrack.workflows.scanning.merging import ModelMerging
from gtrack.workflows.scanning.null import NullSummary, merge_null, null_record
from gtrack.workflows.scanning.record import copy_genome, make_manifest
from gtrack.workflows.scanning.table_files import writing_tables
from gtrack.workflows.scanning.versions import check_versions_of_merge

if TYPE_CHECKING:
    from gtrack.workflows.scanning.merging_beside import MergingBeside


@dataclass(frozen=True, slots=True)
class ScanSummary:
    """The account of a scan: every region that was given is in it.

    `models` is empty when the tracks stood there already and only the null was added. `spent`, of
    ``gtrack merge``, says where the time of all runs went.
    """

    out: Path
    given: int
    duplicates: int
    scanned: int
    without_bases: int
    models: tuple[ModelSummary, ...]
    tracks: tuple[TrackSpec, ...]
    null: tuple[NullSummary, ...] = ()
    beside: BesideSummary | None = None
    spent: Spent | None = None


def merge(out: Path, beside: Beside = NOTHING) -> ScanSummary | None:
    """Merge the shards of a planned scan, and add what is wanted beside its tracks.

    None when all of it was done before.

    Raises
    ------
    InputError
        When there is no plan, shards are missing, or members cannot be averaged.
    VerificationError
        When a shard is damaged, or a track does not hold what was planned.
    OutputError
        When the disk refuses, or another run holds the folder.
    """
    folder = ScanFolder(out)
    with folder.held():
        plan = folder.read_plan()
        folder.refuse_changed(plan)
        ask(folder, plan, beside)
        if folder.is_finished(plan):
            folder.remove_shards()
            return added_later(plan, folder)
        check_versions_of_merge(plan, out)
        log = RunLog(out)
        with log.kept():
            log.begin("merge", plan)
            summary = merge_shards(plan, folder)
        return replace(summary, spent=log.spent())


def merge_shards(
    plan: Plan, folder: ScanFolder, beside: MergingBeside | None = None
) -> ScanSummary:
    """Merge the shards of a scan folder that the caller holds; see :func:`merge`.

    Tracks that stand there already stay, when only the null is new. What was merged `beside` the
    scan is completed.
    """
    with timed("merging") as seconds:
        summary = _merge_shards(plan, folder, beside)
    if beside is not None:
        seconds["merging"] = round(seconds["merging"] + beside.seconds, 4)
    tracks = [track.name for track in summary.tracks]
    RunLog(folder.out).tell("merged", tracks=tracks, seconds=seconds)
    return summary


def _merge_shards(plan: Plan, folder: ScanFolder, beside: MergingBeside | None) -> ScanSummary:
    merged: list[MergedModel] = []
    before = folder.read_manifest() if folder.has_manifest() else None
    same = before is not None and before.plan_sha256 == plan.digest
    kept = before if same else None
    written = [""]
    if folder.is_merged(plan):
        written = ["null/", *replaced_annotations(folder.out, folder.read_manifest())]
        manifest = folder.read_manifest()
        tracks = manifest.explained
        fasta = manifest.genome["fasta"]
    else:
        merged, fasta = _made(plan, folder, beside)
        tracks = tuple(track for each in merged for track in each.tracks)
    null = merge_null(plan, folder)
    shown = (*tracks, *annotation_tracks(folder.out))
    with folder.replacing_hits():  # those of tracks or a null before these go
        made = make_manifest(plan, shown, fasta, null_record(plan, null))
        if kept is not None:
            made = replace(made, trust=kept.trust, files=kept.files)
        folder.publish(made, written)
    drop_replaced(folder.out, shown)
    added = add_beside(folder, plan)
    folder.remove_shards()
    models = tuple(ModelSummary.of(plan, order, each) for order, each in enumerate(merged))
    return replace(_summary(plan, folder), models=models, tracks=tracks, null=null, beside=added)


def added_later(plan: Plan, folder: ScanFolder) -> ScanSummary | None:
    """Add what is wanted beside the tracks of a finished scan; None where all of it is there."""
    added = add_beside(folder, plan)
    return None if added is None else replace(_summary(plan, folder), beside=added)


def _summary(plan: Plan, folder: ScanFolder) -> ScanSummary:
    """Return the account of the regions."""
    return ScanSummary(
        out=folder.out,
        given=plan.given,
        duplicates=plan.given - len(plan.regions),
        scanned=len(plan.regions),
        without_bases=int((plan.known == 0).sum()),
        models=(),
        tracks=(),
    )


def _made(
    plan: Plan, folder: ScanFolder, beside: MergingBeside | None
) -> tuple[list[MergedModel], str | None]:
    """Make tracks, tables, the regions and the genome's copy; return what the first are, and it."""
    if beside is None:
        merged = _merge_models(plan, folder)
    else:
        beside.end()
    write_bed(folder.regions_bed, plan.regions)
    fasta = copy_genome(plan, folder)
    if beside is not None:
        merged = beside.finish() or _merge_models(plan, folder)
    return merged, fasta


def _merge_models(plan: Plan, folder: ScanFolder) -> list[MergedModel]:
    """Join the shards of every model into tracks and both tables."""
    parts = folder.parts
    _refuse(plan, folder, parts.missing_before(plan, plan.models[0].name))
    folder.sweep()
    try:
        with writing_tables(plan, folder.out) as write:
            return [_merge_model(plan, order, folder, *write) for order in range(len(plan.models))]
    except VerificationError:
        _refuse(plan, folder, parts.missing_shards(plan))  # says which to do again
        raise


def _refuse(plan: Plan, folder: ScanFolder, missing: Sequence[int]) -> None:
    """Refuse to merge without some shards."""
    if missing:
        raise InputError(
            f"{folder.out}: {len(missing)} of {plan.n_shards} shards are missing or damaged "
            f"(first: {missing[0]}); run gtrack scan --plan {pasted(folder.out)} "
            f"--shard {missing[0]}"
        )


def _merge_model(
    plan: Plan, order: int, folder: ScanFolder, windows: WriteColumns, regions: WriteColumns
) -> MergedModel:
    """Join the shards of one model."""
    merging = ModelMerging(plan, order, folder, windows, regions)
    with merging:
        for shard in range(plan.n_shards):
            merging.add(shard)
    return merging.merged()
