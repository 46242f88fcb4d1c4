"""How many rows the two tables of a scan have, known before they are written."""

from __future__ import annotations

import numpy as np

from gtrack.core.scan.grid import BOTH
from gtrack.core.scan.plan import Plan


def window_rows(plan: Plan) -> int:
    """Return the rows of ``windows.tsv``: one per window, strand, model and target."""
    rows = 0
    for model in plan.models:
        strands = plan.grid(model.name).strands
        read = len(strands) + int(np.count_nonzero(strands == BOTH))
        rows += read * len(model.targets)
    return rows


def region_rows(plan: Plan) -> int:
    """Return the rows of ``regions.tsv``: one per region, model and target."""
    return len(plan.regions) * sum(len(model.targets) for model in plan.models)
