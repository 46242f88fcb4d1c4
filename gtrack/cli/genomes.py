"""``gtrack genomes``."""

from __future__ import annotations

import click

from gtrack.cli.terminal import echo

_COLUMNS = ("id", "species", "also", "checked")


@click.command()
def genomes() -> None:
    """List the assemblies that --genome knows, as a table with tabs.

    Columns: what UCSC and igv.js call it, species, what others call it (case, patches like .p14 and
    endings like .fa do not matter), and the chromosomes whose lengths are checked. Any other name
    of UCSC's and any accession (GCA_..., GCF_...) works, too, unchecked.

    \b
    Example:
      gtrack genomes
    """
    from gtrack.core.assemblies import ASSEMBLIES

    echo("\t".join(_COLUMNS))
    for each in ASSEMBLIES:
        names, checked = ", ".join(each.names), ", ".join(each.lengths) or "-"
        echo("\t".join((each.id, each.species, names, checked)))
