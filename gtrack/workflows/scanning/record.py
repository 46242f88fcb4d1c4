"""What a scan leaves beside its tracks: the record of it, and the genome for a viewer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gtrack.core.listed_files import room_of
from gtrack.core.manifest import RunManifest, TrackSpec, first_peak
from gtrack.core.scan.digests import digest_of
from gtrack.core.scan.plan import ModelPlan, Plan
from gtrack.io.file_records import regular_size
from gtrack.workflows.folder.genome import genome_record, is_planned, keep_genome
from gtrack.workflows.folder.integrity import looked_at
from gtrack.workflows.folder.run_record import source_fasta
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.scanning.table_files import table_files


def make_manifest(
    plan: Plan,
    tracks: tuple[TrackSpec, ...],
    fasta: str | None,
    null: dict[str, Any] | None = None,
) -> RunManifest:
    """Describe a scan: equal plans give equal manifests.

    Parameters
    ----------
    plan : Plan
    tracks : tuple of TrackSpec
        The finished tracks.
    fasta : str or None
        Relative URL of the copied genome.
    null : dict, optional
        The shuffled windows, as :func:`gtrack.workflows.scanning.null.null_record` describes them.
    """
    job = plan.options.facts()
    return RunManifest(
        genome=genome_record(job.pop("genome"), plan.chrom_sizes, digest_of(plan.pools), fasta),
        models=tuple(_model_record(plan, model) for model in plan.models),
        tracks=tracks,
        regions={
            "given": plan.given,
            "duplicates": plan.given - len(plan.regions),
            "scanned": len(plan.regions),
            "url": "regions.bed",
            **table_files(plan),
        },
        locus=first_peak(tracks),
        job=job,
        plan_sha256=plan.digest,
        versions=plan.versions,
        null=null,
    )


def _model_record(plan: Plan, model: ModelPlan) -> dict[str, Any]:
    """Return what the manifest says of one model."""
    grid = plan.grid(model.name)
    labels = [target.label for target in plan.targets_of(model.name)]
    return {
        **{key: getattr(model, key) for key in ("name", "kind", "sha256", "unit")},
        "outputs": {"kind": model.head.outputs, "said_by": model.head.said_by},
        "labels": model.head.names,
        "target": labels[0],
        "targets": labels,
        "parameters": model.parameters,
        **{key: getattr(model, key) for key in ("window_bp", "stride", "batch_units")},
        "strands": model.strand,
        "strands_from": model.strand_from,
        "windows": len(grid),
        "windows_dropped": grid.dropped,
        **plan.tried.get(model.name, {}),
    }


def restore(plan: Plan, folder: ScanFolder, fasta: Path | None) -> None:
    """Make again what of a finished scan takes no model: sessions, and a genome that is gone."""
    manifest = folder.read_manifest()
    gone = [
        each.url
        for each in looked_at(folder.out, manifest, ["genome", "sessions"])
        if room_of(each.url) == "sessions" or regular_size(each.path) is None
    ]
    if gone:
        if any(room_of(url) == "genome" for url in gone):
            copy_genome(plan, folder, fasta)
        folder.publish(manifest, gone)


def copy_genome(plan: Plan, folder: ScanFolder, fasta: Path | None = None) -> str | None:
    """Keep the genome that was scanned, by default where that was, for a viewer.

    See :func:`keep_genome`.
    """
    source = fasta or source_fasta(folder.out)
    return keep_genome(
        *(folder, source, plan.options.genome, plan.chrom_sizes),
        is_same=lambda copy: is_planned(copy, plan, plan.pools),
    )
