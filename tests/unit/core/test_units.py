"""The three columns of an encoding agree."""

from __future__ import annotations

import numpy as np
import pytest

from gtrack.core.units import Encoding

IDS = np.array([1, 9, 2], np.int32)
SPANS = np.array([[0, 0], [0, 6], [6, 6]], np.int32)
PLACED = np.array([False, True, False])


def test_its_length_is_its_units() -> None:
    assert len(Encoding(IDS, SPANS, PLACED)) == 3


@pytest.mark.parametrize(
    ("ids", "spans", "placed"),
    [
        (IDS[:2], SPANS, PLACED),
        (IDS, SPANS[:2], PLACED),
        (IDS, SPANS.ravel(), PLACED),
        (IDS, SPANS, PLACED[:2]),
        (IDS, SPANS, PLACED[:, None]),
    ],
)
def test_columns_that_disagree_are_refused(
    ids: np.ndarray, spans: np.ndarray, placed: np.ndarray
) -> None:
    with pytest.raises(ValueError, match="the three must agree"):
        Encoding(ids, spans, placed)
