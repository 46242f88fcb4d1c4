"""``datahub.json``: the tracks of a hub as the WashU Epigenome Browser reads them.

It takes a list of tracks, shows letters of type ``dynseq``, and lists of places that are bgzipped
with a tabix index. What is opened by a link must name files by whole addresses; in its dialog for
hubs addresses beside the file are read, too.
"""

from __future__ import annotations

import json
from typing import Any

from gtrack.core.assemblies import CUSTOM
from gtrack.publish.hub.document import Hub
from gtrack.publish.hub.labels import safe
from gtrack.publish.hub.tracks import HubTrack, rounded_up
from gtrack.publish.hub.vocabulary import CONTENT
from gtrack.publish.session import GREY, NEGATIVE, POSITIVE, PURPLE

DATAHUB = "datahub.json"
"""What the file is called."""

WASHU_GENOMES = frozenset(
    """
    hg38 hg19 mm39 mm10 mm9 rn7 rn6 danRer11 danRer10 dm6 ce11 sacCer3 galGal6 galGal5 canFam6
    canFam3 bosTau9 bosTau8
    """.split()
)
"""Assemblies that it has, of those that are known here."""

_SHOWN = 12
"""Tracks that are shown at once; the others wait in its table of tracks."""

_ENDING = ".tbi"
"""Of the only index that it reads."""


def datahub_text(hub: Hub, base: str = "") -> str:
    """Return the text, whose files lie below `base`: an address, or nothing for beside it."""
    tracks = [made for track in hub.tracks if (made := _track(track, base)) is not None]
    wanted = [each for each in tracks if each["metadata"]["content"] not in _WAITING]
    for each in tracks:
        each["showOnHubLoad"] = each in wanted[:_SHOWN]
    return json.dumps(tracks, indent=1, ensure_ascii=False) + "\n"


_WAITING = tuple(CONTENT[f"relevance-{strand}"] for strand in ("forward", "reverse"))


def _track(track: HubTrack, base: str) -> dict[str, Any] | None:
    """Return one track; None where it has no form that is read there."""
    spec = track.spec
    made = {"name": safe(spec.shown), "showOnHubLoad": False}
    about = {"content": CONTENT[spec.kind]}
    if spec.model is not None:
        about["model"] = safe(spec.model)
    if spec.target is not None:
        about["target"] = safe(spec.target)
    if spec.is_relevance:
        kind, url, options = "dynseq", track.url, _letters(track)
    elif spec.kind == "hits":
        if track.index != _ENDING:
            return None
        kind, url, options = "bed", track.table, _places()
    elif track.file.kind == "bigWig":
        kind, url, options = "bigwig", track.url, _bars(track)
    else:
        kind, url, options = "bigbed", track.url, _places()
    return {"type": kind, "url": base + url, **made, "options": options, "metadata": about}


def _letters(track: HubTrack) -> dict[str, Any]:
    """Return a scale of the track's own, that cuts no peak and on which noise is low."""
    limit = rounded_up(track.largest)
    return {
        "height": 100,
        "color": f"rgb({POSITIVE})",
        "color2": f"rgb({NEGATIVE})",
        "aggregateMethod": "MAX",
        "yScale": "fixed",
        "yMin": -limit,
        "yMax": limit,
    }


def _bars(track: HubTrack) -> dict[str, Any]:
    colour = f"rgb({PURPLE if track.spec.kind == 'score' else GREY})"
    return {"height": 50, "color": colour, "color2": colour, "aggregateMethod": "MEAN"}


def _places() -> dict[str, Any]:
    """Return one colour for both strands: the strand of a motif is no sign of its relevance."""
    return {"color": f"rgb({GREY})", "color2": f"rgb({GREY})", "alwaysDrawLabel": True}


def in_washu(genome: str) -> bool:
    """Tell whether the browser has a genome by itself."""
    return genome != CUSTOM and genome in WASHU_GENOMES
