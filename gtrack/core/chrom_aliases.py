"""Other names of sequences that NCBI once called ``gi|...|ref|ACCESSION|``, for browsers.

igv.js (3.8) makes aliases of such names itself, and fails at it; with a table of them it does not.
"""

from __future__ import annotations

from collections.abc import Iterable


def alias_table(chroms: Iterable[str]) -> str | None:
    r"""Return the table of aliases, as ``chromAlias`` of a hub; None where there is no such name.

    Columns: the name, its accession, and that without its version, where they are there and no
    other sequence has them.

    Parameters
    ----------
    chroms : iterable of str
        The names of all sequences.

    Examples
    --------
    >>> alias_table(["gi|9626243|ref|NC_001416.1|", "chr1"]).splitlines()[1].split("\t")
    ['gi|9626243|ref|NC_001416.1|', 'NC_001416.1', 'NC_001416']
    """
    names = list(chroms)
    taken = set(names)
    rows = []
    for name in names:
        if not name.startswith("gi|"):
            continue
        accession = next(iter(name.split("|")[3:4]), "")
        row = [name]
        for alias in (accession, accession.partition(".")[0]):
            if alias and alias not in taken:
                taken.add(alias)
                row.append(alias)
        rows.append("\t".join(row) + "\n")
    return "".join(["# sequence\taccession\tunversioned\n", *rows]) if rows else None
