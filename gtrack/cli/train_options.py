"""The options of a training, which every kind of model shares."""

from __future__ import annotations

import click

from gtrack.cli.options import FILE, Command, added

_EXAMPLES = [
    click.option(
        "--csv",
        type=FILE,
        help="Examples: columns sequence,label; two labels or more, of which each row has one.",
    ),
    click.option(
        "--labels",
        metavar="COLUMN,...",
        help="Columns of the CSV with 0 or 1, in place of label: labels that do not exclude "
        "each other.",
    ),
    click.option(
        "--values",
        metavar="COLUMN,...",
        help="Columns of the CSV with numbers, in place of label: a regression.",
    ),
    click.option("--positives", type=FILE, help="BED or narrowPeak of the regions to find."),
    click.option(
        "--negatives",
        metavar="BED|shuffle|gc-matched",
        help="Regions to tell them from; or every positive with its dinucleotides shuffled; "
        "or random windows of the same GC on the same chromosome.",
    ),
    click.option("--fasta", type=FILE, help="Genome of the BED files: FASTA or 2bit."),
    click.option(
        "--window",
        "window_bp",
        type=int,
        metavar="BP",
        help="Length of sequence to read. Regions: centred on the region or summit. "
        "CSV: the middle of longer sequences. [default for CSV: the longest sequence]",
    ),
    click.option(
        "--flank",
        type=click.IntRange(1, 10**6),
        metavar="BP",
        help="Regions of one length: read them with BP bases on either side, instead of --window.",
    ),
    click.option(
        "--resize",
        type=click.IntRange(1, 10**6),
        metavar="BP",
        help="Regions: read BP bases around the summit or middle; the same as --window.",
    ),
]
"""What is learnt, and from what."""

_HELD_OUT = [
    click.option(
        "--holdout",
        metavar="CHROM,...",
        help="Test on the regions of these chromosomes.",
    ),
    click.option(
        "--test-share",
        type=float,
        metavar="SHARE",
        help="Test on a random share, of every label alike where each row has one. "
        "[default: 0.1; 0 with --test-csv]",
    ),
    click.option("--test-csv", type=FILE, help="A further test set, with the same columns."),
    click.option(
        "--shared",
        type=click.Choice(["test", "train", "keep"]),
        default="test",
        show_default=True,
        help="Which side of --holdout or --test-csv loses windows that overlap, or share much of "
        "their sequence with, the other side; keep: neither, and the scores are too high. A "
        "random split never parts such windows, but with keep.",
    ),
]
"""What is tested on."""

_SHOWN = [
    click.option(
        "--augment",
        metavar="rc,shift|none",
        help="rc: show every window on either strand, and record that the model reads both; "
        "shift: move it within its flanks. [default: rc; none with --use-strand]",
    ),
    click.option(
        "--shift",
        "shift_bp",
        type=int,
        metavar="BP",
        help="Farthest move of --augment shift. [default: a tenth of the window]",
    ),
    click.option(
        "--use-strand",
        is_flag=True,
        help="Read regions of strand - as their reverse complement.",
    ),
]
"""How examples are shown."""

_MODEL = [
    click.option("--out", type=FILE, required=True, help="Model folder to make."),
    click.option("--from", "base", metavar="MODEL", help="Go on from this model folder or Hub id."),
]
"""Where the model goes and comes from."""

_OPTIMISER = [
    click.option(
        "--epochs",
        type=float,
        help="Passes over the training windows. [default: 5; of a new network 1,000 steps at "
        "least]",
    ),
    click.option("--steps", type=int, help="Steps, instead of --epochs."),
    click.option("--batch", type=int, default=64, show_default=True, help="Windows per step."),
    click.option(
        "--lr",
        type=float,
        help="Highest learning rate; smaller if the loss is nan. [default: 2e-3 for a new CNN, "
        "1e-3 for a new DNABERT-2, 5e-4 with --from, 3e-5 from hidden size 256]",
    ),
    click.option(
        "--warmup",
        type=int,
        default=100,
        show_default=True,
        help="First steps, in which the rate rises; at most a tenth. From half time it falls.",
    ),
]
"""How long and how fast it learns."""

_RUN = [
    click.option(
        "--short-first",
        is_flag=True,
        help="Show short sequences before long ones: a curriculum.",
    ),
    click.option(
        "--seed", type=int, default=0, show_default=True, help="Same seed, same split, same draws."
    ),
    click.option(
        "--threads",
        type=int,
        default=1,
        show_default=True,
        help="CPU threads. With 1, the same command gives the same bytes.",
    ),
    click.option(
        "--device",
        default="auto",
        show_default=True,
        metavar="auto|cpu|cuda",
        help="Where to compute.",
    ),
    click.option("--work", type=FILE, help="Folder of the checkpoints. [default: OUT.work]"),
    click.option("--resume", is_flag=True, help="Go on from the newest checkpoint."),
]
"""Chance, machine and checkpoints."""


def train_options(command: Command) -> Command:
    """Add them to a command."""
    return added(command, *_EXAMPLES, *_HELD_OUT, *_SHOWN, *_MODEL, *_OPTIMISER, *_RUN)
