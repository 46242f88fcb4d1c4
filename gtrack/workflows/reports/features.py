"""What annotations say of the places of a report: the features there, and the nearest genes."""

from __future__ import annotations

from collections.abc import Sequence

from gtrack.core.features import Feature
from gtrack.core.nearest_genes import Genes, NearGene, holds_genes
from gtrack.core.ports import Progress
from gtrack.core.shown_places import ShownPlaces
from gtrack.io.annotations import read_features
from gtrack.workflows.folder.finished import FinishedScan
from gtrack.workflows.reports.places import Place

Features = list[tuple[str, list[list[Feature]]]]
"""The name of every annotation, and its features that touch each place."""


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
