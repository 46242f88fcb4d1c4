"""What docs/study.md says beside its figures: plain text, and which metrics stand on which axis."""

from __future__ import annotations

from dataclasses import dataclass

from gtrack.core.evaluation_rows import BOUND
from gtrack.core.metrics import ALIKE, METRICS, MORE, Axis, Metric

TITLES = {
    "example": "example, planted sites",
    "ctcf": "CTCF sample",
    "tf0": "GUE tf/0",
    "tf1": "GUE tf/1",
    "tf3": "GUE tf/3",
    "splice": "splice sites",
    "notata": "non-TATA promoters",
    "tata": "TATA promoters (negative example)",
}
"""Sets in the order of tables, as they are called there."""

TRUTHS = {
    "example": "planted CTCF, REST and NRF1 sites: exact",
    "ctcf": "best match of MA0139.1, over 10 bits, in bound sequences: a motif scan",
    "tf0": "matches of the enriched motif in bound sequences: a motif scan",
    "tf1": "matches of the enriched motif in bound sequences: a motif scan",
    "tf3": "matches of the enriched motif in bound sequences: a motif scan",
    "splice": "AG of acceptors, GT of donors: exact; the middle 60 of 400 bp; forward strand",
    "notata": "none: nothing is said about where the signal is; forward strand",
    "tata": "matches of TBP in promoters: proves nothing here; forward strand",
}

HEAD = """\
Made by `python -m benchmarks.study` from `benchmarks/study/results`; not written by hand. Figures
are means over windows, with 95 % bootstrap intervals; the windows are those that the model calls
positive, or all where none are called so. `attnlrp` is AttnLRP on DNABERT-2, and gamma-LRP on the
CNN."""

CAVEATS = """\
- **The DNABERT-2 here is not the pre-trained one.** It has the architecture at a small size (3
  layers, 64 wide), a tokenizer made of the training windows, and random weights to start from;
  no public weights could be had. What is measured is how explanations behave on such models. It
  says nothing about the biology that the pre-trained model knows.
- **Nothing here reproduces the paper** (arXiv 2604.21690). Its text, data and numbers could not
  be had; every choice of metric, data and rule is gtrack's own.
- Sequences are short (60 to 300 bp) and few ({windows} windows of each set at most). Intervals
  are bootstraps over windows: they do not hold the chance of training. Where models of several
  seeds were trained, the figures of the others stand beside.
- A motif match is no bound site, and a bound site need not have a match: on CTCF and GUE tf, low
  localisation may be the truth's fault. Sequences with a match were preferred on the GUE tf
  sets, up to half of the positives. The motif was chosen on the same test sequences.
- Agreement with in-silico mutagenesis or [MASK] says that a map describes its model, never that
  the model is any good: untrained models agree with their own, too.
- Epochs and the size of the vocabulary were chosen after a look at the share of the training set
  that was held out, never at the windows that are explained here."""

TATA = """\
In the GUE TATA sets the negatives carry TATA boxes, too, at the same place; a regression on
single positions reaches the published accuracy of a fine-tuned model. So relevance on the TATA
box would be no evidence that a model has learnt promoters, whatever its mass accuracy. The same
measure on the same places of the other class, and on TATA boxes of negatives, shows how much of
it is place."""

SPLICE = """\
The dinucleotide alone tells little here: of the training windows of no site, 41 % have AG where
acceptors have theirs, and 27 % GT where donors do; 53 % of donors have an AG at the acceptors'
place. So a model may call acceptors by what lies upstream, and not by AG; then a faithful map is
not on AG, and low localisation is no fault of the explanation. In-silico mutagenesis, beside it
in the tables of methods, shows which of the two it is."""

METHODS = """\
`attnlrp` was measured on all windows of a set, the other methods on those that were drawn. On the
CNN `cplrp` is the same as `attnlrp`: it has no attention."""

NOTATA = """\
Non-TATA promoters are told from their negatives by composition largely: a regression on 4-mer
counts reaches an MCC of .81. There is no truth to localise, and a map that is spread out may be
right."""


@dataclass(frozen=True)
class Shown:
    """A metric that has a table, and the levels that stand in it."""

    name: str
    levels: tuple[str, ...] = ("base", "token", "window")

    @property
    def known(self) -> Metric:
        """What gtrack knows of the metric."""
        return METRICS[self.name]

    @property
    def title(self) -> str:
        """Its title, with a capital where it begins with a word."""
        first, rest = self.known.title[0], self.known.title[1:]
        return (first if rest.startswith((" ", "ho ")) else first.upper()) + rest

    @property
    def is_judged(self) -> bool:
        """Tell whether more is better, so that controls can be beaten."""
        return self.known.better in (MORE, ALIKE)


NOTES: dict[Axis, str] = {
    "localisation": (
        "*Knows nothing* is the share of bases that sites cover, *position control* the places of "
        "other windows' sites on the same map, *other class* the same places in sequences of the "
        "control class, *bound* the best that a map constant within tokens can have. *Flat "
        "overlap*, flat on the tokens that touch a site, is a reference and no ceiling. Splice "
        "sites lie at the same place of every window, and TATA boxes nearly so: there the places "
        "and the maps of other windows (*position control*, *shuffled pair*) do as well."
    ),
    "faithfulness": (
        "Curves are of logits. ISM's own area stands in the table of methods: it is no upper "
        "bound, but what asking the model about every base gives."
    ),
    "similarity": (
        "Of the two models' maps. Composition makes maps alike for nothing: *knows nothing* is "
        "what the map of another window gets."
    ),
    "sparsity": "Neither end is good in itself. Compare within a set and a level only.",
    "complexity": (
        "Neither end is good in itself. A token's relevance shared evenly among its bases adds to "
        "it, so tokens stand apart."
    ),
    "sanity": "Untrained models pass most of these, too: they can say no, and not yes.",
}
"""What to know of an axis, beside its question."""

SHOWN: dict[Axis, tuple[Shown, ...]] = {
    "localisation": tuple(map(Shown, ("mass_accuracy", "rank_accuracy", "auroc"))),
    "faithfulness": (
        *map(Shown, ("abc", "faithfulness_correlation", "mask_pearson")),
        *(Shown("ism_pearson"), Shown("ism_spearman", ("base",))),
    ),
    "similarity": tuple(map(Shown, ("pearson", "spearman", "top_jaccard"))),
    "sparsity": tuple(map(Shown, ("gini", "hoyer"))),
    "complexity": tuple(map(Shown, ("relative_entropy", "effective_complexity"))),
    "sanity": tuple(map(Shown, ("strand_consistency", "shift_consistency", "untrained_spearman"))),
}
"""Axes and their metrics in the order of the page."""


def names_shown() -> frozenset[str]:
    """Return the names of the metrics that the page has tables of, and of their bounds."""
    names = [shown.name for metrics in SHOWN.values() for shown in metrics]
    return frozenset([*names, *(name + BOUND for name in names)])
