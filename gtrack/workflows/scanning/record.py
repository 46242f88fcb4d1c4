"""What a scan leaves beside its tracks: the manifest, and the genome for a viewer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gtrack.core.errors import InputError, OutputError
from gtrack.core.manifest import RunManifest, TrackSpec
from gtrack.core.scan.batches import pool_bounds
from gtrack.core.scan.plan import Plan, digest_of
from gtrack.io.atomic import write_parts, write_text
from gtrack.io.fasta import Genome
from gtrack.io.text import read_parts
from gtrack.publish.manifest import to_json
from gtrack.publish.session import igv_json, igv_xml
from gtrack.workflows.folder.owned import Owned
from gtrack.workflows.folder.sequences import pool_digest, window_sequences
from gtrack.workflows.scanning.job import read_run

_COPY_UP_TO = 100_000_000
"""A custom genome of at most this many bytes is copied, so that a viewer finds it."""

_SIZES = "genome/chrom.sizes"


def publish_scan(out: Path, manifest: RunManifest) -> None:
    """Write what readers open: the IGV sessions and then the manifest, which lists the rest."""
    write_text(out / "igv_session.json", igv_json(manifest))
    write_text(out / "igv_session.xml", igv_xml(manifest))
    write_text(out / "manifest.json", to_json(manifest))


def first_view(tracks: Sequence[TrackSpec]) -> dict[str, Any]:
    """Return what a viewer shows first where no hit is known: the peak of the first track."""
    peak = tracks[0].peak
    assert peak is not None
    return peak


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
    models: list[dict[str, Any]] = []
    for model in plan.models:
        grid = plan.grid(model.name)
        labels = [target.label for target in plan.targets_of(model.name)]
        models.append(
            {
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
        )
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
        locus=first_view(tracks),
        job=job,
        plan_sha256=plan.digest,
        versions=plan.versions,
        null=null,
    )


def copy_genome(plan: Plan, out: Path) -> str | None:
    """Write the chromosomes' sizes, and copy a custom genome with its index, for a viewer.

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
    source, folder = Path(str(read_run(out)["fasta"])), out / "genome"
    try:
        folder.mkdir(exist_ok=True)
        sizes = "".join(f"{chrom}\t{size}\n" for chrom, size in plan.chrom_sizes.items())
        write_text(out / _SIZES, sizes)
        if plan.options.genome != "custom" or source.stat().st_size > _COPY_UP_TO:
            return None
        with source.open("rb") as handle:
            packed = handle.read(2) == b"\x1f\x8b"
        copy = folder / ("genome.fa.gz" if packed else "genome.fa")
        for index in (".fai", ".gzi"):  # of a copy that an interrupted merge made
            copy.with_name(copy.name + index).unlink(missing_ok=True)
        write_parts(copy, read_parts(source))
    except OSError as error:
        raise OutputError(f"{out / 'genome'}: cannot copy {source}: {error.strerror}") from error
    with Genome.open(copy) as genome:  # makes the index
        for model in plan.models:
            grid = plan.grid(model.name)
            for pool, (first, end) in enumerate(pool_bounds(len(grid))):
                read = pool_digest(window_sequences(genome, grid, first, end))
                if read != plan.pools[model.name][pool]:
                    Owned.of(out).remove("genome")
                    raise InputError(f"{source}: changed since it was scanned; restore the file")
    return f"genome/{copy.name}"
