"""Which place of a scan a name means: a position, a gene, a region, or a hit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gtrack.core.errors import InputError
from gtrack.core.hits.motif_hit import MotifHit
from gtrack.core.manifest import FIRST_VIEW
from gtrack.core.named_places import (
    NamedPlace,
    chosen,
    joined,
    near_names,
    of_name,
    position,
    widened,
)
from gtrack.core.printable import few, shown
from gtrack.core.scan.regions import known_as
from gtrack.workflows.figures.annotations import Annotations
from gtrack.workflows.folder.finished import FinishedScan

WIDEST = 5_000_000
"""Bases of a place at most."""

_BESIDE = 0.03  # of a gene, shown on either side
_LISTED = 3  # hits in a message
_REGION, _HIT = "region", "hit"  # kinds of places; others are names of annotations
_BEGINS = re.compile(r"(.+?)(?::|\s+)[0-9][0-9,]*\b")


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Everything of a scan that has a name. What is not asked for is not read.

    The viewer's box goes to the same places (``igv_plugin/src/find``); a test holds both together.

    Parameters
    ----------
    chrom_sizes : mapping of str to int
    features : callable
        The features of annotations that have a name, case ignored, and perhaps others.
    regions : sequence of NamedPlace
    hits : callable
        The motifs' hits.
    names : callable
        The names of all features.
    """

    chrom_sizes: Mapping[str, int]
    features: Callable[[str], Iterable[NamedPlace]]
    regions: Sequence[NamedPlace]
    hits: Callable[[], Sequence[MotifHit]]
    names: Callable[[], Iterable[str]]

    def place(self, wish: str) -> NamedPlace:
        """Return the place that a name means.

        A position and the whole name of a chromosome are read first; then the names of features
        and of regions; only where there is none, a motif with a hit, which ``MOTIF@CHROM:START``
        names among several; last a chromosome by another name.

        Raises
        ------
        InputError
            When there is no such place, or several.
        """
        sizes, bare = self.chrom_sizes, wish.strip()
        if bare in sizes:
            return NamedPlace("", bare, 0, sizes[bare])
        if found := position(wish, sizes, self._known):
            return found
        genes = joined(of_name(bare, self.features(bare)))
        if places := list(_distinct([*genes, *of_name(bare, self.regions)])):
            return chosen(wish, places)
        if at := self._sites(bare):
            return chosen(wish, at)
        if chrom := bare and self._known(bare):
            return NamedPlace("", chrom, 0, sizes[chrom])
        raise self._unknown(wish)

    def seen(self, wish: str) -> NamedPlace:
        """Return a place with what is shown beside it: of a gene a little, of a hit more.

        Raises
        ------
        InputError
            As of :meth:`place`.
        """
        found = self.place(wish)
        if not found.kind:
            return found
        share = 0.0 if found.kind in (_REGION, _HIT) else _BESIDE
        return widened(found, FIRST_VIEW, share, self.chrom_sizes)

    def _known(self, name: str) -> str | None:
        return known_as(name, self.chrom_sizes)

    def _sites(self, wish: str) -> list[NamedPlace]:
        """Return a motif's sites, each once whichever models see it; with ``@`` the one there."""
        motif, at, where = wish.rpartition("@")
        place = position(where, self.chrom_sizes, self._known) if at else None
        name = (motif if place else wish).casefold()
        sites = {
            (hit.chrom, hit.start, hit.end): hit
            for hit in self.hits()
            if name in (hit.name.casefold(), hit.motif_id.casefold(), hit.family.casefold())
            and (place is None or (hit.chrom == place.chrom and hit.start <= place.start < hit.end))
        }
        return [NamedPlace(hit.name, *site, _HIT) for site, hit in sorted(sites.items())]

    def _unknown(self, wish: str) -> InputError:
        said = f"--locus {shown(wish, 80)}"
        chrom = found[1] if "@" not in wish and (found := _BEGINS.match(wish.strip())) else ""
        if chrom and ":" in wish and self._known(chrom) is None:
            there = few(self.chrom_sizes)
            return InputError(f"{said}: the genome has no {shown(chrom, 60)}; it has {there}")
        if sites := self._near_sites(wish):
            return InputError(f"{said}: no hit is there; the nearest are {', '.join(sites)}")
        near = near_names(wish.rpartition("@")[0] or wish, self._names())
        perhaps = (
            f"did you mean {' or '.join(shown(each, 40) for each in near)}?"
            if near
            else "give CHROM:START-END, or the name of a feature, a region or a motif with hits"
        )
        return InputError(f"{said}: no place is called so; {perhaps}")

    def _near_sites(self, wish: str) -> list[str]:
        """Return hits of the motif of ``MOTIF@PLACE``, the nearest first."""
        motif, at, where = wish.strip().rpartition("@")
        if not at:
            return []
        place = position(where, self.chrom_sizes, self._known)

        def away(site: NamedPlace) -> tuple[bool, int]:
            other = place is None or site.chrom != place.chrom
            return other, 0 if other or place is None else abs(site.start - place.start)

        found = sorted(self._sites(motif), key=away)[:_LISTED]
        return [f"{shown(each.name, 40)}@{each.locus}" for each in found]

    def _names(self) -> Iterator[str]:
        yield from self.names()
        yield from (each.name for each in self.hits())
        yield from (each.name for each in self.regions)


def _distinct(places: Iterable[NamedPlace]) -> Iterator[NamedPlace]:
    """Leave out what is at the very place of one before, and a gene that is another's, too.

    Two annotations may have one gene with other ends.
    """
    before: list[NamedPlace] = []
    for place in places:
        at = place.start, place.end
        there = [each for each in before if each.chrom == place.chrom]
        if any((each.start, each.end) == at for each in there):
            continue
        before.append(place)
        if place.kind == _REGION or not any(
            each.kind != place.kind and each.start < place.end and each.end > place.start
            for each in there
        ):
            yield place


def gazetteer(
    scan: FinishedScan, annotations: Annotations, hits: Callable[[], Sequence[MotifHit]]
) -> Gazetteer:
    """Return what of a scan has a name."""
    regions = [NamedPlace(at.name, at.chrom, at.start, at.end, _REGION) for at in scan.regions]
    return Gazetteer(scan.chrom_sizes, annotations.called, regions, hits, annotations.names)


def drawn(names: Gazetteer, wish: str) -> NamedPlace:
    """Return the place that a name means, as a figure shows it.

    Raises
    ------
    InputError
        When there is no such place, several, or one that is too wide.
    """
    found = names.seen(wish)
    if not found.name and found.end - found.start == 1:
        found = widened(found, FIRST_VIEW, 0.0, names.chrom_sizes)
    if found.end - found.start > WIDEST:
        raise InputError(
            f"--locus {shown(wish, 80)}: {found.end - found.start:,} bp; a figure shows {WIDEST:,} "
            "at most: give a part, CHROM:START-END"
        )
    return found
