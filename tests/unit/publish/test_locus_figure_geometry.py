"""Where things of a figure lie: heights are values, nothing covers another, all stays inside."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gtrack.core.features import Feature
from gtrack.core.hits.motif_hit import MotifHit
from gtrack.core.scan.given_values import signal_scale
from gtrack.core.segments import true_runs
from gtrack.publish.drawing import styled
from gtrack.publish.figure.content import (
    FeatureTrack,
    FigureContent,
    FigureStyle,
    ModelTrack,
    Panel,
    SignalTrack,
)
from gtrack.publish.figure.envelope import envelope
from gtrack.publish.figure.frame import FINEST, LEFT, LETTER, SMALL, Frame, fitted, wide
from gtrack.publish.figure.grid import laid_out
from gtrack.publish.figure.ink import MM, Part, Shape
from gtrack.publish.figure.lanes import feature_lanes, hit_lanes, longest_of_each, rows_of
from gtrack.publish.figure.logos import stacked
from gtrack.publish.figure.places import coordinates, signal_lane, ticks_of
from gtrack.publish.figure.relevance import HALF, HEAD, relevance_track
from gtrack.publish.figure.scale import limits

ZERO = HEAD + HALF
VALUES = st.floats(-50, 50, width=32) | st.just(math.nan)
SOME = arrays(np.float32, st.integers(1, 60), elements=VALUES)


def hit(start, end, name="CTCF", strand="+", relevance=2.0):
    return MotifHit(
        *("chr1", start, end, name, strand, f"{name}.1", "x", relevance, 3, 1e-4, 1e-4, 0.01),
        *("cnn", "r", 0.01, 0.01, 0.1, False, name),
    )


def panel(values, bases=None, hits=(), **more):
    letters = bases or "ACGT" * (len(values) // 4 + 1)
    track = ModelTrack("cnn", "logit", np.float32(values), hits=tuple(hits))
    return Panel("chr1", 100, 100 + len(values), letters[: len(values)], (track,), **more)


def drawn(part: Part, *ends: str) -> list[Shape]:
    return [shape for shape in part.shapes if shape.group.rpartition("-")[2] in ends]


def boxes_of(shape: Shape) -> list[tuple[float, float, float, float]]:
    """Return left, right, top and bottom of every piece of a path."""
    cuts = np.flatnonzero(shape.codes == 1).tolist()
    found: dict[float, list[float]] = {}
    for a, b in zip(cuts, [*cuts[1:], len(shape.codes)], strict=True):
        points = shape.points[a:b][shape.codes[a:b] != 79]
        left, top = points.min(axis=0)
        right, bottom = points.max(axis=0)
        found.setdefault(round(float(left), 6), []).extend((left, right, top, bottom))
    return [(each[0], max(each[1::4]), min(each[2::4]), max(each[3::4])) for each in found.values()]


@given(SOME)
def test_a_letter_is_as_high_as_its_value(values: np.ndarray) -> None:
    shown = panel(values)
    frame = Frame(shown.start, shown.end, 180.0)
    limit = limits([shown], "own")["cnn"]
    part = relevance_track(shown, shown.models[0], frame, limit, "p1-m1")
    extent = {}
    for shape in drawn(part, *"ACGT"):
        for at in range(len(values)):
            low, high = LEFT + at * frame.step, LEFT + (at + 1) * frame.step
            mine = shape.points[(shape.points[:, 0] > low) & (shape.points[:, 0] < high)]
            if len(mine):
                assert shown.bases[at] == shape.group[-1]
                assert at not in extent, "one letter per base"
                extent[at] = ZERO - mine[:, 1].min(), ZERO - mine[:, 1].max()
    for at, value in enumerate(values.tolist()):
        if not math.isfinite(value) or value == 0:
            assert at not in extent
            continue
        up, down = extent[at]
        assert max(up, 0.0) == pytest.approx(max(value, 0.0) / limit * HALF, abs=1e-9)
        assert min(down, 0.0) == pytest.approx(min(value, 0.0) / limit * HALF, abs=1e-9)


@given(SOME, st.integers(1, 9), st.integers(0, 30))
def test_bins_hold_the_largest_and_the_smallest(values: np.ndarray, width: int, first: int) -> None:
    """The slow twin goes base by base; bins are counted from base 0 of the chromosome."""
    bins = envelope(values.astype(float), values.astype(float), first, width)
    slow: dict[int, list[float]] = {}
    for at, value in enumerate(values.tolist()):
        if math.isfinite(value):
            slow.setdefault((first + at) // width, []).append(value)
    numbers = ((bins.start + first) // width).astype(int).tolist()
    assert numbers == sorted(slow)
    assert bins.high.tolist() == [max(slow[k]) for k in numbers]
    assert bins.low.tolist() == [min(slow[k]) for k in numbers]
    assert (bins.end - bins.start).max(initial=0) <= width


def test_a_lone_peak_is_seen_from_afar_at_its_height_and_sign() -> None:
    values = np.full(200_000, -0.05, np.float32)
    values[77_777] = 4.0
    shown = panel(values, bases="A")
    frame = Frame(shown.start, shown.end, 180.0)
    part = relevance_track(shown, shown.models[0], frame, 4.0, "p1-m1")
    (up,) = drawn(part, "positive")
    ((left, right, top, _),) = [box for box in boxes_of(up) if ZERO - box[2] > 1]
    assert ZERO - top == pytest.approx(HALF)
    assert left <= frame.x(shown.start + 77_777) <= right
    assert right - left >= FINEST * (1 - 1e-6)
    notes = [words.text for words in part.words]
    assert any(f"largest and smallest of each {frame.bin:,} bp" in each for each in notes)


@pytest.mark.parametrize(("bases", "letters"), [(100, True), (360, True), (361, False)])
def test_letters_end_where_they_would_be_mush(bases: int, letters: bool) -> None:
    frame = Frame(0, bases, 180.0)
    assert frame.letters is letters
    assert (frame.step >= LETTER) is letters


@given(st.integers(1, 5_000_000), st.floats(50, 400))
def test_no_bar_is_finer_than_a_line(bases: int, width: float) -> None:
    frame = Frame(0, bases, width)
    assert frame.bin * frame.step >= FINEST * (1 - 1e-6)
    assert frame.bin == 1 or (frame.bin - 1) * frame.step < FINEST * (1 + 1e-6)


def test_a_value_beyond_the_scale_ends_at_the_edge_under_a_mark() -> None:
    shown = panel([1.0, 5.0, -9.0, 2.0])
    frame = Frame(shown.start, shown.end, 180.0)
    part = relevance_track(shown, shown.models[0], frame, 2.0, "p1-m1")
    marks = [box for shape in drawn(part, "cut") for box in boxes_of(shape)]
    assert [round((left - LEFT) / frame.step) for left, *_ in marks] == [1, 2]
    for shape in drawn(part, *"ACGT"):
        assert shape.points[:, 1].min() >= ZERO - HALF - 1e-9
        assert shape.points[:, 1].max() <= ZERO + HALF + 1e-9


def test_a_band_is_a_deviation_on_either_side() -> None:
    values, spread = np.float32([1, -2, np.nan, 0]), np.float32([0.5, 1, np.nan, 0.25])
    track = ModelTrack("mean", "logit", values, spread=spread)
    shown = Panel("chr1", 0, 4, "ACGT", (track,))
    limit = limits([shown], "own")["mean"]
    assert limit == 3.0
    part = relevance_track(shown, track, Frame(0, 4, 180.0), limit, "p1-m1")
    unit = HALF / limit
    boxes = boxes_of(drawn(part, "band")[0])
    assert [(round(t, 4), round(b, 4)) for _, _, t, b in boxes] == [
        (round(ZERO - up * unit, 4), round(ZERO - down * unit, 4))
        for up, down in ((1.5, 0.5), (-1, -3), (0.25, -0.25))
    ]
    assert any("± 1 sd" in words.text for words in part.words)


def test_scales() -> None:
    loud = ModelTrack("loud", "logit", np.float32([9, -1]), p99=2.0)
    still = ModelTrack("still", "logit", np.float32([0.1, np.nan]), p99=0.5)
    there = ModelTrack("still", "logit", np.float32([0.75, -0.2]), p99=0.5)
    panels = [Panel("c", 0, 2, "AC", (loud, still)), Panel("c", 5, 7, "AC", (loud, there))]
    assert limits(panels, "own") == {"loud": 9.0, "still": 0.75}, "one scale in all panels"
    assert limits(panels[:1], "own") == {"loud": 9.0, "still": 0.5}, "noise stays noise"
    assert limits(panels, "shared") == {"loud": 9.0, "still": 9.0}
    assert limits(panels, "p99") == {"loud": 2.0, "still": 0.5}
    assert limits(panels, 3.0) == {"loud": 3.0, "still": 3.0}
    nothing = ModelTrack("none", "logit", np.float32([np.nan]))
    assert limits([Panel("c", 0, 1, "N", (nothing,))], "own") == {"none": 1.0}


def test_runs() -> None:
    assert true_runs(np.array([], bool)) == []
    assert true_runs(np.array([True, True, False, True])) == [(0, 2), (3, 4)]


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(1, 30))), st.integers(1, 5))
def test_what_is_in_one_row_does_not_overlap(pieces: list[tuple[int, int]], most: int) -> None:
    spots = sorted((float(start), float(start + length)) for start, length in pieces)
    rows = rows_of(spots, most)
    for row in range(most):
        mine = [spot for spot, at in zip(spots, rows, strict=True) if at == row]
        assert all(one[1] <= other[0] for one, other in pairwise(mine))
    crowd = max((sum(a <= x < b for a, b in spots) for x, _ in spots), default=0)
    assert (None in rows) is (crowd > most)


@given(
    st.lists(
        st.tuples(st.integers(90, 260), st.integers(4, 25), st.sampled_from("+-")), max_size=25
    )
)
def test_names_of_hits_cover_neither_each_other_nor_data(hits: list[tuple[int, int, str]]) -> None:
    frame = Frame(100, 250, 120.0)
    there = [hit(s, s + n, strand=strand) for s, n, strand in hits if s + n > 100 and s < 250]
    part = hit_lanes(there, frame, {"CTCF.1": [[1, 0, 0, 0]] * 30}, "p1-m1")
    names = [
        (words.x, words.x + wide(words.text), words.y - SMALL / MM, words.y)
        for words in part.words
        if "hits" not in words.text
    ]
    for at, (left, right, top, bottom) in enumerate(names):
        assert LEFT - 1e-6 <= left
        assert right <= LEFT + frame.room + 1e-6
        for a, b, c, d in names[at + 1 :]:
            assert right <= a or b <= left or bottom <= c or d <= top
        for shape in part.shapes:
            x, y = shape.points[:, 0], shape.points[:, 1]
            inside = (x > left) & (x < right) & (y > top + 0.4) & (y < bottom)
            assert not inside.any(), "a name covers no arrow and no logo"
    assert all(shape.points[:, 1].max() <= part.height for shape in part.shapes)


def test_more_hits_than_rows_are_counted() -> None:
    frame = Frame(100, 250, 120.0)
    part = hit_lanes([hit(150, 170, name=f"M{k:02d}") for k in range(40)], frame, {}, "p1-m1")
    assert [words.text for words in part.words] == [
        "40 hits, 28 of them without room; fewer bases show their names"
    ]


def test_an_arrow_points_where_the_motif_reads_and_is_hollow_where_it_opposes() -> None:
    frame = Frame(100, 200, 180.0)
    for strand in "+-":
        for relevance in (2.0, -2.0):
            part = hit_lanes([hit(120, 140, strand=strand, relevance=relevance)], frame, {}, "p")
            body, line = part.shapes
            tip = body.points[3, 0]
            assert tip == pytest.approx(frame.x(140 if strand == "+" else 120))
            assert (body.colour == line.colour) is (relevance > 0)


def test_a_logo_lies_under_its_bases_as_the_genome_does() -> None:
    frame = Frame(100, 200, 180.0)
    sure = [[1, 0, 0, 0], [0, 1, 0, 0], [0.25, 0.25, 0.25, 0.25]]
    for strand, letters in (("+", {"A": 0, "C": 1}), ("-", {"T": 2, "G": 1})):
        part = hit_lanes([hit(150, 153, strand=strand)], frame, {"CTCF.1": sure}, "p")
        found = {
            shape.group[-1]: (shape.points[:, 0].min() - frame.x(150)) / frame.step
            for shape in part.shapes
            if "logos" in shape.group
        }
        assert {base: math.floor(at) for base, at in found.items()} == letters


@given(st.lists(st.lists(st.floats(0, 1), min_size=4, max_size=4), min_size=1, max_size=12))
def test_a_stack_is_as_high_as_its_information(weights: list[list[float]]) -> None:
    rows = [[w / sum(row) for w in row] if sum(row) else [0.25] * 4 for row in weights]
    high, foot = stacked(rows, minus=False)
    back, _ = stacked(rows, minus=True)
    assert np.allclose(back, high[::-1, ::-1])
    for k, row in enumerate(rows):
        bits = 2 + sum(p * math.log2(p) for p in row if p > 0)
        assert high[k].sum() == pytest.approx(max(bits, 0.0), abs=1e-9)
        assert foot[k].max() <= high[k].sum() + 1e-9


def test_exons_strand_and_names_of_genes() -> None:
    gene = Feature(
        *("chr1", 110, 190, "SAMD11", 0, "-", 120, 180),
        block_sizes=(20, 30),
        block_starts=(0, 50),
    )
    frame = Frame(100, 200, 180.0)
    part = feature_lanes(FeatureTrack("genes", (gene,)), frame, "p1-a1")
    assert [words.text for words in part.words if words.text] == ["genes", "SAMD11 ←"]
    (bars,) = [shape for shape in part.shapes if shape.line is None]
    cuts = [4 * k + k for k in range(4)]
    seen = [(bars.points[k, 0], bars.points[k + 1, 0]) for k in cuts]
    wanted = [(110, 130), (120, 130), (160, 190), (160, 180)]
    assert seen == [pytest.approx((frame.x(a), frame.x(b))) for a, b in wanted]


def test_a_feature_that_is_hardly_wide_is_a_bar_and_no_cross() -> None:
    site = Feature("chr1", 5_000, 5_001, "TSS", 0, "+", block_sizes=(1,), block_starts=(0,))
    part = feature_lanes(FeatureTrack("tss", (site,)), Frame(0, 10_000, 180.0), "p1-a1")
    (bar,) = part.shapes
    assert np.ptp(bar.points[:, 0]) == pytest.approx(0.5)
    assert bar.line is None


def test_of_a_gene_with_many_forms_the_longest_is_drawn() -> None:
    forms = tuple(Feature("chr1", 100 + k, 190, "SAMD11", 0, "+") for k in range(30))
    part = feature_lanes(FeatureTrack("genes", forms), Frame(100, 200, 180.0), "p1-a1")
    assert [words.text for words in part.words] == ["genes", "of each name the longest", "SAMD11 →"]
    assert longest_of_each(forms) == forms[:1]


@given(st.integers(0, 250_000_000), st.integers(1, 5_000_000), st.floats(20, 300))
def test_ticks_are_round_inside_and_have_room(start: int, bases: int, room: float) -> None:
    end = start + bases
    ticks = ticks_of(start, end, room)
    assert ticks
    assert all(start < tick <= end for tick in ticks)
    apart = room / bases * min(np.diff(ticks), default=math.inf)
    assert apart > max(wide(f"{tick:,}") for tick in ticks)


def test_the_axis_counts_from_one() -> None:
    shown = panel(np.zeros(100), bases="ACGT" * 25)  # bases 101 to 200 for a person
    frame = Frame(shown.start, shown.end, 180.0)
    words = {each.text: each.x for each in coordinates(shown, frame, "p1").words}
    assert words["110"] == pytest.approx(frame.x(109.5))
    assert "position on chr1 (bp, from 1)" in words


def test_a_signal_stands_on_zero() -> None:
    track = SignalTrack("phyloP", np.float32([1, -2, np.nan, 4]))
    scale = signal_scale([track.values, np.float32([np.nan])])
    assert scale == (-2.0, 4.0)
    part = signal_lane(track, Frame(0, 4, 180.0), scale, "p1-s1")
    heights = [bottom - top for _, _, top, bottom in boxes_of(drawn(part, "signal")[0])]
    assert heights == pytest.approx([1.0, 2.0, 4.0]), "6 mm are 6 units"
    assert signal_scale([np.float32([np.nan])]) == (0.0, 1.0)


@given(st.text(max_size=90), st.floats(3, 60))
def test_a_name_fits_its_room(name: str, room: float) -> None:
    with styled(words=True):
        words = fitted(name, room)
        assert wide(words) <= room or len(words.strip()) <= 1


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_panels_stand_in_a_grid_and_stay_on_the_page(columns: int) -> None:
    features = FeatureTrack("genes", (Feature("chr1", 90, 400, "G", 0, "+"),))
    shown = [
        panel(np.sin(np.arange(90)), hits=[hit(120, 139)], annotations=(features,)),
        panel(np.cos(np.arange(90))),
        panel(np.ones(5000), bases="A", hits=[hit(120, 139)], annotations=(features,)),
    ]
    shown[1] = panel(np.cos(np.arange(90)), annotations=(FeatureTrack("genes", ()),))
    content = FigureContent(shown, {"CTCF.1": [[0.7, 0.1, 0.1, 0.1]] * 19})
    sheet = laid_out(content, FigureStyle(240.0, columns))
    for shape in sheet.shapes:
        assert shape.points.min() >= 0
        assert shape.points[:, 0].max() <= 240
        assert shape.points[:, 1].max() <= sheet.height
    for words in sheet.words:
        width = wide(words.text, words.size, bold=words.bold)
        left = words.x - width * {"left": 0, "center": 0.5, "right": 1}[words.anchor]
        assert left >= 0
        assert left + width <= 240
        assert 0 < words.y <= sheet.height
    axes = {
        shape.group: shape.points for shape in sheet.shapes if shape.group.endswith("coordinates")
    }
    first, second, third = (axes[f"p{number}-coordinates"] for number in (1, 2, 3))
    assert bool(first[0, 1] == second[0, 1]) is (columns > 1), "axes of a row are level"
    assert bool(second[0, 1] == third[0, 1]) is (columns > 2)
    assert third[0, 0] == pytest.approx(LEFT + (2 % columns) * 240 / columns)
