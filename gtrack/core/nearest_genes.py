"""Which gene lies nearest to a place, how far away, and on which side of it.

The distance is from the place to the gene's body: 0 where they share a base, else one more than
the bases between them, as ``bedtools closest -d`` counts. The viewer does the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gtrack.core.features import Feature
from gtrack.core.intervals import Strand

_GENES = re.compile("gene|refseq|gencode|ensembl|transcript", re.IGNORECASE)

Side = Literal["inside", "upstream", "downstream", "left", "right"]
"""Where the place lies, as the gene reads; left or right of a gene without a strand."""


def holds_genes(name: str, kind: str) -> bool:
    """Tell whether an annotation is one of genes, by its format or its name.

    Examples
    --------
    >>> holds_genes("x", "GTF"), holds_genes("knownGene", "BED"), holds_genes("peaks", "BED")
    (True, True, False)
    """
    return kind in ("GTF", "GFF3") or _GENES.search(name) is not None


class NearGene(NamedTuple):
    """A gene that is as near to a place as any.

    Attributes
    ----------
    name : str
    strand : {"+", "-", "."}
    distance : int
        In bp; 0 where they share a base.
    side : str
        Where the place lies.
    """

    name: str
    strand: Strand
    distance: int
    side: Side


class Genes:
    """The genes of annotations, to be asked which are nearest.

    Features without a name (``"."``) are none.

    Examples
    --------
    >>> genes = Genes()
    >>> seen = [*genes.noted([Feature("chr1", 100, 200, "TBP", strand="-")])]
    >>> genes.nearest("chr1", 210, 220)
    (NearGene(name='TBP', strand='-', distance=11, side='upstream'),)
    """

    def __init__(self) -> None:
        self._found: dict[str, list[tuple[int, int, str, Strand]]] = {}
        self._bodies: dict[str, NDArray[np.int64]] = {}

    def noted(self, features: Iterable[Feature]) -> Iterator[Feature]:
        """Yield features as they are, and remember those that have a name."""
        self._bodies.clear()
        for each in features:
            if each.name != ".":
                body = (each.start, each.end, each.name, each.strand)
                self._found.setdefault(each.chrom, []).append(body)
            yield each

    def nearest(self, chrom: str, start: int, end: int) -> tuple[NearGene, ...]:
        """Return the genes at the smallest distance, by name, each once; none of a bare chromosome.

        Parameters
        ----------
        chrom : str
        start, end : int
            0-based half-open, in bp.
        """
        found = self._found.get(chrom)
        if not found:
            return ()
        if chrom not in self._bodies:
            self._bodies[chrom] = np.array([body[:2] for body in found], np.int64)
        starts, ends = self._bodies[chrom].T
        distances = np.maximum(np.maximum(starts - end, start - ends) + 1, 0)
        least = int(distances.min())
        near: dict[str, NearGene] = {}
        for at in np.flatnonzero(distances == least).tolist():
            first, _, name, strand = found[at]
            side: Side = "inside" if least == 0 else _side(strand, is_left=end <= first)
            gene = NearGene(name, strand, least, side)
            near[name] = min(near.get(name, gene), gene, key=lambda one: (one.side, one.strand))
        return tuple(near[name] for name in sorted(near))


def _side(strand: Strand, *, is_left: bool) -> Side:
    if strand == ".":
        return "left" if is_left else "right"
    return "upstream" if is_left == (strand == "+") else "downstream"
