"""What docs/study.md says beside its figures: plain text, and which metrics stand on which axis."""

from __future__ import annotations

from dataclasses import dataclass

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
    "splice": "AG of acceptors, GT of donors: exact; forward strand",
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
- Sequences are short (101 to 400 bp) and few ({windows} windows of each set at most). Intervals
  are bootstraps over windows: they do not hold the chance of training. Where models of several
  seeds were trained, the range of their figures stands beside.
- A motif match is no bound site, and a bound site need not have a match: on CTCF and GUE tf, low
  localisation may be the truth's fault. Sequences with a match were preferred on the GUE tf
  sets, up to half of the positives. The motif was chosen on the same test sequences.
- Agreement with in-silico mutagenesis or [MASK] says that a map describes its model, never that
  the model is any good: untrained models agree with their own, too."""

TATA = """\
In the GUE TATA sets the negatives carry TATA boxes, too, at the same place; a regression on
single positions reaches the published accuracy of a fine-tuned model. So relevance on the TATA
box would be no evidence that a model has learnt promoters, whatever its mass accuracy. The same
measure on the same places of the other class, and on TATA boxes of negatives, shows how much of
it is place."""

NOTATA = """\
Non-TATA promoters are told from their negatives by composition largely: a regression on 4-mer
counts reaches an MCC of .81. There is no truth to localise, and a map that is spread out may be
right."""


@dataclass(frozen=True)
class Metric:
    """A column of figures: its name in ``metrics.tsv``, how it is called, and what it says."""

    name: str
    title: str
    says: str
    levels: tuple[str, ...] = ("base", "token", "window")


@dataclass(frozen=True)
class Axis:
    """One of the paper's five questions, or our own, with its metrics."""

    title: str
    says: str
    metrics: tuple[Metric, ...]
    is_judged: bool = True  # whether more is better, so that controls can be beaten


AXES = (
    Axis(
        "Localisation",
        "Does positive relevance lie on the sites that are known? Chance is the share of bases "
        "that they cover; the bound is"
        "the best that a map constant within tokens can reach. *Other class*: the same places in "
        "sequences of the control class.",
        (
            Metric(
                "mass_accuracy", "mass accuracy", "share of positive relevance on sites", ("base",)
            ),
            Metric(
                "rank_accuracy",
                "rank accuracy",
                "share of the k highest of the bases on the k bases of sites",
                ("base",),
            ),
            Metric(
                "auroc",
                "AUROC of bases",
                "chance that a base of a site has more relevance than another",
                ("base",),
            ),
        ),
    ),
    Axis(
        "Faithfulness",
        "Does the score fall when the bases are replaced that the map calls important? ABC is "
        "the area between the curves of"
        "least and most relevant bases first, in logits; above 0 is good, a random order gives "
        "0. Compare it with ISM's own on the same model.",
        (
            Metric("abc", "ABC", "area between LeRF and MoRF curves, logits"),
            Metric(
                "faithfulness_correlation",
                "faithfulness correlation",
                "relevance of random subsets against what replacing them does",
            ),
            Metric(
                "mask_agreement",
                "agreement with [MASK]",
                "token relevance against leave-one-out by [MASK] (DNABERT-2)",
            ),
            Metric(
                "ism_agreement", "agreement with ISM", "relevance against in-silico mutagenesis"
            ),
        ),
    ),
    Axis(
        "Similarity",
        "Do both models' maps of the same window agree? Composition gives some agreement for "
        "nothing: pairs of different windows show how much.",
        (
            Metric("pearson", "Pearson", "of the two maps"),
            Metric("spearman", "Spearman", "of their ranks"),
            Metric("cosine", "cosine", "of the two maps"),
            Metric("top_k_jaccard", "top-10 % Jaccard", "overlap of the strongest tenth of bases"),
        ),
    ),
    Axis(
        "Sparsity",
        "How unevenly is relevance spread? Neither end is good in itself. It depends on the "
        "number of units: compare within a set and a level.",
        (
            Metric("gini", "Gini", "0 even, near 1 on few"),
            Metric("hoyer", "Hoyer", "0 even, 1 on one"),
        ),
        is_judged=False,
    ),
    Axis(
        "Complexity",
        "How many bases does one need to read? Entropy in nats; the uniform projection of tokens "
        "adds to it, so base and token level stand apart.",
        (
            Metric("entropy", "entropy", "nats"),
            Metric("relative_entropy", "relative entropy", "of the highest possible"),
            Metric(
                "effective_complexity", "effective complexity", "units above 1 % of the strongest"
            ),
        ),
        is_judged=False,
    ),
)
