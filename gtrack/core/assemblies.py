"""Lengths of chromosomes by which an assembly is told from another of its species."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gtrack.core.errors import InputError

_HG38 = """
248956422 242193529 198295559 190214555 181538259 170805979 159345973 145138636 138394717 133797422
135086622 133275309 114364328 107043718 101991189 90338345 83257441 80373285 58617616 64444167
46709983 50818468
"""

LENGTHS: dict[str, dict[str, int]] = {
    "hg38": {
        **{f"chr{number}": int(size) for number, size in enumerate(_HG38.split(), 1)},
        "chrX": 156040895,
        "chrY": 57227415,
    },
    "hg19": {"chr1": 249250621, "chr22": 51304566, "chrX": 155270560},
    "hs1": {"chr1": 248387328, "chrX": 154259566},
    "mm10": {"chr1": 195471971, "chr19": 61431566, "chrX": 171031299},
    "mm39": {"chr1": 195154279, "chr19": 61420004, "chrX": 169476592},
    "danRer11": {"chr1": 59578282},
    "dm6": {"chr2L": 23513712, "chrX": 23542271},
    "ce11": {"chrI": 15072434, "chrX": 17718942},
    "sacCer3": {"chrI": 230218},
}
"""Assembly -> chromosome -> length in bp; of some, enough to tell."""

_ACCESSIONS = ("GCA_", "GCF_")


def check_assembly(name: str, chrom_sizes: Mapping[str, int], scanned: Collection[str]) -> str:
    """Check that sequences may be those of an assembly that UCSC knows, as far as can be told.

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
    own = "--genome custom makes a hub that brings its genome along"
    known = LENGTHS.get(name, {})
    for chrom, size in known.items():
        if chrom_sizes.get(chrom, size) != size:
            raise InputError(
                f"--genome {name}: {chrom} has {chrom_sizes[chrom]:,} bp in the scan and {size:,} "
                f"in {name}; name the assembly that was scanned; {own}"
            )
    if not name.startswith(_ACCESSIONS):
        foreign = sorted(chrom for chrom in scanned if not chrom.startswith("chr"))
        if foreign:
            raise InputError(
                f"--genome {name}: UCSC has no {foreign[0]!r}, which was scanned: its names begin "
                f"with chr; scan a FASTA with UCSC's names; {own}"
            )
    same = [chrom for chrom in known if chrom in chrom_sizes]
    if not same:
        return f"that the scanned sequences are those of {name} could not be checked: you say so"
    verb = "has the length that it has" if len(same) == 1 else "have the lengths that they have"
    shown = ", ".join(same[:3]) + (f" and {len(same) - 3} more" if len(same) > 3 else "")
    return f"{shown} {verb} in {name}"
