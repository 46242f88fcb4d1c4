"""Figures of an evaluation: the same bytes everywhere, and they show the numbers given."""

from __future__ import annotations

import math
import os
import re
import statistics
import subprocess
import sys
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.publish.drawing import (
    drawing,
    letter_outlines,
    letters_drawn,
    require_matplotlib,
)
from gtrack.publish.evaluation.figures import (
    localisation_figure,
    mean_band,
    perturbation_figure,
    similarity_figure,
)
from gtrack.publish.evaluation.loci import LocusLane, LocusPlot, locus_figures, part
from gtrack.publish.evaluation.panels import (
    LocalisationBar,
    LocalisationPanel,
    PerturbationCurve,
    PerturbationPanel,
    SimilarityPanel,
)

HOSTILE = "_$x^2$ --><script>alert(1)</script>\x1b\ud800\u4e2d&amp;"
SVG = "{http://www.w3.org/2000/svg}"


def every_figure(name="cnn"):
    """Return one figure of each kind, of fixed numbers, with `name` wherever a name can stand."""
    rng = np.random.default_rng(5)
    panel = SimilarityPanel(name, rng.random(9), rng.random(9) - 0.5, rng.random(9) < 0.5)
    curves = [PerturbationCurve(name, order, rng.normal(size=(6, 4))) for order in ("morf", "lerf")]
    curves.append(PerturbationCurve("", "random", rng.normal(size=(6, 4))))
    bars = [
        LocalisationBar(name, 0.6, 0.5, 0.7, 0.2, 0.9),
        LocalisationBar(name, math.nan, math.nan, math.nan, 0.2),
    ]
    lanes = [LocusLane(name, rng.normal(size=30)) for _ in range(2)]
    lanes[1].values[:4] = np.nan
    locus = LocusPlot(name, 100, "ACGTN" * 6, lanes, [(110, 118, name)], name, name)
    return {
        **similarity_figure([panel]),
        **perturbation_figure([PerturbationPanel(name, np.arange(4) / 10, curves, name)]),
        **localisation_figure([LocalisationPanel(name, bars)]),
        **locus_figures([locus]),
    }


def written(svg):
    """Return the texts of a figure: it holds outlines, and each text as a comment beside them."""
    return [unescape(each) for each in re.findall(r"<!-- (.*?) -->", svg.decode())]


def test_they_are_what_they_are_called_and_hold_no_date() -> None:
    found = every_figure()
    assert [*found] == ["similarity", "perturbation", "localisation", "locus_1"]
    for svg, png in found.values():
        assert ElementTree.fromstring(svg).tag == f"{SVG}svg"
        assert png.startswith(b"\x89PNG\r\n\x1a\n")
        assert b"dc:date" not in svg
        assert b"atplotlib" not in png
        assert not re.search(rb"20[0-9]{2}-[0-9]{2}-[0-9]{2}T", svg + png)


def test_bytes_do_not_depend_on_the_process_nor_on_settings(tmp_path: Path) -> None:
    odd = tmp_path / "matplotlibrc"
    odd.write_text("font.size: 30\nsvg.fonttype: none\naxes.grid: True\nlines.linewidth: 9\n")
    code = (
        "import hashlib\nfrom tests.unit.publish.test_evaluation_figures import every_figure\n"
        "print(*(hashlib.sha256(b).hexdigest() for f in every_figure().values() for b in f))"
    )
    env = {**os.environ, "PYTHONHASHSEED": "7", "MATPLOTLIBRC": str(odd)}
    root = Path(__file__).parents[3]
    other = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=env,
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    import hashlib

    own = [hashlib.sha256(b).hexdigest() for f in every_figure().values() for b in f]
    assert other.stdout.split() == own


def test_hostile_names_are_neither_markup_nor_formulas() -> None:
    for svg, _ in every_figure(HOSTILE).values():
        tags = {each.tag.removeprefix(SVG) for each in ElementTree.fromstring(svg).iter()}
        assert tags & {"script", "text", "a", "image", "foreignObject"} == set()
        assert any("$x^2$" in each for each in written(svg))


def test_without_numbers_there_is_no_figure() -> None:
    assert similarity_figure([]) == perturbation_figure([]) == localisation_figure([]) == {}
    assert locus_figures([LocusPlot("chr1", 0, "ACGT", [])]) == {}


def test_undefined_regions_are_left_out_and_counted() -> None:
    observed = np.array([0.9, 0.8, np.nan, 0.1, 0.5])
    shuffled = np.array([0.1, 0.1, 0.1, 0.4, np.nan])
    svg, _ = similarity_figure([SimilarityPanel("m", observed, shuffled)])["similarity"]
    assert "n = 3; 67% above the dotted line" in written(svg)
    nothing = SimilarityPanel("m", np.full(3, np.nan), np.zeros(3))
    assert "n = 0" in written(similarity_figure([nothing])["similarity"][0])


