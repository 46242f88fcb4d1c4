"""``gtrack merge``: finished shards to verified tracks, tables and the manifest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.manifest import TrackSpec
from gtrack.core.scan.plan import Plan
from gtrack.io.bed import write_bed
from gtrack.io.plan_folder import read_plan
from gtrack.io.shards import is_done, shard_path
from gtrack.io.tables import REGION_COLUMNS, WINDOW_COLUMNS, write_table
from gtrack.publish.manifest import read_manifest
from gtrack.workflows.folder.owned import SHARDS, Owned
from gtrack.workflows.scanning.annotations import annotation_tracks
from gtrack.workflows.scanning.job import holding
from gtrack.workflows.scanning.model_merge import ModelMerge, ModelSummary
from gtrack.workflows.scanning.null import NullSummary, merge_null, null_done, null_record
from gtrack.workflows.scanning.record import copy_genome, make_manifest, publish_scan
from gtrack.workflows.scanning.versions import check_version


@dataclass(frozen=True, slots=True)
class ScanSummary:
    """The account of a scan: every region that was given is in it.

    `models` is empty when the tracks stood there already and only the null was added.
    """

    out: Path
    given: int
    duplicates: int
    scanned: int
    without_bases: int
    models: tuple[ModelSummary, ...]
    tracks: tuple[TrackSpec, ...]
    null: tuple[NullSummary, ...] = ()


def merge(out: Path) -> ScanSummary | None:
    """Merge the shards of a planned scan; None when that was done before.

    Raises
    ------
    InputError
        When there is no plan, or shards are missing.
    VerificationError
        When a shard is damaged, or a track does not hold what was planned.
    OutputError
        When the disk refuses, or another run holds the folder.
    """
    with holding(out):
        plan = read_plan(out / "plan")
        if is_finished(plan, out):
            Owned.of(out).remove(*SHARDS)
            return None
        check_version(plan, out)
        return merge_shards(plan, out)


def is_finished(plan: Plan, out: Path) -> bool:
    """Tell whether tracks and null of just this plan are all there; then its shards can go."""
    if not is_merged(plan, out) or not null_done(plan, out):
        return False
    listed = read_manifest(out / "manifest.json").null
    return plan.null is None or (listed is not None and listed["bases"] == plan.null.bases)


def is_merged(plan: Plan, out: Path) -> bool:
    """Tell whether the tracks and tables of just this plan are all there."""
    path = out / "manifest.json"
    if not path.exists():
        return False
    manifest = read_manifest(path)
    tracks = [track.path for track in manifest.tracks if track.format == "bigWig"]
    files = ["regions.bed", "regions.tsv", "windows.tsv", *tracks]
    return manifest.plan_sha256 == plan.digest and all((out / name).is_file() for name in files)


def merge_shards(plan: Plan, out: Path) -> ScanSummary:
    """Merge the shards of a scan folder that the caller holds; see :func:`merge`.

    Tracks that stand there already stay, when only the null is new.
    """
    if is_merged(plan, out):
        manifest = read_manifest(out / "manifest.json")
        tracks = tuple(track for track in manifest.tracks if track.format == "bigWig")
        return _finish(plan, out, tracks, (), manifest.genome["fasta"])
    shards = out / "shards"
    missing = [
        k for k in range(plan.n_shards) if not is_done(shard_path(shards, k), plan.shard_seal(k))
    ]
    if missing:
        raise InputError(
            f"{out}: {len(missing)} of {plan.n_shards} shards are missing or damaged (first: "
            f"{missing[0]}); run gtrack scan --plan {out} --shard {missing[0]}"
        )
    Owned.of(out).sweep()
    write_bed(out / "regions.bed", plan.regions)
    merged = [ModelMerge(plan, model, out) for model in plan.models]
    several = any(not target.alone for target in plan.targets)
    for name, columns, rows in (
        ("windows.tsv", WINDOW_COLUMNS, (row for each in merged for row in each.windows())),
        ("regions.tsv", REGION_COLUMNS, (row for each in merged for row in each.regions())),
    ):
        write_table(out / name, columns, rows, without=() if several else ("target",))
    tracks = tuple(track for each in merged for track in each.tracks)
    models = tuple(each.summary() for each in merged)
    return _finish(plan, out, tracks, models, copy_genome(plan, out))


def _finish(
    plan: Plan,
    out: Path,
    tracks: tuple[TrackSpec, ...],
    models: tuple[ModelSummary, ...],
    fasta: str | None,
) -> ScanSummary:
    """Merge the null and write the manifest; hits of tracks or a null before these go."""
    before = Owned.of(out)  # it knows the hits that the manifest lists now
    null = merge_null(plan, out)
    shown = (*tracks, *annotation_tracks(out))
    manifest = make_manifest(plan, shown, fasta, null_record(plan, null))
    publish_scan(out, manifest)
    before.remove("hits", *SHARDS)
    return ScanSummary(
        out=out,
        given=plan.given,
        duplicates=plan.given - len(plan.regions),
        scanned=len(plan.regions),
        without_bases=sum(known == 0 for known in plan.known),
        models=models,
        tracks=tracks,
        null=null,
    )
