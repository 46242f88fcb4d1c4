"""``gtrack predict``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from gtrack.cli.options import FILE, FILE_OR_DASH, WORKERS, added, by_name, numbers_by_name, pairs
from gtrack.cli.reading_options import (
    BATCH_TOKENS,
    DEVICE,
    FLANK,
    MODEL,
    OUTPUTS,
    PRECISION,
    RESIZE,
    STRAND,
    STRIDE,
    WINDOW,
)
from gtrack.cli.terminal import echo
from gtrack.core.errors import InputError

if TYPE_CHECKING:
    from gtrack.cli.options import Command
    from gtrack.workflows.predict import Predicted

_GIVEN = [
    click.option(
        "--sequences",
        "--csv",
        "sequences",
        type=FILE,
        help="Loose sequences: a FASTA, or a CSV with a column sequence. Where that has a column "
        "label, too, the predictions are measured against it.",
    ),
    click.option("--bed", type=FILE, help="In their place, regions: BED3 to BED12 or narrowPeak."),
    FLANK,
    RESIZE,
    click.option("--fasta", type=FILE, help="With --bed, the genome: FASTA or 2bit."),
    MODEL,
    click.option(
        "--out",
        type=FILE_OR_DASH,
        default="-",
        show_default=True,
        metavar="FILE|-",
        help="The table to write (TSV); - is stdout.",
    ),
    click.option("--overwrite", is_flag=True, help="Replace the table in --out."),
]


def _predict_options(command: Command) -> Command:
    machine = (DEVICE, PRECISION, BATCH_TOKENS)
    return added(command, *_GIVEN, OUTPUTS, WINDOW, STRIDE, STRAND, *machine)


@click.command()
@_predict_options
@WORKERS
def predict(**given: Any) -> None:
    """Say what models say of sequences or regions: scores, without relevance.

    A line per sequence or region, in the order of the file, none left out: of every output the
    logit and the probability, and the class that is predicted. What is longer than a model's window
    is tiled. Regions are read each for itself: neighbours change nothing.

    \b
    Example:
      gtrack predict --bed example_data/regions.bed --fasta example_data/genome.fa \\
                     --model cnn=example_data/models/cnn --out out/predicted.tsv
    """
    from gtrack.cli.progress import Bars
    from gtrack.workflows.predict import PredictJob
    from gtrack.workflows.predict import predict as workflow

    if not given["models"]:
        raise InputError("missing --model; see --help")
    out = None if str(given["out"]) == "-" else given["out"]
    job = PredictJob(
        models=pairs("--model", given["models"], "NAME=FOLDER or NAME=HUB_ID"),
        out=out,
        outputs=by_name("--outputs", given["outputs"]),
        windows=numbers_by_name("--window", given["windows"]),
        strides=numbers_by_name("--stride", given["strides"]),
        batch_units=given["batch_tokens"],
        **{
            name: given[name]
            for name in (
                *("sequences", "bed", "fasta", "strand", "device", "precision", "workers"),
                *("flank", "resize", "overwrite"),
            )
        },
    )
    with Bars() as bars:
        found = workflow(job, lambda name, done, of: bars.tell(name, done, of, "windows"))
    if out is None:
        sys.stdout.buffer.writelines(found.lines())
        sys.stdout.buffer.flush()
    _tell(found)


def _tell(found: Predicted) -> None:
    """Print on stderr how many there were, what is not there, and how good the rest is."""
    from gtrack.cli.notes import print_note
    from gtrack.cli.scores import counted, print_metrics
    from gtrack.core.strands import STRANDS_SAID

    for line in found.notes:
        print_note(line)
    for model in found.models:
        lost = sum(map(bool, model.reasons))
        why = f"; without a score: {lost:,} (column note says why)" if lost else ""
        strand = STRANDS_SAID[model.prediction.strand]
        echo(f"{model.name}: {len(model.reasons):,} read on {strand}{why}", err=True)
        if model.measured.scores is not None:
            scores = model.measured.scores
            part = {f"{model.name}, {counted(scores, 'rows')}": scores}
            print_metrics(part, model.prediction.outputs)
        if model.measured.note:
            echo(f"{model.name}: {model.measured.note}", err=True)
