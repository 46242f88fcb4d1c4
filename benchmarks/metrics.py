"""What metrics without model runs cost: CPU milliseconds per region of 1 kb, all of them together.

Of a map of tokens of 4 to 8 bases: likeness to a map per base by every measure at both levels, with
the ceilings of tokens; sparsity and complexity at both levels; localisation with bounds. Circular
shifts and the bootstrap stand apart and are printed beside. The least of five rounds, one thread.
One JSON line; exit 1 beyond the gate.

    python benchmarks/metrics.py
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np

from gtrack.evaluation import complexity, localisation, sparsity
from gtrack.evaluation.bootstrap import estimates
from gtrack.evaluation.circular_shifts import shift_p
from gtrack.evaluation.localisation_bounds import mass_ceiling, rank_ceiling
from gtrack.evaluation.similarity import MEASURES
from gtrack.evaluation.units import projected, spread, sums

GATE_MS = 0.75
REGIONS, LENGTH = int(os.environ.get("GTRACK_BENCH_REGIONS", "1000")), 1000
SHAPES = (
    *(sparsity.gini, sparsity.hoyer, complexity.entropy, complexity.relative_entropy),
    complexity.effective_complexity,
)
LOCAL = (
    *(localisation.mass_accuracy, localisation.rank_accuracy, localisation.auroc),
    *(localisation.auprc, localisation.pointing_game, localisation.enrichment),
)


def inputs(rng: np.random.Generator) -> tuple[list[np.ndarray], ...]:
    """Return maps per base, maps even within tokens, spans and masks of random regions."""
    base, even, spans, masks = [], [], [], []
    for _ in range(REGIONS):
        ends = np.cumsum(rng.integers(4, 9, LENGTH))
        ends = np.append(ends[ends < LENGTH], LENGTH)
        spans.append(np.stack([np.append(0, ends[:-1]), ends], 1))
        base.append(rng.normal(size=LENGTH) ** 3)
        even.append(spread(rng.normal(size=len(ends)) ** 3, spans[-1], LENGTH))
        masks.append(np.zeros(LENGTH, bool))
        for start in rng.integers(0, LENGTH - 12, 4):
            masks[-1][start : start + 12] = True
    return base, even, spans, masks


def spent(work: Callable[[], object]) -> float:
    """Return the CPU milliseconds per region, the least of five rounds."""
    took = []
    for _ in range(5):
        begun = time.process_time()
        work()
        took.append(time.process_time() - begun)
    return min(took) / REGIONS * 1000


def drained(values: Iterable[object]) -> None:
    """Have everything computed."""
    for _ in values:
        pass


def main() -> int:
    """Measure every group and hold the sum against the gate."""
    base, even, spans, masks = inputs(np.random.default_rng(0))
    rows = list(zip(base, even, spans, masks, strict=True))
    units = [(sums(a, s), sums(b, s)) for a, b, s, _ in rows]
    groups: dict[str, Callable[[], object]] = {
        "tokens": lambda: drained((sums(a, s), sums(b, s)) for a, b, s, _ in rows),
        "similarity": lambda: drained(
            measure(*pair)
            for (a, b, _, _), tokens in zip(rows, units, strict=True)
            for pair in ((a, b), tokens)
            for measure in MEASURES.values()
        ),
        "ceilings": lambda: drained(
            measure(a, through)
            for a, _, s, _ in rows
            for through in (projected(a, s),)
            for measure in MEASURES.values()
        ),
        "sparsity, complexity": lambda: drained(
            shape(each)
            for (a, b, _, _), tokens in zip(rows, units, strict=True)
            for each in (b, tokens[1])
            for shape in SHAPES
        ),
        "localisation": lambda: drained(measure(b, m) for _, b, _, m in rows for measure in LOCAL),
        "bounds": lambda: drained((mass_ceiling(m, s), rank_ceiling(m, s)) for _, _, s, m in rows),
    }
    apart: dict[str, Callable[[], object]] = {
        "shifts": lambda: drained(
            shift_p(a, m, measure) for a, _, _, m in rows for measure in LOCAL[:3]
        ),
        "bootstrap": lambda: estimates(
            lambda weights: {0: weights @ np.ones(REGIONS)},
            np.zeros(REGIONS, np.int64),
            resamples=1000,
            seed=0,
        ),
    }
    ms = {name: spent(work) for name, work in groups.items()}
    total = sum(ms.values())
    print(
        json.dumps(
            {
                "name": "metrics",
                "ms_per_region": round(total, 3),
                "gate": GATE_MS,
                **{name: round(each, 3) for name, each in ms.items()},
                "apart": {name: round(spent(work), 3) for name, work in apart.items()},
                "regions": REGIONS,
                "numpy": np.__version__,
            }
        )
    )
    return int(total > GATE_MS)


if __name__ == "__main__":
    sys.exit(main())
