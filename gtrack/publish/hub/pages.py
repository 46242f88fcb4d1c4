"""The pages of a hub: what its numbers are, how they were made, how to read them.

UCSC shows a track's page below its settings, IGV behind its name. The pages are plain HTML: no
script, no style, nothing from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gtrack.core.annotation_formats import ANNOTATION_FORMATS
from gtrack.core.strands import STRANDS_SAID
from gtrack.publish.hub.beside import BESIDE_SAID
from gtrack.publish.hub.document import Hub
from gtrack.publish.hub.page_parts import believed, paragraphs, section, table
from gtrack.publish.hub.tracks import HubTrack
from gtrack.publish.markup import Markup, element, void
from gtrack.publish.session import locus_text
from gtrack.publish.signs import bases_say, hits_say, units_of
from gtrack.publish.trust import trust_in_plain, trust_paragraphs

_COORDINATES = (
    "Coordinates in the files are 0-based and half-open; a position that a browser shows is "
    "1-based, both ends included."
)
_OUTPUTS = {
    "classes": "classes that exclude each other: the logit less the mean of the other logits",
    "labels": "labels that do not exclude each other: the label's own logit",
    "values": "values of a regression",
}
_UNITS = (
    "The unit is that of what is explained (of classes the logit contrast: the logit less the mean "
    "of the other logits; of labels the logit; of values the value). Models and targets differ in "
    "scale: compare the shapes of two tracks, not their heights. Relevance need not be conserved: "
    "its sum is not what is explained."
)
_ZOOMED_OUT = (
    "Where a pixel stands for many bases, UCSC shows the value farthest from 0, with its sign; "
    "igv.js by itself shows the mean, in which a peak can vanish or change its sign: zoom in."
)
_GAPS = (
    "A base without a value was not scanned, or is not A, C, G or T: a gap is not a zero. Every "
    "base has its value from one window of the model, the one whose centre is nearest."
)
_FOREIGN_GAPS = (
    "A base without a value was not taken, or has none in the track: a gap is not a zero."
)
_HIT_COLUMNS = (
    ("name, motifId, source", "The motif: its name, its matrix, where the matrix is from"),
    ("score", "100 times -log10 of the q-value, at most 1000"),
    ("relSum", "Relevance summed over the site; its sign says supports or opposes"),
    ("relZ", "Relevance weighted by information, in standard deviations of the null"),
    ("seqP", "p-value of the sequence under the background"),
    ("relP", "p-value of the relevance under the null"),
    ("qValue", "Share of false places among the hits at least as good"),
    ("model, region", "What was explained, and the scanned region"),
)  # fmt: skip
_LATER_COLUMNS = (
    ("qWord", "Share of false calls by permuted motifs; the q-value is the larger of both"),
    ("qPlace", "Share of false calls by relevance lent from shuffled windows; -1: there are none"),
    (
        "chance",
        "Matches as good expected in shuffled sequence, per match as good here; -1: unknown",
    ),
    ("bound", "1 where the q-value comes from few false calls and is at most what is given"),
    ("family", "The best motif of those whose matches coincide"),
)
_SUPPORTED = (
    "A site matches by its p-value under the background. Hits do not overlap. The relevance of a "
    "hit is larger than that of permuted motifs in the same windows"
)
_GUARDED = ", and than that of windows whose dinucleotides were shuffled"
_EARLIER_SUPPORTED = (
    "A site matches by its p-value under the background. Hits do not overlap. The relevance of a "
    "hit is rare in a null, of windows whose dinucleotides were shuffled"
)


def _sign(units: Iterable[str]) -> str:
    above, below = bases_say(units)
    return (
        f"Above the line (positive), a base {above}; below (negative), {below}. The height is how "
        "much. This is what the model computed with, not what changing the base would do, and not "
        "biology by itself."
    )


def hub_pages(hub: Hub) -> dict[str, str]:
    """Return the text of all pages by their file names."""
    pages = {"hub.html": _hub_page(hub)}
    if hub.brings_genome:
        pages["genome.html"] = _genome_page(hub)
    for track in hub.tracks:
        kind = track.spec.kind
        given = dict.fromkeys(("annotation", *BESIDE_SAID), _annotation_page)
        make = {"hits": _hits_page, **given}.get(kind, _relevance_page)
        pages[track.page] = make(hub, track)
    return pages


def _page(hub: Hub, title: str, *sections: Markup) -> str:
    credits = section(
        "Credits",
        element("p", f"Made by gtrack {hub.manifest.versions.get('gtrack', '')}. Contact: ",
                element("a", hub.email, href=f"mailto:{hub.email}")),
    )  # fmt: skip
    head = element("head", void("meta", charset="utf-8"), element("title", title))
    body = element("body", element("h1", title), *sections, credits)
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _made(hub: Hub, model: dict[str, Any]) -> Markup:
    """Return how relevance of a model was made."""
    job = hub.manifest.job
    if job is None:
        return _given(hub, model)
    strands = str(model["strands"])
    rows: list[tuple[str, object]] = [
        ("Model", f"{model['name']} ({model['kind']})"),
        ("Mean of the relevance of", ", ".join(model.get("members", ())) or None),
        ("Model's SHA-256", model["sha256"]),
        ("Outputs explained", f"{', '.join(model['targets'])} (of {', '.join(model['labels'])})"),
        ("What outputs are", _OUTPUTS[model["outputs"]["kind"]]),
        ("Method", job.get("method")),
        *((f"Method's {name.replace('_', ' ')}", value)
          for name, value in model["parameters"].items()),
        ("Token to base", job.get("projection") if model["unit"] == "token" else None),
        ("Strands read", STRANDS_SAID.get(strands, strands)),
        ("Windows", f"{model['windows']:,} of {model['window_bp']:,} bp, at steps of "
                    f"{model['stride']:,} bp in long regions"),
        ("Arithmetic", f"{job.get('precision')} on {job.get('device_kind')}"),
        ("Plan's SHA-256", hub.manifest.plan_sha256),
        ("Versions", ", ".join(f"{k} {v}" for k, v in hub.manifest.versions.items())),
    ]  # fmt: skip
    return table(rows)


def _given(hub: Hub, model: dict[str, Any]) -> Markup:
    """Return what is known of a track that another tool made."""
    rows = (
        ("Track", model["name"]),
        ("Made by", "another tool, whose own documents say how"),
        ("SHA-256 of the file", model["sha256"]),
        ("Versions", ", ".join(f"{k} {v}" for k, v in hub.manifest.versions.items())),
    )
    return table(rows)


def _relevance_page(hub: Hub, track: HubTrack) -> str:
    spec, model = track.spec, hub.manifest.model(track.spec.model)
    strand = spec.kind.partition("-")[2]
    output = model["target"] if spec.target is None else spec.target
    alone = f" This is of the {strand} strand alone." if strand else ""
    facts: list[tuple[str, object]] = [
        ("Bases with a value", f"{spec.bases:,}" if spec.bases is not None else None),
        ("99th percentile of |value|", f"{spec.p99:.4g}" if spec.p99 is not None else None),
        ("Largest |value|", f"{track.largest:.4g}"),
    ]
    return _page(
        hub,
        f"Relevance of each base: {spec.shown}",
        section(
            "Description",
            paragraphs(
                f"Contribution of each base of the regions, as the track {spec.model} of another "
                "tool gives it."
                if hub.manifest.foreign
                else f"How much of the score that the model {spec.model} gives its output {output} "
                f"the method traces back to each base of the scanned regions.{alone}",
                "ENCODE calls such tracks sequence contribution scores.",
                _FOREIGN_GAPS if hub.manifest.foreign else _GAPS,
            ),
        ),
        section(
            "Display conventions",
            paragraphs(
                _sign([hub.manifest.unit(spec.model)]),
                "Zoomed in, the bases are letters as tall as their relevance; those below the line "
                "hang upside down. Zoomed out, they are bars: blue above the line, vermillion "
                "below. Each track has a scale of its own.",
                _ZOOMED_OUT,
                _UNITS,
                _COORDINATES,
            ),
        ),
        *believed(trust_paragraphs(hub.manifest, spec.model, spec.target)),
        section("Methods", _made(hub, model)),
        section("Data", table(facts)),
    )


def _hits_page(hub: Hub, track: HubTrack) -> str:
    spec = track.spec
    above, below = hits_say([hub.manifest.unit(spec.model)])
    warning = (hub.manifest.hits or {}).get("unguarded")
    later = "qWord" in track.file.names
    supported = _SUPPORTED if warning else _SUPPORTED + _GUARDED
    return _page(
        hub,
        f"Motif hits: {spec.shown}",
        section(
            "Description",
            paragraphs(
                f"Places where the sequence matches a motif and the relevance to {spec.title} is "
                "unlike what chance gives. Look-alike motifs may stand in for one another: the "
                "q-value is of the place, not of the name.",
                *([f"Warning: {warning}."] if warning else []),
            ),
        ),
        section(
            "Display conventions",
            paragraphs(
                f"Blue: the site {above} that is explained (relSum above 0). "
                f"Vermillion: it {below}. The strand is the motif's.",
                _COORDINATES,
            ),
            table((*_HIT_COLUMNS, *(_LATER_COLUMNS if later else ()))),
        ),
        section(
            "Methods",
            paragraphs(f"{supported if later else _EARLIER_SUPPORTED}."),
            table(_hit_facts(hub, track)),
            element("h3", "The relevance behind them"),
            _made(hub, hub.manifest.model(spec.model)),
        ),
    )


def _hit_facts(hub: Hub, track: HubTrack) -> list[tuple[str, object]]:
    """Return what was searched, and how."""
    found, spec = hub.manifest.hits or {}, track.spec
    motifs, options = found.get("motifs", {}), found.get("options", {})
    return [
        ("Hits", f"{spec.records:,}" if spec.records is not None else None),
        ("q-value below", found.get("q")),
        ("Motifs searched", motifs.get("count")),
        ("Sources of motifs", ", ".join(map(str, motifs.get("sources", [])))),
        ("Motifs' SHA-256", motifs.get("sha256")),
        ("Options", ", ".join(f"{name} {value}" for name, value in options.items())),
        ("Bases of the null", f"{hub.manifest.null['bases']:,}" if hub.manifest.null else None),
    ]


def _annotation_page(hub: Hub, track: HubTrack) -> str:
    spec = track.spec
    if spec.is_beside:
        return _page(hub, spec.shown, section("Description", paragraphs(BESIDE_SAID[spec.kind])))
    how = f"It is the {spec.format} that was given."
    if ANNOTATION_FORMATS[spec.format].lines:
        how = f"It is a bigBed of the {spec.format} that was given, made by gtrack."
    what = "Values" if spec.is_signal else "Features"
    shown = f"{what} that were given to be shown beside relevance; not computed by gtrack. {how}"
    return _page(
        hub, f"Annotation: {spec.name}", section("Description", paragraphs(shown, _COORDINATES))
    )


def _hub_page(hub: Hub) -> str:
    regions = hub.manifest.regions
    tracks = [
        element("li", element("a", track.spec.shown, href=track.page), f" ({track.spec.kind})")
        for track in hub.tracks
    ]
    return _page(
        hub,
        hub.title,
        section(
            "Description",
            paragraphs(
                f"{len(hub.manifest.models)} sequence model(s), explained base by base in "
                f"{regions['scanned']:,} regions; genome: {hub.genome}."
            ),
            element("ul", *tracks),
        ),
        section(
            "Display conventions",
            paragraphs(
                *(_sign(units_of(hub.manifest)), _UNITS),
                *(_FOREIGN_GAPS if hub.manifest.foreign else _GAPS, _COORDINATES),
            ),
        ),
        *believed(trust_in_plain(hub.manifest)),
        *(section(f"Methods: {m['name']}", _made(hub, m)) for m in hub.manifest.models),
    )


def _genome_page(hub: Hub) -> str:
    facts = hub.manifest.genome
    rows = (
        ("Sequences", f"{facts['chromosomes']:,}, of {facts['bases']:,} bases in all"),
        ("SHA-256 of names and lengths", facts["sizes_sha256"]),
        ("SHA-256 of what the models read", facts["sequences_sha256"]),
        ("First view", locus_text(hub.manifest.locus)),
    )
    said = paragraphs("The sequences of the FASTA that was scanned.")
    return _page(hub, f"Genome of {hub.title}", section("Description", said, table(rows)))
