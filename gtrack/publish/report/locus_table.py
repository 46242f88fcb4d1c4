"""The places of a report in numbers: a line per place and model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from gtrack.core.hits.ranking import ranked
from gtrack.core.targets import titled
from gtrack.core.ties import first_largest
from gtrack.publish.markup import Markup, element, join
from gtrack.publish.report.lanes import hit_label
from gtrack.publish.report.letters import LetterPlot, ModelRow
from gtrack.publish.report.loci import Locus, listed
from gtrack.publish.report.tables import cut, number_said, scrolled
from gtrack.publish.signs import signed

_LONGEST = 24  # characters of a motif's name, which is whole in the table of hits
_REGION = "over the region that shares most bases with the place, which is named first."
_GENES = "A gene's distance is from the place to its body; upstream and downstream as it reads."


def locus_table(
    loci: Sequence[Locus], regions: Sequence[Mapping[str, str]], units: Sequence[str]
) -> Markup:
    """Return the table.

    Parameters
    ----------
    loci : sequence of Locus
    regions : sequence of mapping
        Rows of ``regions.tsv`` of the regions shown; empty where no model gave them a score.
    units : sequence of str
        What scores are measured in: a value has no probability.
    """
    if not loci:
        return Markup()
    scores = ["score", *["probability"] * ("logit" in units)] if regions else []
    genes = ["nearest gene"] * any(locus.genes is not None for locus in loci)
    named = ("no.", "place", "regions", "model")
    right = {0, *range(len(named), len(named) + len(scores))}
    head = (*named, *scores, "largest |relevance|", "top motif", *genes)
    lines = (
        element("tr", *_line(cells, right))
        for number, locus in enumerate(loci, 1)
        for cells in _cells(number, locus, regions, scores, bool(genes))
    )
    means = "Score and probability are means" if len(scores) > 1 else "The score is a mean"
    said = " ".join([f"{means} {_REGION}"] * bool(scores) + [_GENES] * bool(genes))
    titles = (
        element("th", each, scope="col", **_look(at in right)) for at, each in enumerate(head)
    )
    table = scrolled(
        element("thead", element("tr", *titles)),
        element("tbody", *lines),
        class_="loci",
    )
    return join(element("p", said, class_="under"), table) if said else table


_Cell = tuple[int, str, int]
"""Its column, its words, and over how many lines it reaches."""


def _cells(
    number: int,
    locus: Locus,
    regions: Sequence[Mapping[str, str]],
    scores: Sequence[str],
    genes: bool,
) -> Iterator[list[_Cell]]:
    """Yield the cells of every line of a place; what is said of the place is said once."""
    plot, deep = locus.plot, len(locus.plot.models)
    given = _region(plot, regions)
    name = given[0]["name"] if given else ""
    names = [name] * (name in locus.regions)
    names += [each for each in locus.regions if each != name]
    place = element("a", plot.locus, href=f"#locus-{number}")
    by_model = {titled(row["model"], row.get("target")): row for row in given}
    for at, row in enumerate(plot.models):
        own = by_model.get(row.name)
        words = [number_said(own[each]) if own else "-" for each in scores]
        cells = [
            (3 + k, each, 1) for k, each in enumerate([row.name, *words, *_strongest(plot, row)])
        ]
        if at == 0:
            around = [(0, str(number), deep), (1, place, deep), (2, listed(names), deep)]
            cells = around + cells
            cells += [(len(cells), locus.nearest, deep)] * genes
        yield cells


def _region(plot: LetterPlot, regions: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Return the rows of the region that shares most bases with a place, of several the first."""
    shared: dict[str, int] = {}
    for row in regions:
        if row["chrom"] == plot.chrom:
            bases = min(plot.end, int(row["end"])) - max(plot.start, int(row["start"]))
            shared[row["region"]] = bases
    most = max(shared.values(), default=0)
    best = next((key for key, bases in shared.items() if bases == most > 0), None)
    return [row for row in regions if row["region"] == best]


def _strongest(plot: LetterPlot, row: ModelRow) -> tuple[Markup, Markup]:
    """Return a model's strongest base here, and its best hit, in words."""
    sizes = np.nan_to_num(np.abs(row.values))
    base = "-"
    if sizes.any():
        at = first_largest(sizes)
        base = f"{signed(float(row.values[at]))}, {plot.bases[at]} at {plot.start + at + 1:,}"
    hits = "".join(hit_label(hit, _LONGEST) for hit in ranked(row.hits)[:1])
    return _whole(base), _whole(hits or "-")


def _whole(words: str) -> Markup:
    """Return words that stand on one line."""
    return element("span", words, class_="whole")


def _line(cells: Sequence[_Cell], right: set[int]) -> Iterator[Markup]:
    for at, words, deep in cells:
        span = {"rowspan": deep} if deep > 1 else {}
        yield element("td", cut(words), **_look(at in right), **span)


def _look(is_right: bool) -> dict[str, str]:
    return {"class_": "number"} if is_right else {}
