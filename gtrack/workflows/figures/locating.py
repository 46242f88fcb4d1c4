"""Which place of a scan a name means: a position, a gene, a region, or a hit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

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
from gtrack.core.printable import shown
from gtrack.core.scan.regions import known_as
from gtrack.workflows.figures.annotations import Annotations
from gtrack.workflows.folder.finished import FinishedScan

WIDEST = 5_000_000
"""Bases of a place at most."""

_BESIDE = 0.03  # of a gene, shown on either side
_LISTED = 3  # hits in a message


def located(
    scan: FinishedScan,
    wish: str,
    annotations: Annotations,
    hits: Sequence[MotifHit],
) -> NamedPlace:
    """Return the place that a name means.

    A name is that of a feature of an annotation or of a region; only where there is none, of a
    motif with a hit, which ``MOTIF@CHROM:START`` names among several.

    Raises
    ------
    InputError
        When there is no such place, several, or one that is too wide.
    """
    sizes = scan.chrom_sizes
    found = position(wish, sizes) or _named(scan, wish, annotations, hits)
    if not found.name and found.end - found.start == 1:
        found = widened(found, FIRST_VIEW, 0.0, sizes)
    if found.end - found.start > WIDEST:
        raise InputError(
            f"--locus {shown(wish, 80)}: {found.end - found.start:,} bp; a figure shows {WIDEST:,} "
            "at most: give a part, CHROM:START-END"
        )
    return found


def _named(
    scan: FinishedScan, wish: str, annotations: Annotations, hits: Sequence[MotifHit]
) -> NamedPlace:
    sizes = scan.chrom_sizes
    genes = joined(of_name(wish, annotations.called(wish)))
    if places := [*genes, *of_name(wish, _regions(scan))]:
        found = chosen(wish, places)
        return widened(found, FIRST_VIEW, _BESIDE if genes else 0.0, sizes)
    if at := _hit_places(wish, hits, sizes):
        return widened(chosen(wish, at), FIRST_VIEW, 0.0, sizes)
    if wish in sizes:
        return NamedPlace("", wish, 0, sizes[wish])
    raise _unknown(scan, wish, annotations, hits)


def _regions(scan: FinishedScan) -> Iterator[NamedPlace]:
    for each in scan.regions:
        yield NamedPlace(each.name, each.chrom, each.start, each.end, "region")


def _hit_places(wish: str, hits: Sequence[MotifHit], sizes: Mapping[str, int]) -> list[NamedPlace]:
    """Return the sites of a motif, each once whichever models see it; of ``@`` the one there."""
    motif, at, where = wish.rpartition("@")
    place = position(where, sizes) if at else None
    name = motif if place else wish
    sites = {
        (hit.chrom, hit.start, hit.end): hit
        for hit in hits
        if name.casefold() in (hit.name.casefold(), hit.motif_id.casefold(), hit.family.casefold())
        and (place is None or (hit.chrom == place.chrom and hit.start <= place.start < hit.end))
    }
    return [NamedPlace(hit.name, *site, "hit") for site, hit in sorted(sites.items())]


def _unknown(
    scan: FinishedScan, wish: str, annotations: Annotations, hits: Sequence[MotifHit]
) -> InputError:
    said = f"--locus {shown(wish, 80)}"
    chrom = wish.rpartition(":")[0]
    if chrom and "@" not in wish and chrom not in scan.chrom_sizes:
        alias = known_as(chrom, scan.chrom_sizes)
        few = ", ".join(list(scan.chrom_sizes)[:3])
        cure = f"is it {alias}?" if alias else f"it has {few}, ..."
        return InputError(f"{said}: the genome has no {shown(chrom, 60)}; {cure}")
    if sites := _near_sites(wish, hits, scan.chrom_sizes):
        return InputError(f"{said}: no hit is there; the nearest are {', '.join(sites)}")
    near = near_names(wish.rpartition("@")[0] or wish, _names(scan, annotations, hits))
    perhaps = (
        f"did you mean {' or '.join(shown(each, 40) for each in near)}?"
        if near
        else ("give CHROM:START-END, or the name of a feature, a region or a motif with hits")
    )
    return InputError(f"{said}: no place is called so; {perhaps}")


def _near_sites(wish: str, hits: Sequence[MotifHit], sizes: Mapping[str, int]) -> list[str]:
    """Return hits of the motif of ``MOTIF@PLACE``, the nearest first."""
    motif, at, where = wish.rpartition("@")
    if not at:
        return []
    place = position(where, sizes)

    def away(site: NamedPlace) -> tuple[bool, int]:
        other = place is None or site.chrom != place.chrom
        return other, 0 if other or place is None else abs(site.start - place.start)

    found = sorted(_hit_places(motif, hits, sizes), key=away)[:_LISTED]
    return [f"{shown(each.name, 40)}@{each.locus}" for each in found]


def _names(scan: FinishedScan, annotations: Annotations, hits: Iterable[MotifHit]) -> Iterator[str]:
    yield from annotations.names()
    yield from (each.name for each in hits)
    yield from (each.name for each in scan.regions)
