"""``README.md`` in a hub: what is where, how it is opened, read by programs, and cited."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from gtrack.core.manifest import TrackSpec
from gtrack.publish.hub.document import ALIASES, Hub
from gtrack.publish.hub.facets import TABLE, in_facets
from gtrack.publish.hub.labels import safe
from gtrack.publish.hub.tracks import HubTrack
from gtrack.publish.hub.vocabulary import CONTENT
from gtrack.publish.session import hub_position
from gtrack.publish.signs import bases_say, units_of

README = "README.md"
"""What the file is called: hosts show it as the page of the folder."""

_MEANING = (
    "A base's score is its relevance: how much of the model's answer the method traces back to it "
    "(ENCODE: sequence contribution scores). Above 0, a base {above}; below, {below}. Models and "
    "targets differ in scale: compare shapes, not heights. A base without a value was not scanned "
    "or is not A, C, G or T; that is no zero. Coordinates in files are 0-based and half-open."
)
_BASES = 20  # that the code prints
_PYTHON = """\
import gzip

import pyBigWig  # pip install pyBigWig

with pyBigWig.open({scores}) as file:
    scores = file.values({chrom}, {start}, {end})  # from 0, the end left out; nan: no value
{say}("scores", *(f"{{score:.6g}}" for score in scores))
"""
_PYTHON_HITS = """\

with gzip.open({hits}, "rt") as file:
    rows = [line.rstrip("\\n").split("\\t") for line in file]
columns = [row for row in rows if row[0].startswith("#")][-1]
hits = [dict(zip(columns, row)) for row in rows if not row[0].startswith("#")]
{say}("hits", len(hits), hits[0]["name"], hits[0]["relSum"])
"""
_R = """\
library(rtracklayer)  # Bioconductor

place <- GRanges({chrom}, IRanges({first}, {end}))  # from 1, both ends included
found <- import({scores}, which = place)
bases <- tile(place, width = 1)[[1]]
scores <- found$score[findOverlaps(bases, found, select = "first")]  # NA: no value
cat("scores", sprintf("%.6g", scores), "\\n")
"""
_R_HITS = """\

