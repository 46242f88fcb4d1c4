"""How models read, and where: options that ``scan``, ``plan`` and ``predict`` share."""

from __future__ import annotations

from typing import Any

import click

from gtrack.core.precision import PRECISIONS
from gtrack.core.strands import STRANDS

MODEL = click.option(
    "--model",
    "models",
    multiple=True,
    metavar="NAME=PATH|HUB_ID",
    help="A model folder or Hub id, and your name for it. Repeat to compare models.",
)

OUTPUTS = click.option(
    "--outputs",
    multiple=True,
    metavar="[NAME=]classes|labels|values",
    help="What the model's outputs are: exclude each other, do not, or are no decisions. "
    "[default: problem_type of its config.json]",
)

WINDOW = click.option(
    "--window",
    "windows",
    multiple=True,
    metavar="[NAME=]BP",
    help="Length of the model's input. [default: as trained]",
)

STRIDE = click.option(
    "--stride",
    "strides",
    multiple=True,
    metavar="[NAME=]BP",
    help="Step between windows of long regions. [default: half a window]",
)

STRAND = click.option(
    "--strand",
    type=click.Choice(STRANDS),
    help="Strands to read and explain; region: that of the BED. [default: as trained, else both]",
)

DEVICE = click.option(
    "--device",
    default="auto",
    show_default=True,
    metavar="auto|cpu[:N]|cuda[:0,1]",
    help="Where to compute: cpu:2 in two processes that share the cores, cuda on all GPUs that are "
    "to be seen, cuda:0,1 on these. [auto: one GPU, else the CPU]",
)

PRECISION = click.option(
    "--precision",
    type=click.Choice(PRECISIONS),
    help="Arithmetic of matrix products. [default: fp32 on a CPU, tf32 on CUDA]",
)

BATCH_TOKENS = click.option(
    "--batch-tokens",
    type=click.IntRange(min=1),
    metavar="N",
    help="Tokens (a CNN: bases) per batch; part of the plan. Smaller needs less memory.",
)


class _TokensOrAuto(click.IntRange):
    """A number of tokens, or ``auto``."""

    name = "tokens"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return ``auto`` as it is."""
        return value if value == "auto" else super().convert(value, param, ctx)


BATCH_TOKENS_OR_AUTO = click.option(
    "--batch-tokens",
    type=_TokensOrAuto(min=1),
    metavar="N|auto",
    help="Tokens (a CNN: bases) per batch; part of the plan. Smaller needs less memory; auto tries "
    "a few: what is fast on a CPU, what fits on a GPU.",
)

TILE = click.option(
    "--tile",
    multiple=True,
    is_flag=False,
    flag_value="",
    metavar="[CHROM[:START-END]]",
    help="In the place of --bed: the whole genome, or this of it, counted from 1, ends included. "
    "Repeat for more. Runs of 100 N and more are left out.",
)

FLANK = click.option(
    "--flank",
    type=click.IntRange(1, 10**9),
    metavar="BP",
    help="Read every region with BP bases more on either side.",
)

RESIZE = click.option(
    "--resize",
    type=click.IntRange(1, 10**9),
    metavar="BP",
    help="Read BP bases around the summit or middle of every region instead of it.",
)
