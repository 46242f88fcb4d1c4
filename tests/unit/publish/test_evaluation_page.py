"""The page of an evaluation: whole, quiet, the same every time, and it says what the rows say."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.evaluation_rows import GROUPS, MetricRow, pair
from gtrack.core.metrics import ALIKE, LESS, METRICS, MORE, NEITHER
from gtrack.publish.evaluation.advice import advice
from gtrack.publish.evaluation.content import (
    EvaluatedModel,
    Evaluation,
    EvaluationFigure,
    PassportLine,
)
from gtrack.publish.evaluation.definitions import AXES, HEADLINES, definition
from gtrack.publish.evaluation.loci import LocusLane, LocusPlot, locus_figures
from gtrack.publish.evaluation.page import NOT_A_REPRODUCTION, evaluation_html
from gtrack.publish.evaluation.reading import NO_VALUE, beats_chance, number, span_of
from gtrack.publish.report.frame import POLICY

NAN = math.nan
HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\">",
    "</script><script>alert(1)</script>",
    "</style><style>*{display:none}</style>",
    "</title></svg><svg onload=alert(1)>",
    "\"' onmouseover=alert(1) x='",
    "-->]]><!--<![CDATA[",
    "a\nb\r\tc\0\x1b\u202ed\ud800",
    "&lt;b&gt;&amp;#60;",
)
SVG = (
    '<?xml version="1.0"?>\n<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="72pt" '
    'height="72pt" viewBox="0 0 72 72" xmlns="http://www.w3.org/2000/svg" version="1.1">'
    '<metadata><a/></metadata><!-- words --><defs><path id="p" d="M0 0"/></defs>'
    '<use xlink:href="#p" style="fill: #1b1f24"/></svg>'
)


def row(model="cnn", method="attnlrp", metric="mass_accuracy", value=0.8, half=0.05, **other):
    """Return a row whose interval is `half` on either side of its value."""
    given_ = {
        **{"target": "bound", "level": "base", "group": "all", "n": 20, "baseline": 0.2},
        **{"median": value, "ci_low": value - half, "ci_high": value + half, "reason": ""},
        **other,
    }
    return MetricRow(model=model, method=method, metric=metric, value=value, **given_)


def none(model="cnn", method="attnlrp", metric="mass_accuracy", reason="constant map", **other):
    """Return a row without a value."""
    return row(model, method, metric, NAN, reason=reason, **{"n": 0, **other})


def evaluation(*rows, **other):
    """Return an evaluation of two models with these rows."""
    models = (
        EvaluatedModel("cnn", "cnn", "bound", "base", 200, "both"),
        EvaluatedModel("bert", "dnabert2", "bound", "token", 200, "both"),
    )
    given_ = {"truth": "truth.bed", "versions": {"gtrack": "1"}, **other}
    return Evaluation(300, 290, 200, 7, models, rows, **given_)


def whole(name="cnn"):
    """Return an evaluation with every part, and `name` wherever a name can stand."""
    rows = (
        *(row(name, name, metric, target=name) for metric in METRICS),
        row(name, name, name, target=name),
        row(pair(name, name), name, "pearson", target=name),
        row(name, name, "mass_accuracy_bound", target=name),
        none(name, name, reason=name, target=name, group="negative"),
        none(name, name, "pearson", reason=name, target=name, group="positive"),
    )
    return Evaluation(
        *(3, 4, 2, 0),
        (EvaluatedModel(name, name, name, "base", 200, name),),
        rows,
        truth=name,
        figures=(EvaluationFigure("similarity", name, name, SVG),) * 2,
        passport=(PassportLine(name, name, "A", name, name, "mixed", name),),
        verdicts={(name, name): "mixed"},
        versions={"gtrack": name, name: name},
        facts=((name, name),),
        notes=(name,),
    )


def tree(html):
    """Return the page as XML, which it has to be, too."""
    return ElementTree.fromstring(html.removeprefix("<!DOCTYPE html>\n"))


def sections(html):
    """Return the words of every section by its id."""
    return {
        each.get("id"): " ".join(" ".join(each.itertext()).split())
        for each in tree(html).iter("section")
    }


def test_the_page_is_whole_and_asks_for_nothing() -> None:
    html = evaluation_html(whole())
    page = tree(html)
    names = [each.get("id") for each in page.iter() if each.get("id")]
    assert len(names) == len({*names})
    for each in page.iter():
        for key, value in each.attrib.items():
            key = key.rpartition("}")[2]
            assert not key.startswith("on")
            assert key != "src"
            if key == "href":
                assert value.removeprefix("#") in names
    assert [each.get("content") for each in page.iter("meta")].count(POLICY) == 1
    assert "<script" not in html
    assert [*sections(html)] == [
        *("trust", "axes", "passport", "figures", "tables", "definitions", "reasons", "notes"),
        "facts",
    ]


def test_equal_evaluations_give_equal_bytes() -> None:
    assert evaluation_html(whole()).encode() == evaluation_html(whole()).encode()


def test_nothing_reproduces_the_paper_and_the_page_says_so() -> None:
    assert "2604.21690" in NOT_A_REPRODUCTION
    assert NOT_A_REPRODUCTION in sections(evaluation_html(evaluation()))["notes"]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_content_and_nothing_else(name: str) -> None:
    plain, hostile = tree(evaluation_html(whole("x"))), tree(evaluation_html(whole(name)))
    assert [(e.tag, e.attrib) for e in plain.iter()] == [(e.tag, e.attrib) for e in hostile.iter()]
    evaluation_html(whole(name)).encode()


@given(st.text(max_size=40))
def test_any_name_is_content(name: str) -> None:
    shape = [each.tag for each in tree(evaluation_html(whole("x"))).iter()]
    assert [each.tag for each in tree(evaluation_html(whole(f"y{name}"))).iter()] == shape


def test_a_figure_takes_the_colours_of_the_page_and_ids_of_its_own() -> None:
    html = evaluation_html(whole())
    assert "fill: var(--ink)" in html
    assert "<metadata>" not in html
    assert "<!-- words -->" not in html
    for at in (1, 2):
        assert f'id="f{at}-p"' in html
        assert f'href="#f{at}-p"' in html


def test_a_drawn_figure_fits_into_the_page_whatever_its_names() -> None:
    lane = LocusLane("</svg><script>--> ]]>&\x00\ud800", np.ones(4))
    drawn = locus_figures([LocusPlot("<b>", 0, "ACGT", [lane], [(1, 3, "$\\frac$ <i>")])])
    figure = EvaluationFigure("locus_1", "a", "b", drawn["locus_1"][0].decode())
    html = evaluation_html(evaluation(figures=(figure, figure)))
    tags = {each.tag.rpartition("}")[2] for each in tree(html).iter()}
    assert tags & {"script", "b", "i", "text"} == set()
    names = re.findall(r' id="([^"]*)"', html)
    assert len(names) == len({*names})
    body = html.split("</style>", 1)[1]
    assert {*re.findall(r'(?:href="#|url\(#)([^")]*)', body)} <= {*names}


def test_what_is_no_svg_is_refused() -> None:
    for svg in ("<b>no</b>", "<svg></svg>"):
        figure = EvaluationFigure("similarity", "a", "b", svg)
        with pytest.raises(ValueError, match="figure similarity"):
            evaluation_html(evaluation(figures=(figure,)))


def told(*rows, **other):
    """Return the advice on the first model of these rows."""
    return next(each for each in advice(evaluation(*rows, **other)) if each.model)


def test_who_is_named_is_better_than_chance_and_close_to_the_best() -> None:
    said = told(
        row(method="gradient", value=0.3),
        row(method="attnlrp", value=0.80),
        row(method="cplrp", value=0.76),
        row(method="saliency", value=0.22),
        row(method="untrained", value=0.95),
    )
    assert said.answer == "attnlrp, cplrp"
    assert "0.800 [0.750, 0.850] on 20 windows; chance 0.200" in said.because
    assert "Clearly behind: gradient 0.300, saliency 0.220." in said.because
    assert "Not above chance: saliency." in said.because


def test_few_windows_and_other_windows_are_said() -> None:
    assert told(row(n=9)).answer == "attnlrp (on 9 windows only)"
    assert told(row(n=10)).answer == "attnlrp"
    assert told(row(value=0.24, n=3)).answer == "none"
    both = told(row(n=12), row(method="ism", value=0.7, n=30))
    assert "Not all have the same windows: up to 30." in both.because


def test_chance_is_not_recommended() -> None:
    said = told(row(value=0.24), row(method="ism", value=0.21))
    assert said.answer == "none"
    assert "None is better than chance; the best, attnlrp" in said.because


def test_without_an_interval_nothing_is_recommended() -> None:
    said = told(row(half=NAN))
    assert said.answer == "not known"


def test_positive_windows_go_before_all_and_tokens_before_bases() -> None:
    said = told(
        row(value=0.9),
        row(value=0.5, group="positive"),
        row(value=0.4, group="positive", level="token"),
    )
    assert "over tokens 0.400" in said.because
    assert "on 20 positive windows" in said.because


def test_a_metric_without_values_gives_way_to_the_next() -> None:
    rows = (none(), row(metric="rank_accuracy", value=0.6))
    assert "rank accuracy" in told(*rows).because
    assert told(none()).because == "No value: constant map."
    assert told(none()).answer == "not known"


def test_likeness_of_models_is_said_as_such() -> None:
    both = pair("cnn", "bert")
    likeness = [each for each in advice(evaluation(row(both, metric="pearson"))) if each.model]
    assert [each.answer for each in likeness] == ["beyond chance, by attnlrp"]
    assert told(row(both, metric="pearson", value=0.2)).answer == "not beyond chance"
    few = [each.answer for each in advice(evaluation(row(both, metric="pearson", n=2)))]
    assert "beyond chance, by attnlrp (on 2 windows only)" in few


def test_methods_alike_on_one_model_are_no_answer_and_no_line_of_the_comparison() -> None:
    both = row(method=pair("attnlrp", "cplrp"), metric="pearson", value=0.99)
    page = evaluation(both, row(pair("cnn", "bert"), metric="pearson", value=0.5))
    assert [each.model for each in advice(page) if each.model] == [pair("cnn", "bert")]
    assert "0.990" not in sections(evaluation_html(page))["axes"]
    assert "0.990" in sections(evaluation_html(page))["tables"]


def test_many_methods_are_named_whole() -> None:
    rows = [row(method=f"method_number_{k}", value=0.3) for k in range(30)]
    said = sections(evaluation_html(evaluation(row(value=0.9), *rows)))["trust"]
    assert all(f"method_number_{k}" in said for k in range(30))


def test_the_passport_stands_beside_the_advice() -> None:
    for verdict in ("not supported", "mixed", "not asked"):
        assert told(row(), verdicts={("cnn", "bound"): verdict}).passport == verdict
    assert told(row(), verdicts={("cnn", "bound"): "supported"}).passport == ""
    assert told(row()).passport == ""
    page = evaluation_html(evaluation(row(), verdicts={("cnn", "bound"): "mixed"}))
    assert "passport: mixed" in sections(page)["trust"]


def test_a_warning_of_the_passport_is_no_verdict() -> None:
    lines = (PassportLine("cnn", "bound", "D", "w", "0.2", "mixed"),)
    assert told(row(), passport=lines, verdicts={("cnn", "bound"): "supported"}).passport == ""


def test_each_target_has_its_own_passport() -> None:
    lines = tuple(
        PassportLine("cnn", target, "A1", "w", "1", verdict)
        for target, verdict in (("E", "not supported"), ("GC", "supported"))
    )
    verdicts = {("cnn", line.target): line.verdict for line in lines}
    rows = (row(target="E"), row(target="GC"))
    page = evaluation(*rows, passport=lines, verdicts=verdicts)
    said = {each.model: each.passport for each in advice(page) if each.model}
    assert said == {"cnn, E": "not supported", "cnn, GC": ""}
    table = sections(evaluation_html(page))["passport"]
    assert "cnn, E A1" in table
    assert "cnn, GC A1" in table


def test_without_truth_the_page_says_that_places_are_not_known() -> None:
    html = evaluation_html(evaluation(row(metric="abc"), truth=""))
    assert "Not measured: no truth was given." in sections(html)["trust"]
    assert "no truth given, so no localisation" in html


def test_the_comparison_marks_chance_the_bound_and_the_clearly_best() -> None:
    rows = [
        row(method="attnlrp", value=0.8),
        row(method="gradient", value=0.23),
        row(method="untrained", value=0.99),
        row("bert", "attnlrp", value=0.5),
        row("bert", "cplrp", value=0.52),
        row("bert", "attnlrp", "mass_accuracy_bound", value=0.62, baseline=NAN),
    ]
    (section,) = (
        each
        for each in tree(evaluation_html(evaluation(*rows))).iter("section")
        if each.get("id") == "axes"
    )
    lines = [["".join(cell.itertext()) for cell in line] for line in section.iter("tr")]
    assert ["cnnbound", "attnlrp", "0.800[0.750, 0.850]"] in lines
    assert ["gradient", "0.230°[0.180, 0.280]"] in lines
    assert ["windows", "20"] in lines
    assert ["chance", "0.200"] in lines
    assert ["best possible", "0.620"] in lines
    assert lines.count(["best possible", "0.620"]) == 1
    assert ["".join(each.itertext()) for each in section.iter("strong")] == ["0.800"]


def test_groups_of_windows_stand_apart() -> None:
    html = evaluation_html(evaluation(row(), row(group="positive", value=0.9)))
    first, rest = sections(html)["axes"].split("All windows", 1)
    assert "0.900" in first
    assert "0.800" not in first
    assert "0.800" in rest


def test_every_row_stands_in_the_tables_and_every_metric_is_explained() -> None:
    html = evaluation_html(whole())
    for metric in METRICS:
        assert metric in sections(html)["tables"]
        assert f"{metric} {AXES[definition(metric).axis][0]}" in sections(html)["definitions"]
    assert "No words for it here." in sections(html)["definitions"]


def test_missing_numbers_are_counted_by_their_reason() -> None:
    rows = (none(), none(method="ism"), row(reason="3 regions are N"), none(reason=""))
    said = sections(evaluation_html(evaluation(*rows)))["reasons"]
    assert "constant map mass_accuracy cnn attnlrp, cnn ism 2 0" in said
    assert "3 regions are N mass_accuracy cnn attnlrp 0 1" in said
    assert "no reason was given mass_accuracy cnn attnlrp 1 0" in said
    assert "None: every row" in sections(evaluation_html(evaluation(row())))["reasons"]


def test_without_any_value_the_page_still_stands() -> None:
    for rows in ((), (none(),)):
        assert "No metric has a value" in sections(evaluation_html(evaluation(*rows)))["axes"]


def test_headlines_are_defined_and_better_is_said() -> None:
    for axis, metrics in HEADLINES.items():
        for metric in metrics:
            assert definition(metric).axis == axis
    assert {each.better for each in map(definition, METRICS)} == {MORE, LESS, NEITHER, ALIKE}
    assert {each.axis for each in map(definition, METRICS)} <= {*AXES}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        *(
            (0.0, "0.000"),
            (-0.25, "\N{MINUS SIGN}0.250"),
            (0.12345, "0.123"),
            (1.0, "1.00"),
            (12.34, "12.3"),
        ),
        *(
            (1234.5, "1,234"),
            (2e-4, "2.0e-04"),
            (-2e-4, "\N{MINUS SIGN}2.0e-04"),
            (2.5e7, "2.5e+07"),
        ),
        *((NAN, NO_VALUE),),
    ],
)
def test_numbers_are_read_at_three_digits(value: float, said: str) -> None:
    assert number(value) == said


def test_one_number_where_all_are_alike() -> None:
    assert span_of([0.2, 0.2001, NAN]) == "0.200"
    assert span_of([0.2, 0.4]) == "0.200 to 0.400"
    assert span_of([NAN]) == NO_VALUE


def test_less_can_be_better() -> None:
    assert beats_chance(row(metric="shift_p", value=0.01, half=0.005, baseline=0.5)) is True
    assert beats_chance(row(metric="shift_p", value=0.48, baseline=0.5)) is False
    assert beats_chance(row(metric="pearson", value=0.1, half=0.12, baseline=-0.07)) is False
    assert beats_chance(row(metric="pearson", value=0.1, half=0.09, baseline=-0.07)) is True
    assert beats_chance(row(metric="aopc_morf", value=-1, baseline=-3)) is True
    assert beats_chance(row(metric="gini")) is None
    near = row(value=0.3, baseline=0.2)
    assert beats_chance(near) is True
    assert beats_chance(replace(near, over_low=-0.01, over_high=0.2)) is False
    assert beats_chance(replace(near, ci_low=0.1, over_low=0.01, over_high=0.2)) is True
    fewer = row(metric="shift_p", value=0.3, half=0.5, baseline=0.5)
    assert beats_chance(replace(fewer, over_low=-0.4, over_high=-0.1)) is True
    assert beats_chance(replace(fewer, over_low=-0.4, over_high=0.1)) is False
    loose = row(metric="pearson", value=0.1, half=0.12, baseline=-0.07)
    assert beats_chance(replace(loose, over_low=0.05, over_high=0.3)) is False
    assert beats_chance(replace(row(), baseline=NAN)) is None


def test_groups_are_those_of_the_rows() -> None:
    for group in GROUPS:
        html = evaluation_html(evaluation(row(group=group)))
        assert re.search(r"0\.800\s+\[0\.750, 0\.850\]", sections(html)["axes"])
