"""What became of tracks of another tool, for a person."""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape

from gtrack.cli.notes import print_note
from gtrack.cli.terminal import printable_console
from gtrack.core.printable import shown, some
from gtrack.workflows.calling.results import HitsSummary
from gtrack.workflows.calling.taken_tracks import TakenTrack, TracksSummary

_NAMED = 5
"""Regions that are named; more are counted."""


def print_tracks(summary: TracksSummary) -> None:
    """Print the account of the tracks that were taken to stderr: every region is in it."""
    console = printable_console()
    twice = summary.given - summary.regions
    dropped = f", {twice:,} of them exact duplicates" if twice else ""
    console.print(
        f"\n{summary.given:,} regions given{dropped}; {summary.regions:,} looked at, 0 refused",
        soft_wrap=True,
    )
    for line in summary.notes:
        print_note(line)
    for track in summary.tracks:
        for words in _said(track, summary.regions):
            console.print(words, soft_wrap=True)
    for track in summary.tracks:
        console.print(f"{summary.out / track.spec.path}", soft_wrap=True, markup=False)


def print_unguarded(summary: HitsSummary) -> None:
    """Print to stderr what the hits are not guarded against, where there is such."""
    if summary.unguarded is not None:
        console = printable_console()
        console.print(f"[yellow]warning:[/] {escape(summary.unguarded)}", soft_wrap=True)


def _said(track: TakenTrack, regions: int) -> Iterator[str]:
    name = escape(shown(track.spec.name))
    yield f"{name}: {track.spec.bases:,} bases with a value"
    if track.empty:
        yield (
            f"[yellow]warning:[/] {name}: no value in {len(track.empty):,} of the {regions:,} "
            f"regions: {escape(some(track.empty, _NAMED, 60))}"
        )
