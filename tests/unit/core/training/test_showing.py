from __future__ import annotations

import numpy as np

from gtrack.core.sequences import reverse_complement
from gtrack.core.training.examples import NO_PLACE, ExampleSet
from gtrack.core.training.showing import order_pool, plan_showing
from gtrack.core.training.truth import Truth


def example_set(lengths: list[int], flank: int = 0) -> ExampleSet:
    rng = np.random.default_rng(0)
    rows = len(lengths)
    return ExampleSet(
        Truth("classes", ("a", "b"), np.arange(rows) % 2),
        ["".join(rng.choice(list("ACGT"), length + 2 * flank)) for length in lengths],
        np.full(rows, flank, np.int32),
        np.full(rows, flank, np.int32),
        ["f:1"] * rows,
        [""] * rows,
        np.full(rows, NO_PLACE, np.int64),
        {},
    )


def test_every_pass_shows_every_row_once() -> None:
    examples = example_set([30] * 20)
    train = np.arange(3, 20)
    showing = plan_showing(
        examples, train, 17 * 3 + 4, augment=frozenset(), short_first=False, seed=1
    )
    passes = showing.rows[: 17 * 3].reshape(3, 17)
    assert all(sorted(rows) == train.tolist() for rows in passes)
    assert passes[0].tolist() != passes[1].tolist()
    assert not showing.flips.any()
    assert not showing.offsets.any()


def test_draws_flip_and_move_within_the_flanks() -> None:
    examples = example_set([30] * 10, flank=4)
    augment = frozenset({"rc", "shift"})
    showing = plan_showing(
        examples, np.arange(10), 2000, augment=augment, short_first=False, seed=1
    )
    assert sorted(set(showing.offsets.tolist())) == list(range(-4, 5))
    assert abs(showing.flips.mean() - 0.5) < 0.05
    for draw in range(50):
        whole = examples.sequences[showing.rows[draw]]
        at = 4 + showing.offsets[draw]
        window = whole[at : at + 30]
        expected = reverse_complement(window) if showing.flips[draw] else window
        assert showing.sequence(examples, draw) == expected


def test_short_first_is_a_curriculum_of_the_same_draws() -> None:
    examples = example_set([80, 20] * 10)
    plans = [
        plan_showing(examples, np.arange(20), 50, augment=frozenset(), short_first=flag, seed=1)
        for flag in (False, True)
    ]
    lengths = examples.lengths()[plans[1].rows]
    assert (np.diff(lengths) >= 0).all()
    assert sorted(plans[0].rows) == sorted(plans[1].rows)


def test_a_pool_brings_like_lengths_together() -> None:
    units = np.random.default_rng(0).integers(10, 100, 64)
    order = order_pool(units, 8, seed=1, pool=0)
    assert sorted(order) == list(range(64))
    spread = [np.ptp(units[batch]) for batch in order.reshape(8, 8)]
    assert max(spread) < 40
    assert order.tolist() != order_pool(units, 8, seed=1, pool=1).tolist()
