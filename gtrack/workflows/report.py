"""``gtrack report``: the top places of a finished scan on one page; no model is needed."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gtrack.core.errors import InputError, OutputError
from gtrack.core.features import Feature
from gtrack.core.hits.motif_hit import MotifHit, MotifShare
from gtrack.core.manifest import TrackSpec
from gtrack.core.ports import Progress
from gtrack.core.scan.plan import Plan
from gtrack.core.targets import path_of, titled
from gtrack.io.annotations import read_features
from gtrack.io.atomic import write_text
from gtrack.io.bigwig import BigWigReader
from gtrack.io.hit_files import MOTIF_COLUMNS
from gtrack.io.table_rows import read_table
from gtrack.io.tables import REGION_COLUMNS
from gtrack.publish.report.letters import LetterPlot, ModelRow
from gtrack.publish.report.page import Report, report_html
from gtrack.workflows.folder.finished import FinishedScan, open_finished, scanned_genome
from gtrack.workflows.folder.report_page import is_report
from gtrack.workflows.reports.places import Locus, best_hits, top_places

LOCI, SPAN = 30, 140


@dataclass(frozen=True, slots=True)
class ReportJob:
    """The options of ``gtrack report``.

    Parameters
    ----------
    out : Path
        Folder of a finished scan.
    loci : int
        At most so many places.
    span : int
        Usual length of a place in bp.
    target : Path or None
        The page; by default ``report.html`` in the folder.
    fasta : Path or None
        The genome, where it is not where the scan read it.
    """

    out: Path
    loci: int = LOCI
    span: int = SPAN
    target: Path | None = None
    fasta: Path | None = None


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """What was written: the page, its size in bytes, and how many places and hits it shows."""

    path: Path
    size: int
    loci: int
    hits: int


def make_report(job: ReportJob, progress: Progress = lambda *_: None) -> ReportSummary:
    """Write the page; equal folders give equal bytes.

    Raises
    ------
    InputError
        When there is no finished scan, its genome is not there, or a file of it is broken.
    OutputError
        When the page cannot be written.
    """
    target = job.target or job.out / "report.html"
    scan = open_finished(job.out)
    if not target.parent.is_dir() or target.is_dir():
        why = "is a folder" if target.is_dir() else f"{target.parent} is no folder"
        raise OutputError(f"--out {target}: {why}; give a file in a folder that is there")
    if os.path.lexists(target) and not is_report(target):
        raise InputError(
            f"{target}: is there and is no report that gtrack made; move it away, or give another "
            "--out"
        )
    with ExitStack() as stack:
        genome = stack.enter_context(scanned_genome(scan, job.fasta))
        specs = [scan.spec(target) for target in scan.plan.targets]
        tracks = [stack.enter_context(BigWigReader(scan.out / spec.path)) for spec in specs]
        hits = {target.title: best_hits(scan, target) for target in scan.plan.targets}
        places = top_places(
            scan.plan,
            list(hits.values()),
            [(track, spec.p99 or 1.0) for track, spec in zip(tracks, specs, strict=True)],
            span=job.span,
            count=job.loci,
            progress=progress,
        )
        features = _annotations(scan, places, progress)
        loci = tuple(
            (
                LetterPlot(
                    *place,
                    bases=genome.fetch(*place),
                    models=tuple(
                        _row(place, spec, track, hits[spec.title])
                        for spec, track in zip(specs, tracks, strict=True)
                    ),
                    annotations=tuple((name, tuple(each[at])) for name, each in features.items()),
                ),
                tuple(scan.plan.regions[row].called for row in _regions_of(scan.plan, [place])),
            )
            for at, place in enumerate(places)
        )
    shown = set(map(str, _regions_of(scan.plan, places)))
    table = read_table(
        scan.out / scan.manifest.regions["table"], REGION_COLUMNS, optional=("target",)
    )
    regions = sorted(
        (row for row in table if row["region"] in shown), key=lambda row: int(row["region"])
    )
    page = report_html(Report(scan.manifest, loci, _motifs(scan), regions))
    write_text(target, page)
    drawn = sum(len(row.hits) for plot, _ in loci for row in plot.models)
    return ReportSummary(target, len(page.encode()), len(loci), drawn)


def _row(place: Locus, spec: TrackSpec, track: BigWigReader, hits: Sequence[MotifHit]) -> ModelRow:
    chrom, start, end = place
    values = track.values(chrom, start, end)
    here = (hit for hit in hits if hit.chrom == chrom and hit.start < end and hit.end > start)
    return ModelRow(
        name=spec.title,
        values=values,
        limit=float(np.nan_to_num(np.abs(values)).max()) or 1.0,
        p99=spec.p99,
        hits=tuple(sorted(here, key=lambda hit: (hit.start, hit.end))),
    )


def _annotations(
    scan: FinishedScan, places: Sequence[Locus], progress: Progress
) -> dict[str, list[list[Feature]]]:
    """Return, by annotation, the features that touch each place."""
    lookup: dict[str, list[tuple[int, int, int]]] = {}
    for at, (chrom, start, end) in enumerate(places):
        lookup.setdefault(chrom, []).append((end, start, at))
    for each in lookup.values():
        each.sort()
    found: dict[str, list[list[Feature]]] = {}
    given = [track for track in scan.manifest.tracks if track.kind == "annotation"]
    for track in given:
        touching = found.setdefault(track.name, [[] for _ in places])
        for feature in read_features(scan.out / track.path, track.format):
            ends = lookup.get(feature.chrom, ())
            for _, start, at in ends[bisect_right(ends, (feature.start, 1 << 62, 0)) :]:
                if start >= feature.end:
                    break
                touching[at].append(feature)
        progress("annotations", 1, len(given))
    return found


def _regions_of(plan: Plan, places: Sequence[Locus]) -> list[int]:
    """Return the rows of the regions that share a base with a place."""
    return [
        row
        for row, region in enumerate(plan.regions)
        if any(
            region.chrom == chrom and region.start < end and region.end > start
            for chrom, start, end in places
        )
    ]


def _motifs(scan: FinishedScan) -> Mapping[str, Sequence[MotifShare]]:
    """Return every target's table per motif."""
    shares: dict[str, list[MotifShare]] = {}
    for entry in (scan.manifest.hits or {}).get("models", ()):
        path = scan.out / path_of(entry["table"])
        try:
            rows = [_share(row) for row in read_table(path, MOTIF_COLUMNS)]
        except ValueError as error:
            raise InputError(f"{path}: {error}; call the hits again") from error
        shares[titled(entry["model"], entry.get("target"))] = rows
    return shares


def _share(row: Mapping[str, str]) -> MotifShare:
    share = row["relevance_share"]
    return MotifShare(
        motif_id=row["motif_id"],
        name=row["name"],
        source=row["source"],
        hits=int(row["hits"]),
        supporting=int(row["supporting"]),
        opposing=int(row["opposing"]),
        mean_relevance=float(row["mean_relevance"]),
        relevance_share=None if share == "NA" else float(share),
        best_q=float(row["best_q"]),
    )
