"""Where the time of a scan went, for a person, and what shortens the longest part."""

from __future__ import annotations

from collections.abc import Iterator

from gtrack.cli.terminal import printable_console
from gtrack.core.printable import lasting, rate
from gtrack.core.scan.spent import Spent

_WORTH = 60.0
"""Busy seconds of the slowest stage from which on something is said to be done about it."""

_SEEN, _KEPT_BUSY = 0.005, 0.75
"""Of the time: a stage that is named, and a model that waits for nothing worth a word."""

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
    if (model := at_work(spent)) is not None:
        yield f"while shards were under way, the model was {model}"
    slowest = spent.slowest
    if spent.seconds[slowest] >= _WORTH:
        took = lasting(spent.seconds[slowest])
        yield f"longest was {slowest}, {took}: {_advice(slowest, spent.devices)}"


def at_work(spent: Spent) -> str | None:
    """Say in how much of the processes' time the model was at work, and what else was most."""
    if not spent.shares:
        return None
    beside = _beside(spent)
    named = [f"{stage} in {_percent(share)}" for stage, share in beside[:2] if share >= _SEEN]
    of = "" if spent.processes == 1 else f" of {spent.processes:,} processes"
    return ", ".join([f"at work in {_percent(spent.shares['model'])} of the time{of}", *named])


def held_up(spent: Spent) -> str | None:
    """Say what shortens that which the model waits for, where it waits for long."""
    if not spent.shares or spent.shares["model"] >= _KEPT_BUSY or spent.clock < _WORTH:
        return None
    stage, _ = _beside(spent)[0]
    return f"{stage}: {_advice(stage, spent.devices)}"


def _beside(spent: Spent) -> list[tuple[str, float]]:
    """Return the other stages of processes, the longest first."""
    beside = [each for each in spent.shares.items() if each[0] != "model"]
    return sorted(beside, key=lambda each: -each[1])


def _advice(stage: str, devices: tuple[str, ...]) -> str:
    return _MODEL["cuda" if "cuda" in devices else "cpu"] if stage == "model" else _ADVICE[stage]


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _seconds(each: float) -> str:
    return f"{each:,.0f}" if each >= 10 else f"{each:.1f}"
