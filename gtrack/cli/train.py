"""``gtrack train cnn`` and ``gtrack train dnabert2``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from gtrack.cli.options import FILE
from gtrack.cli.scores import print_scores

Command = TypeVar("Command", bound=Callable[..., Any])


def _data_options(command: Command) -> Command:
    add = [
        click.option(
            "--csv",
            type=FILE,
            help="Examples: columns sequence,label; two labels up, of which each row has one.",
        ),
        click.option(
            "--labels",
            metavar="COLUMN,...",
            help="Columns of the CSV with 0 or 1, in place of label: labels that do not exclude "
            "each other.",
        ),
        click.option(
            "--values",
            metavar="COLUMN,...",
            help="Columns of the CSV with numbers, in place of label: a regression.",
        ),
        click.option("--positives", type=FILE, help="BED or narrowPeak of the regions to find."),
        click.option(
            "--negatives",
            metavar="BED|shuffle|gc-matched",
            help="Regions to tell them from; or every positive with its dinucleotides shuffled; "
            "or random windows of the same GC on the same chromosome.",
        ),
        click.option("--fasta", type=FILE, help="Genome of the BED files, plain or bgzipped."),
        click.option(
            "--window",
            "window_bp",
            type=int,
            metavar="BP",
            help="Length of sequence to read. Regions: centred on the region or summit. "
            "CSV: the middle of longer sequences. [default for CSV: the longest sequence]",
        ),
        click.option(
            "--holdout",
            metavar="CHROM,...",
            help="Test on the regions of these chromosomes.",
        ),
        click.option(
            "--test-share",
            type=float,
            metavar="SHARE",
            help="Test on a random share, of every label alike where each row has one. "
            "[default: 0.1; 0 with --test-csv]",
        ),
        click.option("--test-csv", type=FILE, help="A further test set, with the same columns."),
        click.option(
            "--augment",
            metavar="rc,shift|none",
            help="rc: show every window on either strand, and record that the model reads both; "
            "shift: move it within its flanks. [default: rc; none with --use-strand]",
        ),
        click.option(
            "--shift",
            "shift_bp",
            type=int,
            metavar="BP",
            help="Farthest move of --augment shift. [default: a tenth of the window]",
        ),
        click.option(
            "--use-strand",
            is_flag=True,
            help="Read regions of strand - as their reverse complement.",
        ),
    ]
    return _added(command, add)


def _training_options(command: Command) -> Command:
    add = [
        click.option("--out", type=FILE, required=True, help="Model folder to make."),
        click.option(
            "--from", "base", metavar="MODEL", help="Go on from this model folder or Hub id."
        ),
        click.option("--epochs", type=float, default=5.0, show_default=True, help="Passes."),
        click.option("--steps", type=int, help="Steps, instead of --epochs."),
        click.option("--batch", type=int, default=64, show_default=True, help="Windows per step."),
        click.option(
            "--lr",
            type=float,
            help="Highest learning rate. [default: 2e-3 for a new CNN, 1e-3 for a new "
            "DNABERT-2, 5e-4 with --from, "
            "3e-5 from hidden size 256]",
        ),
        click.option(
            "--warmup",
            type=int,
            default=100,
            show_default=True,
            help="Steps of linear rise, at most a tenth of all. From half time the rate falls.",
        ),
        click.option(
            "--short-first",
            is_flag=True,
            help="Show short sequences before long ones: a curriculum.",
        ),
        click.option("--seed", type=int, default=0, show_default=True, help="Of all chance."),
        click.option(
            "--threads",
            type=int,
            default=1,
            show_default=True,
            help="CPU threads. With 1, the same command gives the same bytes.",
        ),
        click.option(
            "--device", default="auto", show_default=True, metavar="auto|cpu|cuda", help="Where."
        ),
        click.option("--work", type=FILE, help="Folder of the checkpoints. [default: OUT.work]"),
        click.option("--resume", is_flag=True, help="Go on from the newest checkpoint."),
    ]
    return _added(command, add)


def _added(command: Command, options: Sequence[Callable[[Command], Command]]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


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
@_data_options
@_training_options
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
                       --epochs 20 --out out/cnn
      gtrack train cnn --csv windows.csv --labels CTCF,REST --out out/factors
      gtrack train cnn --csv windows.csv --values activity --out out/activity
    """
    _train("cnn", given)


@train.command()
@_data_options
@_training_options
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
    click.echo(f"wrote {result.folder}", err=True)


def _columns(text: str | None) -> tuple[str, ...]:
    return () if text is None else tuple(part.strip() for part in text.split(","))


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
