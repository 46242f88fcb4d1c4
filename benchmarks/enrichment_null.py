"""How often relevance that knows nothing of an annotation is called enriched on it: p below .05.

Maps and annotations of seven kinds, drawn without regard to each other, in clusters or not; and of
two kinds in which relevance does lie on the annotation, which should be found. Everything is drawn
round its region, so that no place is likelier than another. JSON lines; exit 1 where a share of the
first seven is above the gate.

    python benchmarks/enrichment_null.py [--sets 400]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
from numpy.typing import NDArray

from gtrack.evaluation.annotation_enrichment import against_background, against_shifts

GATE = 0.05 + 3 * (0.05 * 0.95 / 400) ** 0.5  # three standard errors of 400 sets
Region = tuple[NDArray[np.float64], NDArray[np.bool_], str]
Draw = Callable[[np.random.Generator], list[Region]]


def letters(rng: np.random.Generator, length: int, gc: float | NDArray[np.float64] = 0.5) -> str:
    """Return random bases, of one GC content or of one for each base."""
    strong = rng.random(length) < gc
    return "".join(np.where(strong, rng.choice(["G", "C"], length), rng.choice(["A", "T"], length)))


def relevance(
    rng: np.random.Generator, length: int, clusters: int, width: float
) -> NDArray[np.float64]:
    """Return a little noise, and clusters of lognormal height."""
    values = np.abs(rng.normal(0, 0.05, length))
    for centre in rng.integers(0, length, clusters).tolist():
        away = np.abs(np.arange(length) - centre)
        away = np.minimum(away, length - away)
        bases = np.exp(-0.5 * (away / width) ** 2) * rng.random(length)
        values += rng.lognormal() * bases
    return values


def stretches(
    rng: np.random.Generator, length: int, zones: int, zone: int, share: float, size: int = 12
) -> NDArray[np.bool_]:
    """Return an annotation: zones, filled to a share with stretches of one size."""
    mask = np.zeros(length, np.bool_)
    for _ in range(zones):
        first = int(rng.integers(length))
        for start in range(first, first + zone - size + 1, size + 3):
            if rng.random() < share:
                mask[np.arange(start, start + size) % length] = True
    return mask


def clustered(rng: np.random.Generator) -> list[Region]:
    """Return 20 regions of 1 kb; clusters of both."""
    one = lambda: (relevance(rng, 1000, 3, 60), stretches(rng, 1000, 1, 300, 0.7))  # noqa: E731
    return [(*one(), letters(rng, 1000)) for _ in range(20)]


def long(rng: np.random.Generator) -> list[Region]:
    """Return one region of 50 kb; broad clusters of both."""
    values = relevance(rng, 50_000, 40, 300)
    return [(values, stretches(rng, 50_000, 8, 1500, 0.6, 20), letters(rng, 50_000))]


def unlike(rng: np.random.Generator, regions: int, zone: int) -> list[Region]:
    """Return regions of very different strength, half of them annotated."""
    found = []
    for _ in range(regions):
        values = relevance(rng, 300, 2, 40) * rng.lognormal(0, 1.2)
        zones = int(rng.random() < 0.5)
        found.append((values, stretches(rng, 300, zones, zone, 1), letters(rng, 300)))
    return found


def alone(rng: np.random.Generator) -> list[Region]:
    """Return 20 regions whose bases have nothing to do with each other."""
    mask = lambda: stretches(rng, 300, 2, 40, 0.5)  # noqa: E731
    return [(np.abs(rng.normal(size=300)), mask(), letters(rng, 300)) for _ in range(20)]


def few(rng: np.random.Generator) -> list[Region]:
    """Return five regions."""
    one = lambda: (relevance(rng, 400, 2, 30), stretches(rng, 400, 1, 60, 0.6))  # noqa: E731
    return [(*one(), letters(rng, 400)) for _ in range(5)]


def composed(rng: np.random.Generator) -> list[Region]:
    """Return regions in domains of GC content, which relevance follows."""
    found = []
    for _ in range(20):
        bases = letters(rng, 600, np.repeat(rng.choice([0.3, 0.5, 0.7], 10), 60))
        strong = np.isin(list(bases), ["G", "C"])
        values = relevance(rng, 600, 2, 40) * (0.3 + strong)
        found.append((values, stretches(rng, 600, 1, 150, 0.6), bases))
    return found


def enriched(rng: np.random.Generator) -> list[Region]:
    """Return 20 regions with relevance on the annotation, beside clusters of other relevance."""
    found = []
    for _ in range(20):
        mask = stretches(rng, 500, 1, 60, 0.6)
        values = relevance(rng, 500, 2, 20) + 0.5 * mask * rng.random(500)
        found.append((values, mask, letters(rng, 500)))
    return found


def enriched_long(rng: np.random.Generator) -> list[Region]:
    """Return one region with it."""
    mask = stretches(rng, 50_000, 8, 1500, 0.1, 20)
    return [(relevance(rng, 50_000, 40, 300) + mask, mask, letters(rng, 50_000))]


BY_CHANCE: dict[str, Draw] = {
    "20 regions, in clusters": clustered,
    "one long region, in clusters": long,
    "100 unlike regions, a stretch in half of them": lambda rng: unlike(rng, 100, 14),
    "40 unlike regions, clusters in half of them": lambda rng: unlike(rng, 40, 150),
    "no clusters": alone,
    "5 regions": few,
    "domains of GC content": composed,
}
ENRICHED: dict[str, Draw] = {
    "20 regions, enriched": enriched,
    "one long region, enriched": enriched_long,
}


def measured(draw: Draw, sets: int) -> dict[str, float]:
    """Return how many of some sets have p < .05, and how many of their intervals hold 1."""
    shifts = background = held = intervals = 0
    for seed in range(sets):
        maps, masks, bases = map(list, zip(*draw(np.random.default_rng(seed)), strict=True))
        given = {"draws": 200, "resamples": 200, "seed": seed}
        shifts += against_shifts(maps, masks, **given).p < 0.05
        found = against_background(maps, masks, bases, **given)
        background += found.p < 0.05
        if found.ci_low == found.ci_low:
            intervals += 1
            held += found.ci_low <= 1 <= found.ci_high
    holds = round(held / intervals, 3) if intervals else None
    return {"shifts": shifts / sets, "background": background / sets, "interval_holds_1": holds}


def main() -> int:
    """Measure; hold what chance gives against the gate."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sets", type=int, default=400)
    sets, failed = parser.parse_args().sets, False
    for name, draw in {**BY_CHANCE, **ENRICHED}.items():
        found = measured(draw, sets)
        print(json.dumps({"name": name, "sets": sets, **found}), flush=True)
        failed |= name in BY_CHANCE and max(found["shifts"], found["background"]) > GATE
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
