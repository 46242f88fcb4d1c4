"""``gtrack train cnn`` and ``gtrack train dnabert2``."""

from __future__ import annotations

import os
from typing import Any

import click

from gtrack.cli.options import FILE
from gtrack.cli.scores import print_scores, unproven
from gtrack.cli.terminal import echo
from gtrack.cli.train_options import train_options


@click.group()
def train() -> None:
    """Train a model: from regions and a genome, or from a CSV of classes, labels or values.

    The model folder holds the network, the length and strands it was trained on, and
    training.json: the data by checksum, what was held out, and the test scores.

    \b
    Example:
      gtrack train cnn --positives example_data/truth.bed --negatives gc-matched \\
                       --fasta example_data/genome.fa --window 200 --holdout chr2 --out out/cnn
    """


@train.command()
@train_options
@click.option(
    "--config",
    metavar="small|tiny|JSON",
    help='Shape of a new network: small, or a JSON file such as {"channels": [64, 64], '
    '"kernel_sizes": [15, 7]}. [default: small]',
)
def cnn(**given: Any) -> None:
    """Train the baseline CNN: convolutions, global max pooling, one dense layer.

    \b
    Example:
      gtrack train cnn --positives example_data/truth.bed --negatives shuffle \\
                       --fasta example_data/genome.fa --window 200 --augment rc,shift \\
                       --out out/cnn
      gtrack train cnn --csv windows.csv --labels CTCF,REST --out out/factors
      gtrack train cnn --csv windows.csv --values activity --out out/activity
    """
    _train("cnn", given)


@train.command()
@train_options
@click.option(
    "--config",
    metavar="small|tiny|base|JSON",
    help="Start a new network of this shape, instead of --from.",
)
@click.option("--tokenizer", type=FILE, help="Folder whose tokenizer.json a new network uses.")
@click.option(
    "--vocab",
    type=int,
    default=4096,
    show_default=True,
    help="Tokens of the tokenizer that is otherwise trained on the training windows.",
)
def dnabert2(**given: Any) -> None:
    """Train a DNABERT-2: go on from one, the public base included, or start a small one.

    To fine-tune the public base, convert it once (gtrack convert zhihan1996/DNABERT-2-117M base)
    and give --from base instead of --config small.

    \b
    Example:
      gtrack train dnabert2 --positives example_data/truth.bed --negatives shuffle \\
                            --fasta example_data/genome.fa --window 200 \\
                            --config small --out out/dnabert2
      gtrack train dnabert2 --csv windows.csv --labels CTCF,REST \\
                            --config small --out out/factors
    """
    _train("dnabert2", given)


def _train(kind: str, given: dict[str, Any]) -> None:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # --threads is the only knob
    from gtrack.cli.notes import print_note
    from gtrack.cli.progress import training_progress
    from gtrack.workflows.training.job import TrainJob

    augment, holdout = given.pop("augment"), given.pop("holdout")
    if augment is None:
        augment = "none" if given["use_strand"] else "rc"
    job = TrainJob(
        kind=kind,
        augment=frozenset(_listed(augment)) - {"none"},
        holdout=tuple(_listed(holdout or "")),
        labels=_columns(given.pop("labels")),
        values=_columns(given.pop("values")),
        **given,
    )
    with training_progress() as (say, on_step):
        from gtrack.workflows.train import train as run

        result = run(job, on_step=on_step, say=say)
    print_scores(result.record)
    for note in unproven(result.record):
        print_note(note)
    echo(f"wrote {result.folder}", err=True)


def _columns(text: str | None) -> tuple[str, ...]:
    return () if text is None else tuple(part.strip() for part in text.split(","))


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
