"""Where the sequence of a known genome is read from when the user lets the page ask others."""

from __future__ import annotations

import re

HOSTS = (
    "https://hgdownload.soe.ucsc.edu",
    "https://genome-browser.s3.us-east-1.amazonaws.com",
)
"""UCSC's, and the mirror that igv.js 3.8 turns to by itself where that does not answer."""

_ACCESSION = re.compile(r"(GC[AF])_([0-9]{3})([0-9]{3})([0-9]{3})\.[0-9]+")


def online_sequence(genome: str) -> dict[str, str]:
    """Return the address of a genome's 2bit at UCSC, as an igv.js reference names it.

    igv.js' own list of genomes is not asked: it would name hosts that are not known beforehand.

    Parameters
    ----------
    genome : str
        UCSC's name, or an accession with its version.

    Examples
    --------
    >>> online_sequence("hg38")["twoBitURL"]
    'https://hgdownload.soe.ucsc.edu/goldenPath/hg38/bigZips/hg38.2bit'
    >>> online_sequence("GCF_000001735.4")["twoBitURL"].partition("/hubs/")[2]
    'GCF/000/001/735/GCF_000001735.4/GCF_000001735.4.2bit'
    """
    parts = _ACCESSION.fullmatch(genome)
    if parts is None:
        return {"twoBitURL": f"{HOSTS[0]}/goldenPath/{genome}/bigZips/{genome}.2bit"}
    url = f"{HOSTS[0]}/hubs/{'/'.join(parts.groups())}/{genome}/{genome}.2bit"
    return {"twoBitURL": url, "twoBitBptURL": f"{url}.bpt"}
