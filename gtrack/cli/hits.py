"""``gtrack hits``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gtrack.cli.options import FILE


@click.command()
@click.argument("folder", metavar="DIR", type=FILE)
@click.option(
    "--motifs",
    required=True,
    metavar="FILE|jaspar:GROUP[@YEAR]",
    help="MEME, JASPAR or TRANSFAC text, plain or gz; or a JASPAR release (gtrack[jaspar]).",
)
@click.option("--q", type=float, default=0.05, show_default=True, help="Hits have a q below it.")
@click.option("--all", "everything", is_flag=True, help="Write every candidate, too.")
@click.option("--loci", is_flag=True, help="Write relevance without a motif, too (narrowPeak).")
@click.option("--fasta", type=FILE, help="The genome, where it is not where the scan read it.")
@click.option(
    "--p-sequence",
    type=float,
    metavar="P",
    help="Largest p-value of a sequence match. [default: 0.001]",
)
@click.option(
    "--gate", type=float, metavar="P", help="Largest p-value of the relevance. [default: 0.01]"
)
@click.option("--gap", type=int, metavar="BP", help="Free bases between hits. [default: 3]")
@click.option(
    "--pseudocount",
    type=float,
    metavar="SITES",
    help="Added to every position of a motif, as the background. [default: 0.1]",
)
def hits(folder: Path, motifs: str, **given: Any) -> None:
    """Call motif hits: sites that match a motif and that the model's relevance supports.

    Works from a finished scan with a null (gtrack scan --motifs or --null); no model is needed.
    Writes into DIR/hits: NAME.hits.bed and .bb (BED6+14 and bigBed), NAME.sites.bed (BED6),
    NAME.motifs.tsv, and NAME.words.tsv: words that recur where relevance is high, whatever the
    motifs. The q-value is the share of false places among the hits at least as good; names of
    look-alike motifs may stand in for one another.

    \b
    Example:
      gtrack hits out/first --motifs example_data/motifs.meme
    """
    from gtrack.cli.progress import Bars
    from gtrack.cli.summary import print_hits
    from gtrack.core.hits.calling import HitOptions
    from gtrack.workflows.calling.results import HitsJob
    from gtrack.workflows.hits import call

    names = ("p_sequence", "gate", "gap", "pseudocount")
    chosen = {name: value for name in names if (value := given.pop(name)) is not None}
    job = HitsJob(out=folder, motifs=motifs, options=HitOptions(**chosen), **given)
    with Bars() as bars:
        summary = call(job, bars.tell)
    print_hits(summary)
