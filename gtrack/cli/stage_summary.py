"""Where the time of a scan went, for a person, and what shortens the longest part."""

from __future__ import annotations

from collections.abc import Iterator

from gtrack.cli.terminal import printable_console
from gtrack.core.printable import lasting, rate
from gtrack.core.scan.spent import Spent

_WORTH = 60.0
"""Busy seconds of the slowest stage from which on something is said to be done about it."""

_ADVICE = {
    "planning": "a plain FASTA with its .fai, on a disk of this machine, is read fastest",
    "opening": "every process opens the models once: give each more shards, or start fewer",
    "reading": "a plain FASTA with its .fai, on a disk of this machine, is read fastest",
    "tokenising": "more processes share it: --device cpu:N, or gtrack work on more machines",
    "projecting": "more processes share it: --device cpu:N, or gtrack work on more machines",
    "writing": "an --out on a disk of this machine shortens it",
    "merging": "an --out on a disk of this machine shortens it, and so do fewer --target",
    "calling": "fewer motifs shorten it: of those that are alike, one is enough",
    "judging": "--no-passport leaves it out; gtrack passport does it later",
}
"""What a user can do about a stage."""

_MODEL = {
    "cpu": "a GPU shortens it (--device cuda), and so do gtrack work on more machines and a longer "
    "--stride",
    "cuda": "gtrack work on more GPUs shares it; --batch-tokens auto and --precision bf16 may "
    "shorten it",
}


def print_spent(spent: Spent | None) -> None:
    """Print the seconds of every stage to stderr."""
    if spent is not None:
        console = printable_console()
        for line in said(spent):
            console.print(line, soft_wrap=True, markup=False, highlight=False)


def said(spent: Spent) -> Iterator[str]:
    """Yield the lines about a scan."""
    shares = ", ".join(
        f"{stage} {_seconds(each)} ({each / spent.total:.0%})"
        for stage, each in spent.seconds.items()
    )
    yield f"busy seconds of the scan's stages, which may overlap: {shares}"
    windows, bases = (spent.per_second(each) for each in (spent.windows, spent.bases))
    if windows is not None and bases is not None:
        yield f"{rate(windows)} windows/s, {rate(bases)} bases/s while shards were under way"
    slowest = spent.slowest
    if spent.seconds[slowest] >= _WORTH:
        device = "cuda" if "cuda" in spent.devices else "cpu"
        advice = _MODEL[device] if slowest == "model" else _ADVICE[slowest]
        yield f"longest was {slowest}, {lasting(spent.seconds[slowest])}: {advice}"


def _seconds(each: float) -> str:
    return f"{each:,.0f}" if each >= 10 else f"{each:.1f}"
