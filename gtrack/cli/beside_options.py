"""The options of what stands beside the tracks of models, for ``scan``, ``plan`` and ``merge``."""

from __future__ import annotations

from typing import Any

import click

from gtrack.cli.options import Command, added, pairs

BESIDE = [
    click.option(
        "--score-track",
        is_flag=True,
        help="Write the score of windows as a track of each model, too: every base has that of the "
        "window that owns it.",
    ),
    click.option(
        "--ensemble",
        "ensembles",
        multiple=True,
        metavar="NAME=MODEL,MODEL[,...]",
        help="Show models of the scan (folds, seeds) as one, too: the mean of their relevance, its "
        "standard deviation and sign agreement; hits and exports take it as a model. Repeat for "
        "more.",
    ),
]
"""Made at the merge, from what the models gave."""


def beside_options(command: Command) -> Command:
    """Add them to a command."""
    return added(command, *BESIDE)


def wanted_beside(given: dict[str, Any]) -> Any:
    """Make a Beside of what they collected."""
    from gtrack.core.errors import InputError
    from gtrack.core.scan.ensemble import Ensemble
    from gtrack.workflows.folder.beside_record import Beside

    named = pairs("--ensemble", given["ensembles"], "NAME=MODEL,MODEL[,...]")
    if twice := [name for name, _ in named if [each for each, _ in named].count(name) > 1]:
        raise InputError(f"--ensemble {twice[0]}=...: the name is given twice; names are free")
    ensembles = tuple(Ensemble(name, tuple(members.split(","))) for name, members in named)
    return Beside(given["score_track"], ensembles)
