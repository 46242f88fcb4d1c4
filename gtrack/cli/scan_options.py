"""The options of a scan, which ``scan`` and ``plan`` share, and the job that they describe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gtrack.cli.beside_options import BESIDE, wanted_beside
from gtrack.cli.options import (
    FILE,
    WORKERS,
    Command,
    added,
    by_name,
    genome_name,
    not_empty,
    numbers_by_name,
    pairs,
    targets_by_name,
)
from gtrack.cli.reading_options import (
    BATCH_TOKENS_OR_AUTO,
    DEVICE,
    FLANK,
    MODEL,
    OUTPUTS,
    PRECISION,
    RESIZE,
    STRAND,
    STRIDE,
    TILE,
    WINDOW,
)
from gtrack.core.annotation_formats import ANNOTATION_FORMATS
from gtrack.core.errors import InputError

*_MOST, _LAST = (each.name for each in ANNOTATION_FORMATS.values() if each.lines)

_INPUTS = [
    click.option("--bed", type=FILE, help="Regions: BED3 to BED12 or narrowPeak, plain or gz."),
    FLANK,
    RESIZE,
    TILE,
    click.option("--blacklist", type=FILE, help="A BED of what --tile leaves out."),
    click.option("--fasta", type=FILE, help="Genome: FASTA, plain, bgzip or gzip; or 2bit."),
    click.option(
        "--sequences",
        type=FILE,
        help="In the place of both: loose sequences, a FASTA or a CSV with a column sequence.",
    ),
    MODEL,
    click.option("--out", type=FILE, help="Folder of the results."),
    click.option(
        "--genome",
        default="custom",
        metavar="ID",
        show_default=True,
        help="Assembly for viewers: hg38, mm10, ...; its lengths are checked. gtrack genomes lists "
        "those that are known.",
    ),
]
"""What is read and where results go."""

_METHOD = [
    click.option(
        "--method",
        default="attnlrp",
        show_default=True,
        metavar="attnlrp|cplrp|gradient|ism",
        help="How relevance is computed; ism (in-silico mutagenesis) reads every window again for "
        "every base, and says first how long that takes.",
    ),
    click.option(
        "--alibi-rule",
        type=click.Choice(["absorb", "uniform"]),
        help="attnlrp: what the sum of attention scores and ALiBi does: ALiBi keeps its share, "
        "or half of it goes to the scores. [default: absorb]",
    ),
    click.option(
        "--ism-draws",
        type=click.Choice(["3", "1"]),
        help="ism: put all three other bases in place of each, or one of them for a third of the "
        "price. [default: 3]",
    ),
    click.option(
        "--method-option",
        "parameters",
        multiple=True,
        metavar="NAME=VALUE",
        help="A parameter of the method, as --alibi-rule and --ism-draws are; gradient has "
        "centred=yes (a CNN: less the mean of the gradient over the four bases).",
    ),
    click.option(
        "--projection",
        default="uniform",
        show_default=True,
        metavar="uniform|repeat|center|weighted=BIGWIG",
        help="How a token's relevance is shared among its bases.",
    ),
]
"""How relevance is computed and laid on bases."""

_OUTPUTS = [
    click.option(
        "--target",
        "targets",
        multiple=True,
        metavar="[NAME=]LABEL[,LABEL...]|all",
        help="Outputs to explain, by name or index; several get a track each. Repeat the "
        "option for a label that holds a comma. [default: the one output, or class 1 of two]",
    ),
    OUTPUTS,
]
"""What is explained."""

_WINDOWS = [
    WINDOW,
    STRIDE,
    STRAND,
    click.option("--per-strand-tracks", is_flag=True, help="Write a track of each strand, too."),
]
"""What the models read at a time."""

_MACHINE = [
    DEVICE,
    PRECISION,
    BATCH_TOKENS_OR_AUTO,
    click.option(
        "--shards",
        type=click.IntRange(1, 100_000),
        metavar="N",
        help="Pieces that can be resumed or spread; the results do not depend on it.",
    ),
]
"""Where it is computed, and in which pieces."""

_BESIDE = [
    click.option(
        "--null",
        is_flag=True,
        help="Explain shuffled windows, too: what gtrack hits tests motifs against.",
    ),
    click.option(
        "--null-bases",
        type=click.IntRange(10_000, 100_000_000),
        metavar="N",
        help="Bases of shuffled windows per model; implies --null. [default: 300000]",
    ),
    *BESIDE,
    click.option(
        "--annotation",
        "annotations",
        multiple=True,
        metavar="NAME=FILE",
        help=f"Show this file beside the tracks: {', '.join(_MOST)} or {_LAST} (plain, gz, with "
        "tabix index), bigBed, or bigWig as bars. Repeat for more; gtrack annotate adds later.",
    ),
]
"""What stands beside the tracks."""

_RUN = [
    WORKERS,
    click.option(
        "--engine",
        default="local",
        show_default=True,
        metavar="NAME",
        help="Where the pieces of the scan run: local (this machine), snakemake, or an engine of "
        "another package.",
    ),
    click.option(
        "--jobs",
        type=click.IntRange(1, 100_000),
        metavar="N",
        help="--engine snakemake: jobs at a time, each of --workers threads.",
    ),
    click.option(
        "--executor",
        callback=not_empty,
        metavar="NAME",
        help="--engine snakemake: where its jobs run: local, slurm, kubernetes, ..., by the "
        "packages snakemake-executor-plugin-NAME. [default: the profile's, or local]",
    ),
    click.option(
        "--profile",
        callback=not_empty,
        metavar="DIR",
        help="--engine snakemake: a profile of Snakemake's, a folder or a name.",
    ),
    click.option(
        "--motifs",
        callback=not_empty,
        metavar="FILE|jaspar:GROUP[@YEAR]",
        help="Call motif hits at the end, as gtrack hits does; implies --null.",
    ),
    click.option(
        "--passport/--no-passport",
        default=None,
        help="Say at the end whether to believe the maps, as gtrack passport does. [default: where "
        "that costs at most 5 % of the scan]",
    ),
    click.option("--resume", is_flag=True, help="Go on with the scan in --out."),
    click.option("--overwrite", is_flag=True, help="Replace the scan in --out."),
]
"""How it runs, and what follows."""


_AS_GIVEN = (
    *("bed", "flank", "resize", "fasta", "sequences", "tile", "blacklist", "out", "method"),
    *("strand", "per_strand_tracks", "device", "precision", "shards", "engine", "workers"),
    "motifs",
)
"""Options that a job takes as they are."""


def scan_options(command: Command) -> Command:
    """Add the options that ``scan`` and ``plan`` share."""
    return added(command, *_INPUTS, *_METHOD, *_OUTPUTS, *_WINDOWS, *_MACHINE, *_BESIDE, *_RUN)


def scan_job(given: dict[str, Any]) -> Any:
    """Make a ScanJob of what :func:`scan_options` collected."""
    from gtrack.core.scan.null_windows import NULL_BASES
    from gtrack.workflows.scanning.job import ScanJob

    source = () if given["sequences"] else ("fasta",) if given["tile"] else ("bed", "fasta")
    missing = [f"--{name}" for name in (*source, "models", "out") if not given.get(name)]
    if missing:
        raise InputError(f"missing {', '.join(missing).replace('--models', '--model')}; see --help")
    models = pairs("--model", given["models"], "NAME=FOLDER or NAME=HUB_ID")
    projection, equals, weights = given["projection"].partition("=")
    if projection not in ("uniform", "repeat", "center", "weighted"):
        raise InputError(
            f"--projection {given['projection']}: use uniform, repeat, center or weighted=BIGWIG"
        )
    if (projection == "weighted") != bool(weights) or (equals and not weights):
        raise InputError("--projection weighted=BIGWIG, and only it, takes a file")
    return ScanJob(
        **{name: given[name] for name in _AS_GIVEN},
        models=models,
        genome=genome_name(given["genome"]),
        parameters=_parameters(given),
        projection=projection,
        weights=Path(weights) if weights else None,
        targets=targets_by_name(given["targets"], [name for name, _ in models]),
        outputs=by_name("--outputs", given["outputs"]),
        windows=numbers_by_name("--window", given["windows"]),
        strides=numbers_by_name("--stride", given["strides"]),
        batch_units=given["batch_tokens"],
        engine_options={
            name: str(given[name]) for name in ("jobs", "executor", "profile") if given[name]
        },
        null_bases=given["null_bases"]
        or (NULL_BASES if given["null"] or given["motifs"] else None),
        beside=wanted_beside(given),
        annotations=tuple(
            (name, Path(file))
            for name, file in pairs("--annotation", given["annotations"], "NAME=FILE")
        ),
    )


def _parameters(given: dict[str, Any]) -> dict[str, str]:
    """Return the parameters of the method, those with an option of their own included."""
    listed = pairs("--method-option", given["parameters"], "NAME=VALUE")
    for option, name in (("alibi_rule", "alibi_rule"), ("ism_draws", "draws")):
        if given[option] is not None:
            listed = (*listed, (name, given[option]))
    chosen = dict(listed)
    if len(chosen) < len(listed):
        raise InputError("--method-option: a parameter is given twice")
    return chosen
