"""Which places a report shows, by hits, then relevance; what annotations say of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gtrack.core.errors import InputError
from gtrack.core.features import Feature
from gtrack.core.hits.motif_hit import MotifHit
from gtrack.core.hits.ranking import ranked
from gtrack.core.intervals import Interval
from gtrack.core.nearest_genes import Genes, NearGene, holds_genes
from gtrack.core.ports import Progress
from gtrack.core.scan.regions import merge_regions
from gtrack.core.shown_places import ShownPlaces
from gtrack.core.targets import Target, path_of
from gtrack.core.top_places import (
    PIECE,
    in_turns,
    merge_places,
    strongest_first,
    strongest_stretches,
    summed_strength,
)
from gtrack.io.annotations import read_features
from gtrack.io.bigwig import BigWigReader
from gtrack.io.hit_files import read_hits_bed
from gtrack.workflows.folder.finished import FinishedScan

Place = tuple[str, int, int]
"""Chromosome, start and end: 0-based half-open, in bp."""

Features = list[tuple[str, list[list[Feature]]]]
"""The name of every annotation, and its features that touch each place."""

_CHUNK = 1000 * PIECE  # bases of a track in memory


def best_hits(scan: FinishedScan, target: Target) -> list[MotifHit]:
    """Return a target's hits, the best first."""
    entry = scan.manifest.hits_of(target)
    if entry is None:
        return []
    path = scan.out / path_of(entry["bed"])
    found = read_hits_bed(path)
    for hit in found:
        if hit.end > scan.chrom_sizes.get(hit.chrom, 0):
            raise InputError(
                f"{path}: a hit at {hit.chrom}:{hit.start + 1}-{hit.end} lies outside the genome "
                "of the scan; call the hits again"
            )
    return ranked(found)


def top_places(
    scan: FinishedScan,
    hits: Sequence[Sequence[MotifHit]],
    tracks: Sequence[tuple[BigWigReader, float]],
    *,
    span: int,
    count: int,
    progress: Progress,
) -> list[Place]:
    """Return the places of the best hits and, where those run out, of the most relevance.

    Parameters
    ----------
    scan : FinishedScan
    hits : sequence of sequence of MotifHit
        Of every model, the best first.
    tracks : sequence of (BigWigReader, float)
        Relevance of every model, and the unit in which it is compared to others.
    span, count : int
        Usual length of a place in bp, and how many at most.
    progress : callable
    """
    sizes = list(scan.chrom_sizes.values())
    index = {chrom: at for at, chrom in enumerate(scan.chrom_sizes)}
    sites = [(index[hit.chrom], hit.start, hit.end) for hit in in_turns(hits)]
    found = merge_places(sites, sizes, span=span, count=count)
    if len(found) < count:
        stretches = list(_stretches(span, scan.regions, tracks, progress))
        ordered = strongest_first([size for size, _ in stretches], [at for _, at in stretches])
        sites = [(index[chrom], first, end) for chrom, first, end in ordered]
        found += merge_places(sites, sizes, span=span, count=count - len(found), taken=found)
    names = list(scan.chrom_sizes)
    return [(names[chrom], first, end) for chrom, first, end in found]


def _stretches(
    span: int,
    scanned: Sequence[Interval],
    tracks: Sequence[tuple[BigWigReader, float]],
    progress: Progress,
) -> Iterator[tuple[float, Place]]:
    """Yield where the relevance of all models is strongest, each in its unit."""
    regions = merge_regions(scanned)
    in_all = sum(end - start for runs in regions.values() for start, end in runs)
    for chrom, runs in regions.items():
        for start, end in runs:
            for at in range(start, end, _CHUNK):
                stop = min(end, at + _CHUNK)
                values = ((track.values(chrom, at, stop), unit) for track, unit in tracks)
                total = summed_strength(values)
                for first, last, size in strongest_stretches(total, span):
                    yield size, (chrom, at + first, at + last)
                progress("relevance", stop - at, in_all)


def features_at(
    scan: FinishedScan, places: Sequence[Place], progress: Progress
) -> tuple[Features, list[tuple[NearGene, ...]] | list[None]]:
    """Return the features of all annotations, and the nearest genes of every place.

    Where no annotation is of genes, that is None for every place. A file is read once.
    """
    shown, genes = ShownPlaces(places), Genes()
    tracks = scan.manifest.tracks
    given = [track for track in tracks if track.kind == "annotation" and not track.is_signal]
    of_genes = [track for track in given if holds_genes(track.name, track.format)]
    found = []
    for track in given:
        features = read_features(scan.out / track.path, track.format)
        held = shown.holding(genes.noted(features) if track in of_genes else features)
        found.append((track.name, held))
        progress("annotations", 1, len(given))
    if not of_genes:
        return found, [None for _ in places]
    return found, [genes.nearest(*place) for place in places]
