"""``gtrack plan``."""

from __future__ import annotations

import shlex
from typing import Any

import click

from gtrack.cli.scan_options import scan_job, scan_options


@click.command()
@scan_options
def plan(resume: bool, overwrite: bool, passport: bool | None, **given: Any) -> None:
    """Check all inputs and cut a scan into shards, for a cluster.

    Run `gtrack scan --plan OUT --shard K` for every K from 0, in any order and on any machine that
    sees the files, then `gtrack merge OUT`. The result has the same bytes as one `gtrack scan`.
    It takes the options of a scan; what comes after the merge is printed.

    \b
    Example:
      gtrack plan --bed example_data/regions.bed --fasta example_data/genome.fa \\
                  --model cnn=example_data/models/cnn --out out/planned --shards 2
    """
    from gtrack.cli.summary import print_annotations, print_note
    from gtrack.workflows.plan import plan as workflow

    job = scan_job(given)
    planned = workflow(job, resume=resume, overwrite=overwrite)
    made = planned.plan
    for line in planned.notes:
        print_note(line)
    print_annotations(planned.annotations)
    windows = ", ".join(f"{len(made.grid(m.name)):,} windows for {m.name}" for m in made.models)
    click.echo(
        f"{len(made.regions):,} regions, {windows}, {made.n_shards} shards (0 to "
        f"{made.n_shards - 1})\n{_next(job, passport)}",
        err=True,
    )


def _next(job: Any, passport: bool | None) -> str:
    """Say what is done with a plan, and what of its job follows then."""
    out = str(job.out)
    then = [["merge", out]]
    if job.motifs is not None:
        then.append(["hits", out, "--motifs", job.motifs])
    if passport:
        then.append(["passport", out])
    words = "; then ".join(shlex.join(["gtrack", *command]) for command in then)
    shards = shlex.join(["gtrack", "scan", "--plan", out])
    line = f"next: {shards} --shard K, for every K; then {words}"
    if job.engine != "local":
        line += (
            f"\n--engine {job.engine} is for gtrack scan: shards of a plan run where you start them"
        )
    return line
