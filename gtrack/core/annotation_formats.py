"""The formats of annotations that a user brings, and what every room needs to know of them."""

from __future__ import annotations

from typing import NamedTuple


class AnnotationFormat(NamedTuple):
    """One format.

    Attributes
    ----------
    name : str
        What a manifest and a message call it.
    endings : tuple of str
        How files are called, in whatever case; the first is what a copy of gtrack's is called.
    igv : str
        What igv.js calls it.
    lines : bool
        It is text, line by line: it may be compressed, and have a tabix index.
    bed : bool
        Its lines are those of BED, whose columns may be separated by spaces.
    signal : bool
        It holds a value per base, to be drawn as bars, and no features.
    """

    name: str
    endings: tuple[str, ...]
    igv: str
    lines: bool = True
    bed: bool = False
    signal: bool = False

    @property
    def ending(self) -> str:
        """What a copy of gtrack's is called."""
        return self.endings[0]

    def calls(self, file: str) -> bool:
        """Tell whether a file of this name is of this format.

        Examples
        --------
        >>> ANNOTATION_FORMATS["GFF3"].calls("genes.GFF.gz")
        True
        """
        packings = ("", ".gz", ".bgz") if self.lines else ("",)
        known = (f"{ending}{packing}" for ending in self.endings for packing in packings)
        return file.lower().endswith(tuple(each.lower() for each in known))


ANNOTATION_FORMATS = {
    each.name: each
    for each in (
        AnnotationFormat("BED", (".bed",), "bed", bed=True),
        AnnotationFormat("narrowPeak", (".narrowPeak",), "narrowpeak", bed=True),
        AnnotationFormat("broadPeak", (".broadPeak",), "broadpeak", bed=True),
        AnnotationFormat("GTF", (".gtf",), "gtf"),
        AnnotationFormat("GFF3", (".gff3", ".gff"), "gff3"),
        AnnotationFormat("bigBed", (".bb", ".bigBed"), "bigbed", lines=False),
        AnnotationFormat("bigWig", (".bw", ".bigWig"), "bigwig", lines=False, signal=True),
    )
}
"""By name; the schema of the manifest lists the names, too."""
