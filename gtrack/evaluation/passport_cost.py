"""What a passport costs, in AttnLRP passes of one row (a window on one strand)."""

from __future__ import annotations

from gtrack.evaluation.passport_windows import RANDOM, STRONGEST

FORWARDS = 2.5
"""Forward passes that one AttnLRP pass costs: 2.3 to 2.7 on the models measured."""

WINDOWS = 40
"""Windows of B and D."""

SEEING = 2.5
"""Windows of A1 to each of B."""

SHARE = 0.05
"""A scan makes its passports by itself where they cost at most this share of it."""

EXACT_ROWS = 3
"""Rows of C1 to C3."""

_EXACT = 5
"""Passes of each: the map, the same and CP-LRP in float64 (twice as dear)."""

BASES_OF_TOKEN = 5
"""Of DNABERT-2 on DNA, about."""

DRAWS = 3
"""Substitutions of a base that is changed."""

LOCAL = 3
"""How much cheaper a changed base is where only what it reaches is computed: 6 to 12 of whole
windows, less of twenty bases."""


def passes(
    unit: str, window_bp: int, both: bool, windows: int = WINDOWS, *, local: bool = False
) -> float:
    """Return the cost of the passport of one target.

    Parameters
    ----------
    unit : {"token", "base"}
    window_bp : int
    both : bool
        Whether the model reads both strands: then the maps of both are made.
    windows : int
        Of B and D.
    local : bool
        Whether only what a changed base reaches is computed, as of gtrack's CNN.

    Examples
    --------
    >>> round(passes("token", 200, both=True)), round(passes("base", 200, both=True, local=True))
    (871, 551)
    """
    sees = 2 * SEEING * windows / FORWARDS
    maps = windows * (2 + both)
    if unit == "token":
        each = window_bp / BASES_OF_TOKEN
    else:
        each = (STRONGEST + RANDOM) * DRAWS / (LOCAL if local else 1)
    return sees + maps + windows * (each + 1) / FORWARDS + EXACT_ROWS * _EXACT
