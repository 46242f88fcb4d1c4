"""``gtrack scan``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from gtrack.cli.options import FILE
from gtrack.cli.scan_options import scan_job, scan_options
from gtrack.cli.terminal import echo
from gtrack.core.errors import InputError
from gtrack.core.printable import pasted

if TYPE_CHECKING:
    from gtrack.workflows.scan import Scanned

_OF_ONE_SHARD = ("plan_folder", "shard", "device", "workers")


def _refuse_planned(context: click.Context) -> None:
    """Refuse options that the plan has fixed."""
    for option in context.command.params:
        source = context.get_parameter_source(str(option.name))
        if option.name not in _OF_ONE_SHARD and source is ParameterSource.COMMANDLINE:
            raise InputError(f"{option.opts[0]} was fixed by the plan; leave it out with --plan")


def _shards(given: str) -> tuple[int, int]:
    """Return the first and the last shard that ``--shard`` names."""
    first, dash, last = given.partition("-")
    if not first.isdecimal() or not (last if dash else first).isdecimal():
        raise InputError(f"--shard {given}: give a number from 0, or two as in 0-15")
    return int(first), int(last if dash else first)


@click.command()
@scan_options
@click.option("--plan", "plan_folder", type=FILE, help="Scan one shard of this planned folder.")
@click.option(
    "--shard",
    metavar="K|A-B",
    help="Which one, from 0, or all from A to B; with --plan.",
)
def scan(
    resume: bool,
    overwrite: bool,
    passport: bool | None,
    plan_folder: Path | None,
    shard: str | None,
    **given: Any,
) -> None:
    """Explain every region with every model and write relevance tracks.

    Writes into --out: tracks/NAME.relevance.bw (signed relevance per base), regions.tsv (scores),
    windows.tsv, regions.bed and manifest.json; with --motifs, hits, too, and trust.json of a large
    scan. The scan can be
    interrupted at any time: the same command with --resume goes on and gives the same bytes.

    \b
    Example:
      gtrack scan --bed example_data/regions.bed --fasta example_data/genome.fa \\
                  --model cnn=example_data/models/cnn \\
                  --model dnabert2=example_data/models/dnabert2 --out out/first \\
                  --motifs example_data/motifs.meme
    """
    from gtrack.cli.notes import print_note
    from gtrack.cli.progress import print_cost, scan_progress
    from gtrack.workflows import scan as workflow

    if (plan_folder is None) != (shard is None):
        raise InputError("--plan DIR and --shard K go together")
    with scan_progress() as begin:
        if plan_folder is not None and shard is not None:
            _refuse_planned(click.get_current_context())
            first, last = _shards(shard)
            machine = {"device": given["device"], "workers": given["workers"]}
            if not workflow.scan_shard(plan_folder, first, begin, last=last, **machine):
                late = "others took over what stood still here, and merged all"
                echo(f"{plan_folder}: {late}", err=True)
            return
        job = scan_job(given)
        options: dict[str, Any] = {"resume": resume, "overwrite": overwrite}
        options |= {"passport": passport, "tell": print_cost, "say": print_note}
        done = workflow.scan(job, begin, **options)
    _tell(done, given["out"])


def _tell(done: Scanned, out: Path) -> None:
    """Print what a scan did."""
    from gtrack.cli.passport_summary import print_passports, print_price
    from gtrack.cli.stage_summary import print_spent
    from gtrack.cli.summary import print_annotations, print_hits, print_older, print_summary
    from gtrack.workflows.annotate import older

    if done.scan is not None:
        print_summary(done.scan)
    elif done.hits is None and not done.annotations and done.passports is None:
        echo(f"{out} is finished already; nothing to do", err=True)
    print_annotations(done.annotations)
    if done.annotations and done.scan is None:
        print_older(older(out))
    if done.hits is not None:
        print_hits(done.hits)
    if done.passports is not None:
        print_passports(done.passports)
    elif done.price is not None:
        print_price(out, done.price)
    if done.scan is not None:
        print_spent(done.spent)
        echo(f"look at it: gtrack view {pasted(out)}", err=True)
