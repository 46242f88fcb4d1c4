"""``gtrack plan``."""

from __future__ import annotations

from typing import Any

import click

from gtrack.cli.scan_options import scan_job, scan_options
from gtrack.cli.terminal import echo
from gtrack.core.printable import pasted


@click.command()
@scan_options
@click.option("--overwrite", is_flag=True, help="Replace the scan in --out.")
def plan(overwrite: bool, **given: Any) -> None:
    """Check all inputs and cut a scan into shards, for a cluster.

    Run `gtrack scan --plan OUT --shard K` for every K from 0, in any order and on any machine that
    sees the files, then `gtrack merge OUT`. The result has the same bytes as one `gtrack scan`.

    \b
    Example:
      gtrack plan --bed example_data/regions.bed --fasta example_data/genome.fa \\
                  --model cnn=example_data/models/cnn --out out/planned --shards 2
    """
    from gtrack.cli.summary import print_annotations, print_notes
    from gtrack.workflows.plan import plan as workflow

    job = scan_job(given)
    planned = workflow(job, overwrite=overwrite)
    made = planned.plan
    print_notes(planned.notes)
    print_annotations(planned.annotations)
    where = pasted(job.out)
    windows = ", ".join(f"{len(made.grid(m.name)):,} windows for {m.name}" for m in made.models)
    last = made.n_shards - 1
    echo(
        f"{len(made.regions):,} regions, {windows}, {made.n_shards} shards (0 to {last})",
        "next, here or number by number on machines that see the files:",
        f"  for K in $(seq 0 {last}); do gtrack scan --plan {where} --shard $K; done",
        f"  gtrack merge {where}",
        err=True,
    )
