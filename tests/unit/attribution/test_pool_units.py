"""A pool laid at once: batch by batch what `collate` makes, value by value."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.core.scan.batches import cut_batches
from gtrack.core.scan.pool_layout import PoolLayout


@pytest.fixture
def make(make_dnabert2, make_cnn):
    return {"dnabert2": make_dnabert2, "cnn": make_cnn}


SIZES = [[40, 40, 40], [7, 61, 17, 52, 1, 33], [5], list(range(1, 60, 3))]


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("budget", [1, 64, 200, 10_000])
@pytest.mark.parametrize("kind", ["cnn", "dnabert2"])
def test_batches_are_those_of_collate(make, kind: str, sizes: list[int], budget: int) -> None:
    model, rng = make[kind](), np.random.default_rng(len(sizes))
    rows = model.encode(["".join(rng.choice(list("ACGTN"), size)) for size in sizes])
    batches = cut_batches(rows.lengths, budget)
    laid = list(model.batches(model.lay(rows, batches)))
    assert len(laid) == len(batches)
    for batch, found in zip(batches, laid, strict=True):
        wanted = model.collate(rows[batch.rows], batch.n_rows, batch.n_units)
        for name in ("ids" if kind == "dnabert2" else "codes", "mask"):
            assert getattr(found, name).dtype == getattr(wanted, name).dtype
            assert torch.equal(getattr(found, name), getattr(wanted, name)), name
        assert found.padded == wanted.padded


def test_none_is_nothing(make) -> None:
    model = make["cnn"]()
    assert list(model.batches(model.lay(model.encode([]), []))) == []


@settings(max_examples=30, deadline=None)
@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=12), budget=st.integers(1, 60))
def test_layout_is_the_loop(sizes: list[int], budget: int) -> None:
    batches = cut_batches(np.array(sizes), budget, 2)
    layout, at = PoolLayout.of(batches), 0
    for batch in batches:
        for place, row in enumerate(batch.rows.tolist()):
            assert layout.start[row] == at + place * batch.n_units
        at += batch.n_rows * batch.n_units
    assert layout.size == at
