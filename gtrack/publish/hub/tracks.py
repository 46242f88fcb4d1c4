"""The stanzas of a hub's tracks: relevance, overlay, motif hits, annotations.

Each track of relevance has a scale of its own: models differ in scale, and on a common or an
automatic one noise would look like a result. Its symmetric limits are declared by ``type bigWig``:
UCSC takes them where no automatic scale is asked for. There is no ``viewLimits``: igv.js reads it
as whole numbers, so that -0.8:0.8 leaves a blank track.

Zoomed out, ``windowingFunction maximum`` is UCSC's word for the value of a pixel's bases that is
farthest from 0, with its sign. Its ``mean+whiskers`` draws, of a bar, the whisker on the side of
the mean alone: a peak among bases below 0 would not be seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor, log10

from gtrack.core.big_file import BigFile
from gtrack.core.manifest import TrackSpec
from gtrack.publish.hub.beside import LONG_LABELS
from gtrack.publish.hub.labels import LONG, SHORT, label, track_names
from gtrack.publish.session import GREY, NEGATIVE, POSITIVE, PURPLE
from gtrack.publish.stanzas import NAMES, Nested, Settings

ROOT, RELEVANCE, STRANDS, OVERLAY = "gtrack", "relevance", "relevance_strands", "relevance_overlay"
FACETED = "contributions"
"""Names of the containers."""

RESERVED = (ROOT, RELEVANCE, STRANDS, OVERLAY, FACETED, "hub", "genome")
"""Names that no track may take: they are those of containers or of pages."""

_MODEL_COLOURS = ("0,114,178", "230,159,0", "0,158,115", "204,121,167", "86,180,233", "213,94,0")
"""Of models that lie over each other; Okabe and Ito's palette."""

DRAWN: Settings = [
    ("alwaysZero", "on"),
    ("yLineOnOff", "on"),
    ("maxHeightPixels", "200:100:30"),
    ("windowingFunction", "maximum"),
]
"""How relevance is drawn."""

_CHANCE: Settings = [
    ("filter.chance", "-1:1"),
    ("filterByRange.chance", "on"),
    ("filterLimits.chance", "-1:1"),
    ("filterLabel.chance", "Matches as good by chance, per match as good here (-1: no null)"),
]
"""Hits of earlier versions have no such column."""

_MOST_MOTIFS = 200
_LISTED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:()+/-]*")
"""A motif's name that can stand in a list of values."""


@dataclass(frozen=True, slots=True)
class HubTrack:
    """A track of the manifest as the hub has it.

    Parameters
    ----------
    spec : TrackSpec
    name : str
        Its name in the hub: the data file and the page are called by it.
    file : BigFile
        The head of the data file.
    largest : float
        The largest absolute value: relevance of a base, or of a hit's site.
    motifs : tuple of str
        Names of the motifs that have hits.
    coloured : bool
        Whether the features of an annotation have colours of their own.
    unit : str
        What relevance is measured in: ``logit`` or ``value``.
    index : str
        What the name of the tabix index of `table` ends with; empty where there is no table.
    """

    spec: TrackSpec
    name: str
    file: BigFile
    largest: float = 0.0
    motifs: tuple[str, ...] = ()
    coloured: bool = False
    unit: str = "logit"
    index: str = ""

    @property
    def url(self) -> str:
        """The data file, relative to ``hub.txt``."""
        return f"{self.name}.{'bw' if self.file.kind == 'bigWig' else 'bb'}"

    @property
    def names(self) -> str:
        """The names of an annotation that has such a table, relative to ``hub.txt``."""
        return f"{self.name}{NAMES}"

    @property
    def table(self) -> str:
        """The same places as bgzipped text, relative to ``hub.txt``; of hits."""
        return f"{self.name}.bed.gz"

    @property
    def page(self) -> str:
        """The page that describes it, relative to ``hub.txt``."""
        return f"{self.name}.html"


def described(name: str, short: str, long: str) -> Settings:
    """Return what every track's stanza begins with."""
    return [("track", name), ("shortLabel", label(short, SHORT)), ("longLabel", label(long, LONG))]


def composite(
    name: str, short: str, long: str, tracks: Sequence[HubTrack], visibility: str
) -> list[Nested]:
    """Return a composite of bigWigs, and its subtracks, each on a scale of its own."""
    parent = [
        *described(name, short, long),
        ("parent", ROOT),
        ("compositeTrack", "on"),
        ("type", _signal(tracks)),
        ("visibility", visibility),
        *DRAWN,
        ("color", POSITIVE),
        ("altColor", NEGATIVE),
        ("html", "hub.html"),
    ]
    return [(1, parent), *((2, letters(name, track)) for track in tracks)]


def letters(parent: str, track: HubTrack) -> Settings:
    """Return the stanza of relevance under a composite."""
    return [
        *described(track.name, track.spec.shown, _meaning(track)),
        ("parent", f"{parent} on"),
        ("type", _signal([track])),
        ("bigDataUrl", track.url),
        ("logo", "on"),
        *_metadata(track),
        ("html", track.page),
    ]


def _metadata(track: HubTrack) -> Settings:
    """Return what gtrack's viewer needs of a track, and UCSC shows beside it."""
    if track.spec.names is not None:
        return [("metadata", f"names={track.names}")]
    return [] if track.spec.p99 is None else [("metadata", f"p99={track.spec.p99:.6g}")]


