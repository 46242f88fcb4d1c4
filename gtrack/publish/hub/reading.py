"""A hub as it was read: stanzas that know their parents, and what is in the files they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gtrack.core.big_file import BigFile
from gtrack.publish.stanzas import Setting, read_stanzas

Problem = tuple[Setting, str]
"""A setting, and what is wrong with it."""

CONTAINERS = ("superTrack", "compositeTrack", "container", "view")
"""Settings that make a stanza one for others."""


@dataclass(frozen=True, slots=True)
class HubFiles:
    """What a hub's files turned out to be, by the URLs in its text.

    Parameters
    ----------
    data : mapping of str to BigFile or str
        Heads of bigWigs and bigBeds, or why there is none.
    sizes : mapping of str to (mapping of str to int) or str
        Names and lengths of the sequences of ``twoBitPath`` and ``chromSizes``, or why none.
    groups : mapping of str to str
        Text of group files.
    tables : mapping of str to str
        Text of the tables of faceted composites.
    there : frozenset of str
        Files that are there, whatever they hold.
    """

    data: Mapping[str, BigFile | str] = field(default_factory=dict)
    sizes: Mapping[str, Mapping[str, int] | str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    there: frozenset[str] = frozenset()


class Stanza:
    """A stanza with its settings by name, and its place among the others."""

    def __init__(self, settings: list[Setting]) -> None:
        self.head, self.all = settings[0], settings
        self.own = {setting.name: setting for setting in reversed(settings)}
        self.parent: Stanza | None = None
        self.children: list[Stanza] = []

    @property
    def lineage(self) -> list[Stanza]:
        """The stanza, what it stands under, what that stands under."""
        line = [self]
        while line[-1].parent is not None:
            line.append(line[-1].parent)
        return line

    def value(self, name: str) -> str:
        """Return the stanza's own value; empty where it has none."""
        return self.own[name].value if name in self.own else ""

    def closest(self, name: str) -> str:
        """Return the value here, or of the nearest of those that it stands under."""
        return next((each.value(name) for each in self.lineage if name in each.own), "")

    @property
    def container(self) -> str:
        """What makes it one for others; empty where nothing does."""
        return next((name for name in CONTAINERS if name in self.own), "")


@dataclass(frozen=True, slots=True)
class ReadHub:
    """The stanzas of a hub in one file; `others` are those after the first without a track."""

    hub: Stanza | None
    others: tuple[Stanza, ...]
    tracks: tuple[Stanza, ...]

    @property
    def genome(self) -> Stanza | None:
        """The genome's stanza."""
        return next((each for each in self.others if each.head.name == "genome"), None)


def read_hub(text: str) -> ReadHub:
    """Read the stanzas of a hub, and put tracks under those that stand before them.

    igv.js and IGV desktop look for parents there only, and so a circle is impossible.
    """
    stanzas = [Stanza(settings) for settings in read_stanzas(text)]
    tracks: dict[str, Stanza] = {}
    for stanza in stanzas[1:]:
        if stanza.head.name == "track":
            stanza.parent = tracks.get(stanza.value("parent").partition(" ")[0])
            if stanza.parent is not None:
                stanza.parent.children.append(stanza)
            tracks.setdefault(stanza.head.value, stanza)
    return ReadHub(
        stanzas[0] if stanzas else None,
        tuple(each for each in stanzas[1:] if each.head.name != "track"),
        tuple(each for each in stanzas[1:] if each.head.name == "track"),
    )
