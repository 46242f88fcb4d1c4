"""Hubs for tests, names that would harm a page, and a parser of hub files of its own."""

from __future__ import annotations

import re
from dataclasses import replace

from gtrack.core.assemblies import CUSTOM
from gtrack.core.big_file import BigFile
from gtrack.core.manifest import RunManifest, TrackSpec
from gtrack.publish.hub.document import Hub, groups_text, names_for
from gtrack.publish.hub.pages import hub_pages
from gtrack.publish.hub.reading import HubFiles
from gtrack.publish.hub.tracks import HubTrack
from tests.manifests import WITH_HITS

SIZES = {"chr1": 1000, "chr2": 500}
HITS = BigFile("bigBed", SIZES, fields=23, defined=9, names=tuple(
    "chrom chromStart chromEnd name score strand thickStart thickEnd reserved motifId source "
    "relSum relZ seqP relP qValue model region qWord qPlace chance bound family".split()
))  # fmt: skip
BED12 = BigFile("bigBed", SIZES, fields=12, defined=12)
SIGNAL = BigFile("bigWig", SIZES, 31.25, low=0.0, high=31.25)
MODELS = [{**WITH_HITS.models[0], "name": name} for name in ("cnn", "dnabert2")]
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "\"' onmouseover=alert(1) x='",
    "two\nlines\rthree\x85four\u2028five",
    "trailing \\",
    "#comment",
    "a\0b\x1b\ud800",
    "&lt;b&gt;",
    " ",
)


def manifest(tracks: tuple[TrackSpec, ...], genome: str = CUSTOM) -> RunManifest:
    models = tuple({**MODELS[0], "name": n} for n in dict.fromkeys(t.model for t in tracks) if n)
    return replace(
        WITH_HITS,
        tracks=tracks,
        models=models or tuple(MODELS),
        genome={**WITH_HITS.genome, "id": genome},
        locus={"chrom": "chr1", "start": 100, "end": 240},
    )


def spec(
    name: str, kind: str = "relevance", model: str | None = "cnn", target: str | None = None
) -> TrackSpec:
    model = None if kind == "annotation" else model
    made = {"hits": "bigBed", "annotation": "BED"}.get(kind, "bigWig")
    return TrackSpec(name, kind, made, "u", model, None if model is None else target)


def make_hub(
    specs: tuple[TrackSpec, ...],
    *,
    title: str = "demo",
    genome: str = CUSTOM,
    motifs: tuple[str, ...] = ("CTCF",),
) -> Hub:
    files = {"hits": HITS, "annotation": BED12}
    tracks = tuple(
        HubTrack(
            each,
            name,
            SIGNAL if each.is_signal else files.get(each.kind, BigFile("bigWig", SIZES, 0.6159)),
            0.6159,
            motifs,
        )
        for each, name in zip(specs, names_for(specs), strict=True)
    )
    return Hub(title, "me@example.org", genome, manifest(specs, genome), tracks)


FULL = (
    *(spec("cnn"), spec("dnabert2", model="dnabert2")),
    *(spec("cnn.forward", "relevance-forward"), spec("cnn.reverse", "relevance-reverse")),
    *(spec("cnn-hits", "hits"), spec("genes", "annotation")),
)


def parse(text: str) -> list[dict[str, str]]:
    """Read stanzas as UCSC's manual words it."""
    stanzas = []
    for block in re.split(r"\n[ \t]*\n", text):
        lines = [line.strip() for line in block.split("\n")]
        pairs = [line.split(" ", 1) for line in lines if line and not line.startswith("#")]
        assert all(len(pair) == 2 for pair in pairs), pairs
        assert len({name for name, _ in pairs}) == len(pairs), "a setting is there twice"
        stanzas.append(dict(pairs))  # type: ignore[arg-type]
    return stanzas


def files_of(hub: Hub) -> HubFiles:
    """Say that everything is there that the hub names."""
    pages = set(hub_pages(hub)) | {"genome.2bit", "chrom.sizes", "groups.txt"}
    return HubFiles(
        data={track.url: track.file for track in hub.tracks},
        sizes={"genome.2bit": SIZES, "chrom.sizes": SIZES},
        groups={"groups.txt": groups_text(hub)},
        there=frozenset(pages | {track.url for track in hub.tracks}),
    )
