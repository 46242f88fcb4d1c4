"""``gtrack status``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gtrack.cli.options import FILE
from gtrack.cli.terminal import echo, printable_console

if TYPE_CHECKING:
    from gtrack.workflows.status import Looker, Status

_LOOK, _SHARE = 2.0, 4.0
"""Seconds between two looks; of a large folder, so many times what a look takes."""

_NAMED = 8
"""Shards of a run, or runs, that are named; more are counted."""


@click.command()
@click.argument("folder", metavar="DIR", type=FILE)
@click.option("--watch", is_flag=True, help="Look again and again, until the scan is finished.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
def status(folder: Path, watch: bool, as_json: bool) -> None:
    """Say how far a scan is, who is at it, how fast it goes, and what to do next.

    It reads, and neither writes nor locks, so it may be asked at any time, on any machine that sees
    the folder. Rates are of the pieces that ended last, by the times of their files; for how much
    of the time the model was at work is of all runs, by their log. With --watch the figures stay in
    place on a terminal; into a file or a pipe goes a line for each change.
    Code 0 says that there is a scan, finished or not.

    \b
    Example:
      gtrack status out/planned
    """
    from gtrack.core.errors import InputError
    from gtrack.workflows.status import Looker

    if watch and as_json:
        raise InputError("--watch and --json exclude each other; call --json as often as you like")
    looker = Looker(folder)
    if watch:
        _watched(looker)
    elif as_json:
        echo(*_as_json(looker.look()))
    else:
        echo(*_told(looker.look()))


def _watched(looker: Looker) -> None:
    """Show how far the scan is until it is finished."""
    import sys

    console = printable_console()
    if not (console.is_terminal and sys.stdout.isatty()):
        before: tuple[object, ...] = ()
        for now in _looks(looker):
            changed, before = _changes(now) != before, _changes(now)
            if changed:
                echo(_line(now))
        return
    from rich.live import Live
    from rich.text import Text

    with Live(console=console, auto_refresh=False, transient=True) as live:
        for now in _looks(looker):
            live.update(Text("\n".join(_told(now))), refresh=True)
    echo(*_told(now))


def _looks(looker: Looker) -> Iterator[Status]:
    import time

    while True:
        began = time.monotonic()
        now = looker.look()
        yield now
        if now.state == "finished":
            return
        time.sleep(max(_LOOK, _SHARE * (time.monotonic() - began)))


def _changes(now: Status) -> tuple[object, ...]:
    """Return what a line of its own is worth: no rate, which always changes."""
    runs = tuple((run.who, run.state, run.shards) for run in now.runs)
    return now.state, now.shards, now.null, runs, now.there


def _line(now: Status) -> str:
    """Say all in a line."""
    said = [_words(now) + (f": {_shards(now)}" if now.shards.of else "")]
    if now.null.of:
        said.append(f"{now.null.done:,} of {now.null.of:,} parts of the null")
    live = sum(run.state == "running" for run in now.runs)
    if live:
        said.append(f"{live:,} run{'s' * (live > 1)} at work")
    if now.left_behind:
        said.append(f"{len(now.left_behind):,} left behind")
    return ", ".join([*said, *_speed(now)])


def _shards(now: Status) -> str:
    return f"{now.shards.done:,} of {now.shards.of:,} shards"


def _told(now: Status) -> Iterator[str]:
    """Say all in lines of their own."""
    from gtrack.cli.stage_summary import at_work, held_up

    yield f"{now.out}: {_words(now)}"
    null = " (null included)" if now.null.of else ""
    if now.shards.of:
        under_way = len({k for run in now.runs if run.state == "running" for k in run.shards})
        more = [f"{now.shards.done:,} of {now.shards.of:,} done"]
        more += [f"{under_way:,} under way"] if under_way else []
        yield "shards   " + ", ".join(more)
        if now.null.of:
            yield f"null     {now.null.done:,} of {now.null.of:,} parts done"
        for name, count in (("windows", now.windows), ("bases", now.bases)):
            share = 100 * count.done // count.of if count.of else 100
            yield f"{name:<8} {count.done:,} of {count.of:,} done, {share} %{null}"
    for run in now.runs[:_NAMED]:
        yield f"{_STATES[run.state]:<8} {run.who}{_of(run.shards)}{_quiet(run.state, run.quiet)}"
    if len(now.runs) > _NAMED:
        yield f"         and {len(now.runs) - _NAMED:,} runs more"
    if speed := _speed(now):
        yield "rate     " + ", ".join(speed)
    if now.spent is not None and (model := at_work(now.spent)) is not None:
        yield f"model    {model}"
        if (cure := held_up(now.spent)) is not None:
            yield f"shorten  {cure}"
    if now.there:
        yield "there    tracks, " + ", ".join(now.there)
    yield f"next     {now.next}"


_STATES = {"running": "at work", "silent": "silent", "ended": "ended"}


def _words(now: Status) -> str:
    if now.foreign and now.state == "unplanned":
        return "tracks of another tool, not taken to their end"
    merged = now.shards.of and now.shards.done == now.shards.of and now.null.done == now.null.of
    return {
        "unplanned": "begun, but stopped before anything was planned",
        "planned": "planned, and nobody has begun",
        "running": "running" + (", all shards are done" if merged else ""),
        "stopped": "stopped: some is done, and nobody is at work",
        "unmerged": "all shards are done, and wait for the merge",
        "finished": "finished" + (" (tracks of another tool)" if now.foreign else ""),
    }[now.state]


def _of(shards: tuple[int, ...]) -> str:
    if not shards:
        return ""
    from gtrack.core.printable import some

    return f": shard{'s' * (len(shards) > 1)} {some(shards, _NAMED)}"


def _quiet(state: str, seconds: float) -> str:
    from gtrack.core.printable import lasting

    if state == "silent":
        return f", no sign for {lasting(seconds)} (gone, if the clocks agree)"
    return ", its process is gone" if state == "ended" else ""


def _speed(now: Status) -> list[str]:
    from gtrack.core.printable import lasting, rate

    if now.windows_per_second is None or now.bases_per_second is None:
        return []
    said = [f"{rate(now.windows_per_second)} windows/s", f"{rate(now.bases_per_second)} bases/s"]
    return [*said, f"about {lasting(now.seconds)} left"] if now.seconds is not None else said


def _as_json(now: Status) -> list[str]:
    import json
    from dataclasses import asdict

    record = {"schema": "gtrack-status/1", **asdict(now), "out": str(now.out)}
    del record["spent"]  # seconds, of which programs want the shares
    more = {
        "left_behind": now.left_behind,
        "shares": {k: round(v, 4) for k, v in now.shares.items()},
    }
    return json.dumps({**record, **more}, indent=1).splitlines()
