"""Hits held against the truth of a simulation, for benchmarks/hits.py.

A hit has its locus right when it and a planted site share at least half of the shorter of the two,
and its motif right when that is of the same family as well.
"""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray
from simulate_hits import REGION_STEP, Simulation, Sites

from gtrack.core.hits.table import HitTable

Q = 0.05
Rows = NDArray[np.int64]
"""Columns region, start in the region, end, matrix."""


def hit_rows(table: HitTable, q: float = Q) -> Rows:
    """Return region, start, end, matrix of the hits."""
    kept = table.q < q
    region = table.start // REGION_STEP
    columns = [region, table.start - region * REGION_STEP, table.end - region * REGION_STEP]
    return np.column_stack([*columns, table.motif])[kept]


def owner(rows: Rows, sites: Sites) -> NDArray[np.int64]:
    """Return which site each hit covers (at least half of the shorter of the two), or -1."""
    start, end = (rows[:, 0] * REGION_STEP + rows[:, column] for column in (1, 2))
    order = np.argsort(sites.region * REGION_STEP + sites.start)
    first = (sites.region * REGION_STEP + sites.start)[order]
    last = first + sites.width[order]
    found = np.full(len(rows), -1)
    best = np.zeros(len(rows))
    for step in range(5):  # sites do not overlap, and the widest hit spans few
        k = np.searchsorted(last, start, side="right") + step
        near = np.flatnonzero(k < len(first))
        k = k[near]
        shared = np.minimum(end[near], last[k]) - np.maximum(start[near], first[k])
        share = shared / np.minimum(end[near] - start[near], last[k] - first[k])
        better = (share >= 0.5) & (share > best[near])
        best[near[better]] = share[better]
        found[near[better]] = order[k[better]]
    return found


def among(rows: Rows, simulation: Simulation, regions: int) -> tuple[Rows, Simulation]:
    """Return the hits and the truth of the first regions alone."""

    def first(sites: Sites) -> Sites:
        kept = sites.region < regions
        return Sites(*(getattr(sites, one.name)[kept] for one in fields(Sites)))

    planted, bystanders = first(simulation.planted), first(simulation.bystanders)
    return rows[rows[:, 0] < regions], replace(simulation, planted=planted, bystanders=bystanders)


def judge(rows: Rows, simulation: Simulation) -> dict[str, float]:
    """Hold hits against the truth; the motif is right when its family is."""
    planted = owner(rows, simulation.planted)
    bystander = owner(rows, simulation.bystanders)
    at_locus = planted >= 0
    families = np.array([matrix.family for matrix in simulation.matrices])
    named = at_locus.copy()
    truth = simulation.planted.matrix[planted[at_locus]]
    named[at_locus] = families[rows[at_locus, 3]] == families[truth]
    total = max(1, len(simulation.planted.region))
    precision = float(named.mean()) if len(rows) else 0.0
    recall = len(np.unique(planted[named])) / total
    duds = np.unique(bystander[(bystander >= 0) & ~at_locus])
    return {
        "hits": float(len(rows)),
        "motif_precision": precision,
        "motif_recall": recall,
        "f1": 2 * precision * recall / max(precision + recall, 1e-9),
        "locus_precision": float(at_locus.mean()) if len(rows) else 0.0,
        "locus_recall": len(np.unique(planted[at_locus])) / total,
        "false_share": float(1 - at_locus.mean()) if len(rows) else 0.0,
        "bystanders": len(duds) / max(1, len(simulation.bystanders.region)),
    }
