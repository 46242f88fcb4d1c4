"""Passports of a scan, for a person: a line a target, the sentences, and what no check sees."""

from __future__ import annotations

from pathlib import Path

from rich.markup import escape
from rich.table import Table

from gtrack.cli.terminal import printable_console
from gtrack.core.printable import pasted, shown
from gtrack.evaluation.passport import Passport
from gtrack.evaluation.passport_words import cannot_see, describes_sentence, lead, sees_sentence
from gtrack.workflows.passport import PassportSummary, Price

_COLOURS = {"supported": "green", "mixed": "yellow", "not supported": "red", "not asked": "yellow"}


def print_passports(summary: PassportSummary) -> None:
    """Print whether to believe the maps to stderr."""
    console = printable_console()
    table = Table("believe the map?", "verdict", "A sees something", "B describes it", box=None)
    for passport in summary.passports:
        words = (passport.verdict, passport.sees, passport.describes)
        table.add_row(_title(passport), *(f"[{_COLOURS[word]}]{word}[/]" for word in words))
    console.print()
    console.print(table)
    for passport in summary.passports:
        said = [sees_sentence(passport), describes_sentence(passport)]
        if passport.verdict != "supported":
            said.insert(0, lead(passport))
        console.print(escape(f"{_title(passport)}: {' '.join(said)}"), soft_wrap=True)
    blind = dict.fromkeys(text for each in summary.passports for text in cannot_see(each))
    for text in blind:
        console.print(f"[dim]not seen:[/] {escape(text)}", soft_wrap=True)
    console.print(f"{summary.path}", soft_wrap=True, markup=False)


def print_price(out: Path, price: Price) -> None:
    """Say what was not asked, how to ask it, and what that costs."""
    console = printable_console()
    console.print(
        f"whether to believe these maps was not asked: gtrack passport {pasted(out)} does, for "
        f"about {price.passes:,.0f} explanations of a window (this scan: {price.scan:,.0f})",
        soft_wrap=True,
        markup=False,
    )


def _title(passport: Passport) -> str:
    return shown(f"{passport.model}: {passport.target}")
