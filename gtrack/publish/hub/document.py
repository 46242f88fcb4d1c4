"""``hub.txt``: a finished scan as a track hub that UCSC, igv.js and IGV desktop open.

One file (``useOneFile on``): the hub, its one genome, the tracks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gtrack.core.assemblies import CUSTOM
from gtrack.core.manifest import BESIDE, RunManifest, TrackSpec
from gtrack.publish.hub.facets import MOST_PLAIN, faceted, in_facets
from gtrack.publish.hub.labels import LONG, SHORT, label, track_names
from gtrack.publish.hub.tracks import (
    RELEVANCE,
    RESERVED,
    ROOT,
    STRANDS,
    HubTrack,
    annotation,
    composite,
    described,
    hits,
    overlay,
    signal,
)
from gtrack.publish.session import hub_position
from gtrack.publish.stanzas import Nested, Settings, write_stanzas

ALIASES = "chromAlias.URL"
"""Other names of the sequences of a genome that a hub brings along; igv.js 3.8 takes a relative
address here only where it ends so."""

_HUB_SHORT = 19


@dataclass(frozen=True, slots=True)
class Hub:
    """Everything that the text of a hub and its pages say.

    Parameters
    ----------
    title : str
        What the hub is called.
    email : str
        Whom its users ask.
    genome : str
        An assembly that UCSC knows; or ``custom``, whose sequences the hub brings along.
    manifest : RunManifest
    tracks : tuple of HubTrack
        In the order of the manifest.
    """

    title: str
    email: str
    genome: str
    manifest: RunManifest
    tracks: tuple[HubTrack, ...]

    @property
    def aliases(self) -> bool:
        """Whether browsers must be told other names of its sequences."""
        return self.brings_genome and "aliases" in self.manifest.genome

    @property
    def brings_genome(self) -> bool:
        """Whether it is an assembly hub."""
        return self.genome == CUSTOM

    @property
    def names(self) -> list[str]:
        """What its tracks are called in it."""
        return [track.name for track in self.tracks]

    def of_kind(self, *kinds: str) -> tuple[HubTrack, ...]:
        """Return the tracks of these kinds."""
        return tuple(track for track in self.tracks if track.spec.kind in kinds)


def names_for(tracks: Sequence[TrackSpec]) -> list[str]:
    """Return a name in the hub for each track of a manifest."""
    return track_names([track.name for track in tracks], RESERVED)


def hub_text(hub: Hub) -> str:
    """Return the text of ``hub.txt``."""
    means, strands = hub.of_kind("relevance"), hub.of_kind("relevance-forward", "relevance-reverse")
    tracks: list[Nested] = []
    if many := in_facets(hub.tracks):
        tracks += faceted(many, hub.names)
    else:
        long = "Sequence contribution scores: signed relevance per base"
        tracks += composite(RELEVANCE, "Contributions", long, means, "full")
    if 1 < len(means) <= MOST_PLAIN:
        tracks += overlay(means, [*hub.names, *(dict(each)["track"] for _, each in tracks)])
    if strands:
        long = "Sequence contribution scores, each strand by itself"
        tracks += composite(STRANDS, "Strands", long, strands, "hide")
    if not many:
        tracks += [hits(track) for track in hub.of_kind("hits")]
        tracks += [signal(track) for track in hub.of_kind(*BESIDE)]
    for track in hub.of_kind("annotation"):
        tracks.append(signal(track) if track.spec.is_signal else annotation(track))
    _set_apart(tracks)
    top = (settings for depth, settings in tracks if depth == 1)
    for place, settings in enumerate(top, 1):
        settings.append(("priority", str(place)))
    head: list[Nested] = [(0, _hub(hub)), (0, _genome(hub)), (0, _root(hub))]
    return write_stanzas([*head, *tracks])


def _set_apart(tracks: Iterable[Nested]) -> None:
    """Give numbers to short labels that were cut to the same one under one parent."""
    seen: set[tuple[str, str]] = set()
    for _, settings in tracks:
        parent = dict(settings)["parent"].partition(" ")[0]
        at = next(k for k, (name, _) in enumerate(settings) if name == "shortLabel")
        short = wish = settings[at][1]
        number = 1
        while (parent, short) in seen:
            number += 1
            end = f" ({number})"
            short = label(wish[: SHORT - len(end)], SHORT) + end
        seen.add((parent, short))
        settings[at] = ("shortLabel", short)


def groups_text(hub: Hub) -> str:
    """Return the text of ``groups.txt``: the one group of an assembly hub."""
    group = [("name", ROOT), ("label", label(hub.title, LONG))]
    return write_stanzas([(0, [*group, ("priority", "1"), ("defaultIsClosed", "0")])])


def _hub(hub: Hub) -> Settings:
    (name,) = track_names([f"gtrack_{hub.title}"])
    models = ", ".join(str(model["name"]) for model in hub.manifest.models)
    return [
        ("hub", name),
        ("shortLabel", label(hub.title, _HUB_SHORT)),
        (
            "longLabel",
            label(f"{hub.title}: sequence contribution scores of {models} (gtrack)", LONG),
        ),
        ("useOneFile", "on"),
        ("email", hub.email),
        ("descriptionUrl", "hub.html"),
    ]


def _genome(hub: Hub) -> Settings:
    place = ("defaultPos", hub_position(hub.manifest.locus))  # as the 2bit calls its sequences
    if not hub.brings_genome:  # UCSC passes over the place then; igv.js goes there
        return [("genome", hub.genome), place]
    facts = hub.manifest.genome
    size = f"{facts['chromosomes']:,} sequences, {facts['bases']:,} bp"
    return [
        ("genome", hub.genome),
        ("description", label(f"{hub.title} ({size})", LONG)),
        ("organism", label(hub.title, LONG)),
        ("scientificName", label(hub.title, LONG)),
        ("twoBitPath", "genome.2bit"),
        ("chromSizes", "chrom.sizes"),
        ("groups", "groups.txt"),
        *([("chromAlias", ALIASES)] if hub.aliases else []),
        place,
        ("orderKey", "1"),
        ("htmlPath", "genome.html"),
    ]


def _root(hub: Hub) -> Settings:
    group = [("group", ROOT)] if hub.brings_genome else []
    return [
        *described(
            ROOT, hub.title, f"{hub.title}: contribution scores, motif instances, annotations"
        ),
        ("superTrack", "on show"),
        *group,
        ("html", "hub.html"),
    ]
