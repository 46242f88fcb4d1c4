"""The places of a report as figures, one after the other, each with a link that saves it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from gtrack.core.nearest_genes import NearGene
from gtrack.publish.markup import Markup, element, shortened
from gtrack.publish.report.letters import LetterPlot, describe, letter_figure

_TALL = 420
"""Height of a figure above which it is not made smaller, to stand with three others on paper."""

_PLAIN = " /:;,=()'!*+"  # what a data: address in double quotes may hold as it is, but letters
_MOST_NAME = 60  # characters of a file's name

_MOST_GENES, _LONGEST = 2, 30  # genes that are named, and characters of a name
_SIDES = {"left": "before it", "right": "behind it"}  # of a gene without a strand


@dataclass(frozen=True, slots=True, eq=False)
class Locus:
    """One place of a report.

    Parameters
    ----------
    plot : LetterPlot
    regions : tuple of str
        Names of the regions that touch it.
    genes : tuple of NearGene, or None
        Those nearest to it; None where no annotation is of genes.
    """

    plot: LetterPlot
    regions: tuple[str, ...] = ()
    genes: tuple[NearGene, ...] | None = None

    @property
    def nearest(self) -> str:
        """The nearest genes in words; empty where no annotation is of genes."""
        return "" if self.genes is None else genes_said(self.genes, self.plot.chrom)


def locus_figures(loci: Sequence[Locus]) -> Iterator[Markup]:
    """Yield the places as figures."""
    for number, locus in enumerate(loci, 1):
        plot = locus.plot
        figure = letter_figure(plot, number)
        beside = " · ".join(each for each in (listed(locus.regions), locus.nearest) if each)
        file = f"gtrack_{plot.chrom}_{plot.start + 1}-{plot.end}"
        words = element("ul", *(element("li", line) for line in describe(plot)))
        yield element(
            "article",
            element("h3", f"{number}. {plot.locus}", element("small", beside)),
            _save_link(figure.alone, file, f"Download SVG of figure {number}"),
            element(
                "div",
                figure.inline,
                class_="scroll",
                tabindex=0,
                role="region",
                aria_label=f"Figure {number}",
            ),
            element("details", element("summary", "The figure in words"), words),
            class_="locus tall" if figure.height > _TALL else "locus",
            id=f"locus-{number}",
        )


def genes_said(genes: Sequence[NearGene], chrom: str) -> str:
    """Return the nearest genes in words: how far away, and on which side of them the place lies.

    Examples
    --------
    >>> genes_said([NearGene("TBP", "+", 1200, "upstream")], "chr6")
    'TBP (+), 1,200 bp upstream'
    >>> genes_said([NearGene("A", "-", 0, "inside"), NearGene("B", ".", 0, "inside")], "chr6")
    'inside A (-), inside B'
    """
    if not genes:
        return f"no gene on {shortened(chrom, 40)}"
    said = [_gene_said(each) for each in genes[:_MOST_GENES]]
    more = len(genes) - len(said)
    return ", ".join(said) + (f" and {more:,} more" if more else "")


def _gene_said(gene: NearGene) -> str:
    strand = "" if gene.strand == "." else f" ({gene.strand})"
    name = f"{shortened(gene.name, _LONGEST)}{strand}"
    if not gene.distance:
        return f"inside {name}"
    return f"{name}, {gene.distance:,} bp {_SIDES.get(gene.side, gene.side)}"


def listed(names: Iterable[str], most: int = 6) -> str:
    """Return names in a row, at most so many."""
    each = [shortened(name, 200) for name in names]
    more = f" and {len(each) - most} more" if len(each) > most else ""
    return ", ".join(each[:most]) + more


def _save_link(svg: Markup, name: str, called: str) -> Markup:
    """Return a link that saves a figure, which the page carries: no script is needed.

    Parameters
    ----------
    svg : Markup
        All of the file. No attribute of it holds a single quote, which :func:`element` escapes.
    name : str
        Of the file, without its ending; of a user's text what is safe is left.
    called : str
        The link's own words, for those who hear it: the program's.
    """
    address = quote(svg.replace('"', "'"), safe=_PLAIN)
    file = re.sub(r"[^A-Za-z0-9.-]+", "_", name)[:_MOST_NAME]
    return Markup(
        f'<a class="save" download="{file}.svg" aria-label="{called}" '
        f'href="data:image/svg+xml;charset=utf-8,{address}">Download SVG</a>'
    )
