"""The names of assemblies, and the lengths of chromosomes by which one is told from another."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from gtrack.core.assembly_table import TABLE
from gtrack.core.errors import InputError
from gtrack.core.printable import shown, some

CUSTOM = "custom"
"""The genome that no browser knows: a viewer or a hub brings it along."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_ACCESSION = re.compile(r"GC[AF]_[0-9]+(\.[0-9]+)?")
_SUFFIXES = frozenset(
    """fa fasta fna 2bit gz bgz chrom sizes dna rm sm toplevel primary assembly genome genomic
    analysis analysisset set no alt plus decoy hs38d1 softmasked masked ucsc ensembl""".split()
)
"""What stands behind the name of an assembly in names of files."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """An assembly that is known here.

    Parameters
    ----------
    id : str
        What UCSC and igv.js call it.
    species : str
    names : tuple of str
        What others call it.
    lengths : dict of str to int
        Some of its chromosomes, in bp; none where none are known here.
    """

    id: str
    species: str
    names: tuple[str, ...]
    lengths: dict[str, int]


def _read(line: str) -> Assembly:
    own, species, names, lengths = (part.strip() for part in line.split(";"))
    sizes = (pair.split("=") for pair in lengths.split())
    return Assembly(own, species, tuple(names.split(", ")), {c: int(size) for c, size in sizes})


ASSEMBLIES = tuple(_read(line) for line in TABLE.strip().splitlines())
"""All that are known here."""


def _plain(name: str) -> str:
    return re.sub("[._-]", "", name).casefold()


_KNOWN = {_plain(name): each for each in ASSEMBLIES for name in (each.id, *each.names)}


def known_assembly(name: str) -> Assembly | None:
    """Return the assembly that a name means, whatever its case, patch or ending.

    Examples
    --------
    >>> [known_assembly(name).id for name in ("GRCh38.p14", "HG19", "mm10.fa.gz", "chm13v2.0")]
    ['hg38', 'hg19', 'mm10', 'hs1']
    >>> known_assembly("hg99")
    """
    words = re.split("[._-]", name.casefold())
    if (known := _known_from(words)) is not None:
        return known
    for each in ASSEMBLIES:  # as in Homo_sapiens.GRCh38.dna.primary_assembly.fa
        species = each.species.casefold().split()
        if words[: len(species)] == species:
            return _known_from(words[len(species) :])
    return None


def _known_from(words: Sequence[str]) -> Assembly | None:
    """Return the assembly that the first of some words mean, if the others may stand behind it."""
    for end in range(len(words), 0, -1):
        if not all(map(_is_suffix, words[end:])):
            return None
        found = "".join(words[:end])
        patched = re.fullmatch(r"(.+?)p[0-9]+", found)
        for wish in (found, *(patched.groups() if patched else ())):
            if wish in _KNOWN:
                return _KNOWN[wish]
    return None


def _is_suffix(word: str) -> bool:
    return word in _SUFFIXES or bool(re.fullmatch("p?[0-9]+", word))


def assembly_id(name: str) -> str:
    """Return the id that viewers and hubs are told: UCSC's, where the assembly is known here.

    Parameters
    ----------
    name : str
        What the user gave.

    Raises
    ------
    InputError
        When it is empty or no name: of more than 64 characters, or with others than letters,
        digits and ``_ . -``.

    Examples
    --------
    >>> assembly_id("GRCm39"), assembly_id("myGenome"), assembly_id("Custom")
    ('mm39', 'myGenome', 'custom')
    """
    if (known := known_assembly(name)) is not None:
        return known.id
    if not name.strip():
        raise InputError(
            "--genome: the name is empty (a variable that is not set?); write a name like hg38, or "
            "leave the option out"
        )
    if not _NAME.fullmatch(name):
        raise InputError(
            f"--genome {shown(name, 80)}: write a name like hg38, or custom: one word of at most "
            "64 letters, digits, '_', '.' and '-', which begins with a letter; gtrack genomes "
            "lists those that are known"
        )
    return CUSTOM if name.casefold() == CUSTOM else name


def said_of_name(name: str) -> str | None:
    """Say what was made of a name; None where it is UCSC's own, an accession or ``custom``.

    Examples
    --------
    >>> said_of_name("GRCh38")
    '--genome GRCh38: taken as hg38, as UCSC and igv.js call it'
    """
    used = assembly_id(name)
    if used != name:
        return f"--genome {name}: taken as {used}, as UCSC and igv.js call it"
    if used == CUSTOM or known_assembly(used) or _ACCESSION.fullmatch(used):
        return None
    near = get_close_matches(used, [each.id for each in ASSEMBLIES], 1, 0.7)
    perhaps = f" (did you mean {near[0]}?)" if near else ""
    return (
        f"--genome {used}: gtrack does not know it{perhaps}, so its lengths are not checked, and a "
        "hub or a session opens only where UCSC or igv.js knows it; gtrack genomes lists those "
        "that are known; without --genome the genome is brought along"
    )


def check_lengths(name: str, chrom_sizes: Mapping[str, int]) -> str | None:
    """Check that sequences have the lengths of an assembly, as far as can be told.

    Parameters
    ----------
    name : str
        As :func:`assembly_id` returns it.
    chrom_sizes : mapping of str to int
        All sequences, lengths in bp; ``chr1`` may be called ``1`` or ``Chr1``.

    Returns
    -------
    str or None
        What was checked, for the user; None where nothing could be.

    Raises
    ------
    InputError
        When a length is another one.

    Examples
    --------
    >>> check_lengths("hg38", {"chr22": 50818468})
    'chr22 has the length that it has in hg38'
    """
    known = known_assembly(name)
    ours = {_bare(chrom): (chrom, size) for chrom, size in chrom_sizes.items()}
    if known is None:
        return None
    for chrom, size in known.lengths.items():
        called, found = ours.get(_bare(chrom), (chrom, size))
        if found != size:
            others = [each.id for each in ASSEMBLIES if _is_of(ours, each)]
            cure = f"they are those of {others[0]}" if others else "name the one that it is"
            raise InputError(
                f"--genome {name}: {called} has {found:,} bp in the genome that was read and "
                f"{size:,} in {name}, so it is another assembly: {cure}, or --genome custom, which "
                "brings the genome along"
            )
    same = [ours[_bare(chrom)][0] for chrom in known.lengths if _bare(chrom) in ours]
    if not same:
        return None
    verb = "has the length that it has" if len(same) == 1 else "have the lengths that they have"
    return f"{some(same, 3)} {verb} in {name}"


def said_of_none_shared(name: str, chrom_sizes: Mapping[str, int]) -> str | None:
    """Say that a known assembly could not be checked; None where it was, or is not known.

    Examples
    --------
    >>> said_of_none_shared("hg38", {"chr1": 248956422}), said_of_none_shared("mine", {"a": 1})
    (None, None)
    >>> said_of_none_shared("dm6", {"chr1": 5}).partition(" is in")[0]
    '--genome dm6: its lengths are not checked: of chr2L, chr2R, chr3L none'
    """
    known = known_assembly(name)
    ours = {_bare(chrom) for chrom in chrom_sizes}
    if known is None or not known.lengths or any(_bare(chrom) in ours for chrom in known.lengths):
        return None
    theirs = ", ".join(list(known.lengths)[:3])
    return (
        f"--genome {name}: its lengths are not checked: of {theirs} none is in the genome that was "
        "read; if that is another assembly, viewers show nothing: leave --genome out to bring it "
        "along"
    )


def _bare(chrom: str) -> str:
    return re.sub("^chr", "", chrom.casefold())


def _is_of(ours: Mapping[str, tuple[str, int]], other: Assembly) -> bool:
    """Whether the lengths are those of an assembly, in more than one chromosome that it shares."""
    shared = [ours[_bare(c)][1] == size for c, size in other.lengths.items() if _bare(c) in ours]
    return bool(shared) and all(shared)


def check_assembly(name: str, chrom_sizes: Mapping[str, int], scanned: Collection[str]) -> str:
    """Check that UCSC's browser can show what was scanned on an assembly, as far as can be told.

    Parameters
    ----------
    name : str
        UCSC's name, like ``hg38``; or an accession, whose names of sequences are not looked at.
    chrom_sizes : mapping of str to int
        All sequences, lengths in bp.
    scanned : collection of str
        Those with regions.

    Returns
    -------
    str
        What was checked, for the user.

    Raises
    ------
    InputError
        When a length is another one, or a scanned sequence has no name of UCSC's.

    Examples
    --------
    >>> check_assembly("hg38", {"chr22": 50818468}, {"chr22"})
    'chr22 has the length that it has in hg38'
    """
    checked = check_lengths(name, chrom_sizes)
    if not _ACCESSION.fullmatch(name):
        foreign = sorted(chrom for chrom in scanned if not chrom.startswith("chr"))
        if foreign:
            raise InputError(
                f"--genome {name}: UCSC has no {shown(foreign[0], 60)!r}, which was scanned: its "
                "names begin with chr; scan a FASTA with UCSC's names; --genome custom makes a hub "
                "that brings its genome along"
            )
    return checked or (
        f"that the scanned sequences are those of {name} could not be checked: you say so"
    )
