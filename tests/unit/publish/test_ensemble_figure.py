"""What a figure says of an ensemble: a band that is seen and hides nothing, and whole words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from gtrack.publish.drawing import styled
from gtrack.publish.figure.content import FigureContent, FigureStyle, ModelTrack, Panel
from gtrack.publish.figure.frame import Frame
from gtrack.publish.figure.grid import laid_out
from gtrack.publish.figure.ink import MOVE, Part, Shape
from gtrack.publish.figure.relevance import relevance_track


@pytest.fixture(autouse=True)
def _style() -> Iterator[None]:
    with styled(words=True):
        yield


def mean_of(bases: int, spread: float) -> Panel:
    values = np.full(bases, 2.0, np.float32)
    track = ModelTrack("mean", "logit", values, spread=np.full(bases, spread, np.float32))
    return Panel("chr1", 1_000_000, 1_000_000 + bases, "A" * bases, (track,))


def drawn(bases: int, spread: float) -> Part:
    panel = mean_of(bases, spread)
    frame = Frame(panel.start, panel.end, 180.0)
    return relevance_track(panel, panel.models[0], frame, 4.0, "m")


def first(shapes: list[Shape], end: str) -> int:
    return next(k for k, shape in enumerate(shapes) if shape.group.endswith(end))


def test_a_band_lies_behind_letters_and_over_bars() -> None:
    near, far = drawn(100, 0.5).shapes, drawn(1000, 0.5).shapes
    assert first(near, "m-band") < first(near, "m-A")
    assert first(far, "m-band") > first(far, "m-positive")


@pytest.mark.parametrize(("spread", "edges"), [(0.5, 200), (0.01, 0)])
def test_a_thin_band_has_no_edges_that_would_be_a_dash(spread: float, edges: int) -> None:
    lines = [s for s in drawn(100, spread).shapes if s.group == "m-band" and s.line is not None]
    assert sum(int((shape.codes == MOVE).sum()) for shape in lines) == edges


@pytest.mark.parametrize("width", [55.0, 70.0, 90.0, 180.0])
@pytest.mark.parametrize("bases", [100, 2000, 2_000_000])
def test_a_position_is_never_cut_and_notes_are_whole_words(width: float, bases: int) -> None:
    panel = mean_of(bases, 0.5)
    named = Panel(
        *(panel.chrom, panel.start, panel.end, panel.bases, panel.models),
        name="an_endless_name_of_a_region_that_somebody_gave_it",
    )
    sheet = laid_out(FigureContent([named]), FigureStyle(width))
    said = [words.text for words in sheet.words]
    assert any(words.startswith(panel.locus) for words in said)
    assert width < 90 or f"{panel.locus} ({bases:,} bp)" in said
    notes = next(words for words in said if "logit" in words)
    assert "…" not in notes
    assert "sd" in notes
    assert (" bp" in notes) == (bases > 1000)
