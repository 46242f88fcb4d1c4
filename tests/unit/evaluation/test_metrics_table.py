"""The table of metrics: what it says is what the measures do."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gtrack.core.metrics import AXES, METRICS, MORE
from gtrack.evaluation import complexity, localisation, sparsity
from gtrack.evaluation.similarity import MEASURES

SHAPES = {name: getattr(sparsity, name) for name in ("gini", "hoyer")} | {
    name: getattr(complexity, name)
    for name in ("entropy", "relative_entropy", "effective_complexity")
}
PLACES = {
    name: getattr(localisation, name)
    for name in (
        *("mass_accuracy", "rank_accuracy", "auroc", "auprc"),
        *("pointing_game", "enrichment"),
    )
}


def of_axis(*axes: str) -> set[str]:
    return {name for name, metric in METRICS.items() if metric.axis in axes}


def test_every_measure_stands_in_the_table_and_no_other():
    assert of_axis("similarity") == set(MEASURES)
    assert of_axis("sparsity", "complexity") == set(SHAPES)
    assert of_axis("localisation") == {*PLACES, "shift_p"}
    assert {metric.axis for metric in METRICS.values()} == set(AXES)


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_is_fit_for_a_table(name):
    metric = METRICS[name]
    assert name.isidentifier()
    assert name.islower()
    assert metric.low < metric.high
    assert metric.levels
    assert metric.title
    assert metric.words.endswith(".")


def test_measures_keep_to_their_ranges_and_prefer_what_the_table_says():
    rng = np.random.default_rng(0)
    mask = np.arange(60) % 17 < 4
    for _ in range(50):
        a, b = rng.normal(size=(2, 60)) ** 3
        found = {name: measure(a, b) for name, measure in MEASURES.items()}
        found |= {name: measure(a) for name, measure in SHAPES.items()}
        found |= {name: measure(a, mask) for name, measure in PLACES.items()}
        for name, value in found.items():
            assert METRICS[name].low <= value <= METRICS[name].high, name
    for name, measure in PLACES.items():
        assert measure(mask * 1.0, mask) > measure(~mask * 1.0, mask), name
        assert METRICS[name].better == MORE
    assert math.isinf(METRICS["enrichment"].high)
