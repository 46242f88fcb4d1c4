"""``gtrack convert``."""

from __future__ import annotations

from pathlib import Path

import click

from gtrack.cli.options import FILE
from gtrack.cli.terminal import echo
from gtrack.core.printable import few, some

_FEW = 12  # labels in a line


@click.command()
@click.argument("source", metavar="HUB_ID|FOLDER|FILE")
@click.argument("out", metavar="OUT", type=FILE)
@click.option(
    "--base",
    metavar="HUB_ID|FOLDER",
    help="The model that it was fine-tuned from: a LoRA adapter is merged into it, and a "
    "config.json or a tokenizer that is missing is taken from it.",
)
@click.option(
    "--window",
    "window_bp",
    type=click.IntRange(min=1),
    metavar="BP",
    help="Length of the sequences that the model was trained on, to be recorded in OUT.",
)
def convert(source: str, out: Path, base: str | None, window_bp: int | None) -> None:
    """Make a model folder of gtrack's own from a DNABERT-2 checkpoint.

    The source is a folder or an id of the Hugging Face Hub (owner/name, or owner/name@revision),
    base or fine-tuned, in safetensors or pickles (pytorch_model.bin, Lightning's .ckpt), whole or
    in parts; one file of weights; or a LoRA adapter. No code of the checkpoint ever runs: of a
    pickle nothing but tensors is read.

    \b
    Example:
      gtrack convert output/checkpoint-500 models/promoters --window 300
      gtrack convert --base models/base output/lora models/enhancers
    """
    from gtrack.core.printable import pasted
    from gtrack.workflows.convert import convert as run

    done = run(source, out, base=base, window_bp=window_bp)
    echo(f"wrote {done.folder}: labels {some(done.labels, _FEW, 60)}", err=True)
    if done.merged:
        echo(f"merged the adapter's changes to {done.merged} layers into {base}", err=True)
    if done.dropped:
        names = few(done.dropped, 3, 60)
        echo(
            f"left out {len(done.dropped)} tensors that are no part of the network ({names})",
            err=True,
        )
    if done.absent:
        echo(
            f"it has no {' and no '.join(done.absent)}: train it with "
            f"gtrack train dnabert2 --from {pasted(done.folder)}",
            err=True,
        )
    elif done.window_bp is None:
        echo("it records no window: give scan --window BP, or convert with --window BP", err=True)
