"""``gtrack plan``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from gtrack.cli.scan_options import scan_job, scan_options
from gtrack.cli.terminal import echo
from gtrack.core.printable import pasted

if TYPE_CHECKING:
    from gtrack.workflows.scanning.job import ScanJob


@click.command()
@scan_options
def plan(resume: bool, overwrite: bool, passport: bool | None, **given: Any) -> None:
    """Check all inputs and cut a scan into shards, for a cluster.

    Run `gtrack work OUT` as many times at once as you like, on any machine that sees the files (or
    `gtrack scan --plan OUT --shard K` for every K from 0, in any order), then `gtrack merge OUT`.
    The result has the same bytes as one `gtrack scan`.
    It takes the options of a scan; what comes after the merge is printed.

    \b
    Example:
      gtrack plan --bed example_data/regions.bed --fasta example_data/genome.fa \\
                  --model cnn=example_data/models/cnn --out out/planned --shards 2
    """
    from gtrack.workflows.plan import plan as workflow

    job = scan_job(given)
    planned = workflow(job, resume=resume, overwrite=overwrite)
    from gtrack.cli.notes import print_note
    from gtrack.cli.summary import print_annotations

    made = planned.plan
    for line in planned.notes:
        print_note(line)
    print_annotations(planned.annotations)
    windows = ", ".join(f"{len(made.grid(m.name)):,} windows for {m.name}" for m in made.models)
    echo(
        f"{len(made.regions):,} regions, {windows}, {made.n_shards} shards (0 to "
        f"{made.n_shards - 1})",
        "next, once or many times at once, on machines that see the files; or number by number:",
        *(f"  {line}" for line in _next(job, made.n_shards, passport)),
        err=True,
    )


def _next(job: ScanJob, n_shards: int, passport: bool | None) -> Iterator[str]:
    """Say what is done with a plan, and what of its job follows then."""
    out = pasted(job.out)
    yield f"gtrack work {out}"
    yield f"for K in $(seq 0 {n_shards - 1}); do gtrack scan --plan {out} --shard $K; done"
    yield f"gtrack merge {out}"
    if job.motifs is not None:
        yield f"gtrack hits {out} --motifs {pasted(job.motifs)}"
    if passport:
        yield f"gtrack passport {out}"
    if job.engine != "local":
        yield f"(--engine {job.engine} is for gtrack scan: shards run where you start them)"
