"""What a call of motif hits leaves in ``OUT/hits`` and in the manifest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gtrack.core.errors import InputError
from gtrack.core.hits.motif_hit import MotifHit, MotifShare
from gtrack.core.hits.motifs import Motif
from gtrack.core.hits.options import HitOptions
from gtrack.core.hits.ranking import farthest
from gtrack.core.hits.support import Support
from gtrack.core.hits.word_groups import WordTable
from gtrack.core.manifest import TrackSpec, first_peak
from gtrack.core.scan.first_view import place_around
from gtrack.core.targets import Target, named, path_of, url_of
from gtrack.io.atomic import write_text
from gtrack.io.bigbed import write_bigbed
from gtrack.io.family_files import write_motifs_tsv
from gtrack.io.folders import writing_in
from gtrack.io.hit_files import NarrowPeak, write_hits_bed, write_narrow_peak, write_sites_bed
from gtrack.io.word_files import write_words_tsv
from gtrack.workflows.folder.finished import FinishedScan

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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
    max_chance: float = 1.0
    fasta: Path | None = None

    def __post_init__(self) -> None:
        if not 0 < self.q <= 1:
            raise InputError(f"--q {self.q}: a q-value lies above 0 and is at most 1")
        if not 0 <= self.max_chance <= 1:
            raise InputError(f"--max-chance {self.max_chance}: it is a share, from 0 to 1")


@dataclass(frozen=True, slots=True)
class TargetHits:
    """What was called for one target.

    `bases` were searched; `shares` has a line per family with hits; `loci` are those below the q;
    `words` recur where relevance is high, whatever the motifs; `support` says how far a call could
    go.
    """

    target: Target
    bases: int
    candidates: tuple[MotifHit, ...]
    hits: tuple[MotifHit, ...]
    shares: tuple[MotifShare, ...]
    loci: tuple[NarrowPeak, ...] | None
    words: WordTable
    support: Support


@dataclass(frozen=True, slots=True)
class HitsSummary:
    """The account of a call: `motifs` were looked for, of `targets`, and `files` were written.

    `unguarded` says what q does not guard against, where there is no null.
    """

    out: Path
    q: float
    motifs: int
    targets: tuple[TargetHits, ...]
    files: tuple[Path, ...]
    unguarded: str | None = None


def write_results(
    job: HitsJob,
    scan: FinishedScan,
    motifs: Sequence[Motif],
    background: NDArray[np.float64],
    found: Sequence[TargetHits],
) -> tuple[Path, ...]:
    """Replace what was called before; the manifest, last, lists what is there."""
    tracks = [track for track in scan.manifest.tracks if track.kind != "hits"]
    bare = replace(scan.manifest, tracks=tuple(tracks), locus=first_peak(tracks), hits=None)
    folder = scan.folder.hits
    with scan.folder.replacing_hits():
        if bare != scan.manifest:
            scan.folder.publish(bare, ())
    with writing_in(folder):
        folder.mkdir(exist_ok=True)
    entries = [_write_target(job, scan, folder, each) for each in found]
    logos = f"{folder.name}/logos.json"
    write_text(job.out / logos, _logos(motifs, found))
    relevance = [track for track in tracks if track.is_relevance]
    made = [_track(each, entry) for each, entry in zip(found, entries, strict=True)]
    shown = (*relevance, *made, *tracks[len(relevance) :])
    locus = _strongest(found, scan.chrom_sizes) or bare.locus
    record = _record(job, motifs, background, logos, entries)
    if scan.unguarded is not None:
        record["unguarded"] = scan.unguarded
    scan.folder.publish(replace(bare, tracks=shown, locus=locus, hits=record), ["hits/"])
    kinds = ("bed", "sites", "bigbed", "table", "words", "candidates_bed", "loci")
    written = [entry[kind] for entry in entries for kind in kinds if kind in entry]
    return tuple(job.out / path_of(url) for url in written)


def _track(found: TargetHits, entry: Mapping[str, Any]) -> TrackSpec:
    return TrackSpec(
        name=f"{found.target.stem}-hits",
        kind="hits",
        format="bigBed",
        model=found.target.model,
        target=found.target.among,
        url=entry["bigbed"],
        records=entry["hits"],
    )


def _record(
    job: HitsJob,
    motifs: Sequence[Motif],
    background: NDArray[np.float64],
    logos: str,
    entries: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return what the manifest says of how hits were called."""
    return {
        "q": job.q,
        "motifs": {
            "count": len(motifs),
            "sha256": _digest(motifs),
            "sources": sorted({motif.source for motif in motifs}),
        },
        "logos": logos,
        "background": background.tolist(),
        "options": {**asdict(job.options), "max_chance": job.max_chance},
        "models": entries,
    }