def test_of_very_many_regions_not_all_are_drawn_but_all_counted() -> None:
    many = np.linspace(-1, 1, 9_001)
    svg, _ = similarity_figure([SimilarityPanel("m", many, many - 0.1)])["similarity"]
    assert "n = 9001; 100% above the dotted line" in written(svg)
    assert 1_500 < svg.count(b"<use ") < 2_500


@given(st.lists(st.lists(st.floats(-9, 9), min_size=3, max_size=3), max_size=6), st.booleans())
def test_a_band_is_the_mean_and_its_standard_errors(rows: list[list[float]], gap: bool) -> None:
    given_rows = [*rows, [1.0, math.nan, 1.0]] if gap else rows
    n, middle, half = mean_band(np.array(given_rows, np.float64).reshape(-1, 3))
    assert n == len(rows)
    if not rows:
        assert np.isnan(middle).all()
    for step in range(3 if rows else 0):
        column = [row[step] for row in rows]
        assert middle[step] == pytest.approx(statistics.fmean(column), abs=1e-9)
        error = statistics.stdev(column) / math.sqrt(n) if n > 1 else 0.0
        assert half[step] == pytest.approx(1.96 * error, abs=1e-9)


def test_a_bar_without_a_value_says_so() -> None:
    bars = [LocalisationBar("a", math.nan, math.nan, math.nan, 0.1)]
    assert "no value" in written(
        localisation_figure([LocalisationPanel("m", bars)])["localisation"][0]
    )
    bars = [LocalisationBar("a", 0.5, 0.4, 0.6, 0.1)]
    svg = localisation_figure([LocalisationPanel("m", bars)])["localisation"][0]
    assert "no value" not in written(svg)


def test_letters_are_as_high_as_their_numbers() -> None:
    for vertices, _ in letter_outlines().values():
        assert vertices[:, 1].min() == 0
        assert vertices[:, 1].max() == 1
    with drawing(2, 1) as figure:
        axes = figure.subplots()
        letters_drawn(axes, letter_outlines()["G"], [7], np.array([-2.5]), "#000000")
        (patch,) = axes.patches
        box = patch.get_path().get_extents()
    assert (box.y0, box.y1) == (-2.5, 0)
    assert 7 < box.x0 < box.x1 < 8


@given(st.integers(1, 300), st.integers(0, 300), st.booleans())
def test_a_part_holds_the_middle_of_the_truth_and_stays_aligned(
    length: int, middle: int, known: bool
) -> None:
    rng = np.random.default_rng(length)
    middle = min(middle, length - 1)
    bases = "".join(rng.choice(list("ACGT"), length))
    values = np.zeros(length)
    values[middle] = -3.0
    truth = [(500 + middle, 501 + middle, "x")] if known else []
    plot = part(LocusPlot("chr1", 500, bases, [LocusLane("m", values)], truth))
    assert len(plot.bases) == len(plot.lanes[0].values) == min(length, 120)
    first = plot.start - 500
    assert plot.bases == bases[first : first + len(plot.bases)]
    assert plot.lanes[0].values[middle - first] == -3.0


def test_the_truth_is_named_where_it_lies() -> None:
    lane = LocusLane("model one", np.ones(60))
    truth = [(90, 100, "before"), (140, 150, "CTCF"), (175, 190, "after")]
    svg, _ = locus_figures([LocusPlot("chr2", 100, "ACGT" * 15, [lane], truth)])["locus_1"]
    words = written(svg)
    assert "CTCF" in words
    assert {"before", "after"} & {*words} == set()
    assert "position on chr2" in words
    assert any(each.startswith("chr2:101-160") for each in words)


def test_matplotlib_missing_is_said_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(InputError, match=r"pip install 'gtrack\[evaluate\]'"):
        require_matplotlib()


def test_noise_does_not_fill_a_lane() -> None:
    """A lane that is quiet in one place is drawn on the scale of the others."""
    loud, quiet = np.zeros(30), np.zeros(30)
    loud[3], quiet[5] = 4.0, 0.01
    plots = [LocusPlot("chr1", 0, "ACGTA" * 6, [LocusLane("m", each)]) for each in (loud, quiet)]
    drawn = locus_figures(plots)
    alone = locus_figures(plots[1:])
    assert drawn["locus_2"] != alone["locus_1"]
    assert drawn["locus_1"] == locus_figures(plots[:1])["locus_1"]
