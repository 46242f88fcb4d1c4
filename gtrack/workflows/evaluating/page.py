"""The figures and the page of an evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gtrack.core.evaluation_rows import BOUND, TRACK, MetricRow, parts_of
from gtrack.core.sequences import base_codes
from gtrack.core.targets import Target
from gtrack.evaluation.flips import RANDOM, letters
from gtrack.evaluation.passport import Passport
from gtrack.evaluation.perturbation import STEP_SHARE
from gtrack.evaluation.sheet import BLIND
from gtrack.evaluation.summaries import as_array
from gtrack.evaluation.window_maps import laid
from gtrack.io.atomic import write_parts, write_text
from gtrack.publish.drawing import Rendered
from gtrack.publish.evaluation.content import (
    CONTROLS,
    EvaluatedModel,
    Evaluation,
    EvaluationFigure,
    PassportLine,
)
from gtrack.publish.evaluation.figures import (
    localisation_figure,
    perturbation_figure,
    similarity_figure,
)
from gtrack.publish.evaluation.loci import LocusLane, LocusPlot, locus_figures, part
from gtrack.publish.evaluation.page import evaluation_html
from gtrack.publish.evaluation.panels import (
    LocalisationBar,
    LocalisationPanel,
    PerturbationCurve,
    PerturbationPanel,
    SimilarityPanel,
)
from gtrack.workflows.evaluating.folder import EvaluationFolder
from gtrack.workflows.evaluating.rows import Found
from gtrack.workflows.evaluating.sampled import ChunkResult
from gtrack.workflows.evaluating.truth import Truth
from gtrack.workflows.evaluating.windows import centred
from gtrack.workflows.folder.finished import scanned_genome
from gtrack.workflows.judging.kept import read_passports

LOCI = 4

_CAPTIONS = {
    "similarity": (
        "Do two models see the same?",
        "A point per region: how alike the two models' maps of it are, against how alike maps of "
        "different regions are. Above the diagonal, the models agree on this region and not only "
        "on what all regions share.",
    ),
    "perturbation": (
        "Does the score fall where the map says?",
        "Mean score of the windows while ever more bases are replaced by random others: the most "
        "relevant first, the least relevant first, and in random order; bands are the mean ± "
        "1.96 standard errors. The wider apart the two curves of a map, the more faithful it is.",
    ),
    "localisation": (
        "Does relevance lie where the truth is?",
        "Mean over windows with truth, 95 % bootstrap interval; the ticks are chance and, for "
        "models of tokens, the best that a map can have that is even within tokens. Grey are "
        "controls.",
    ),
}
_LOCUS = (
    "Relevance as letters, each lane on its own scale, no finer than a quarter of what such a lane "
    "reaches in these examples; boxes are the truth where it was given. "
    "Windows were chosen by the highest probability, among those with truth where it was given."
)


def write_page(
    folder: EvaluationFolder,
    found: Found,
    rows: Sequence[MetricRow],
    chunks: Sequence[ChunkResult],
    truth: Truth | None,
    notes: Sequence[str],
) -> None:
    """Draw the figures, and write them and the page; equal values give equal bytes."""
    drawn = {
        **similarity_figure(list(_similarities(found))),
        **perturbation_figure(list(_perturbations(found, chunks))),
        **localisation_figure(list(_localisations(found, rows))),
        **locus_figures(list(_loci(found, chunks, truth))),
    }
    for name, (svg, png) in drawn.items():
        write_parts(folder.figure(name, "svg"), [svg])
        write_parts(folder.figure(name, "png"), [png])
    job, scan = found.job, found.scan
    passports = read_passports(scan)
    facts = (
        ("scan", str(scan.out.name)),
        *((f"track of {each.title}", scan.origin(each)) for each in scan.targets),
        ("steps and draws of the curves", f"{job.steps} of 2 % of the bases, {job.draws} draws"),
        ("methods", ", ".join((found.method, *(m for m in job.methods if m != found.method)))),
    )
    page = Evaluation(
        regions=len(scan.regions),
        windows=len(scan.regions),
        sampled=len(found.drawn),
        seed=job.seed,
        models=tuple(_models(found)),
        rows=tuple(rows),
        truth="" if job.truth is None else job.truth.name,
        figures=tuple(_shown(drawn)),
        versions=scan.manifest.versions,
        facts=facts,
        controls=CONTROLS,
        passport=tuple(_passport(passports)),
        verdicts={(each.model, each.target): each.verdict for each in passports},
        notes=tuple(notes),
    )
    write_text(folder.page, evaluation_html(page))


def _passport(passports: Iterable[Passport]) -> Iterator[PassportLine]:
    """Yield the lines of passports."""
    for passport in passports:
        for line in passport.lines:
            words = line.reason or f"from {line.supported:g}: supported"
            if line.lower and not line.reason:
                words = f"up to {line.supported:g}: supported"
            value = "" if line.value != line.value else f"{line.value:.3g}"
            of = (passport.model, passport.target)
            yield PassportLine(*of, *(line.name, line.asks, value, line.verdict, words))


def _models(found: Found) -> Iterator[EvaluatedModel]:
    for target in found.scan.targets:
        model = found.scan.manifest.model(target.model)
        yield EvaluatedModel(
            name=target.model,
            kind=model["kind"],
            target=target.label,
            unit=model.get("unit", "base"),
            window_bp=model.get("window_bp", 0),
            strands=model.get("strands", ""),
        )


def _shown(drawn: Mapping[str, Rendered]) -> Iterator[EvaluationFigure]:
    for name, (svg, _) in drawn.items():
        title, caption = _CAPTIONS.get(name, (f"Example {name.removeprefix('locus_')}", _LOCUS))
        yield EvaluationFigure(name, title, caption, svg.decode())


def _similarities(found: Found) -> Iterator[SimilarityPanel]:
    columns = found.tracks.columns
    for key, values in columns.items():
        if (key.method, key.metric, key.level) != (TRACK, "pearson", "base"):
            continue
        names = parts_of(key.model)
        if len(names) != 2:
            continue
        other = columns.get(key._replace(method=BLIND))
        if other is None:
            continue
        first, second = (_calls(found, name) for name in names)
        both = [bool(a and b) for a, b in zip(first, second, strict=True)]
        yield SimilarityPanel(
            f"{names[0]} and {names[1]}", as_array(values), as_array(other), as_array(both) > 0
        )


def _calls(found: Found, model: str) -> Sequence[bool | None]:
    target = found.scan.targets_of(model)[0]
    return found.calls.regions[target.stem]


def _perturbations(found: Found, chunks: Sequence[ChunkResult]) -> Iterator[PerturbationPanel]:
    if not chunks:
        return
    shares = as_array([STEP_SHARE * step for step in range(found.job.steps + 1)])
    for target in found.scan.targets:
        curves = []
        methods = [m for m in chunks[0].curves[target.stem] if m == RANDOM or m not in CONTROLS]
        for method in methods:
            every = [chunk.curves[target.stem].get(method) for chunk in chunks]
            for order in ("morf", "lerf") if method != RANDOM else ("morf",):
                scores = [curve for each in every if each for curve in each[order]]
                if scores:
                    by, way = ("", "random") if method == RANDOM else (method, order)
                    curves.append(PerturbationCurve(by, way, as_array(scores)))
        if curves:
            unit = found.scan.manifest.unit(target.model)
            yield PerturbationPanel(target.title, shares, curves, unit)


def _localisations(found: Found, rows: Sequence[MetricRow]) -> Iterator[LocalisationPanel]:
    table = {(r.model, r.target, r.method, r.metric): r for r in rows if r.group == "all"}
    for metric, title in (("mass_accuracy", "mass accuracy"), ("rank_accuracy", "rank accuracy")):
        bars = []
        models = [*dict.fromkeys(row.model for row in table.values())]
        for row in sorted(
            table.values(), key=lambda row: (models.index(row.model), row.method in CONTROLS)
        ):
            if row.metric != metric or not row.defined:
                continue
            bound = table.get((row.model, row.target, found.method, metric + BOUND))
            bars.append(
                LocalisationBar(
                    label=f"{row.model} {row.method}",
                    value=row.value,
                    low=row.ci_low,
                    high=row.ci_high,
                    chance=row.baseline,
                    bound=bound.value if bound else float("nan"),
                    reference=row.method in CONTROLS,
                )
            )
        if bars:
            yield LocalisationPanel(title, bars)


def _loci(found: Found, chunks: Sequence[ChunkResult], truth: Truth | None) -> Iterator[LocusPlot]:
    """Yield the windows with the highest probability by any model, with truth where it is given."""
    if not chunks:
        return
    scan = found.scan
    kept = [(chunk, at) for chunk in chunks for at in range(_kept(chunk))]
    ranked = sorted(range(len(kept)), key=lambda k: (-_likely(kept[k][0].called[kept[k][1]]), k))
    with scanned_genome(scan, found.job.fasta) as genome:
        shown = 0
        for k in ranked:
            region = scan.regions[found.drawn[k]]
            sizes = scan.chrom_sizes
            width = max(model.window_bp for model in scan.plan.models)
            window = centred(region, width, sizes[region.chrom])
            place = (window.chrom, window.start, window.end)
            sites = [] if truth is None else truth.within(*place)
            if (truth is not None and not sites) or shown == LOCI:
                continue
            shown += 1
            chunk, at = kept[k]
            lanes = [
                LocusLane(
                    f"{target.title} {method}",
                    laid(
                        as_array(maps[at]),
                        centred(region, _width(found, target), sizes[region.chrom]).start,
                        window.start,
                        len(window),
                    ),
                )
                for target in scan.targets
                for method, maps in chunk.maps[target.stem].items()
                if method in (found.method, "ism")
            ]
            bases = letters(base_codes(genome.fetch(*place))[None])[0]
            unit = scan.manifest.unit(scan.targets[0].model)
            yield part(
                LocusPlot(window.chrom, window.start, bases, lanes, sites, region.called, unit)
            )


def _width(found: Found, target: Target) -> int:
    return found.scan.plan.model(target.model).window_bp


def _kept(chunk: ChunkResult) -> int:
    return min((len(m) for maps in chunk.maps.values() for m in maps.values()), default=0)


def _likely(called: Mapping[str, float]) -> float:
    known = [value for value in called.values() if value == value]
    return max(known, default=0.0)
