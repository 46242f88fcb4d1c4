"""``report.html``: the top places of a scan on one page that needs nothing else to be read.

The figures come first. Names that users gave are text in the files that links save, as they are in
the page: see :mod:`gtrack.publish.report.frame`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gtrack.core.hits.motif_hit import MotifShare
from gtrack.core.hits.word_groups import Word
from gtrack.core.manifest import RunManifest
from gtrack.core.targets import titled
from gtrack.publish.markup import Markup, element, join
from gtrack.publish.report.frame import framed
from gtrack.publish.report.hit_tables import hit_table, motifs_section
from gtrack.publish.report.loci import Locus, locus_figures
from gtrack.publish.report.locus_table import locus_table
from gtrack.publish.report.tables import facts_table, files_table, regions_table, table
from gtrack.publish.report.word_table import words_section
from gtrack.publish.report.words import explained_score, how_to_read
from gtrack.publish.signs import bases_say, units_of
from gtrack.publish.trust import badge, trust_list

FIGURES = Path(__file__).with_name("figures.css")


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """What a report shows.

    Parameters
    ----------
    manifest : RunManifest
    loci : tuple of Locus
        The places, strongest first.
    motifs : mapping of str to sequence of MotifShare
        The families of motifs, by model; empty where no hits were called.
    regions : sequence of mapping
        Rows of ``regions.tsv`` of the regions shown.
    words : mapping of str to sequence of Word
        Recurrent words, by model; empty where none were looked for.
    """

    manifest: RunManifest
    loci: tuple[Locus, ...]
    motifs: Mapping[str, Sequence[MotifShare]]
    regions: Sequence[Mapping[str, str]]
    words: Mapping[str, Sequence[Word]] = field(default_factory=dict)


def report_html(report: Report) -> str:
    """Return the page; equal reports give equal bytes."""
    names = " and ".join(model["name"] for model in report.manifest.models)
    header = (
        element("h1", f"Which bases matter to {names}"),
        element("p", _under(report.manifest), class_="under"),
        *_verdicts(report.manifest),
    )
    return framed(f"Relevance report: {names}", header, _sections(report), FIGURES)


def _sections(report: Report) -> dict[str, tuple[str, Markup]]:
    """Return id, title and content of the sections, some of which are empty, in their order."""
    units = units_of(report.manifest)
    hits = (
        [(row.name, hit) for row in each.plot.models for hit in row.hits] for each in report.loci
    )
    return {
        "loci": ("Top loci", join(_legend(units), *locus_figures(report.loci))),
        "numbers": ("The loci in numbers", locus_table(report.loci, report.regions, units)),
        "hits": (
            "Motif hits in the loci",
            Markup() if report.manifest.hits is None else hit_table(hits),
        ),
        "motifs": ("Families of motifs", motifs_section(report.manifest, report.motifs)),
        "words": ("Recurrent words", words_section(report.words)),
        "trust": ("Whether to believe the maps", trust_list(report.manifest)),
        "reading": ("How to read the figures", how_to_read(report.manifest)),
        "summary": ("What was scanned", _summary(report)),
        "regions": ("Scores of the regions shown", regions_table(report.regions, units)),
        "facts": ("Run facts", facts_table(report.manifest)),
        "files": ("Files", files_table(report.manifest)),
    }


def _verdicts(manifest: RunManifest) -> Iterator[Markup]:
    """Yield what was found of the maps of every target, in a line: figures come before reasons."""
    entries = () if manifest.foreign else (manifest.trust or {}).get("models", ())
    said = [
        element("li", titled(each["model"], each.get("target")), " ", badge(each["verdict"]))
        for each in entries
    ]
    if said:
        about = element("li", element("a", "Passport", href="#trust"), ":")
        yield element("ul", about, *said, class_="verdicts")


def _legend(units: Sequence[str]) -> Markup:
    above, below = bases_say(units)
    return element(
        "p",
        f"A letter is as high as its base is relevant. Above the axis the base {above}; below, "
        f"{below}. Every row has its own scale; dotted lines: 99th percentile of |relevance|. ",
        element("a", "How to read the figures", href="#reading"),
        class_="under",
    )


def _under(manifest: RunManifest) -> str:
    version = f"gtrack {manifest.versions.get('gtrack', '')}"
    if manifest.job is None or manifest.plan_sha256 is None:
        return f"Contributions per base from another tool; {version}"
    return (
        f"Signed relevance per base by {manifest.job['method']}; {version}; "
        f"plan {manifest.plan_sha256[:12]}"
    )


def _summary(report: Report) -> Markup:
    manifest = report.manifest
    regions, genome = manifest.regions, manifest.genome
    known = "a custom" if genome["id"] == "custom" else f"the {genome['id']}"
    twice = f" ({regions['duplicates']:,} exact duplicates)" if regions["duplicates"] else ""
    chromosomes = f"{genome['chromosomes']:,} chromosome{'s' * (genome['chromosomes'] != 1)}"
    loci = len(report.loci)
    shown = "The strongest place is" if loci == 1 else f"{loci:,} of the strongest places are"
    hits = {
        titled(each["model"], each.get("target")): each["hits"]
        for each in (manifest.hits or {}).get("models", ())
    }
    rows = []
    for track in manifest.tracks:
        if track.kind != "relevance":
            continue
        model = manifest.model(track.model)
        label = model["target"] if track.target is None else track.target
        score = explained_score(model, label)
        rows.append(
            (
                *(model["name"], model["kind"], *_read_as(model, score), f"{track.bases:,}"),
                *(f"{track.p99:.3g}", f"{hits.get(track.title, 0):,}"),
            )
        )
    columns = ("model", "kind", "explained score", "window, bp", "strands", "bases with a value")
    return join(
        element(
            "p",
            f"{regions['given']:,} regions given{twice}, {regions['scanned']:,} scanned; {known} "
            f"genome of {chromosomes} and {genome['bases']:,} bases. "
            f"{shown} shown.",
        ),
        table((*columns, "p99 of |relevance|", "motif hits"), rows, numbers=(3, 5, 6, 7)),
    )


def _read_as(model: Mapping[str, Any], score: str) -> tuple[str, str, str]:
    """Return what was explained, the window and the strands; of a foreign track none is known."""
    if "window_bp" not in model:
        return "-", "-", "-"
    return score, f"{model['window_bp']:,}", model["strands"]
