"""The tables of an evaluation, from the sheets of tracks and of drawn regions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from gtrack.core.evaluation_rows import TRACK, MetricRow
from gtrack.core.metrics import METRICS
from gtrack.core.targets import Target
from gtrack.evaluation.sheet import BLIND, Sheet
from gtrack.evaluation.table import Groups, missing_row, rows_of
from gtrack.io.table_rows import read_table
from gtrack.io.tables import OPTIONAL, REGION_COLUMNS
from gtrack.workflows.evaluating.annotated import OnAnnotation
from gtrack.workflows.evaluating.job import EvaluateJob
from gtrack.workflows.evaluating.reading import subject, subject_of_both
from gtrack.workflows.evaluating.sampled import ChunkResult
from gtrack.workflows.evaluating.truth import names_target
from gtrack.workflows.folder.finished import FinishedScan

Called = Mapping[str, Sequence[bool | None]]
"""By the stem of a target: whether it is called in each region; None where nothing is called."""


@dataclass(frozen=True, slots=True, eq=False)
class Calls:
    """What the models call positive: in all regions by the scan, in drawn ones by their window."""

    regions: Called
    drawn: Called


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """All values of an evaluation, and what they are of."""

    scan: FinishedScan
    job: EvaluateJob
    method: str
    tracks: Sheet
    sample: Sheet
    drawn: Sequence[int]
    calls: Calls
    labels: Mapping[int, tuple[str, str]]
    annotated: Sequence[OnAnnotation] = ()


def calls_of(scan: FinishedScan, drawn: Sequence[int], chunks: Sequence[ChunkResult]) -> Calls:
    """Return what is called positive: a probability above one half."""
    nothing: list[bool | None] = [None] * len(scan.regions)
    regions = {target.stem: list(nothing) for target in scan.targets}
    if not scan.is_foreign:
        stems = {(t.model, t.among): t.stem for t in scan.targets}
        for row in read_table(scan.folder.regions_table, REGION_COLUMNS, optional=OPTIONAL):
            of = stems.get((row["model"], row.get("target"))) or stems[row["model"], None]
            regions[of][int(row["region"])] = _called(_number(row["probability"]))
    every = [called for chunk in chunks for called in chunk.called]
    own = {
        target.stem: [_called(each.get(target.stem)) for each in every] or [None] * len(drawn)
        for target in scan.targets
    }
    return Calls(regions, own)


def _number(cell: str) -> float | None:
    return None if cell == "NA" else float(cell)


def _called(probability: float | None) -> bool | None:
    if probability is None or probability != probability:
        return None
    return probability > 0.5


def rows_of_all(found: Found) -> Iterator[MetricRow]:
    """Yield all rows of ``metrics.tsv``: tracks first, then drawn regions, then what is missing."""
    every, drawn = range(len(found.scan.regions)), found.drawn
    wanted, seed = found.job.wanted, found.job.seed
    there = set()
    for sheet, called, regions in (
        (found.tracks, found.calls.regions, every),
        (found.sample, found.calls.drawn, drawn),
    ):
        if not sheet.columns:
            continue
        groups = _groups(found, called, regions)
        for row in rows_of(sheet, groups, found.method, wanted, seed=seed):
            there.add((row.model, row.target, row.metric))
            yield row
    for each in found.annotated:
        if each.what in wanted:
            there.add((*subject(each.target), each.what))
            yield each.row(TRACK)
    for target in found.scan.targets:
        for name in METRICS:
            if name in wanted and (*subject(target), name) not in there:
                reason = _why_missing(found, target, name)
                if reason:
                    level = METRICS[name].levels[0]
                    yield missing_row(subject(target), found.method, name, level, reason)


def _groups(found: Found, called: Called, regions: Sequence[int]) -> dict[tuple[str, str], Groups]:
    """Return the groups of regions of every target, and of every pair of targets."""
    groups = {}
    for target in found.scan.targets:
        truth = _truth(found, target, regions)
        values = found.scan.manifest.unit(target.model) == "value"
        groups[subject(target)] = Groups.of(called[target.stem], truth, values)
    for one, other in combinations(found.scan.targets, 2):
        if one.model != other.model:
            both = groups[subject(one)].both(groups[subject(other)])
            groups[subject_of_both(one, other)] = both
    return groups


def _truth(found: Found, target: Target, regions: Sequence[int]) -> list[bool | None] | None:
    """Return whether each region is the target by its label; None where no labels are known."""
    if not found.labels:
        return None
    head = found.scan.plan.model(target.model).head
    if head.outputs == "values":
        return None
    known = found.labels
    return [names_target(*known[row], head, target) if row in known else None for row in regions]


def _why_missing(found: Found, target: Target, name: str) -> str:
    """Say why a target has no value of a metric at all; nothing where that goes without saying."""
    metric = METRICS[name]
    if metric.axis == "localisation":
        return "" if found.job.truth else "no --truth was given"
    if metric.axis == "annotation":
        if not found.job.annotations:
            return "no --annotation was given"
        if not found.annotated:
            return "no --annotation with features was given"
        return "the scan has no hits of this model: gtrack hits calls them"
    if metric.axis == "similarity":
        models = {each.model for each in found.scan.targets}
        return "the scan has one model" if len(models) == 1 else ""
    if found.scan.is_foreign:
        return "the track is of another tool: there is no model to ask"
    plan = found.scan.plan.model(target.model)
    if name.startswith("mask") and plan.unit != "token":
        return "the model reads bases, and has no [MASK]"
    if name.startswith("ism") or name == "silent":
        return "ism is not among --methods"
    if name == "strand_consistency" and plan.strand != "both":
        return "the model reads one strand"
    return "not computed for this model"


def enrichments(found: Found) -> Iterator[tuple[object, ...]]:
    """Yield the rows of ``enrichment.tsv``."""
    for each in found.annotated:
        of = each.found
        yield (
            *(*subject(each.target), each.annotation, each.what),
            *(of.observed, of.expected, of.ratio, of.ci_low, of.ci_high, of.p, of.n, of.reason),
        )


def region_values(found: Found) -> Iterator[tuple[object, ...]]:
    """Yield the rows of ``per_region.tsv``."""
    sheets = (
        (found.tracks, found.calls.regions, range(len(found.scan.regions))),
        (found.sample, found.calls.drawn, found.drawn),
    )
    stems = {subject(target): target.stem for target in found.scan.targets}
    for sheet, called, rows in sheets:
        for key, column in sheet.columns.items():
            if key.method == BLIND or key.metric not in found.job.wanted:
                continue
            calls = called.get(stems.get((key.model, key.target), ""))
            for at, row in enumerate(rows):
                region = found.scan.regions[row]
                word = "NA" if calls is None else _WORD[calls[at]]
                yield (
                    *(row, region.chrom, region.start, region.end, region.name),
                    *(*key, word, column[at]),
                )


_WORD = {True: "positive", False: "negative", None: "NA"}
