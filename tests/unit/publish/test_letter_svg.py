"""The figure of a place: what its letters, arrows and bars say is what the numbers say."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.features import Feature
from gtrack.core.hits.motif_hit import MotifHit
from gtrack.publish.report.inks import FIGURE, inked
from gtrack.publish.report.lanes import BASELINE, CHARACTER, LANE, MOST_LANES, SHAPE, short
from gtrack.publish.report.letters import (
    GLYPHS,
    HALF,
    LEFT,
    PLOT,
    LetterPlot,
    ModelRow,
    describe,
    letter_figure,
)

SVG, LINK = ' xmlns="http://www.w3.org/2000/svg"', "{http://www.w3.org/1999/xlink}href"
NUMBER = r"-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?"


def plot_of(bases, *rows, start=1000, annotations=()):
    models = [
        row if isinstance(row, ModelRow) else ModelRow(f"m{k}", np.array(row, np.float32), 4.0)
        for k, row in enumerate(rows)
    ]
    return LetterPlot("chr1", start, start + len(bases), bases, tuple(models), tuple(annotations))


def drawn(plot):
    return ElementTree.fromstring(letter_figure(plot, 1).inline.replace(SVG, ""))


def numbers(text):
    return [float(number) for number in re.findall(NUMBER, text)]


def walk(node, x=0.0, y=0.0, stretch=1.0):
    """Yield every element with its origin and the horizontal scale of its group."""
    yield node, x, y, stretch
    transform = node.get("transform", "") if node.tag == "g" else ""
    if transform.startswith("translate"):
        dx, dy = numbers(transform)
        x, y = x + dx, y + dy
    elif transform.startswith("scale"):
        stretch *= numbers(transform)[0]
    for child in node:
        yield from walk(child, x, y, stretch)


def letters(svg):
    """Return (base, left edge, height, axis) of every letter, heights positive upwards."""
    found = []
    for node, x, y, stretch in walk(svg):
        if node.tag == "use":
            wide, tall = numbers(node.get("transform"))
            assert wide == 1
            found.append((node.get(LINK)[1:2], x + float(node.get("x")) * stretch, tall, y))
    return found


def of_class(svg, name):
    return [(node, x, y) for node, x, y, _ in walk(svg) if name in node.get("class", "").split()]


def hit(start, end, strand="+", rel_sum=2.5, name="TBP"):
    where = ("chr1", start, end, name, strand, "MA0108.3", "JASPAR")
    return MotifHit(
        *where, rel_sum, 5.0, 1e-5, 1e-4, 0.01, "m0", "r", 0.01, None, None, False, name
    )


VALUES = st.lists(
    st.tuples(
        st.sampled_from("ACGTN"), st.none() | st.floats(-1e6, 1e6, width=32, allow_subnormal=False)
    ),
    min_size=1,
    max_size=60,
)


@given(VALUES)
def test_a_letter_is_as_high_as_its_base_is_relevant(columns):
    bases = "".join(base for base, _ in columns)
    values = np.array([np.nan if v is None else v for _, v in columns], np.float32)
    limit = float(np.nan_to_num(np.abs(values)).max()) or 1.0
    plot = plot_of(bases, ModelRow("m", values, limit))
    expected = {
        at: (base, float(value) / limit * HALF)
        for at, (base, value) in enumerate(zip(bases, values, strict=True))
        if base != "N" and abs(float(value)) / limit * HALF >= 0.06  # the rest cannot be seen
    }
    step = PLOT / len(bases)
    found = {
        round((x - LEFT) / step): (base, height) for base, x, height, _ in letters(drawn(plot))
    }
    assert {at: found[at][0] for at in expected} == {at: b for at, (b, _) in expected.items()}
    for at, (base, height) in found.items():
        assert base == bases[at]
        assert height == pytest.approx(float(values[at]) / limit * HALF, abs=0.006)


def test_letters_stand_on_the_axis_and_negative_ones_hang_below_it():
    for outline in GLYPHS.values():
        vertical = [float(v) for v in re.findall(rf"V({NUMBER})", outline)]
        pairs = re.findall(rf"[ML]({NUMBER})[ ]?({NUMBER})", outline)
        assert all(-1 <= y <= 0 for y in [*vertical, *(float(y) for _, y in pairs)])
        assert all(0 <= float(x) <= 1 for x, _ in pairs)
    plot = plot_of("ACGT", [1.0, -2.0, 4.0, -4.0])
    found = letters(drawn(plot))
    assert [(base, height) for base, _, height, _ in found] == [
        ("A", HALF / 4),
        ("C", -HALF / 2),
        ("G", HALF),
        ("T", -HALF),
    ]
    (axis,) = {y for *_, y in found}
    zero = [y + float(n.get("y")) for n, _, y in of_class(drawn(plot), "end") if n.text == "0"]
    assert zero[0] == pytest.approx(axis, abs=5)


def test_letters_have_the_colours_of_the_browsers_and_a_hole_in_the_a():
    shapes = drawn(plot_of("ACGT", np.ones(4))).find("defs")
    colours = {path.get("id"): path.get("fill") for path in shapes.iter("path") if path.get("id")}
    assert colours == {"A1": "#009E73", "C1": "#0072B2", "G1": "#E69F00", "T1": "#D55E00"}
    a = next(path for path in shapes.iter("path") if path.get("id") == "A1")
    assert a.get("fill-rule") == "evenodd"
    assert a.get("d").count("M") == 2


def test_the_axis_states_the_scale_of_each_model():
    rows = [
        ModelRow(name, np.ones(4, np.float32), limit) for name, limit in (("a", 2.5), ("b", 10))
    ]
    words = [node.text for node, *_ in of_class(drawn(plot_of("ACGT", *rows)), "end")]
    assert {"+2.5", "\N{MINUS SIGN}2.5", "+10", "\N{MINUS SIGN}10"} <= set(words)


@pytest.mark.parametrize(("p99", "lines"), [(None, 0), (2.0, 2), (4.0, 0), (9.0, 0)])
def test_dotted_lines_stand_at_the_percentile(p99, lines):
    row = ModelRow("m", np.ones(4, np.float32), 4.0, p99)
    found = of_class(drawn(plot_of("ACGT", row)), "p99")
    heights = sorted(numbers(node.get("d"))[1] for node, *_ in found)
    assert heights == [-HALF / 2, HALF / 2][:lines]


def test_gaps_are_seen_as_such():
    svg = drawn(plot_of("ACNNGTAC", [1, 0, None, None, None, 1, None, None]))
    step = PLOT / 8
    blocks = {
        name: [numbers(f"{node.get('x')} {node.get('width')}") for node, *_ in of_class(svg, name)]
        for name in ("unknown", "unscanned")
    }
    assert blocks["unknown"] == [pytest.approx([2 * step, 2 * step], abs=0.01)]
    assert blocks["unscanned"] == [
        pytest.approx([4 * step, step], abs=0.01),
        pytest.approx([6 * step, 2 * step], abs=0.01),
    ]


def test_arrows_point_where_the_motif_reads_and_say_for_or_against():
    row = ModelRow("m", np.ones(100, np.float32), 1.0)
    hits = (hit(1010, 1020), hit(1040, 1050, "-", -7.25, "SP1"), hit(990, 1003, "-"))
    svg = drawn(plot_of("A" * 100, ModelRow("m", row.values, 1.0, None, hits)))
    step = PLOT / 100
    found = {}
    for name in ("supports", "opposes"):
        for node, *_ in of_class(svg, name):
            points = np.reshape(numbers(node.get("points")), (-1, 2))
            tip = points[points[:, 1] == 5][0, 0]
            found[round(points[:, 0].min() / step)] = (name, round(tip / step))
    assert found == {10: ("supports", 20), 40: ("opposes", 40), 0: ("supports", 0)}
    words = {node.text for node, *_ in walk(svg) if node.tag == "text"}
    assert {"TBP +2.5", "SP1 \N{MINUS SIGN}7.25"} <= words


def test_bars_stand_where_the_blocks_are():
    gene = Feature("chr1", 1010, 1090, "TBP", 0, "-", 1015, 1085, "0", (10, 20), (0, 60))
    svg = drawn(plot_of("A" * 100, np.ones(100), annotations=[("genes", (gene,))]))
    ((node, *_),) = of_class(svg, "feature")
    step = PLOT / 100
    bars = [numbers(part) for part in node.get("d").split("M")[2:]]
    edges = [(round(x / step), round(right / step), height) for x, _, right, height, *_ in bars]
    assert edges == [(10, 20, 5), (15, 20, 10), (70, 90, 5), (70, 85, 10)]
    words = [node.text for node, *_ in walk(svg) if node.tag == "text"]
    assert "TBP ←" in words
    assert "genes" in words


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(1, 30), st.text("ab", max_size=12))))
def test_labels_of_a_lane_do_not_overlap(drawn_features):
    features = tuple(
        Feature("chr1", 1000 + at, 1000 + at + size, name or ".")
        for at, size, name in drawn_features
    )
    svg = drawn(plot_of("A" * 100, np.ones(100), annotations=[("x", features)]))
    lanes: dict[float, list[tuple[float, float]]] = {}
    texts = [
        (node, y)
        for node, _, y, _ in walk(svg)
        if node.tag == "text" and node.get("y") == str(BASELINE)
    ]
    for node, y in texts:
        left = float(node.get("x"))
        lanes.setdefault(y, []).append((left, left + CHARACTER * len(node.text or "")))
    assert len(lanes) <= MOST_LANES
    for labels in lanes.values():
        assert all(one[1] <= other[0] for one, other in pairwise(sorted(labels)))
        assert all(0 <= low and high <= PLOT + 1 for low, high in labels)
    hidden = len(features) - len(texts)
    more = [node.text for node, *_ in walk(svg) if (node.text or "").startswith("and ")]
    assert more == ([f"and {hidden} more"] if hidden else [])


def test_words_of_a_lane_stand_clear_of_its_shapes_and_of_the_next_lane():
    type_size = FIGURE["font_size"]
    assert BASELINE - type_size >= SHAPE + 3
    assert BASELINE + 0.3 * type_size <= LANE - 3
    gene = Feature("chr1", 1000, 1090, "g" * 99, 0, "-", 1015, 1085, "0", (10, 20), (0, 70))
    svg = drawn(
        plot_of(
            "A" * 100,
            ModelRow("m", np.ones(100, np.float32), 1.0, None, (hit(1010, 1020),)),
            annotations=[("n" * 90, (gene,))],
        )
    )
    ((arrow, *_),) = of_class(svg, "supports")
    assert max(np.reshape(numbers(arrow.get("points")), (-1, 2))[:, 1]) <= SHAPE
    ((bars, left, top),) = of_class(svg, "feature")
    heights = [5 + float(high) / 2 for high in re.findall(r"v([\d.]+)", bars.get("d"))]
    assert max(heights) <= SHAPE
    ((name, x, y),) = of_class(svg, "given")
    assert (x, left) == (0, LEFT)
    assert float(name.get("x")) == LEFT
    assert y + float(name.get("y")) + 0.3 * type_size <= top
    assert len("".join(name.itertext())) > 64, "cut, and whole in its title"


def test_coordinates_count_from_one_and_stand_under_their_bases():
    svg = drawn(plot_of("ACGT" * 10, np.ones(40), start=10_059))
    ticks = {int(n.text.replace(",", "")): float(n.get("x")) for n, *_ in of_class(svg, "tick")}
    step = PLOT / 40
    assert ticks
    for position, x in ticks.items():
        assert position % 5 == 0
        assert x == pytest.approx((position - 1 - 10_059 + 0.5) * step, abs=0.01)
    ((bases, *_),) = of_class(svg, "bases")
    assert bases.text == "ACGT" * 10
    assert numbers(bases.get("x")) == pytest.approx(
        [(at + 0.5) * step for at in range(40)], abs=0.06
    )


@pytest.mark.parametrize("length", [1, 2, 7, 140, 999, 2000])
def test_every_length_has_coordinates(length):
    svg = drawn(plot_of("A" * length, np.ones(length)))
    assert of_class(svg, "tick")


def test_a_figure_has_a_name_and_its_content_in_words():
    values = np.array([0.5, -3.0, np.nan, 2.0], np.float32)
    plot = plot_of("ACGT", ModelRow("cnn", values, 3.0, None, (hit(1001, 1003, "-"),)))
    svg = drawn(plot)
    assert svg.get("role") == "img"
    named = {node.get("id"): node.text for node in svg if node.tag in ("title", "desc")}
    assert svg.get("aria-labelledby").split() == list(named)
    assert plot.locus == "chr1:1,001-1,004"
    assert plot.locus in named["t1"]
    assert describe(plot) == [
        "cnn: scale ±3; strongest bases: C at 1,002 (\N{MINUS SIGN}3), T at 1,004 (+2), "
        "A at 1,001 (+0.5); motif hits: TBP +2.5 at 1,002-1,003 (-)."
    ]
    assert describe(plot)[0] in named["d1"]


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=60), st.integers(0, 9))
def test_bases_of_one_token_are_named_from_left_to_right(values, seed):
    noise = np.random.default_rng(seed).uniform(-1, 1, len(values))
    noisy = np.array(values) * (1 + 1e-6 * noise)
    (said,) = describe(plot_of("A" * len(values), noisy))
    strongest = sorted((-abs(v), at) for at, v in enumerate(values) if v)[:6]
    named = [int(at.replace(",", "")) - 1001 for at in re.findall(r"A at ([\d,]+) ", said)]
    assert named == [at for _, at in strongest]


@given(st.floats(-2000, 2000), st.integers(0, 5))
def test_short_numbers_are_the_rounded_ones(value, digits):
    assert float(short(value, digits)) == round(value, digits)
    assert short(value, digits) != "-0"


def test_a_figure_is_whole_without_its_page():
    hits = (hit(1001, 1003), hit(1010, 1014, "-", -2.0))
    spread = np.full(16, 0.25, np.float32)
    row = ModelRow("m" * 99, np.ones(16, np.float32), 2.0, 1.0, hits, spread, "logits")
    gaps = ModelRow("n", np.full(16, np.nan, np.float32), 2.0)
    gene = Feature("chr1", 1002, 1012, "<g>", strand="+")
    plot = plot_of("ACGTN" + "ACGT" * 2 + "NNN", row, gaps, annotations=[("genes", (gene,))])
    figure = letter_figure(plot, 7)
    inline, alone = map(ElementTree.fromstring, (figure.inline, figure.alone))
    assert list(map(ElementTree.tostring, inline)) == list(map(ElementTree.tostring, alone))
    assert float(alone.get("height")) == pytest.approx(figure.height)
    ids = {node.get("id") for node in alone.iter() if node.get("id")}
    links = {node.get(LINK)[1:] for node in alone.iter() if node.get(LINK)}
    fills = {node.get("fill", "") for node in alone.iter()}
    paints = {fill[5:-1] for fill in fills if fill.startswith("url(#")}
    assert links == {"A7", "C7", "G7", "T7"}
    assert paints == {"N7"}
    assert links | paints <= ids
    for node in alone.iter():
        look = {*node.attrib} & {"fill", "stroke"}
        is_shape = node.tag.split("}")[1] in ("path", "polygon", "rect")
        assert look or not is_shape, "no part has its colour from a page"
    assert "relevance in logits" in [node.text for node in alone.iter()]


@pytest.mark.parametrize("kind", ["axis", "band", "supports", "unscanned"])
def test_every_look_has_a_colour(kind):
    assert {"fill", "stroke"} & {*inked(kind)}
