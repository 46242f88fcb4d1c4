"""A linter of hubs: hubCheck's rules, and what igv.js and IGV desktop need besides.

For hubs in one file (``useOneFile on``). This part sees the text, and what a caller found in the
files that it names; it opens nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gtrack.publish.hub.check_facets import check_facets
from gtrack.publish.hub.check_tracks import check_tracks
from gtrack.publish.hub.reading import HubFiles, Problem, ReadHub, Stanza, read_hub
from gtrack.publish.hub.settings import FORMS
from gtrack.publish.stanzas import FILES, PAGES, Setting, is_elsewhere, read_stanzas

_HUB_SHORT = 19
_PLACE = re.compile(r"(.+):(\d{1,18})-(\d{1,18})")


class Finding(NamedTuple):
    """Something that is wrong: where, with which setting, and what."""

    file: str
    line: int
    setting: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.setting}: {self.problem}"


def leaves_folder(url: str) -> bool:
    """Whether a URL leads out of the folder of the hub, which alone is copied to a host."""
    return url.startswith("/") or ".." in url.split("/") or (":" in url and not is_elsewhere(url))


def check_hub(text: str, files: HubFiles, file: str = "hub.txt") -> list[Finding]:
    """Return what is wrong with a hub, in the order of its lines.

    Parameters
    ----------
    text : str
        The text of ``hub.txt``.
    files : HubFiles
        What is in the files that it names.
    file : str
        Name for the findings.
    """
    read = read_hub(text)
    problems = [*_hub(read)]
    if read.hub is not None:
        problems += _genome(read, files)
        problems += check_tracks(read, files, _sizes(read, files))
        problems += _groups(read, files)
        problems += check_facets(read, files)
        for stanza in (read.hub, *read.others, *read.tracks):
            problems += _settings(stanza)
            problems += _files(stanza, files)
    return sorted({Finding(file, at.line, at.name, problem) for at, problem in problems})


def _hub(read: ReadHub) -> Iterator[Problem]:
    """Check what makes the file a hub at all."""
    hub = read.hub
    if hub is None or hub.head.name != "hub":
        at = hub.head if hub else Setting(1, "hub", "")
        yield at, "the file must begin with the stanza of the hub: hub NAME"
        return
    for name in ("shortLabel", "longLabel", "email", "useOneFile"):
        if name not in hub.own:
            cure = "; only hubs in one file are checked" if name == "useOneFile" else ""
            yield Setting(hub.head.line, name, ""), f"is missing{cure}"
    if len(hub.value("shortLabel")) > _HUB_SHORT:
        yield hub.own["shortLabel"], f"is longer than {_HUB_SHORT} characters"
    if not read.tracks:
        yield hub.head, "the hub has no track"


def _genome(read: ReadHub, files: HubFiles) -> Iterator[Problem]:
    assert read.hub is not None
    if read.genome is None:
        yield Setting(read.hub.head.line, "genome", ""), "is missing: the second stanza names it"
    for stanza in read.others:
        if stanza.head.name != "genome":
            yield stanza.head, "begins a stanza that is neither the genome's nor a track's"
        elif stanza is not read.genome:
            yield stanza.head, "useOneFile on takes one genome only"
        elif read.tracks and read.tracks[0].head.line < stanza.head.line:
            yield stanza.head, "must come before the tracks"
    if read.genome is not None and "twoBitPath" in read.genome.own:
        yield from _assembly(read.genome, _sizes(read, files), files)


def _assembly(
    genome: Stanza, sizes: Mapping[str, int] | None, files: HubFiles
) -> Iterator[Problem]:
    """Check a genome that the hub brings along."""
    for name in ("organism", "defaultPos", "description", "scientificName", "groups"):
        if name not in genome.own:
            yield Setting(genome.head.line, name, ""), "is missing: the hub brings its own genome"
    for name in ("twoBitPath", "chromSizes"):
        found = files.sizes.get(genome.value(name))
        if isinstance(found, str):
            yield genome.own[name], found
        elif found is not None and sizes is not None and dict(found) != dict(sizes):
            yield genome.own[name], "has other sequences than the 2bit"
    where = genome.value("defaultPos")
    if sizes is not None and where and where not in sizes:
        place = _PLACE.fullmatch(where)
        if place is None or not 1 <= int(place[2]) <= int(place[3]) <= sizes.get(place[1], 0):
            yield genome.own["defaultPos"], "does not lie in the genome"


def _sizes(read: ReadHub, files: HubFiles) -> Mapping[str, int] | None:
    """Return the sequences of the genome that the hub brings along, where they could be read."""
    if read.genome is None:
        return None
    found = (files.sizes.get(read.genome.value(name)) for name in ("twoBitPath", "chromSizes"))
    return next((each for each in found if each is not None and not isinstance(each, str)), None)


def _groups(read: ReadHub, files: HubFiles) -> Iterator[Problem]:
    """Check that tracks stand in groups that there are."""
    text = files.groups.get(read.genome.value("groups")) if read.genome else None
    if read.genome is None or text is None:
        return
    groups = [{each.name: each.value for each in stanza} for stanza in read_stanzas(text)]
    for group in groups:
        missing = {"name", "label", "priority", "defaultIsClosed"} - set(group)
        if missing:
            yield read.genome.own["groups"], f"a group in it has no {', no '.join(sorted(missing))}"
    for track in read.tracks:
        named = track.value("group")
        if named and named not in {group.get("name") for group in groups}:
            yield track.own["group"], f"{named} is no group of {read.genome.value('groups')}"


def _settings(stanza: Stanza) -> Iterator[Problem]:
    """Check that settings are there once and have values of their form; unknown ones may be."""
    seen = set()
    for setting in stanza.all:
        if setting.name in seen:
            yield setting, "is there twice in its stanza"
        seen.add(setting.name)
        if not setting.value:
            yield setting, "has no value"
        elif setting.name in FORMS and not FORMS[setting.name][0].fullmatch(setting.value):
            yield setting, f"is {setting.value!r}, but must be {FORMS[setting.name][1]}"


def _files(stanza: Stanza, files: HubFiles) -> Iterator[Problem]:
    """Check that files are there, and go along when the folder is copied."""
    for name in FILES:
        url = stanza.value(name)
        if not url or is_elsewhere(url):
            continue
        if leaves_folder(url):
            yield stanza.own[name], f"{url} leads out of the hub's folder"
        elif not files.there & ({url, f"{url}.html"} if name in PAGES else {url}):
            yield stanza.own[name], f"{url} is not there"
