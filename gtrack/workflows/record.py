"""What a scan leaves beside its tracks: the manifest, and the genome for a viewer."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gtrack.core.batches import pool_bounds
from gtrack.core.errors import InputError, OutputError
from gtrack.core.manifest import RunManifest, TrackSpec
from gtrack.core.plan import Plan, digest_of
from gtrack.io.fasta import Genome
from gtrack.workflows.job import read_run
from gtrack.workflows.sequences import pool_digest, window_sequences

_COPY_UP_TO = 100_000_000
"""A custom genome of at most this many bytes is copied, so that a viewer finds it."""


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
        The shuffled windows, as :func:`gtrack.workflows.null.null_record` describes them.
    """
    job = asdict(plan.options)
    models: list[dict[str, Any]] = []
    for model in plan.models:
        grid = plan.grid(model.name)
        models.append(
            {
                **{key: getattr(model, key) for key in ("name", "kind", "sha256", "labels")},
                "target": model.labels[model.target],
                **{key: getattr(model, key) for key in ("window_bp", "stride", "batch_units")},
                "strands": model.strand,
                "strands_from": model.strand_from,
                "windows": len(grid),
                "windows_dropped": grid.dropped,
            }
        )
    return RunManifest(
        genome={
            "id": job.pop("genome"),
            "chromosomes": len(plan.chrom_sizes),
            "bases": sum(plan.chrom_sizes.values()),
            "sizes_sha256": digest_of(plan.chrom_sizes),
            "sequences_sha256": digest_of(plan.pools),
            "fasta": fasta,
        },
        models=tuple(models),
        tracks=tracks,
        regions={
            "given": plan.given,
            "duplicates": plan.given - len(plan.regions),
            "scanned": len(plan.regions),
            "url": "regions.bed",
            "table": "regions.tsv",
            "windows": "windows.tsv",
        },
        job=job,
        plan_sha256=plan.digest,
        versions=plan.versions,
        null=null,
    )


def copy_genome(plan: Plan, out: Path) -> str | None:
    """Copy a custom genome, with its index, where a viewer finds it.

    Returns
    -------
    str or None
        URL relative to `out`; None when the genome is too large or a viewer knows it by its id.

    Raises
    ------
    InputError
        When the FASTA is not the one that was scanned.
    OutputError
        When it cannot be copied.
    """
    source = Path(str(read_run(out)["fasta"]))
    try:
        if plan.options.genome != "custom" or source.stat().st_size > _COPY_UP_TO:
            return None
        with source.open("rb") as handle:
            packed = handle.read(2) == b"\x1f\x8b"
        folder = out / "genome"
        folder.mkdir(exist_ok=True)
        copy = folder / ("genome.fa.gz" if packed else "genome.fa")
        temporary = copy.with_suffix(copy.suffix + ".tmp")
        shutil.copyfile(source, temporary)
        for index in (".fai", ".gzi"):  # of a copy that an interrupted merge made
            copy.with_name(copy.name + index).unlink(missing_ok=True)
        temporary.replace(copy)
    except OSError as error:
        raise OutputError(f"{out / 'genome'}: cannot copy {source}: {error.strerror}") from error
    with Genome.open(copy) as genome:  # makes the index
        for model in plan.models:
            grid = plan.grid(model.name)
            for pool, (first, end) in enumerate(pool_bounds(len(grid))):
                read = pool_digest(window_sequences(genome, grid, first, end))
                if read != plan.pools[model.name][pool]:
                    shutil.rmtree(folder)
                    raise InputError(f"{source}: changed since it was scanned; restore the file")
    return f"genome/{copy.name}"
