"""``gtrack report``: the top places of a finished scan on one page; no model is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from gtrack.core.errors import InputError
from gtrack.core.hits.motif_hit import MotifHit
from gtrack.core.manifest import TrackSpec
from gtrack.core.ports import Progress
from gtrack.core.scan.given_values import signal_scale
from gtrack.core.shown_places import ShownPlaces
from gtrack.core.targets import path_of, titled
from gtrack.core.top_places import largest
from gtrack.io.atomic import write_text
from gtrack.io.bbi import big_file
from gtrack.io.bigwig import BigWigReader
from gtrack.io.family_files import MOTIF_COLUMNS, NEW_COLUMNS, parsed_share
from gtrack.io.table_rows import read_table
from gtrack.io.tables import OPTIONAL, REGION_COLUMNS
from gtrack.io.word_files import WORD_COLUMNS, parsed_word
from gtrack.publish.report.bands import reach
from gtrack.publish.report.letters import LetterPlot, ModelRow
from gtrack.publish.report.loci import Locus
from gtrack.publish.report.page import Report, report_html
from gtrack.publish.report.seal import sealed
from gtrack.publish.report.signals import SignalRow
from gtrack.publish.report.words import in_units
from gtrack.workflows.folder.finished import FinishedScan, open_finished, scanned_genome
from gtrack.workflows.folder.marks import is_report
from gtrack.workflows.folder.own_file import check_own_file
from gtrack.workflows.reports.places import Place, best_hits, features_at, top_places

Row = TypeVar("Row")

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
    scan = open_finished(job.out, "hits", "annotations", "tables")
    target = job.target or job.out / "report.html"
    check_own_file(target, is_report, "report", "--out")
    with ExitStack() as stack:
        genome = stack.enter_context(scanned_genome(scan, job.fasta))
        specs = [scan.spec(target) for target in scan.shown]
        tracks = [stack.enter_context(BigWigReader(scan.out / spec.path)) for spec in specs]
        hits = [best_hits(scan, target) for target in scan.shown]
        places = top_places(
            scan,
            hits,
            [(track, spec.p99 or 1.0) for track, spec in zip(tracks, specs, strict=True)],
            span=job.span,
            count=job.loci,
            progress=progress,
        )
        shown = ShownPlaces(places)
        rows = [
            _rows(scan, places, spec, track, shown.holding(found))
            for spec, track, found in zip(specs, tracks, hits, strict=True)
        ]
        features, genes = features_at(scan, places, progress)
        signals = [
            _signal(scan, track, places)
            for track in scan.manifest.tracks
            if track.is_signal or track.kind == "score"
        ]
        regions = shown.holding(scan.regions)
        loci = tuple(
            Locus(
                LetterPlot(
                    *place,
                    bases=genome.fetch(*place),
                    models=tuple(each[at] for each in rows),
                    annotations=tuple((name, tuple(each[at])) for name, each in features),
                    signals=tuple(each[at] for each in signals),
                ),
                tuple(region.called for region in regions[at]),
                genes[at],
            )
            for at, place in enumerate(places)
        )
    scores = _region_table(scan, shown)
    motifs = _tables(scan, "table", MOTIF_COLUMNS, parsed_share, NEW_COLUMNS)
    words = _tables(scan, "words", WORD_COLUMNS, parsed_word)
    page = sealed(report_html(Report(scan.manifest, loci, motifs, scores, words)))
    write_text(target, page)
    drawn = sum(len(row.hits) for locus in loci for row in locus.plot.models)
    return ReportSummary(target, len(page.encode()), len(loci), drawn)


def _rows(
    scan: FinishedScan,
    places: Sequence[Place],
    spec: TrackSpec,
    track: BigWigReader,
    hits: Sequence[list[MotifHit]],
) -> list[ModelRow]:
    """Return what one target says of every place, whose hits are given."""
    beside = scan.spread(spec)
    spreads = [None for _ in places] if beside is None else scan.values_at(beside, places)
    unit = in_units([scan.manifest.unit(spec.model)])
    rows = []
    for place, here, spread in zip(places, hits, spreads, strict=True):
        values = track.values(*place)
        by_place = tuple(sorted(here, key=lambda hit: (hit.start, hit.end)))
        most = largest(values) if spread is None else reach(values, spread)
        rows.append(ModelRow(spec.title, values, most or 1.0, spec.p99, by_place, spread, unit))
    return rows


def _signal(scan: FinishedScan, track: TrackSpec, places: Sequence[Place]) -> list[SignalRow]:
    """Return what a signal says of every place, on one scale."""
    big_file(scan.out / track.path)  # a broken file must not reach the reader
    values = scan.values_at(track, places)
    low, high = signal_scale(values)
    return [SignalRow(track.shown, each, low, high) for each in values]


def _region_table(scan: FinishedScan, places: ShownPlaces) -> list[dict[str, str]]:
    """Return the lines of the regions that touch a place, in their order."""
    if "table" not in scan.manifest.regions:  # no model gave them a score
        return []
    shown = {
        str(row)
        for row, region in enumerate(scan.regions)
        if any(True for _ in places.touched_by(region))
    }
    table = read_table(scan.folder.regions_table, REGION_COLUMNS, optional=OPTIONAL)
    return sorted(
        (row for row in table if row["region"] in shown), key=lambda row: int(row["region"])
    )


def _tables(
    scan: FinishedScan,
    key: str,
    columns: Sequence[str],
    parsed: Callable[[Mapping[str, str]], Row],
    optional: Sequence[str] = (),
) -> Mapping[str, Sequence[Row]]:
    """Return one table of the hits of every target that has it; earlier versions wrote no words."""
    found: dict[str, list[Row]] = {}
    for entry in (scan.manifest.hits or {}).get("models", ()):
        if key in entry:
            path = scan.out / path_of(entry[key])
            try:
                rows = [parsed(row) for row in read_table(path, columns, optional=optional)]
            except ValueError as error:
                raise InputError(f"{path}: {error}; call the hits again") from error
            found[titled(entry["model"], entry.get("target"))] = rows
    return found
