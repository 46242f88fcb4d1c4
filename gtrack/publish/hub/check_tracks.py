"""Rules on the tracks of a hub: their tree, their types, their data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gtrack.core.big_file import BigFile
from gtrack.publish.hub.check_facets import is_faceted
from gtrack.publish.hub.labels import LONG, NAME, SHORT
from gtrack.publish.hub.reading import CONTAINERS, HubFiles, Problem, ReadHub, Stanza
from gtrack.publish.hub.settings import LIMITS, OF_A_FIELD
from gtrack.publish.stanzas import Setting

Sizes = Mapping[str, int] | None


def check_tracks(read: ReadHub, files: HubFiles, sizes: Sizes) -> Iterator[Problem]:
    """Yield what is wrong with the tracks; `sizes` are those of the hub's own genome."""
    names: set[str] = set()
    for track in read.tracks:
        yield from _name(track, names)
        yield from _labels(track)
        yield from _place(track, read)
        if track.container or track.children:
            yield from _container(track)
        else:
            yield from _leaf(track)
            url = track.value("bigDataUrl")
            found = files.data.get(url)
            if isinstance(found, str):
                yield track.own["bigDataUrl"], found
            elif found is not None:
                yield from _data(track, found)
                yield from _chromosomes(track, found, sizes)
        yield from _scale(track)


def _name(track: Stanza, names: set[str]) -> Iterator[Problem]:
    if not NAME.fullmatch(track.head.value):
        yield track.head, "a name begins with a letter and has letters, digits, _ and - only"
    seen = re.sub("[^A-Za-z0-9_-]", "_", track.head.value)  # as UCSC takes it
    if seen in names:
        yield track.head, f"{track.head.value} is there twice"
    names.add(seen)


def _labels(track: Stanza) -> Iterator[Problem]:
    for name, limit in (("shortLabel", SHORT), ("longLabel", LONG)):
        if name not in track.own:
            yield Setting(track.head.line, name, ""), "is missing"
        elif len(track.value(name)) > limit:
            yield track.own[name], f"is longer than {limit} characters"


def _place(track: Stanza, read: ReadHub) -> Iterator[Problem]:
    name = track.value("parent").partition(" ")[0]
    if not name:
        return
    at = track.own["parent"]
    if track.parent is None:
        later = any(name == other.head.value for other in read.tracks)
        yield at, f"{name} {'must stand before it' if later else 'does not exist'}"
    elif not track.parent.container:
        yield at, f"{name} is no superTrack, compositeTrack, container or view"
    elif track.parent.container in ("compositeTrack", "container") and not is_faceted(track.parent):
        above = track.parent.value("type").partition(" ")[0]
        own = track.value("type").partition(" ")[0]
        if above and own and above != own:
            yield track.own.get("type", at), f"is {own}, but {name} is of {above}"


def _container(track: Stanza) -> Iterator[Problem]:
    kinds = [name for name in CONTAINERS if name in track.own]
    if not kinds:
        return  # said at the children
    if len(kinds) > 1:
        yield track.own[kinds[1]], f"a track cannot be {kinds[0]}, too"
    if "bigDataUrl" in track.own:
        yield track.own["bigDataUrl"], f"{kinds[0]} has no data of its own"
    if not track.children:
        yield track.own[kinds[0]], "no track stands under it"
    elif kinds[0] == "container" and len(track.children) < 2:
        yield track.own["container"], "needs two tracks at least"


def _leaf(track: Stanza) -> Iterator[Problem]:
    for name in ("type", "bigDataUrl"):
        if not (track.closest(name) if name == "type" else track.value(name)):
            yield Setting(track.head.line, name, ""), "is missing"
    if "type" not in track.own:
        return
    kind, *words = track.value("type").split() or [""]
    if kind == "bigWig":
        limits = LIMITS.fullmatch(" ".join(words))
        if limits is None or float(limits["low"]) >= float(limits["high"]):
            yield track.own["type"], "must declare the range of the values: bigWig LOW HIGH"
    elif kind == "bigBed" and not re.fullmatch(r"([3-9]|1[0-2])( [+.])?", " ".join(words)):
        yield track.own["type"], "must say the columns: bigBed 3 to 12, with + where more follow"


def _scale(track: Stanza) -> Iterator[Problem]:
    if track.value("autoScale") == "group" and "compositeTrack" not in track.own:
        yield track.own["autoScale"], "group counts in the composite above the tracks only"
    limits = LIMITS.fullmatch(track.value("viewLimits"))
    if limits is not None:
        low, high = float(limits["low"]), float(limits["high"])
        whole = low.is_integer() and high.is_integer()
        if low >= high:
            yield track.own["viewLimits"], "the first limit must be below the second"
        elif not whole and track.closest("autoScale").lower() != "on":
            yield (
                track.own["viewLimits"],
                "igv.js cuts limits to whole numbers and may show nothing; add autoScale on, or "
                "leave the limits to the type",
            )
    if track.value("itemRgb") == "on":
        for name in ("color", "altColor"):
            if name in track.own:
                yield track.own[name], "igv.js paints all items in it, in spite of itemRgb"


def _data(track: Stanza, found: BigFile) -> Iterator[Problem]:
    """Check a track against the head of its file."""
    kind, *words = track.closest("type").split() or [""]
    if kind in ("bigWig", "bigBed") and kind != found.kind:
        yield track.own["bigDataUrl"], f"{track.value('bigDataUrl')} is a {found.kind}, not {kind}"
        return
    if kind != "bigBed" or not words or not re.fullmatch(r"\d{1,9}", words[0]):
        return
    at, columns = track.own.get("type", track.head), int(words[0])
    if columns > found.fields:
        yield at, f"says {columns} columns, but the file has {found.fields}"
    elif found.defined and columns > found.defined:
        yield at, f"says {columns} columns of BED, but the file has {found.defined}"
    elif found.fields > columns and words[1:] == []:
        yield at, f"hides {found.fields - columns} columns of the file: bigBed {columns} +"
    if found.names:
        for setting, name in _fields(track):
            if name not in found.names:
                yield setting, f"the file has no column {name}"


def _fields(track: Stanza) -> Iterator[tuple[Setting, str]]:
    """Yield the columns that settings name."""
    for setting in track.all:
        stem, _, name = setting.name.partition(".")
        if name and stem in OF_A_FIELD:
            yield setting, name
        elif stem in ("labelFields", "defaultLabelFields", "skipFields", "sepFields"):
            for each in setting.value.split(","):
                if each.strip() not in ("", "none"):
                    yield setting, each.strip()
        elif stem == "mouseOver":
            for braced, bare in re.findall(r"\$\{(\w+)\}|\$(\w+)", setting.value):
                yield setting, braced or bare


def _chromosomes(track: Stanza, found: BigFile, sizes: Sizes) -> Iterator[Problem]:
    if sizes is None:
        return
    foreign = [chrom for chrom, size in found.chrom_sizes.items() if sizes.get(chrom) != size]
    if foreign:
        more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
        how = "is of another length in" if foreign[0] in sizes else "is not in"
        yield track.own["bigDataUrl"], f"its {foreign[0]!r} {how} the hub's genome{more}"
