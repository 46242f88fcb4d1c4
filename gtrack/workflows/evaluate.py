"""``gtrack evaluate``: how far the maps of a finished scan can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, astuple, dataclass
from importlib.metadata import version
from pathlib import Path

from gtrack.core.evaluation_rows import TRACK, MetricRow
from gtrack.core.listed_files import Room
from gtrack.core.ports import Progress
from gtrack.core.printable import lasting
from gtrack.core.scan.digests import digest_of
from gtrack.core.version import __version__
from gtrack.evaluation.sheet import Sheet
from gtrack.evaluation.window_maps import sample_of
from gtrack.io.digest import file_digest
from gtrack.io.evaluation_files import (
    ENRICHMENT_COLUMNS,
    METRIC_COLUMNS,
    REGION_VALUE_COLUMNS,
    read_chunk,
    write_chunk,
)
from gtrack.io.tables import write_table
from gtrack.publish.drawing import require_matplotlib
from gtrack.workflows.evaluating.annotated import (
    check_annotations,
    measure_annotations,
    passed_over,
)
from gtrack.workflows.evaluating.cost import Cost, cost_of
from gtrack.workflows.evaluating.folder import EvaluationFolder
from gtrack.workflows.evaluating.from_tracks import cut_sites, measure_tracks
from gtrack.workflows.evaluating.job import EvaluateJob
from gtrack.workflows.evaluating.page import write_page
from gtrack.workflows.evaluating.reading import open_readers
from gtrack.workflows.evaluating.rows import (
    Found,
    calls_of,
    enrichments,
    region_values,
    rows_of_all,
)
from gtrack.workflows.evaluating.sampled import ChunkResult, Examiner
from gtrack.workflows.evaluating.truth import Truth, check_labels, read_labels, read_truth
from gtrack.workflows.folder.finished import FinishedScan, open_finished, scanned_genome

_PACKAGES = ("numpy", "torch")
"""What numbers of an evaluation depend on, beside gtrack itself."""

CHUNK = 25
"""Drawn regions that are examined, and kept, at a time."""

SHOWN = 50
"""Of so many drawn regions, maps are kept for the figure of loci."""


@dataclass(frozen=True, slots=True)
class EvaluateSummary:
    """What an evaluation found and where it is.

    Attributes
    ----------
    out : Path
    regions, sampled : int
        Of the scan, and drawn for what needs the models.
    rows : tuple of MetricRow
    """

    out: Path
    regions: int
    sampled: int
    rows: tuple[MetricRow, ...]


def evaluate(
    job: EvaluateJob,
    progress: Progress = lambda *_: None,
    say: Callable[[str], None] = lambda _: None,
) -> EvaluateSummary:
    """Evaluate the maps of a finished scan.

    Parameters
    ----------
    job : EvaluateJob
    progress : callable
        Told of regions done, of the tracks and of every model.
    say : callable
        Told what it will cost, before it begins, and of what is left out.

    Raises
    ------
    InputError
        When there is no finished scan, an input is wrong, or a model is not the one that was
        scanned with; all of it before anything is computed.
    """
    require_matplotlib()
    rooms: tuple[Room, ...] = ("trust", "hits") if job.annotations else ("trust",)
    scan = open_finished(job.scan, *rooms)
    truth = None if job.truth is None else read_truth(job.truth, scan.regions, scan.chrom_sizes)
    labels = {} if job.labels is None else read_labels(job.labels, scan.regions)
    annotations = check_annotations(job, scan)
    check_labels(labels, scan)
    notes = _notes(scan, truth, job)
    for note in notes:
        say(note)
    drawn = sample_of(len(scan.regions), job.sample, job.seed)
    folder = EvaluationFolder(job.folder, _seal(scan, job, drawn))
    with folder.held(overwrite=job.overwrite):
        method = TRACK if scan.is_foreign else scan.plan.options.method
        masks = None if truth is None else truth.masks
        tracks = measure_tracks(scan, _widths(scan), masks, progress)
        loci = None if tracks.loci is None else tracks.loci[drawn]
        sample, chunks = Sheet(len(drawn), loci), []
        if scan.is_foreign:  # nothing to go on from; the seal says what was asked for
            write_chunk(*folder.chunk(0), asdict(ChunkResult([])))
        else:
            for first, chunk in _examined(scan, job, truth, drawn, folder, progress, say):
                _enter(sample, first, chunk)
                chunks.append(chunk)
        called = calls_of(scan, drawn, chunks)
        annotated = tuple(measure_annotations(job, scan, annotations, progress))
        found = Found(scan, job, method, tracks, sample, drawn, called, labels, annotated)
        rows = tuple(rows_of_all(found))
        write_table(folder.region_values, REGION_VALUE_COLUMNS, region_values(found))
        folder.enrichment.unlink(missing_ok=True)  # of a run with annotations
        if annotated:
            write_table(folder.enrichment, ENRICHMENT_COLUMNS, enrichments(found))
        write_table(folder.metrics, METRIC_COLUMNS, map(astuple, rows))
        write_page(folder, found, rows, chunks, truth, notes)
        folder.list_files()
    return EvaluateSummary(folder.out, len(scan.regions), len(drawn), rows)


def _examined(
    scan: FinishedScan,
    job: EvaluateJob,
    truth: Truth | None,
    drawn: Sequence[int],
    folder: EvaluationFolder,
    progress: Progress,
    say: Callable[[str], None],
) -> Iterator[tuple[int, ChunkResult]]:
    """Yield what is found out about the drawn regions, chunk by chunk, from disk where it is."""
    bounds = [(first, min(first + CHUNK, len(drawn))) for first in range(0, len(drawn), CHUNK)]
    done = {k: found for k in range(len(bounds)) if (found := read_chunk(*folder.chunk(k)))}
    names = [model.name for model in scan.plan.models]
    left = sum(end - first for k, (first, end) in enumerate(bounds) if k not in done)
    with ExitStack() as stack:
        examiner = None
        if left:
            genome = stack.enter_context(scanned_genome(scan, job.fasta))
            readers = stack.enter_context(open_readers(scan, job))
            say(_costs([cost_of(reader, job, scan, genome) for reader in readers], left))
            examiner = Examiner(
                job,
                scan.plan.options.method,
                readers,
                genome,
                None if truth is None else truth.masks,
                lambda name, regions: progress(name, regions, len(drawn)),
            )
        for name in names:
            progress(name, len(drawn) - left, len(drawn))
        for number, (first, end) in enumerate(bounds):
            if number in done:
                held = {key: done[number][key] for key in ChunkResult.__dataclass_fields__}
                yield first, ChunkResult(**held)
                continue
            assert examiner is not None
            regions = [(row, scan.regions[row]) for row in drawn[first:end]]
            chunk = examiner.examine(regions, keep=max(0, SHOWN - first))
            write_chunk(*folder.chunk(number), asdict(chunk))
            yield first, chunk


def _enter(sheet: Sheet, first: int, chunk: ChunkResult) -> None:
    for at, values in enumerate(chunk.values):
        for model, target, *found in values:
            sheet.put(first + at, model, target, [tuple(found)])


def _costs(costs: Sequence[Cost], regions: int) -> str:
    """Say what examining regions will cost."""
    each = [
        f"{cost.model} about {cost.passes * regions:,.0f} forward passes, "
        f"{lasting(cost.seconds * regions)}"
        for cost in costs
    ]
    total = lasting(sum(cost.seconds for cost in costs) * regions)
    return f"{regions:,} regions to examine: {'; '.join(each)}. In all about {total}."


def _widths(scan: FinishedScan) -> dict[str, int]:
    """Return how long a window of each model is; of a foreign track, as a region usually is."""
    if not scan.is_foreign:
        return {model.name: model.window_bp for model in scan.plan.models}
    lengths = sorted(map(len, scan.regions))
    return {target.model: lengths[len(lengths) // 2] for target in scan.targets}


def _seal(scan: FinishedScan, job: EvaluateJob, drawn: Sequence[int]) -> str:
    """Return what marks the chunks of this evaluation: all that decides what is in them."""
    return digest_of(
        {
            "scan": [scan.origin(target) for target in scan.targets],
            "truth": None if job.truth is None else file_digest(job.truth),
            "drawn": list(drawn),
            "metrics": sorted(job.wanted),
            "methods": list(job.methods),
            **{key: getattr(job, key) for key in ("steps", "draws", "seed")},
            "versions": scan.manifest.versions,
            "measured by": {"gtrack": __version__, **{name: version(name) for name in _PACKAGES}},
        }
    )


def _notes(scan: FinishedScan, truth: Truth | None, job: EvaluateJob) -> tuple[str, ...]:
    """Return what the user should know before reading any number."""
    notes = passed_over(job)
    if truth is not None and truth.outside:
        notes.append(
            f"{truth.outside:,} of {len(truth):,} sites of the truth lie in no scanned region and "
            "are left out"
        )
    if truth is not None:
        notes += cut_sites(scan, _widths(scan), truth.masks)
    if truth is None and job.wants("localisation"):
        notes.append("without --truth nothing is said about localisation")
    if scan.is_foreign:
        notes.append(
            "the tracks are of another tool: what needs the model (faithfulness, sanity, tokens) "
            "is left out"
        )
    if len(scan.regions) == 1:
        notes.append("one region only: no intervals, and no map of another window to compare with")
    return tuple(notes)
