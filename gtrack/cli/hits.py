"""``gtrack hits``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gtrack.cli.options import FASTA, FILE, Command, added, genome_name, not_empty, pairs
from gtrack.core.errors import InputError

if TYPE_CHECKING:
    from gtrack.workflows.calling.given_tracks import TracksJob

_TRACKS = (
    click.option(
        "--track",
        "tracks",
        multiple=True,
        metavar="NAME=BIGWIG",
        help="Contributions per base that another tool made (chrombpnet, BPNet, Enformer), in "
        "place of DIR; with --bed, --fasta and --out. Repeat for more.",
    ),
    click.option("--bed", type=FILE, help="With --track: the regions to look at."),
    click.option("--out", type=FILE, metavar="DIR", help="With --track: folder of the results."),
    click.option(
        "--genome",
        metavar="ID",
        help="With --track: assembly for viewers: hg38, mm10, ...; gtrack genomes lists those that "
        "are known. [default: custom]",
    ),
    click.option("--overwrite", is_flag=True, help="With --track: replace the tracks in --out."),
)


def _with_tracks(command: Command) -> Command:
    return added(command, *_TRACKS)


@click.command()
@click.argument("folder", metavar="[DIR]", type=FILE, required=False)
@click.option(
    "--motifs",
    required=True,
    callback=not_empty,
    metavar="FILE|jaspar:GROUP[@YEAR]",
    help="MEME, JASPAR or TRANSFAC text, plain or gz; or a JASPAR release (gtrack[jaspar]).",
)
@click.option("--q", type=float, default=0.05, show_default=True, help="Hits have a q below it.")
@click.option(
    "--max-chance",
    type=float,
    default=1.0,
    show_default=True,
    help="Hits have at most this share of words as good that chance would put there.",
)
@click.option("--all", "everything", is_flag=True, help="Write every candidate, too.")
@click.option("--loci", is_flag=True, help="Write relevance without a motif, too (narrowPeak).")
@FASTA
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
@_with_tracks
def hits(folder: Path | None, motifs: str, **given: Any) -> None:
    """Call motif hits: sites that match a motif and that the model's relevance supports.

    Works from a finished scan; no model is needed. q asks whether the model uses the word here:
    columns in another order, in the same windows, and (with a null: gtrack scan --motifs or --null)
    relevance of shuffled windows at the same place, stand against it. chance asks another question:
    would a word as good stand here anyway?
    Writes into DIR/hits, in the place of hits of before: NAME.hits.bed and .bb (BED6+14 and
    bigBed), NAME.sites.bed (BED6), NAME.motifs.tsv, and NAME.words.tsv: words that recur where
    relevance is high, whatever the motifs. The q-value is the share of false places among the hits
    at least as good; names of look-alike motifs may stand in for one another.

    Or from a bigWig of another tool (--track): the values of the regions are copied into --out,
    which is a DIR then, for hits, view, hub and report. It has no null, so relevance that is tied
    to a position in that model's window is not guarded against.

    \b
    Example:
      gtrack hits out/first --motifs example_data/motifs.meme
    """
    from gtrack.cli.progress import Bars
    from gtrack.cli.summary import print_hits
    from gtrack.cli.track_summary import print_tracks, print_unguarded
    from gtrack.core.hits.options import HitOptions
    from gtrack.workflows.calling.results import HitsJob
    from gtrack.workflows.hits import call, call_on_tracks

    names = ("p_sequence", "gate", "gap", "pseudocount")
    chosen = {name: value for name in names if (value := given.pop(name)) is not None}
    tracks = _tracks_job(folder, motifs, given)
    out = folder if tracks is None else tracks.out
    assert out is not None
    job = HitsJob(out=out, motifs=motifs, options=HitOptions(**chosen), **given)
    with Bars() as bars:
        if tracks is None:
            summary = call(job, bars.tell)
        else:
            taken, summary = call_on_tracks(tracks, job, bars.tell)
    if tracks is not None:
        print_tracks(taken)
    print_hits(summary)
    print_unguarded(summary)


def _tracks_job(folder: Path | None, motifs: str, given: dict[str, Any]) -> TracksJob | None:
    """Take the options of tracks out of those given; None where a folder is given instead."""
    from gtrack.workflows.calling.given_tracks import TracksJob

    tracks = pairs("--track", given.pop("tracks"), "NAME=BIGWIG")
    own = {name: given.pop(name) for name in ("bed", "out", "genome", "overwrite")}
    if not tracks:
        if folder is None:
            raise InputError("missing DIR, the --out of a finished scan, or --track; see --help")
        for name, value in own.items():
            if value not in (None, False):
                raise InputError(f"--{name} goes with --track alone; leave it out")
        return None
    if folder is not None:
        raise InputError(f"{folder}: --track makes a folder of its own, --out; leave this one out")
    needed = {"bed": own["bed"], "fasta": given["fasta"], "out": own["out"]}
    if missing := [f"--{name}" for name, value in needed.items() if value is None]:
        raise InputError(f"missing {', '.join(missing)}: --track needs them; see --help")
    return TracksJob(
        tracks=tuple((name, Path(file)) for name, file in tracks),
        **needed,
        motifs=motifs,
        genome=genome_name(own["genome"] if own["genome"] is not None else "custom"),
        overwrite=own["overwrite"],
    )