lines <- readLines({hits})
head <- startsWith(lines, "#")
hits <- read.table(text = lines[!head], sep = "\\t", quote = "", comment.char = "")
names(hits) <- strsplit(tail(lines[head], 1), "\\t")[[1]]
cat("hits", nrow(hits), hits$name[1], sprintf("%.6g", hits$relSum[1]), "\\n")
"""
_SHIFT = (
    "rtracklayer (1.58) takes the starts of bigBeds (`.bb`) one base too early: add 1, or read "
    "`.bed.gz`."
)


def readme_text(hub: Hub, links: Sequence[tuple[str, str]]) -> str:
    """Return the text.

    Parameters
    ----------
    hub : Hub
    links : sequence of (str, str)
        Names of browsers and the addresses that open the hub there.
    """
    above, below = bases_say(units_of(hub.manifest))
    parts = [
        f"# {_plain(hub.title)}",
        f"Scores of each base by {_models(hub)}, in {hub.manifest.regions['scanned']:,} regions of "
        f"{_genome(hub)}, as a track hub. Contact: {_plain(hub.email)}.",
        _MEANING.format(above=above, below=below),
        "## Look at it",
        *_looking(hub, links),
        "## Files",
        "\n".join(_files(hub)),
        "## Read it by a program",
        *_reading(hub),
        "## Cite it",
        *_citing(hub),
    ]
    return "\n\n".join(parts) + "\n"


def _plain(text: str) -> str:
    """Return text that is no Markdown."""
    return re.sub(r"([\\`*_\[\]|#~$])", r"\\\1", safe(text))


def _genome(hub: Hub) -> str:
    return "a genome that comes along" if hub.brings_genome else _plain(hub.genome)


def _models(hub: Hub) -> str:
    return ", ".join(_plain(str(model["name"])) for model in hub.manifest.models)


def _looking(hub: Hub, links: Sequence[tuple[str, str]]) -> Iterator[str]:
    if links:
        yield "\n".join(f"- [{where}]({link})" for where, link in links)
    yield (
        "In UCSC's browser (My Data > Track Hubs) and in IGV (Tracks > Load Track Hub) give the "
        "address of `hub.txt` where this folder lies on the web; in the WashU Epigenome Browser "
        "(Tracks > Remote Tracks > Remote Data Hub) that of `datahub.json`."
    )
    if hub.brings_genome:
        yield (
            "The genome is in the folder (`genome.2bit`): UCSC and IGV take it from there; "
            "in WashU's browser it must be added first."
        )


def _files(hub: Hub) -> Iterator[str]:
    yield "| file | what |\n|---|---|"
    yield "| `hub.txt` | the hub, for UCSC and IGV |"
    yield "| `datahub.json` | the same tracks, for the WashU Epigenome Browser |"
    if in_facets(hub.tracks):
        yield f"| `{TABLE}` | what each track is, a row each |"
    for track in hub.tracks:
        what = f"{_plain(track.spec.shown)}: {CONTENT[track.spec.kind]}"
        yield f"| `{track.url}` | {what} |"
        if track.index:
            yield f"| `{track.table}` (`{track.index}`) | the same as text, with its index |"
    if hub.brings_genome:
        names = ["genome.2bit", "chrom.sizes", "groups.txt", *([ALIASES] if hub.aliases else [])]
        yield f"| {', '.join(f'`{name}`' for name in names)} | the genome |"
    yield "| `*.html` | how each track was made, and how to read it |"
    yield "| `files.json` | size and SHA-256 of each file |"


def _reading(hub: Hub) -> Iterator[str]:
    """Yield code that runs in the folder."""
    first = next(track for track in hub.tracks if track.spec.is_relevance)
    place = first.spec.peak or hub.manifest.locus
    start = max(place["start"], (place["start"] + place["end"] - _BASES) // 2)
    shown = {**place, "start": start, "end": min(start + _BASES, place["end"])}
    said = {
        "say": "print",  # of the reader's program; ours prints through its one door
        "scores": json.dumps(first.url),
        "chrom": json.dumps(place["chrom"]),
        "start": start,
        "first": start + 1,
        "end": min(start + _BASES, place["end"]),
    }
    called = _called(hub.tracks, first.spec)
    python, r = _PYTHON, _R
    if called is not None:
        said["hits"] = json.dumps(called.table)
        python, r = _PYTHON + _PYTHON_HITS, _R + _R_HITS
    hit = "" if called is None else ", and the first hit"
    yield f"Each block runs in this folder and prints scores at {hub_position(shown)}{hit}."
    yield _block("python", python.format(**said))
    yield _block("r", r.format(**said))
    yield _SHIFT


def _called(tracks: Sequence[HubTrack], spec: TrackSpec) -> HubTrack | None:
    """Return hits of what a track explains, where there are some."""
    return next((t for t in tracks if t.index and t.motifs and t.spec.model == spec.model), None)


def _block(language: str, code: str) -> str:
    return f"```{language}\n{code}```"


def _citing(hub: Hub) -> Iterator[str]:
    manifest = hub.manifest
    version = _plain(str(manifest.versions.get("gtrack", "")))
    if manifest.job is None:
        yield (
            "The tracks are another tool's: cite it and its models. The hub was made by gtrack "
            f"{version}; its file CITATION.cff says how it is cited."
        )
        return
    yield (
        f"Give the address of this hub, its title and the day; gtrack {version} and the method "
        f"({_plain(str(manifest.job.get('method')))}), both by gtrack's CITATION.cff; and the "
        f"papers of the models ({_models(hub)})."
    )
    yield f"SHA-256 of the plan, which decides every value: `{manifest.plan_sha256}`"
