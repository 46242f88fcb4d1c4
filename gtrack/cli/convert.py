"""``gtrack convert``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("source", metavar="HUB_ID|FOLDER")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--window",
    "window_bp",
    type=click.IntRange(min=1),
    metavar="BP",
    help="Length of the sequences that the model was trained on, to be recorded in OUT.",
)
def convert(source: str, out: Path, window_bp: int | None) -> None:
    """Make a model folder of gtrack's own from a DNABERT-2 checkpoint.

    The source is a folder or an id of the Hugging Face Hub (owner/name, or owner/name@revision),
    base or fine-tuned, in safetensors or as pytorch_model.bin. No code of the checkpoint ever runs:
    of a pickle nothing but tensors is read.

    \b
    Example:
      gtrack convert output/checkpoint-500 models/promoters --window 300
    """
    from gtrack.core.printable import pasted
    from gtrack.workflows.convert import convert as run

    done = run(source, out, window_bp=window_bp)
    click.echo(f"wrote {done.folder}: labels {', '.join(done.labels)}", err=True)
    if done.dropped:
        click.echo(f"left out {len(done.dropped)} tensors of pretraining (cls.*)", err=True)
    if done.absent:
        click.echo(
            f"it has no {' and no '.join(done.absent)}: train it with "
            f"gtrack train dnabert2 --from {pasted(done.folder)}",
            err=True,
        )
    elif done.window_bp is None:
        click.echo("it records no window: give scan --window BP", err=True)
