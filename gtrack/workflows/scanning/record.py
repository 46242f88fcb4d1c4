"""What a scan leaves beside its tracks: the record of it, and the genome for a viewer."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from gtrack.core.errors import InputError, OutputError
from gtrack.core.manifest import RunManifest, TrackSpec, first_peak
from gtrack.core.scan.plan import ModelPlan, Plan, digest_of
from gtrack.io.atomic import write_parts, write_text
from gtrack.io.fasta import Genome
from gtrack.io.text import read_parts
from gtrack.workflows.folder.genome import is_planned
from gtrack.workflows.folder.scan_folder import ScanFolder

_COPY_UP_TO = 100_000_000
"""A custom genome of at most this many bytes is copied, so that a viewer finds it."""

_SIZES = "genome/chrom.sizes"


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
    job = asdict(plan.options)
    return RunManifest(
        genome={
            "id": job.pop("genome"),
            "chromosomes": len(plan.chrom_sizes),
            "bases": sum(plan.chrom_sizes.values()),
            "sizes": _SIZES,
            "sizes_sha256": digest_of(plan.chrom_sizes),
            "sequences_sha256": digest_of(plan.pools),
            "fasta": fasta,
        },
        models=tuple(_model_record(plan, model) for model in plan.models),
        tracks=tracks,
        regions={
            "given": plan.given,
            "duplicates": plan.given - len(plan.regions),
            "scanned": len(plan.regions),
            "url": "regions.bed",
            "table": "regions.tsv",
            "windows": "windows.tsv",
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
    }


def copy_genome(plan: Plan, folder: ScanFolder) -> str | None:
    """Write the chromosomes' sizes, and copy a custom genome with its index, for a viewer.

    Returns
    -------
    str or None
        URL relative to the folder; None when the genome is too large or a viewer knows it by its
        id.

    Raises
    ------
    InputError
        When the FASTA is not the one that was scanned.
    OutputError
        When it cannot be copied.
    """
    source, genome = Path(str(folder.read_run()["fasta"])), folder.out / "genome"
    try:
        genome.mkdir(exist_ok=True)
        sizes = "".join(f"{chrom}\t{size}\n" for chrom, size in plan.chrom_sizes.items())
        write_text(folder.out / _SIZES, sizes)
        if plan.options.genome != "custom" or source.stat().st_size > _COPY_UP_TO:
            return None
        with source.open("rb") as handle:
            packed = handle.read(2) == b"\x1f\x8b"
        copy = genome / ("genome.fa.gz" if packed else "genome.fa")
        folder.remove_genome_indexes()  # of a copy that an interrupted merge made
        write_parts(copy, read_parts(source))
    except OSError as error:
        raise OutputError(f"{genome}: cannot copy {source}: {error.strerror}") from error
    with Genome.open(copy) as copied:  # makes the index
        same = is_planned(copied, plan, plan.pools)
    if not same:
        folder.remove("genome")
        raise InputError(f"{source}: changed since it was scanned; restore the file")
    return f"genome/{copy.name}"
