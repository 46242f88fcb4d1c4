"""Motifs against the regions that they are to be called in."""

from __future__ import annotations

from collections.abc import Sequence

from gtrack.core.errors import InputError
from gtrack.core.hits.motifs import Motif
from gtrack.core.intervals import Interval
from gtrack.core.scan.regions import merge_regions


def check_widths(motifs: Sequence[Motif], regions: Sequence[Interval]) -> None:
    """Refuse a motif that fits into no region.

    Raises
    ------
    InputError
        Naming it.
    """
    if not motifs:
        return
    runs = merge_regions(regions).values()
    longest = max(end - start for chrom in runs for start, end in chrom)
    for motif in motifs:
        if motif.width > longest:
            raise InputError(
                f"--motifs: {motif.id} ({motif.name}) is {motif.width} bp wide and the longest "
                f"scanned region {longest} bp; leave this motif out, or scan longer regions "
                "(--flank BP)"
            )