def overlay(tracks: Sequence[HubTrack], taken: Iterable[str]) -> list[Nested]:
    """Return the relevance of models and targets, drawn over each other, not named as `taken`."""
    what = "models" if len({track.spec.model for track in tracks}) > 1 else "targets"
    long = f"Sequence contribution scores of all {what}, one over the other"
    parent = [
        *described(OVERLAY, f"{what.capitalize()} overlaid", long),
        ("parent", ROOT),
        ("container", "multiWig"),
        ("aggregate", "transparentOverlay"),
        ("showSubtrackColorOnUi", "on"),
        ("type", _signal(tracks)),
        ("visibility", "full"),
        ("autoScale", "on"),
        *DRAWN,
        ("html", "hub.html"),
    ]
    stanzas = [(1, parent)]
    names = track_names([f"{track.name}_overlaid" for track in tracks], [*RESERVED, *taken])
    for at, (name, track) in enumerate(zip(names, tracks, strict=True)):
        colour = _MODEL_COLOURS[at % len(_MODEL_COLOURS)]
        short = f"{track.spec.shown} overlaid"
        below = [
            *described(name, short if len(short) <= SHORT else track.spec.shown, _meaning(track)),
            ("parent", OVERLAY),
            ("type", _signal([track])),
            ("bigDataUrl", track.url),
            ("color", colour),
            ("altColor", colour),
            ("html", track.page),
        ]
        stanzas.append((2, below))
    return stanzas


def hits(track: HubTrack) -> Nested:
    """Return the stanza of hits; without a colour, which igv.js would paint all of them in."""
    relevance = f"{rounded_up(track.largest):g}"
    settings = [
        *described(track.name, track.spec.shown, _meaning(track)),
        ("parent", ROOT),
        ("type", f"bigBed {track.file.defined} +"),
        ("bigDataUrl", track.url),
        ("visibility", "pack"),
        ("itemRgb", "on"),
        ("labelFields", "name,motifId,family" if "family" in track.file.names else "name,motifId"),
        ("defaultLabelFields", "name"),
        ("mouseOver", "${name} (${motifId}): relevance ${relSum}, q ${qValue}, in ${region}"),
        ("filter.relSum", f"-{relevance}:{relevance}"),
        ("filterByRange.relSum", "on"),
        ("filterLimits.relSum", f"-{relevance}:{relevance}"),
        ("filterLabel.relSum", "Relevance summed over the site"),
        ("filter.qValue", "0:1"),
        ("filterByRange.qValue", "on"),
        ("filterLimits.qValue", "0:1"),
        ("filterLabel.qValue", "q-value of the locus"),
        *(_CHANCE if "chance" in track.file.names else ()),
    ]
    listed = len(track.motifs) <= _MOST_MOTIFS and all(map(_LISTED.fullmatch, track.motifs))
    if track.motifs and listed:
        settings.append(("filterValues.name", ",".join(sorted(set(track.motifs)))))
        settings.append(("filterType.name", "multiple"))
    else:
        settings += [("filterText.name", "*"), ("filterType.name", "wildcard")]
    return 1, [*settings, ("filterLabel.name", "Motif"), ("html", track.page)]


def annotation(track: HubTrack) -> Nested:
    """Return the stanza of features that the user gave."""
    standard = track.file.defined if 3 <= track.file.defined <= 12 else 3
    return 1, [
        *described(track.name, track.spec.shown, _meaning(track)),
        ("parent", ROOT),
        ("type", f"bigBed {standard}{' +' if track.file.fields > standard else ''}"),
        ("bigDataUrl", track.url),
        ("visibility", "pack"),
        ("itemRgb", "on") if track.coloured else ("color", GREY),
        *_metadata(track),
        ("html", track.page),
    ]


def signal(track: HubTrack) -> Nested:
    """Return the stanza of values that are no relevance: bars on a scale of their own.

    Its limits are those of the values and 0. UCSC takes them where a user turns the automatic scale
    off.
    """
    low, high = 0.0 - rounded_up(-track.file.low, 0.0), rounded_up(track.file.high, 0.0)
    limits = f"{low:g} {high:g}" if low < high else "0 1"
    colour = PURPLE if track.spec.kind == "score" else GREY
    return 1, [
        *described(track.name, track.spec.name, _meaning(track)),
        ("parent", ROOT),
        ("type", f"bigWig {limits}"),
        ("bigDataUrl", track.url),
        ("visibility", "full"),
        ("autoScale", "on"),
        ("alwaysZero", "on"),
        ("maxHeightPixels", "200:50:11"),
        ("windowingFunction", "mean"),
        ("color", colour),
        ("altColor", colour),
        ("html", track.page),
    ]


def _signal(tracks: Sequence[HubTrack]) -> str:
    limit = rounded_up(max(track.largest for track in tracks))
    return f"bigWig {-limit:g} {limit:g}"


def _meaning(track: HubTrack) -> str:
    """Return a long label; its end says what is not in logits, and the viewer reads it there."""
    unit = " (value)" if track.unit == "value" else ""
    strand = {"relevance-forward": ", forward strand", "relevance-reverse": ", reverse strand"}
    match track.spec.kind:
        case "hits":
            return f"Sequence motif instances that {track.spec.title} supports or opposes{unit}"
        case "annotation":
            return f"{track.spec.name} ({'signal' if track.spec.is_signal else 'annotation'})"
        case kind if track.spec.is_beside:
            return f"{LONG_LABELS[kind]} {track.spec.title}{unit * (kind != 'agreement')}"
        case kind:
            said = f"Sequence contribution scores for {track.spec.title}"
            return f"{said}{strand.get(kind, '')}{unit}"


def rounded_up(value: float, nothing: float = 1.0) -> float:
    """Return the next number of two digits; `nothing` where there is none above 0.

    Examples
    --------
    >>> rounded_up(0.6159), rounded_up(4.65), rounded_up(0.0)
    (0.62, 4.7, 1.0)
    """
    if value <= 0:
        return nothing
    shown = float(f"{value:.1e}")
    if shown < value:
        shown = float(f"{shown + 10.0 ** (floor(log10(value)) - 1):.1e}")
    return shown
