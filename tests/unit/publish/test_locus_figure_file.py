"""A figure as a file: text that stays text, fonts that are embedded, the same bytes every time."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import zlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest

from gtrack.core.features import Feature
from gtrack.core.hits.motif_hit import MotifHit
from gtrack.publish.figure.content import (
    FeatureTrack,
    FigureContent,
    FigureStyle,
    ModelTrack,
    Panel,
)
from gtrack.publish.figure.page import CREATOR, FORMS, figure_file

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "_$x^2$ --><script>alert(1)</script>\x1b\ud800&amp;"


def content(name: str = "cnn") -> FigureContent:
    """Return a figure with everything in it; `name` stands wherever a name can."""
    values = np.sin(np.arange(80)).astype(np.float32)
    values[:5] = np.nan
    hits = (
        MotifHit(
            *("chr1", 120, 127, name, "-", "M1", "x", 2.5, 3, 1e-4, 1e-4, 0.01),
            *("cnn", "r", 0.01, 0.01, 0.1, False, name),
        ),
    )
    track = ModelTrack(name, "logit", values, 0.5, hits, np.abs(values) / 4)
    genes = FeatureTrack(name, (Feature("chr1", 110, 170, name, strand="+"),))
    far = ModelTrack(name, "logit", np.repeat(values, 40), 0.5, hits)
    panels = [
        Panel("chr1", 100, 180, "ACGTN" * 16, (track,), (genes,), name=name),
        Panel("chr1", 100, 3300, "ACGTN" * 640, (far,), (genes,), name=name),
    ]
    return FigureContent(panels, {"M1": [[0.7, 0.1, 0.1, 0.1]] * 7})


STYLE = FigureStyle(180.0, 2)


@pytest.fixture(scope="module")
def svg() -> ElementTree.Element:
    return ElementTree.fromstring(figure_file(content(), STYLE, "svg"))


def test_text_is_text_with_fonts_to_fall_back_on(svg: ElementTree.Element) -> None:
    texts = {"".join(node.itertext()): node for node in svg.iter(f"{SVG}text")}
    for words in ("cnn", "chr1:101-180 (80 bp)", "cnn +2.5", "5\N{PRIME}", "3\N{PRIME}", "+1.25"):
        assert words in texts
    style = texts["chr1:101-180 (80 bp)"].get("style", "")
    assert "font-family: 'DejaVu Sans', Verdana, Arial, Helvetica, sans-serif" in style
    assert "text-anchor: end" in texts["+1.25"].get("style", "")
    assert not [node for node in svg.iter(f"{SVG}use") if "DejaVu" in str(node.attrib)]


def test_letters_are_filled_paths_in_groups_that_say_what_they_are(
    svg: ElementTree.Element,
) -> None:
    groups = {node.get("id"): node for node in svg.iter(f"{SVG}g")}
    colours = {"A": "#009e73", "C": "#0072b2", "G": "#e69f00", "T": "#d55e00"}
    for base, colour in colours.items():
        (path,) = groups[f"p1-m1-{base}"].iter(f"{SVG}path")
        assert f"fill: {colour}" in path.get("style", "")
    for name in ("p1-m1-band", "p1-m1-hits", "p1-m1-logos-A", "p1-a1-features", "p2-m1-positive"):
        assert name in groups
    ids = Counter(node.get("id") for node in svg.iter() if node.get("id"))
    assert max(ids.values()) == 1
    assert not list(svg.iter(f"{SVG}image"))


def test_it_is_as_wide_as_was_asked(svg: ElementTree.Element) -> None:
    points = float(svg.get("width", "").removesuffix("pt"))
    assert points * 25.4 / 72 == pytest.approx(180, abs=0.01)
    png = figure_file(content(), FigureStyle(89.0, 1), "png")
    width, _ = struct.unpack(">II", png[16:24])
    assert width == round(89 / 25.4 * 300)


def test_nothing_of_a_name_becomes_markup_or_a_formula() -> None:
    data = figure_file(content(HOSTILE), STYLE, "svg")
    root = ElementTree.fromstring(data)
    assert not list(root.iter(f"{SVG}script"))
    said = ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]
    assert any("$x^2$" in words for words in said)
    assert not any("\x1b" in words or "\ud800" in words for words in said)


def streams(pdf: bytes) -> list[bytes]:
    found = re.findall(rb"/Filter /FlateDecode.*?stream\n(.*?)\nendstream", pdf, re.DOTALL)
    return [zlib.decompress(each) for each in found]


def test_the_fonts_of_a_pdf_are_embedded_truetype() -> None:
    pdf = figure_file(content(), STYLE, "pdf")
    assert pdf.startswith(b"%PDF")
    fonts = re.findall(rb"/BaseFont /([A-Z]{6}\+DejaVuSans[-A-Za-z]*)", pdf)
    assert {name.split(b"+")[1] for name in fonts} == {b"DejaVuSans", b"DejaVuSans-Bold"}
    assert pdf.count(b"/FontFile2") >= len(set(fonts))
    assert b"/Type3" not in pdf
    assert any(b" Tf" in each for each in streams(pdf)), "text is drawn as text"


@pytest.mark.parametrize("form", FORMS)
def test_a_file_says_who_made_it_and_no_date(form: str) -> None:
    data = figure_file(content(), STYLE, form)
    assert CREATOR.encode() in data
    assert not re.search(rb"Date|20\d\d-\d\d-\d\d|D:20\d\d", data)
    assert data == figure_file(content(), STYLE, form)


@pytest.mark.parametrize("form", ["svg", "pdf"])
def test_the_same_bytes_whatever_a_user_has_set(form: str, tmp_path: Path) -> None:
    """In another process: other hashes of strings, other settings of matplotlib."""
    (tmp_path / "matplotlibrc").write_text("font.size: 20\nsvg.fonttype: path\naxes.grid: True\n")
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from tests.unit.publish import test_locus_figure_file as t\n"
        "from gtrack.publish.figure.page import figure_file\n"
        "sys.stdout.buffer.write(figure_file(t.content(), t.STYLE, sys.argv[2]))\n"
    )
    root = Path(__file__).resolve().parents[3]
    environment = {"PYTHONHASHSEED": "7", "MATPLOTLIBRC": str(tmp_path), "HOME": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", script, str(root), form],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=True,
    )
    assert ran.stdout == figure_file(content(), STYLE, form)


def test_threads_draw_the_same_bytes_and_leave_the_settings_of_a_notebook() -> None:
    """matplotlib's are those of all threads: one put back what another drew with, or kept it."""
    alone = figure_file(content(), STYLE, "svg")
    with matplotlib.rc_context({"font.size": 30.0, "axes.grid": True}):
        before = dict(matplotlib.rcParams)
        with ThreadPoolExecutor(4) as pool:
            drawn = list(pool.map(lambda _: figure_file(content(), STYLE, "svg"), range(8)))
        assert dict(matplotlib.rcParams) == before
    assert drawn == [alone] * 8
