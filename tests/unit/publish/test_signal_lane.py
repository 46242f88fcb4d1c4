"""The lane of a signal: bars stand where the values are, on one scale that encloses 0."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.scan.given_values import signal_scale
from gtrack.publish.report.letters import LetterPlot, ModelRow, describe, letter_figure
from gtrack.publish.report.signals import (
    HEIGHT,
    SignalRow,
    said_of_signal,
    signal_lane,
)

SVG = "{http://www.w3.org/2000/svg}"
VALUES = st.lists(st.one_of(st.just(np.nan), st.sampled_from([0.0, 1.0, -2.0, 3.5])), min_size=1)
BAR = r"M([-.\d]+) ([-.\d]+)V([-.\d]+)H([-.\d]+)V([-.\d]+)z"


def row(values: list[float]) -> SignalRow:
    array = np.float32(values)
    return SignalRow("atac", array, *signal_scale([array]))


@given(VALUES)
def test_every_base_is_as_high_as_its_value(values: list[float]) -> None:
    given = row(values)
    lane, height = signal_lane(given, width=10.0 * len(values))
    assert height == HEIGHT
    scale = HEIGHT / (given.high - given.low)
    heights = np.zeros(len(values))
    for left, floor, top, right, again in re.findall(BAR, str(lane)):
        assert floor == again
        at = slice(round(float(left) / 10), round(float(right) / 10))
        assert not heights[at].any(), "bars do not overlap"
        heights[at] = (float(floor) - float(top)) / scale
    np.testing.assert_allclose(heights, np.nan_to_num(values), atol=0.01 / scale)


@pytest.mark.parametrize(
    ("values", "scale"),
    [([], (0, 1)), ([[0.0, np.nan]], (0, 1)), ([[2.0], [5.0]], (0, 5)), ([[-3.0]], (-3, 0))],
)
def test_the_scale_encloses_0(values: list[list[float]], scale: tuple[float, float]) -> None:
    assert signal_scale([np.float32(each) for each in values]) == scale


def test_a_lane_stands_in_the_figure_and_in_its_words() -> None:
    signals = (row([0, 3.5, np.nan]), SignalRow("none", np.float32([np.nan] * 3), 0.0, 1.0))
    model = ModelRow("cnn", np.ones(3, np.float32), 1.0)
    plot = LetterPlot("c", 5, 8, "ACG", (model,), signals=signals)
    svg = ElementTree.fromstring(letter_figure(plot, 1).inline)
    words = [node.text for node in svg.iter(f"{SVG}text")]
    assert {"atac", "none", "3.5"} <= set(words)
    assert len([node for node in svg.iter(f"{SVG}path") if node.get("class") == "feature"]) == 1
    assert "atac: scale 0 to 3.5; largest value here: 3.5." in describe(plot)
    assert said_of_signal(signals[1]) == "none: scale 0 to 1; largest value here: none."
