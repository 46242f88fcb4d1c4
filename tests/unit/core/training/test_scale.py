from __future__ import annotations

import numpy as np
import pytest

from gtrack.core.errors import InputError
from gtrack.core.training.scale import Scale, network_truth
from gtrack.core.training.truth import Truth


def test_the_unit_is_folded_into_a_dense_layer() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal([1e4, -3e-6], [50, 2e-7], size=(40, 2))
    truth = Truth("values", ("x", "y"), values)
    scale = Scale.of(truth, np.arange(30))
    assert scale is not None
    shown = scale.standardised(values)
    assert np.array_equal(network_truth(truth, scale), shown)
    assert np.abs(shown[:30].mean(0)).max() < 1e-5
    assert shown[:30].std(0) == pytest.approx([1, 1], rel=1e-5)
    weight, bias, inputs = rng.normal(size=(2, 5)), rng.normal(size=2), rng.normal(size=(7, 5))
    raw = inputs @ weight.T + bias
    folded = scale.folded(weight, bias)
    found = inputs @ folded[0].T + folded[1]
    np.testing.assert_allclose(found, raw * scale.spread + scale.mean, rtol=1e-12)
    again = scale.inverse.folded(*folded)
    np.testing.assert_allclose(again[0], weight, rtol=1e-12)
    np.testing.assert_allclose(again[1], bias, atol=1e-9)


def test_a_value_that_float32_cannot_tell_apart_is_refused() -> None:
    values = np.array([[1e7], [1e7 + 1], [1e7 + 2]])
    with pytest.raises(InputError, match=r"value 'x' changes by only .* too little for float32"):
        Scale.of(Truth("values", ("x",), values), np.arange(3))
    assert Scale.of(Truth("classes", ("a", "b"), np.arange(2)), np.arange(2)) is None
