"""``gtrack demo``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

from gtrack.cli.options import FILE
from gtrack.cli.terminal import command_line, echo


@click.command()
@click.option(
    "--out", type=FILE, default=Path("out/demo"), show_default=True, help="Folder of the results."
)
@click.option("--data", type=FILE, help="The example folder. [default: gtrack's own]")
def demo(out: Path, data: Path | None) -> None:
    """Scan the example regions with both example models.

    The example is synthetic and exact: planted CTCF, REST and NRF1 sites in truth.bed, which the
    models were trained to find, and decoy sites without effect in decoys.bed. Motif hits are
    called with motifs.meme, which holds the decoy, too.

    \b
    Example:
      gtrack demo --out out/demo
    """
    from gtrack.cli.progress import scan_progress
    from gtrack.cli.summary import print_annotations, print_hits, print_summary
    from gtrack.workflows.demo import demo as workflow

    with scan_progress() as begin:
        done = workflow(out, begin, data)
    if done.scan is not None:
        print_summary(done.scan)
    print_annotations(done.annotations)
    if done.hits is not None:
        print_hits(done.hits)
    truth = ["--truth", str(out / "annotations" / "planted.bed")]
    started = Path(sys.argv[0])  # where the environment is not active, its path is needed
    program = "gtrack" if shutil.which("gtrack") or started.name != "gtrack" else str(started)
    echo(
        "",
        "Peaks of relevance stand on the planted sites. Look at them in the browser:",
        f"  {command_line([program, 'view', out])}",
        "Are they to be believed? A verdict in words, and all the numbers on a page:",
        f"  {command_line([program, 'passport', out])}",
        f"  {command_line([program, 'evaluate', out, *truth, '--sample', '20'])}",
        err=True,
    )
