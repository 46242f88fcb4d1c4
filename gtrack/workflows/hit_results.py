"""What a call of motif hits leaves in ``OUT/hits`` and in the manifest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError, OutputError
from gtrack.core.first_view import place_around
from gtrack.core.hits import HitOptions
from gtrack.core.manifest import TrackSpec
from gtrack.core.motif_hit import MotifHit, MotifShare
from gtrack.core.motifs import Motif
from gtrack.core.plan import Plan
from gtrack.io.atomic import write_text
from gtrack.io.bigbed import write_bigbed
from gtrack.io.hit_files import NarrowPeak, write_hits_bed, write_motifs_tsv, write_narrow_peak
from gtrack.workflows.finished import FinishedScan
from gtrack.workflows.owned import Owned
from gtrack.workflows.record import first_view, publish_scan


@dataclass(frozen=True, slots=True)
class HitsJob:
    """The options of ``gtrack hits``.

    Parameters
    ----------
    out : Path
        Folder of a finished scan.
    motifs : str
        A motif file, or ``jaspar:GROUP[@YEAR]``.
    q : float
        Candidates with a q-value below it are hits.
    options : HitOptions
    everything : bool
        Write every resolved candidate, too.
    loci : bool
        Write stretches of relevance without a motif, too.
    fasta : Path or None
        The genome, where it is not where the scan read it.
    """

    out: Path
    motifs: str
    q: float = 0.05
    options: HitOptions = field(default_factory=HitOptions)
    everything: bool = False
    loci: bool = False
    fasta: Path | None = None

    def __post_init__(self) -> None:
        if not 0 < self.q <= 1:
            raise InputError(f"--q {self.q}: a q-value lies above 0 and is at most 1")


@dataclass(frozen=True, slots=True)
class ModelHits:
    """What was called for one model.

    `bases` were searched, `null_bases` stand against them; `shares` has a line per motif with
    hits; `loci` are those below the q.
    """

    name: str
    label: str
    bases: int
    null_bases: int
    candidates: tuple[MotifHit, ...]
    hits: tuple[MotifHit, ...]
    shares: tuple[MotifShare, ...]
    loci: tuple[NarrowPeak, ...] | None


@dataclass(frozen=True, slots=True)
class HitsSummary:
    """The account of a call: `motifs` were looked for, in `models`, and `files` were written."""

    out: Path
    q: float
    motifs: int
    models: tuple[ModelHits, ...]
    files: tuple[Path, ...]


def write_results(
    job: HitsJob,
    scan: FinishedScan,
    motifs: Sequence[Motif],
    background: NDArray[np.float64],
    models: Sequence[ModelHits],
) -> tuple[Path, ...]:
    """Replace what was called before; the manifest, last, lists what is there."""
    tracks = [track for track in scan.manifest.tracks if track.kind != "hits"]
    bare = replace(scan.manifest, tracks=tuple(tracks), locus=first_view(tracks), hits=None)
    folder, before = job.out / "hits", Owned.of(job.out)
    if bare != scan.manifest:
        publish_scan(job.out, bare)
    before.remove("hits")
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot write here: {error.strerror}") from error
    entries = [_write_model(job, scan.plan, folder, model) for model in models]
    logos = f"{folder.name}/logos.json"
    write_text(job.out / logos, _logos(motifs, models))
    made = [
        TrackSpec(
            name=f"{model.name}-hits",
            kind="hits",
            format="bigBed",
            model=model.name,
            url=entry["bigbed"],
            records=entry["hits"],
        )
        for model, entry in zip(models, entries, strict=True)
    ]
    relevance = [track for track in tracks if track.format == "bigWig"]
    record = {
        "q": job.q,
        "motifs": {
            "count": len(motifs),
            "sha256": _digest(motifs),
            "sources": sorted({motif.source for motif in motifs}),
        },
        "logos": logos,
        "background": background.tolist(),
        "options": asdict(job.options),
        "models": entries,
    }
    shown = (*relevance, *made, *tracks[len(relevance) :])
    locus = _strongest(models, scan.plan.chrom_sizes) or bare.locus
    publish_scan(job.out, replace(bare, tracks=shown, locus=locus, hits=record))
    kinds = ("bed", "bigbed", "table", "candidates_bed", "loci")
    return tuple(job.out / entry[kind] for entry in entries for kind in kinds if kind in entry)


def _write_model(job: HitsJob, plan: Plan, folder: Path, model: ModelHits) -> dict[str, Any]:
    """Write one model's files and return their entry in the manifest."""
    said = [
        f"gtrack motif hits of {model.label}: the sequence matches and the model's relevance "
        "supports (relSum > 0) or opposes (relSum < 0) its label",
        f"coordinates 0-based half-open; plan {plan.digest}",
    ]
    names = {
        "bed": f"{model.name}.hits.bed",
        "bigbed": f"{model.name}.hits.bb",
        "table": f"{model.name}.motifs.tsv",
    }
    bed_says = f"{len(model.hits)} of {len(model.candidates)} candidates have qValue < {job.q:g}"
    write_hits_bed(folder / names["bed"], model.hits, [*said, bed_says])
    write_bigbed(folder / names["bigbed"], plan.chrom_sizes, model.hits)
    write_motifs_tsv(folder / names["table"], model.shares)
    if job.everything:
        names["candidates_bed"] = f"{model.name}.candidates.bed"
        all_say = f"all {len(model.candidates)} candidates, whatever their qValue"
        write_hits_bed(folder / names["candidates_bed"], model.candidates, [*said, all_say])
    if model.loci is not None:
        names["loci"] = f"{model.name}.loci.narrowPeak"
        write_narrow_peak(folder / names["loci"], model.loci)
    urls = {kind: f"hits/{name}" for kind, name in names.items()}
    return {
        "model": model.name,
        "hits": len(model.hits),
        "candidates": len(model.candidates),
        **urls,
    }


def _strongest(
    models: Sequence[ModelHits], chrom_sizes: Mapping[str, int]
) -> dict[str, Any] | None:
    """Return the surroundings of the hit whose relevance is farthest from the null's."""
    hits = [hit for model in models for hit in model.hits]
    if not hits:
        return None
    best = max(hits, key=lambda hit: abs(hit.rel_z))
    return place_around(best.chrom, (best.start + best.end) // 2, chrom_sizes[best.chrom])


def _logos(motifs: Sequence[Motif], models: Sequence[ModelHits]) -> str:
    """Return the base probabilities of all motifs with hits, as JSON by motif id."""
    found = {share.motif_id for model in models for share in model.shares}
    record = {
        motif.id: {
            "name": motif.name,
            "source": motif.source,
            "probabilities": (motif.counts / motif.counts.sum(axis=1, keepdims=True))
            .round(4)
            .tolist(),
        }
        for motif in motifs
        if motif.id in found
    }
    return json.dumps(record, indent=0) + "\n"


def _digest(motifs: Sequence[Motif]) -> str:
    """Return the sha256 of all matrices, in whatever order they come."""
    each = sorted(
        f"{motif.id}\t{motif.name}\t{motif.counts.shape}\t".encode() + motif.counts.tobytes()
        for motif in motifs
    )
    return hashlib.sha256(b"\n".join(each)).hexdigest()
