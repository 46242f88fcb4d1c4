"""``gtrack evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gtrack.cli.options import FASTA, FILE, MODELS_NOW, ONE_DEVICE, WORKERS, models_now, pairs


def _listed(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return names that stand in one option with commas between them, or in several."""
    names = (name.strip() for value in values for name in value.split(","))
    return tuple(dict.fromkeys(name for name in names if name))


@click.command()
@click.argument("folder", metavar="DIR", type=FILE)
@click.option("--truth", type=FILE, help="BED of sites that are known to matter: localisation.")
@click.option(
    "--labels",
    type=FILE,
    help="Table of columns region (name, or chrom:start-end, 0-based) and label.",
)
@click.option(
    "--annotation",
    "annotations",
    multiple=True,
    metavar="NAME=FILE",
    help="BED to set relevance and hits against: enrichment. Repeat for more.",
)
@click.option(
    "--metrics",
    multiple=True,
    metavar="NAME[,NAME...]",
    help="Metrics, or axes: similarity, sparsity, complexity, faithfulness, localisation, sanity. "
    "[default: all]",
)
@click.option(
    "--methods",
    multiple=True,
    metavar="NAME[,NAME...]",
    help="Explanations beside the scan's own; also attnlrp_uniform, the other ALiBi rule. "
    "[default: attnlrp,cplrp,gradient,ism]",
)
@click.option(
    "--sample",
    type=click.IntRange(min=1),
    metavar="N",
    help="Regions drawn for what needs the models. [default: 200]",
)
@click.option(
    "--draws",
    type=click.IntRange(1, 1000),
    metavar="N",
    help="Letters put in at random are drawn so often. [default: 3]",
)
@click.option("--full", is_flag=True, help="For a paper: all regions, 20 steps, 10 draws.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="Of what is drawn: regions, letters, resamples.",
)
@click.option("--out", type=FILE, metavar="EVAL", help="Folder. [default: DIR/evaluation]")
@MODELS_NOW
@FASTA
@ONE_DEVICE
@WORKERS
@click.option("--overwrite", is_flag=True, help="Replace an evaluation with other options.")
def evaluate(folder: Path, **given: Any) -> None:
    """Measure how far the maps of a finished scan can be trusted.

    Five axes: do models agree (similarity), is relevance on few bases (sparsity, complexity), does
    the score fall where the map says (faithfulness), does relevance lie on known sites
    (localisation); with controls that can say no: random and shuffled maps, an untrained twin. The
    unit is the window centred on a region. What the tracks tell is measured in all regions, what
    needs the models in a drawn sample.

    Writes into --out: evaluation.html, metrics.tsv, per_region.tsv and figures (SVG, PNG). It can
    be interrupted: the same command goes on.

    \b
    Example:
      gtrack evaluate out/first --truth example_data/truth.bed --sample 10
    """
    from gtrack.cli.evaluation_summary import print_evaluation
    from gtrack.cli.progress import Bars
    from gtrack.workflows.evaluate import evaluate as workflow
    from gtrack.workflows.evaluating.job import ALL_METHODS, evaluate_job

    job = evaluate_job(
        scan=folder,
        sample=given.pop("sample"),
        draws=given.pop("draws"),
        full=given.pop("full"),
        metrics=_listed(given.pop("metrics")),
        methods=_listed(given.pop("methods")) or ALL_METHODS,
        annotations=tuple(
            (name, Path(file))
            for name, file in pairs("--annotation", given.pop("annotations"), "NAME=FILE")
        ),
        models=models_now(given.pop("models")),
        **given,
    )
    with Bars() as bars:
        summary = workflow(job, bars.tell, bars.say)
    print_evaluation(summary)
