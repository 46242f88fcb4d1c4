"""Relevance and hits on annotations, against circular shifts and matched background."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from gtrack.core.annotation_formats import ANNOTATION_FORMATS
from gtrack.core.errors import InputError
from gtrack.core.evaluation_rows import MetricRow
from gtrack.core.ports import Progress
from gtrack.core.printable import few, shown
from gtrack.core.scan.regions import merge_regions
from gtrack.core.targets import Target, path_of
from gtrack.evaluation.annotation_enrichment import (
    Enrichment,
    against_background,
    against_shifts,
)
from gtrack.evaluation.window_maps import counted, sample_of
from gtrack.io.annotations import annotation_format, read_features
from gtrack.io.bigwig import BigWigReader
from gtrack.io.hit_files import read_hits_bed
from gtrack.io.intervals_bedtools import Place, masks, require_bedtools
from gtrack.workflows.evaluating.job import EvaluateJob
from gtrack.workflows.evaluating.reading import subject
from gtrack.workflows.folder.finished import FinishedScan, scanned_genome

if TYPE_CHECKING:
    import numpy as np

MOST = 2_000
"""Regions that are looked at; of more, as many are drawn: all of them are held at once."""


@dataclass(frozen=True, slots=True)
class OnAnnotation:
    """What of a target lies on an annotation.

    Attributes
    ----------
    target : Target
    annotation : str
        Its name.
    what : str
        ``relevance_enrichment``, ``matched_enrichment`` or ``hit_enrichment``.
    found : Enrichment
    """

    target: Target
    annotation: str
    what: str
    found: Enrichment

    def row(self, method: str) -> MetricRow:
        """Return it as a row of ``metrics.tsv``; the annotation stands behind the method."""
        found = self.found
        return MetricRow(
            *subject(self.target),
            method=f"{method} on {self.annotation}",
            metric=self.what,
            level="base",
            group="all",
            value=found.ratio,
            median=math.nan,
            ci_low=found.ci_low,
            ci_high=found.ci_high,
            n=found.n,
            baseline=1.0,
            reason=found.reason,
        )


def check_annotations(job: EvaluateJob, scan: FinishedScan) -> dict[str, list[Place]]:
    """Read the annotations, and look for what they are worked on with, before anything slow.

    Signals are passed over; see :func:`passed_over`.

    Raises
    ------
    InputError
        When bedtools is missing, a name is given twice, a file cannot be read, or none of its
        features lies on a chromosome of the scan.
    """
    found: dict[str, list[Place]] = {}
    names = [name for name, _ in job.annotations]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"--annotation {name}=...: the name is given twice")
    featured = [each for each in job.annotations if not _is_signal(each[1])]
    if featured:
        require_bedtools()
    for name, path in featured:
        found[name] = list(_places(path, scan))
    return found


def passed_over(job: EvaluateJob) -> list[str]:
    """Say which annotations are signals: they have values, and nothing to lie on."""
    return [
        f"--annotation {name}={shown(path)}: a signal has no features, which relevance could lie "
        "on; it is passed over. Give its peaks"
        for name, path in job.annotations
        if _is_signal(path)
    ]


def _is_signal(path: Path) -> bool:
    return ANNOTATION_FORMATS[annotation_format(path)].signal


def _places(path: Path, scan: FinishedScan) -> Iterator[Place]:
    chroms, there = {region.chrom for region in scan.regions}, False
    for feature in read_features(path, annotation_format(path)):
        if feature.chrom in chroms:
            there = True
            yield feature.chrom, feature.start, feature.end
    if not there:
        raise InputError(
            f"{shown(path)}: none of its features lies on a chromosome with regions "
            f"({few(sorted(chroms))}); give it under these names"
        )


def measure_annotations(
    job: EvaluateJob,
    scan: FinishedScan,
    annotations: dict[str, list[Place]],
    progress: Progress,
) -> Iterator[OnAnnotation]:
    """Yield how much of each target's relevance, and of its hits, lies on each annotation.

    Regions that overlap or touch are one: a base that is in several counts once.

    Parameters
    ----------
    job : EvaluateJob
    scan : FinishedScan
    annotations : dict of str to list of (str, int, int)
        As :func:`check_annotations` returned them.
    progress : callable
    """
    if not annotations:
        return
    regions = [scan.regions[row] for row in sample_of(len(scan.regions), MOST, job.seed)]
    places = [(chrom, *run) for chrom, runs in merge_regions(regions).items() for run in runs]
    with ExitStack() as stack:
        genome = stack.enter_context(scanned_genome(scan, job.fasta))
        bases = [genome.fetch(*place) for place in places]
        progress("annotations", 0, len(annotations) * len(scan.targets))
        for name, features in annotations.items():
            inside = masks(places, features)
            for target in scan.targets:
                track = stack.enter_context(BigWigReader(scan.track(target)))
                maps = [track.values(*place) for place in places]
                shifted = against_shifts(maps, inside, seed=job.seed)
                yield OnAnnotation(target, name, "relevance_enrichment", shifted)
                matched = against_background(maps, inside, bases, seed=job.seed)
                yield OnAnnotation(target, name, "matched_enrichment", matched)
                hits = _hits(scan, target, places)
                if hits is not None:
                    found = hits_on(hits, inside, job.seed)
                    yield OnAnnotation(target, name, "hit_enrichment", found)
                progress("annotations", 1, len(annotations) * len(scan.targets))


def hits_on(
    hits: Sequence[NDArray[np.float64]], inside: Sequence[NDArray[np.bool_]], seed: int
) -> Enrichment:
    """Compare numbers of hits, base by base, as relevance is compared.

    Parameters
    ----------
    hits, inside : sequence of ndarray, each of shape (bases,)
        Of every region, the hits whose middle is on each base, and whether it is annotated.
    seed : int
    """
    found = against_shifts(hits, inside, seed=seed)
    return found if any(each.any() for each in hits) else replace(found, reason="there is no hit")


def _hits(scan: FinishedScan, target: Target, places: Sequence[Place]) -> list[Any] | None:
    """Return how many hits have their middle on each base of the places; None without hits."""
    entry = scan.manifest.hits_of(target)
    if entry is None:
        return None
    middles: dict[str, list[int]] = {}
    for hit in read_hits_bed(scan.out / path_of(entry["bed"])):
        middles.setdefault(hit.chrom, []).append((hit.start + hit.end) // 2)
    return [counted(middles.get(chrom, []), start, end) for chrom, start, end in places]
