"""Many tracks of models in one hub: UCSC's faceted composite, with a table to choose them by.

UCSC ties a track to its row in the table by its name: that of the composite, ``_``, and the row's
key. Tracks of all types may stand in it, so each has the settings of its own that a plain composite
would lend to all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gtrack.core.manifest import TrackSpec
from gtrack.publish.hub.labels import safe, track_names
from gtrack.publish.hub.tracks import (
    DRAWN,
    FACETED,
    RESERVED,
    ROOT,
    HubTrack,
    described,
    hits,
    letters,
    signal,
)
from gtrack.publish.hub.vocabulary import CONTENT
from gtrack.publish.session import NEGATIVE, POSITIVE
from gtrack.publish.stanzas import Nested, Settings

TABLE = "tracks.tsv"
"""The table of its tracks."""

MOST_PLAIN = 12
"""Tracks of models that are listed without one."""

_SHOWN = 6
"""Models or targets whose scores and hits are shown at first."""

_COLUMNS = ("Track", "Model", "Target", "Content", "Network", "_Members")
"""Of the table: the key, what is chosen by, and, behind ``_``, what is only searched."""

_NONE = "-"


def in_facets(tracks: Sequence[HubTrack]) -> tuple[HubTrack, ...]:
    """Return the tracks that stand in the faceted composite, in its order; none where few do.

    What belongs to one model and target stands together: the scores, then their spread, the score
    of windows, and the hits. Tracks of one strand stay apart.
    """
    mine = [t for t in tracks if t.spec.kind == "relevance" or t.spec.kind in _BESIDE]
    if len(mine) <= MOST_PLAIN:
        return ()
    groups: dict[tuple[str | None, str | None], list[HubTrack]] = {}
    for track in mine:
        groups.setdefault(_of(track.spec), []).append(track)
    order = list(CONTENT)
    for group in groups.values():
        group.sort(key=lambda track: _PLACE.get(track.spec.kind, order.index(track.spec.kind)))
    return tuple(track for group in groups.values() for track in group)


_PLACE = {"relevance": -4, "sd": -3, "agreement": -2, "score": -1}
_BESIDE = ("hits", "sd", "agreement", "score")


def _of(spec: TrackSpec) -> tuple[str | None, str | None]:
    return spec.model, spec.target


def _names(tracks: Sequence[HubTrack], taken: Iterable[str]) -> list[str]:
    return track_names([f"{FACETED}_{t.name}" for t in tracks], [*RESERVED, *taken])


def faceted(tracks: Sequence[HubTrack], taken: Sequence[str]) -> list[Nested]:
    """Return the faceted composite and its tracks, none of which is named as `taken`."""
    parent: Settings = [
        *described(FACETED, "Contributions", "Sequence contribution scores, motif instances, more"),
        ("parent", ROOT),
        ("compositeTrack", "faceted"),
        ("type", "bigWig"),
        ("visibility", "full"),
        ("metaDataUrl", TABLE),
        ("primaryKey", _COLUMNS[0]),
        ("html", "hub.html"),
    ]
    groups = list(dict.fromkeys(_of(track.spec) for track in tracks))
    stanzas: list[Nested] = [(1, parent)]
    for at, (name, track) in enumerate(zip(_names(tracks, taken), tracks, strict=True), 1):
        first = groups.index(_of(track.spec)) < _SHOWN and track.spec.kind in ("relevance", "hits")
        own = dict(_alone(track))
        changed = {"track": name, "parent": f"{FACETED} {'on' if first else 'off'}"}
        settings = [(each, changed.get(each, value)) for each, value in own.items()]
        stanzas.append((2, [*settings, ("priority", str(at))]))
    return stanzas


def _alone(track: HubTrack) -> Settings:
    """Return the stanza of a track that takes nothing from one above."""
    if track.spec.kind == "hits":
        return hits(track)[1]
    if track.spec.is_beside:
        return signal(track)[1]
    colours = [("color", POSITIVE), ("altColor", NEGATIVE)]
    return [*letters(FACETED, track), ("visibility", "full"), *DRAWN, *colours]


def table_text(
    tracks: Sequence[HubTrack], taken: Sequence[str], models: Sequence[Mapping[str, Any]]
) -> str:
    """Return the table: a row for each track of :func:`faceted`, by the same keys."""
    by_name = {model["name"]: model for model in models}
    rows: list[tuple[str, ...]] = [_COLUMNS]
    for name, track in zip(_names(tracks, taken), tracks, strict=True):
        spec, model = track.spec, by_name.get(track.spec.model, {})
        cells = (spec.model or _NONE, spec.target or _NONE, CONTENT[spec.kind])
        members = ", ".join(model.get("members", ())) or _NONE
        kind = "ensemble" if "members" in model else str(model.get("kind", _NONE))
        row = (name.removeprefix(f"{FACETED}_"), *map(safe, (*cells, kind, members)))
        rows.append(row)
    return "".join("\t".join(row) + "\n" for row in rows)