def _write_target(
    job: HitsJob, scan: FinishedScan, folder: Path, found: TargetHits
) -> dict[str, Any]:
    """Write one target's files and return their entry in the manifest."""
    target, stem = found.target, found.target.stem
    said = [
        f"gtrack motif hits of {target.model}:{target.label}: the sequence matches and the model's "
        "relevance supports (relSum > 0) or opposes (relSum < 0) its label",
        f"coordinates 0-based half-open; {scan.origin(target)}",
    ]
    if scan.unguarded is not None:
        said.append(f"warning: {scan.unguarded}")
    names = {
        "bed": f"{stem}.hits.bed",
        "sites": f"{stem}.sites.bed",
        "bigbed": f"{stem}.hits.bb",
        "table": f"{stem}.motifs.tsv",
        "words": f"{stem}.words.tsv",
    }
    bed_says = f"{len(found.hits)} of {len(found.candidates)} candidates have qValue < {job.q:g}"
    write_hits_bed(folder / names["bed"], found.hits, [*said, bed_says])
    write_sites_bed(folder / names["sites"], found.hits)
    write_bigbed(folder / names["bigbed"], scan.chrom_sizes, found.hits)
    write_motifs_tsv(folder / names["table"], found.shares)
    write_words_tsv(folder / names["words"], found.words.words)
    if job.everything:
        names["candidates_bed"] = f"{stem}.candidates.bed"
        all_say = f"all {len(found.candidates)} candidates, whatever their qValue"
        write_hits_bed(folder / names["candidates_bed"], found.candidates, [*said, all_say])
    if found.loci is not None:
        names["loci"] = f"{stem}.loci.narrowPeak"
        write_narrow_peak(folder / names["loci"], found.loci)
    return {
        **named(target),
        "hits": len(found.hits),
        "candidates": len(found.candidates),
        **_best_q(found.candidates),
        **{kind: url_of("hits", name) for kind, name in names.items()},
    }


def _best_q(candidates: Sequence[MotifHit]) -> dict[str, float]:
    """Return the lowest q-value as a person reads it, where there is one."""
    if not candidates:
        return {}
    return {"best_q": float(f"{min(each.q_value for each in candidates):.2g}")}


def _strongest(
    found: Sequence[TargetHits], chrom_sizes: Mapping[str, int]
) -> dict[str, Any] | None:
    """Return the surroundings of the hit whose relevance is farthest from the null's.

    Of ties it is the first of the first target, in the order of the genome.
    """
    best = farthest([hit for each in found for hit in each.hits])
    if best is None:
        return None
    return place_around(best.chrom, (best.start + best.end) // 2, chrom_sizes[best.chrom])


def _logos(motifs: Sequence[Motif], found: Sequence[TargetHits]) -> str:
    """Return the base probabilities of all motifs with hits, as JSON by motif id."""
    used = {hit.motif_id for each in found for hit in each.hits}
    record = {
        motif.id: {
            "name": motif.name,
            "source": motif.source,
            "probabilities": motif.frequencies().round(4).tolist(),
        }
        for motif in motifs
        if motif.id in used
    }
    return json.dumps(record, indent=0) + "\n"


def _digest(motifs: Sequence[Motif]) -> str:
    """Return the sha256 of all matrices, in whatever order they come."""
    each = sorted(
        f"{motif.id}\t{motif.name}\t{motif.counts.shape}\t".encode() + motif.counts.tobytes()
        for motif in motifs
    )
    return hashlib.sha256(b"\n".join(each)).hexdigest()
