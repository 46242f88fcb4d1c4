"""What a person calls a place: ``chr1:101-240``, a gene, a region, or a motif's hit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from gtrack.core.errors import InputError
from gtrack.core.loose_places import loose_place
from gtrack.core.printable import shown

_LISTED = 4  # places in a message
_NEAR = 3  # names in a message
_MOST_COMPARED = 200_000


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place with its name, 0-based half-open, and what it is in a word or two."""

    name: str
    chrom: str
    start: int
    end: int
    kind: str = ""

    @property
    def locus(self) -> str:
        """``chrom:start-end`` for a person: 1-based, inclusive."""
        return f"{self.chrom}:{self.start + 1}-{self.end}"


def position(
    wish: str,
    chrom_sizes: Mapping[str, int],
    known: Callable[[str], str | None] = lambda name: None,
) -> NamedPlace | None:
    """Read ``chrom:start-end``, ``chrom start end`` or ``chrom:base``, 1-based and inclusive.

    Parameters
    ----------
    wish : str
    chrom_sizes : mapping of str to int
        Lengths in bp.
    known : callable
        The chromosome that another name means, if any.

    Returns
    -------
    NamedPlace or None
        None where it is no position on a chromosome.

    Raises
    ------
    InputError
        When the chromosome is shorter, or the end lies before the start.

    Examples
    --------
    >>> position("chr1:1,001-1,100", {"chr1": 5000})
    NamedPlace(name='', chrom='chr1', start=1000, end=1100, kind='')
    """
    found = loose_place(wish, lambda name: name if name in chrom_sizes else known(name))
    if found is None:
        return None
    chrom, first, last = found
    size = chrom_sizes[chrom]
    if not 1 <= first <= last <= size:
        raise InputError(
            f"--locus {shown(wish, 80)}: not within {chrom}:1-{size}, which has {size:,} bases; "
            "give the first base and the last, counted from 1"
        )
    return NamedPlace("", chrom, first - 1, last)


def widened(
    place: NamedPlace, least: int, share: float, chrom_sizes: Mapping[str, int]
) -> NamedPlace:
    """Return a place with a share of its length on either side, and at least so many bases in all.

    Examples
    --------
    >>> widened(NamedPlace("g", "c", 100, 110), 20, 0.0, {"c": 112}).locus
    'c:93-112'
    """
    size, length = chrom_sizes[place.chrom], place.end - place.start
    wanted = min(size, max(least, length + 2 * round(share * length)))
    start = max(0, min((place.start + place.end - wanted) // 2, size - wanted))
    return replace(place, start=start, end=start + wanted)


def joined(places: Iterable[NamedPlace]) -> list[NamedPlace]:
    """Return places of one name with those that overlap or touch as one: transcripts of a gene.

    Examples
    --------
    >>> ends = [(5, 9), (1, 5), (20, 30)]
    >>> [(each.start, each.end) for each in joined(NamedPlace("g", "c", *two) for two in ends)]
    [(1, 9), (20, 30)]
    """
    found: list[NamedPlace] = []
    for place in sorted(places, key=lambda each: (each.kind, each.chrom, each.start, each.end)):
        last = found[-1] if found else None
        if (
            last
            and (last.kind, last.chrom) == (place.kind, place.chrom)
            and place.start <= last.end
        ):
            found[-1] = replace(last, end=max(last.end, place.end))
        else:
            found.append(place)
    return found


def chosen(wish: str, places: Sequence[NamedPlace]) -> NamedPlace:
    """Return the one place that a name means.

    Raises
    ------
    InputError
        When there are several: it lists the first of them.
    """
    if len(places) == 1:
        return places[0]
    said = [f"{place.locus} ({place.kind}: {shown(place.name, 40)})" for place in places[:_LISTED]]
    more = len(places) - len(said)
    raise InputError(
        f"--locus {shown(wish, 80)}: {len(places):,} places are called so: {', '.join(said)}"
        f"{f', and {more:,} more' if more else ''}; give one of them as CHROM:START-END"
    )


def of_name(wish: str, places: Iterable[NamedPlace]) -> list[NamedPlace]:
    """Return the places of a name; where none is written just so, those in other case."""
    same, alike, folded = [], [], wish.casefold()
    for place in places:
        if place.name == wish:
            same.append(place)
        elif place.name.casefold() == folded:
            alike.append(place)
    return same or alike


def near_names(wish: str, names: Iterable[str]) -> list[str]:
    """Return a few names that a wish may mean: those that begin so, then those that look alike.

    Examples
    --------
    >>> near_names("samd1", ["SAMD11", "KLHL17", "SAMD9", "SADM1"])
    ['SAMD11', 'SAMD9', 'SADM1']
    """
    by_fold = {name.casefold(): name for name in _few(names)}
    folded = wish.casefold()
    begin = [fold for fold in by_fold if folded and fold.startswith(folded)][:_NEAR]
    alike = get_close_matches(folded, by_fold, _NEAR, 0.6)
    return [by_fold[fold] for fold in dict.fromkeys([*begin, *alike])][:_NEAR]


def _few(names: Iterable[str]) -> Iterator[str]:
    for count, name in enumerate(dict.fromkeys(names)):
        if count == _MOST_COMPARED:
            return
        if name not in ("", "."):
            yield name
