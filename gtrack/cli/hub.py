"""``gtrack hub``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gtrack.cli.hub_check import FILE_OR_ADDRESS
from gtrack.cli.hub_check import check as check_hub
from gtrack.cli.options import FASTA, genome_name
from gtrack.cli.terminal import echo
from gtrack.core.errors import InputError
from gtrack.core.printable import pasted

if TYPE_CHECKING:
    from gtrack.workflows.hub import HubSummary


@click.command()
@click.argument("folder", metavar="DIR", type=FILE_OR_ADDRESS)
@click.option("--email", metavar="ADDRESS", help="Whom the users of the hub ask. Needed.")
@click.option(
    "--genome",
    metavar="ID",
    help="hg38, mm10, ... or custom: the hub brings the genome. [default: the scan's]",
)
@click.option("--name", metavar="TEXT", help="What the hub is called. [default: DIR's name]")
@click.option(
    "--copy/--link",
    default=True,
    show_default=True,
    help="Copy the data into the hub, or link to them: the links lead out of the folder.",
)
@click.option(
    "--url", metavar="URL", help="Where the folder will be on the web: prints links that open it."
)
@FASTA
@click.option("--check", is_flag=True, help="Make nothing; check the hub in DIR, or at a URL.")
def hub(
    folder: Path | str,
    email: str | None,
    genome: str | None,
    name: str | None,
    copy: bool,
    url: str | None,
    fasta: Path | None,
    check: bool,
) -> None:
    """Write a finished scan as a track hub into DIR/hub: a folder that UCSC and IGV open by URL.

    Relevance as letters, the models over each other, motif hits, annotations, and pages that say
    what it all is; the same for the WashU Epigenome Browser (datahub.json), and a README. A hub
    that is there is replaced. --check takes a scan's folder, a hub's folder or a hub.txt, lists
    what is wrong with it line by line, and then exits with 2. It also takes the address of a hub
    that is on the web: every file is asked for as browsers ask, and what keeps them from reading it
    is listed with the cure.

    \b
    Example:
      gtrack hub out/first --email me@example.org
      gtrack hub --check https://example.org/first/hub.txt
    """
    if check:
        check_hub(folder)
        return
    if isinstance(folder, str):
        raise InputError("a hub is made of a scan's folder; with --check an address is checked")
    if email is None:
        raise InputError("missing --email: UCSC wants to know whom a hub's users ask")
    from gtrack.workflows.hub import HubJob, make_hub

    genome = genome if genome is None else genome_name(genome)
    job = HubJob(folder, email, genome, name, link=not copy, url=url, fasta=fasta)
    _tell(folder, make_hub(job), linked=not copy)


def _tell(folder: Path, done: HubSummary, linked: bool) -> None:
    tracks = len(done.hub.tracks)
    said = [
        f"{done.folder}: {tracks} tracks for {done.hub.genome} in {done.files} files, "
        f"{done.size / 1e6:,.1f} MB",
        *done.notes,
    ]
    if linked:
        said.append("its data are links to the scan's files: copy it with rsync -L or cp -L")
    said += [
        f"try it: gtrack view {pasted(folder)} --hub",
        f"share it: copy {done.folder} to a web host that answers Range requests and lets other "
        "sites read (CORS: Access-Control-Allow-Origin: *, Access-Control-Allow-Headers: Range); "
        "gtrack hub --check ADDRESS finds out",
    ]
    if not done.links:
        said.append("--url ADDRESS-OF-THE-FOLDER prints the links that open it elsewhere")
    for where, link in done.links:
        said.append(f"{where}: {link}")
    if done.links and not done.hub.brings_genome:
        said.append(
            "IGV's link opens the genome; the tracks come by its menu Tracks, Load Track Hub"
        )
    for line in said:
        echo(line, err=True)
