"""Rules on faceted composites: UCSC ties each track to a row of the table by its name alone."""

from __future__ import annotations

from collections.abc import Iterator

from gtrack.publish.hub.reading import HubFiles, Problem, ReadHub, Stanza
from gtrack.publish.stanzas import Setting


def is_faceted(track: Stanza) -> bool:
    """Tell whether a stanza is a faceted composite, in which tracks of all types may stand."""
    return track.value("compositeTrack") == "faceted"


def check_facets(read: ReadHub, files: HubFiles) -> Iterator[Problem]:
    """Yield what is wrong between the tracks of faceted composites and their tables."""
    for track in filter(is_faceted, read.tracks):
        missing = [name for name in ("metaDataUrl", "primaryKey") if name not in track.own]
        for name in missing:
            yield Setting(track.head.line, name, ""), "is missing: the composite is faceted"
        text = files.tables.get(track.value("metaDataUrl"))
        if not missing and text is not None:
            yield from _rows(track, text)


def _rows(track: Stanza, text: str) -> Iterator[Problem]:
    lines = [line.split("\t") for line in text.splitlines() if line]
    columns = lines[0] if lines else []
    url = track.value("metaDataUrl")
    if (key := track.value("primaryKey")) not in columns:
        yield track.own["primaryKey"], f"{url} has no column {key}"
        return
    if any(len(line) != len(columns) for line in lines):
        yield track.own["metaDataUrl"], f"a row of {url} has not {len(columns)} cells"
        return
    keys = [line[columns.index(key)] for line in lines[1:]]
    if len(set(keys)) < len(keys):
        yield track.own["metaDataUrl"], f"a key is twice in {url}"
    stem = f"{track.head.value}_"
    for child in track.children:
        name = child.head.value
        if not name.startswith(stem):
            yield child.head, f"must begin with {stem}: the composite is faceted"
        elif name.removeprefix(stem) not in keys:
            yield child.head, f"{name.removeprefix(stem)} has no row in {url}"
    names = {child.head.value for child in track.children}
    for each in keys:
        if stem + each not in names:
            yield track.own["metaDataUrl"], f"{each} of {url} is no track under it"
