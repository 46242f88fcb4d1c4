"""``evaluation.html``: which explanation to trust for what, then all that it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gtrack.core.evaluation_rows import GROUPS, MetricRow
from gtrack.publish.evaluation.advice import advice, subject
from gtrack.publish.evaluation.comparison import comparison
from gtrack.publish.evaluation.content import VERDICTS, Evaluation
from gtrack.publish.evaluation.definitions import AXES, definition
from gtrack.publish.evaluation.embedded import embedded
from gtrack.publish.evaluation.reading import interval, number
from gtrack.publish.markup import Markup, element, join, void
from gtrack.publish.report.frame import framed
from gtrack.publish.report.tables import table

STYLE = Path(__file__).with_name("evaluation.css")

NOT_A_REPRODUCTION = (
    "Nothing here reproduces arXiv 2604.21690, which asks the same question: its text and numbers "
    "could not be had. Metrics, options and sample are this program's choices, written below."
)

_FEW = 6  # names in a cell
_LIMITS = (
    "Agreement with a referee ([MASK], in-silico mutagenesis) says that a map describes the model, "
    "never that the model is right: untrained models agree with their own referees.",
    "Localisation says that relevance lies where the given truth is. What a model uses beside the "
    "truth counts against it here, and need not be an error.",
    "Intervals are of the bootstrap over regions. They say nothing of another training run of the "
    "same model.",
)


def evaluation_html(evaluation: Evaluation) -> str:
    """Return the page; equal evaluations give equal bytes."""
    sections = {
        "trust": ("Which explanation to trust for what", _trust(evaluation)),
        "axes": ("The five axes", comparison(evaluation)),
        "passport": ("Whether to believe the maps at all", _passport(evaluation)),
        "figures": (
            "Figures",
            join(*(embedded(each, at) for at, each in enumerate(evaluation.figures, 1))),
        ),
        "tables": ("All numbers", join(*_tables(evaluation))),
        "definitions": ("What the numbers are", _definitions(evaluation)),
        "reasons": ("Numbers that are not there", _reasons(evaluation)),
        "notes": ("Notes on the method", _notes(evaluation)),
        "facts": ("Run facts", _facts(evaluation)),
    }
    names = " and ".join(dict.fromkeys(model.name for model in evaluation.models))
    header = (
        element("h1", f"How far to trust the explanations of {names}"),
        element("p", _under(evaluation), class_="under"),
    )
    return framed(f"Evaluation: {names}", header, sections, STYLE, class_="evaluation")


def _under(evaluation: Evaluation) -> str:
    e = evaluation
    truth = f"truth: {e.truth}" if e.truth else "no truth given, so no localisation"
    return (
        f"{e.regions:,} regions, {e.windows:,} windows; faithfulness and sanity on {e.sampled:,} "
        f"of them, seed {e.seed}; {truth}; gtrack {e.versions.get('gtrack', '')}"
    ).rstrip()


def _trust(evaluation: Evaluation) -> Markup:
    lines = list(advice(evaluation))
    rows = [
        (
            "" if at and lines[at - 1].question == each.question else each.question,
            join(each.model, *_doubt(each.passport)),
            element("strong", each.answer),
            element("span", each.because),
        )
        for at, each in enumerate(lines)
    ]
    said = (
        "Named is what is better than chance with its whole interval, the best first; where "
        "several are named, these windows do not tell them apart."
    )
    columns = ("question", "model", "trust", "because")
    return table(columns, rows, caption=said, class_="trust")


def _doubt(verdict: str) -> list[Markup]:
    if not verdict:
        return []
    said = f"passport: {verdict}"
    return [void("br"), element("small", said, class_=_verdict_class(verdict))]


def _passport(evaluation: Evaluation) -> Markup:
    if not evaluation.passport:
        return Markup()
    rows = [
        (
            subject(evaluation, each.model, each.target),
            *(each.line, each.what, each.value),
            element("span", each.verdict, class_=_verdict_class(each.verdict)),
            each.sentence,
        )
        for each in evaluation.passport
    ]
    columns = ("model", "line", "what", "value", "verdict", "")
    return table(columns, rows, numbers=(3,), class_="passport")


def _verdict_class(verdict: str) -> str:
    return f"verdict-{VERDICTS.index(verdict)}" if verdict in VERDICTS else "verdict"


def _tables(evaluation: Evaluation) -> Iterator[Markup]:
    several = len({row.target for row in evaluation.rows}) > 1
    for axis, (title, question) in AXES.items():
        own = [row for row in evaluation.rows if definition(row.metric).axis == axis]
        if own:
            metrics = [*dict.fromkeys(row.metric for row in own)]
            rows = sorted(own, key=lambda row: (metrics.index(row.metric), _group(row), row.level))
            yield element(
                "details",
                element(
                    "summary", f"{title}: {len(rows):,} row{'s' * (len(rows) != 1)}. {question}"
                ),
                _full(rows, several),
            )


def _group(row: MetricRow) -> int:
    return GROUPS.index(row.group) if row.group in GROUPS else len(GROUPS)


def _full(rows: list[MetricRow], several: bool) -> Markup:
    columns = ("metric", "model", *(("target",) * several), "explanation", "level", "windows")
    numbers = ("mean", "95 % interval", "median", "n", "chance")
    last = ("reason",) if any(row.reason for row in rows) else ()
    lines = [
        (
            *(row.metric, row.model, *((row.target,) * several), row.method, row.level, row.group),
            *(number(row.value), interval(row), number(row.median), f"{row.n:,}"),
            *(number(row.baseline), *((row.reason,) * len(last))),
        )
        for row in rows
    ]
    right = range(len(columns), len(columns) + len(numbers))
    return table((*columns, *numbers, *last), lines, numbers=right)


def _definitions(evaluation: Evaluation) -> Markup:
    metrics = dict.fromkeys(row.metric for row in evaluation.rows)
    order = [*AXES]
    rows = []
    for metric in sorted(metrics, key=lambda name: order.index(definition(name).axis)):
        each = definition(metric)
        rows.append(
            (
                *(element("code", metric), AXES[each.axis][0]),
                *(each.words or "No words for it here.", each.span, each.better),
            )
        )
    return (
        table(("metric", "axis", "what", "range", "better"), rows, class_="defined")
        if rows
        else Markup()
    )


def _reasons(evaluation: Evaluation) -> Markup:
    found: dict[str, list[MetricRow]] = {}
    for row in evaluation.rows:
        if row.reason or not row.defined:
            found.setdefault(row.reason or "no reason was given", []).append(row)
    if not found:
        return element("p", "None: every row has a value over all its windows.")
    rows = [
        (
            reason,
            _listed(row.metric for row in own),
            _listed(f"{row.model} {row.method}" for row in own),
            f"{sum(not row.defined for row in own):,}",
            f"{sum(row.defined for row in own):,}",
        )
        for reason, own in found.items()
    ]
    columns = ("reason", "metrics", "of", "rows without a value", "rows over fewer windows")
    return table(columns, rows, numbers=(3, 4))


def _listed(names: Iterator[str]) -> str:
    each = list(dict.fromkeys(names))
    more = f" and {len(each) - _FEW} more" if len(each) > _FEW else ""
    return ", ".join(each[:_FEW]) + more


def _notes(evaluation: Evaluation) -> Markup:
    said = (NOT_A_REPRODUCTION, *_LIMITS, *evaluation.notes)
    return element("ul", *(element("li", each) for each in said))


def _facts(evaluation: Evaluation) -> Markup:
    models = [
        (
            *(each.name, each.kind, each.target, each.unit, f"{each.window_bp:,}"),
            each.strands or "-",
        )
        for each in evaluation.models
    ]
    columns = ("model", "kind", "target", "unit", "window, bp", "strands")
    rows = [
        ("regions", f"{evaluation.regions:,}"),
        ("windows", f"{evaluation.windows:,}"),
        ("windows of the sample", f"{evaluation.sampled:,}"),
        ("seed", str(evaluation.seed)),
        *evaluation.facts,
        *((f"version of {name}", version) for name, version in evaluation.versions.items()),
    ]
    return join(
        table(columns, models, numbers=(4,)), table(("fact", "value"), rows, class_="facts")
    )
