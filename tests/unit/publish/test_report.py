"""The page: whole, the same every time, quiet, and never written by the names in it."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import quote, unquote
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.features import Feature
from gtrack.core.hits.motif_hit import FamilyMember, MotifHit, MotifShare
from gtrack.core.hits.word_groups import Word
from gtrack.core.manifest import RunManifest, TrackSpec
from gtrack.core.nearest_genes import NearGene
from gtrack.publish.markup import element, join, shortened, text, void
from gtrack.publish.report.hit_tables import MOST_MOTIFS, hit_table
from gtrack.publish.report.lanes import q_said
from gtrack.publish.report.letters import LetterPlot, ModelRow
from gtrack.publish.report.loci import Locus
from gtrack.publish.report.page import Report, report_html
from gtrack.publish.report.word_table import MOST_WORDS, word_logo
from gtrack.publish.session import LETTERS

HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\">",
    "</script><script>alert(1)</script>",
    "</style><style>*{display:none}</style>",
    "</title></svg><svg onload=alert(1)>",
    "\"' onmouseover=alert(1) x='",
    "-->]]><!--<![CDATA[",
    "a\nb\r\tc\0\x1b\u202ed\ud800",
    "&lt;b&gt;&amp;#60;",
    "javascript:alert(1)#/../../etc/passwd",
)
SAFE_ATTRIBUTES = {
    *("aria-hidden", "aria-label", "aria-labelledby", "charset", "class", "content", "d", "fill"),
    *("fill-rule", "height", "href", "http-equiv", "id", "lang", "name", "patternunits", "points"),
    *("role", "scope", "tabindex", "transform", "viewbox", "width", "x", "y"),
    *("dx", "fill-opacity", "font-family", "font-size", "font-weight", "preserveaspectratio"),
    *("stroke", "stroke-dasharray", "stroke-opacity", "stroke-width", "text-anchor", "xlink:href"),
    *("rowspan", "xmlns", "xmlns:xlink"),
}
NAMESPACES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink")

FILES = {"bed": "hits/c.bed", "table": "hits/c.tsv", "sites": "hits/c.sites.bed"}
COUNTS = np.array(
    [
        *([9, 1, 11, 0], [0, 30, 0, 0], [30, 0, 0, 0], [0, 30, 0, 0], [0, 0, 30, 0]),
        *([0, 0, 0, 30], [0, 0, 30, 0], [8, 7, 8, 7], [6, 6, 0, 18]),
    ]
)


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text; the files that its links save."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.elements, self.words, self.others, self.files = [], [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        if dict(attrs).get("class") == "save":
            attrs = dict(attrs)
            self.files.append((attrs.pop("download"), attrs.pop("href")))
            attrs = attrs.items()
        self.elements.append((tag, tuple(attrs)))

    def handle_endtag(self, tag):
        self.elements.append((f"/{tag}", ()))

    def handle_data(self, data):
        self.words.append(data)

    def handle_comment(self, data):
        self.others.append(data)

    def handle_decl(self, decl):
        self.others.append(decl)

    def unknown_decl(self, data):
        self.others.append(data)

    def handle_pi(self, data):
        self.others.append(data)


def report_of(
    name="TBP",
    *,
    loci=2,
    bases=60,
    models=("cnn", "dnabert2"),
    hits=True,
    seed=0,
    target=None,
    genes=1,
):
    """Return a report in which every text that a user can choose is `name`."""
    rng = np.random.default_rng(seed)
    labels = [name, "other"]
    specs = tuple(
        TrackSpec(
            *(f"t{k}", "relevance", "bigWig", f"tracks/t{k}.bw", model, target), p99=0.5, bases=9
        )
        for k, model in enumerate(models)
    )
    manifest = RunManifest(
        genome={"id": name, "chromosomes": 1, "bases": 1000, "fasta": None},
        models=tuple(
            {
                **{"name": model, "kind": name, "labels": labels, "target": name},
                **{"targets": [name] if target is None else labels, "parameters": {name: name}},
                **{"unit": "token", "outputs": {"kind": "classes"}},
                **{"window_bp": 200, "strands": "both", "sha256": "0" * 64},
            }
            for model in models
        ),
        tracks=specs,
        regions={
            **{"given": 3, "duplicates": 1, "scanned": 2, "url": "regions.bed"},
            **{"table": "regions.tsv", "windows": "windows.tsv"},
        },
        locus={"chrom": "chr1", "start": 0, "end": 140},
        job={"method": "attnlrp", "projection": "uniform", "precision": name},
        plan_sha256="f" * 64,
        versions={"gtrack": name},
        hits={"q": 0.05, "models": [], "motifs": {"sources": [name]}} if hits else None,
        null={"bases": 9, "models": [{"model": "cnn", "bases": 9, "windows": 2}]},
    )

    def plot(number):
        start = 1000 * number
        found = tuple(
            MotifHit(
                *(name, start + at, start + at + 12, name, strand, name, name),
                *(size, 5.0, 1e-5, 1e-4, 0.01, "cnn:1", name, 0.01, None, 0.2, size < 0, name),
            )
            for at, strand, size in ((3, "+", 3.5), (20, "-", -2.0))
        )
        rows = tuple(
            ModelRow(spec.title, rng.normal(size=bases).astype(np.float32), 4.0, 0.5, found * hits)
            for spec in specs
        )
        letters = "".join(rng.choice(list("ACGT"), bases))
        gene = Feature("chr1", start + 2, start + 30, name, strand="+")
        return LetterPlot(name, start, start + bases, letters, rows, ((name, (gene,)),))

    near = NearGene(name, "+", 120, "upstream")
    share = MotifShare(name, name, name, 9, 5, 4, 1.5, 0.25, 0.001, (FamilyMember(name, name, 2),))
    word = Word("CACGTG", "RCACGTGNT", 3, 30, 90, 1.25, 4.5, 3e-7, COUNTS, name, name, 0.9)
    return Report(
        manifest,
        tuple(Locus(plot(number), (name,), (near,) * genes) for number in range(loci)),
        {models[0]: [share]} if hits else {},
        [
            {
                **{"region": "0", "chrom": name, "start": "0", "end": "9", "name": name},
                **{
                    "model": "cnn",
                    "target": name,
                    "windows": "1",
                    "score_forward": "1.5",
                    "n_share": "0",
                },
                **{"score_reverse": "NA", "score": "1.5", "probability": "0.9"},
            }
        ],
        {models[0]: [word, replace(word, nearest_id="", nearest_name="")]} if hits else {},
    )


def shown(name):
    """A user's text as a reader sees it."""
    return name if name.isprintable() else Page(text(name)).words[0]


def check_harmless(name):
    page, plain = (
        Page(report_html(report_of(each, target=each))) for each in (name, "x" * len(name))
    )
    assert page.elements == plain.elements, "elements and attributes do not depend on a name"
    assert page.others == plain.others == ["DOCTYPE html"]
    for (file, address), (_, other) in zip(page.files, plain.files, strict=True):
        assert re.fullmatch(r"gtrack_[A-Za-z0-9_.-]*\.svg", file)
        inside = saved(address)
        assert inside.elements == saved(other).elements
        assert inside.others == []
        assert shown(name) in inside.words
    return page


def saved(address):
    """Return the elements of a file that a link saves."""
    head = "data:image/svg+xml;charset=utf-8,"
    assert address.startswith(head)
    assert re.fullmatch(r"[A-Za-z0-9%/:;,=()'!*+_.~ -]*", address[len(head) :])
    text = unquote(address[len(head) :], errors="strict")
    ElementTree.fromstring(text)
    return Page(text)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stand_as_text(name):
    page = check_harmless(name)
    words = "".join(page.words)
    assert words.count(shown(name)) > 20
    assert set(words) - set("\n") == {each for each in words if each.isprintable()}


@given(st.text(min_size=1, max_size=30).filter(lambda name: name != "other"))
def test_no_element_or_attribute_comes_from_a_name(name):
    check_harmless(name)


def test_the_page_loads_nothing_and_runs_nothing():
    html = report_html(report_of())
    page = Page(html)
    assert {tag for tag, _ in page.elements} & {"script", "link", "img", "iframe", "form"} == set()
    assert {key for _, attrs in page.elements for key, _ in attrs} <= SAFE_ATTRIBUTES
    links = [value for _, attrs in page.elements for key, value in attrs if key == "href"]
    ids = [value for _, attrs in page.elements for key, value in attrs if key == "id"]
    assert all(link.startswith("#") for link in links)
    assert {link[1:] for link in links} <= set(ids)
    assert len(ids) == len(set(ids))
    policy = next(
        dict(a) for t, a in page.elements if "Content-Security-Policy" in dict(a).values()
    )
    assert policy["content"].startswith(
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )
    tags = [tag for tag, _ in page.elements if not tag.startswith("/")]
    assert tags.index("style") > tags.index("meta") + 1, "the policy comes before what it governs"
    for name in NAMESPACES:
        html = html.replace(f'"{name}"', "").replace(f"'{quote(name, safe='/:')}'", "")
    assert re.findall(r"url\((?!#N\d+\))|@import|https?:", html) == []


def test_every_element_is_closed_and_the_page_is_xml_but_for_its_first_line():
    html = report_html(report_of())
    assert html.startswith("<!DOCTYPE html>\n<html")
    ElementTree.fromstring(html.split("\n", 1)[1])


@pytest.mark.parametrize(
    ("strands", "said"),
    [
        (("both", "both"), "Windows are explained on both strands, averaged."),
        (("forward", "forward"), "Windows are explained on the forward strand."),
        (("region",), "Windows are explained on the strand of each region."),
        (
            ("forward", "both"),
            "Windows are explained on the forward strand (m0) and on both strands, averaged (m1).",
        ),
    ],
)
def test_the_words_say_of_strands_what_the_table_says(strands, said):
    report = report_of(models=tuple(f"m{k}" for k in range(len(strands))))
    models = tuple(
        {**model, "strands": each}
        for model, each in zip(report.manifest.models, strands, strict=True)
    )
    html = report_html(replace(report, manifest=replace(report.manifest, models=models)))
    assert said in html
    assert all(f"<td>{each}</td>" in html for each in strands)


def test_equal_reports_are_equal_bytes():
    assert report_html(report_of()) == report_html(report_of())
    assert report_html(report_of()) != report_html(report_of(seed=1))


def test_fifty_places_of_two_models_are_a_small_file():
    page = report_html(report_of(loci=50, bases=280))  # every letter drawn, places at their longest
    assert page.count("<use ") > 0.99 * 50 * 2 * 280
    assert len(page.encode()) < 5e6


def test_the_sections_say_what_was_asked():
    words = " ".join(Page(report_html(report_of())).words)
    for said in (
        *("3 regions given (1 exact duplicates), 2 scanned", "does not conserve relevance"),
        *("logit of TBP - logit of other", "q < 0.05", "9 bases of 2 shuffled windows"),
        *("opposing hit", "How to read", "Scores of the regions shown", "Run facts", "25.0%"),
        *("0" * 64, "f" * 64, "tracks/t0.bw", "projection: uniform"),
    ):
        assert said in words, said
    assert "NA" in words


def test_without_hits_no_section_speaks_of_them():
    html = report_html(report_of(hits=False))
    assert 'id="motifs"' not in html
    assert "An arrow is a site" not in html
    assert 'id="hits"' not in html


def test_a_family_stands_before_its_members_which_are_folded():
    members = (FamilyMember("MA0099.3", "FOS::JUN", 1200), FamilyMember("MA0462.2", "BATF", 8))
    share = MotifShare("MA0491.1", "JUND", "m", 1300, 1300, 0, 1.5, 0.25, 0.001, members)
    html = report_html(replace(report_of(), motifs={"cnn": [share]}))
    assert (
        "<td>JUND<details><summary>and 2 motifs at the same places</summary><ul>"
        "<li>FOS::JUN MA0099.3: 1,200</li><li>BATF MA0462.2: 8</li></ul></details></td>"
    ) in html
    alone = replace(share, members=())
    assert "<td>JUND</td>" in report_html(replace(report_of(), motifs={"cnn": [alone]}))


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"best_q": 0.36}, "cnn: No motif hit at q < 0.05; the best candidate has q = 0.36."),
        ({}, "cnn: No motif hit at q < 0.05."),
    ],
)
def test_no_hit_is_a_sentence_and_no_empty_table(known, said):
    report = report_of()
    called = {**report.manifest.hits, "models": [{"model": "cnn", "hits": 0, **known, **FILES}]}
    manifest = replace(report.manifest, hits=called)
    html = report_html(replace(report, manifest=manifest, motifs={"cnn": []}))
    assert said in Page(html).words
    assert "motif family" not in html


def test_a_bound_and_chance_stand_in_the_hits_of_a_place():
    one, two = report_of(models=("cnn",)).loci[0].plot.models[0].hits
    words = Page(hit_table([[("cnn", one), ("cnn", replace(two, chance=None))]])).words
    assert words.index("chance") == 10
    assert words[20:22] == ["0.01", "0.2"]
    assert words[31:33] == ["≤ 0.01", "-"]
    assert q_said(replace(one, q_value=0.0312, bound=True)) == "≤ 0.031"


def test_long_names_that_differ_at_an_end_never_look_alike():
    stem = "ANDROGENRECEPTORANDROGENRECEPTORANDROGENRECEPTOR.H12CORE"
    names = [f"{stem}.{k}.P.B" for k in (0, 1)] + [f"{k}{stem}" for k in "XY"]
    limits = (13, 24, 40, 80)
    assert all(len({shortened(name, limit) for name in names}) == 4 for limit in limits)
    report = report_of(name=names[0], loci=1, models=("cnn",))
    figure = Page(report_html(report)).words
    assert f"{shortened(names[0], 24)} +3.5" in figure, "the label"
    title = f"{names[0]} +3.5, {names[0]}, + 4-15, q 0.01"
    assert title in figure


def test_a_long_table_of_motifs_is_cut_and_says_so():
    report = report_of()
    share = report.motifs["cnn"][0]
    many = [replace(share, motif_id=f"M{k}.") for k in range(MOST_MOTIFS + 7)]
    words = Page(report_html(replace(report, motifs={"cnn": many}))).words
    assert f"M{MOST_MOTIFS - 1}." in words
    assert f"M{MOST_MOTIFS}." not in words
    assert any("7 more families" in each for each in words)


def test_words_stand_with_their_numbers_and_nearest_motif():
    html = report_html(report_of(name="MAX"))
    words = Page(html).words
    for said in ("RCACGTGNT", "CACGTG", "+4.5", "3e-07", "MAX MAX", "0.90", "Logo of RCACGTGNT"):
        assert said in words, said
    assert 'id="words"' in html
    assert 'id="words"' not in report_html(report_of(hits=False))


def test_a_long_table_of_words_is_cut_and_says_so():
    report = report_of()
    many = [replace(report.words["cnn"][0], word=f"W{k}.") for k in range(MOST_WORDS + 4)]
    words = Page(report_html(replace(report, words={"cnn": many, "other": []}))).words
    assert f"W{MOST_WORDS - 1}." in words
    assert f"W{MOST_WORDS}." not in words
    assert any("4 more in its table" in each for each in words)
    assert "other: no word." in words


def test_a_logo_is_as_high_as_its_information():
    word = report_of().words["cnn"][0]
    drawn = re.findall(
        r'fill="(#\w+)" [^>]*transform="translate\((\d+) ([\d.]+)\) scale\(11 ([\d.]+)\)',
        word_logo(word),
    )
    bases = {colour: base for base, colour in LETTERS.items()}
    letters = [(bases[colour], *rest) for colour, *rest in drawn]
    columns = {}
    for base, x, y, height in letters:
        columns.setdefault(int(x) // 11, []).append((base, float(y), float(height)))
    assert {at: column[-1][0] for at, column in columns.items() if 0 < at < 7} == dict(
        enumerate("CACGTG", 1)
    )
    ((_, y, height),) = columns[1]
    assert y == 36
    assert height == pytest.approx(36 / 2 * (2 - 3 / (2 * np.log(2) * 30)), abs=0.01)
    assert 7 not in columns, "equal bases say nothing"
    largest = [height for _, _, height in columns[8]]
    assert largest == sorted(largest), "the largest letter is on top"
    assert columns[8][-1][0] == "T"


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (["score"], "logit of score"),
        (["off", "score"], "logit of score - logit of off"),
        (["a", "score", "b"], "logit of score - mean of the 2 other logits"),
    ],
)
def test_the_explained_score_is_named(labels, words):
    report = report_of()
    kind = "classes" if len(labels) > 1 else "labels"
    said = {"labels": labels, "target": "score", "outputs": {"kind": kind}}
    models = tuple({**m, **said} for m in report.manifest.models)
    html = report_html(replace(report, manifest=replace(report.manifest, models=models)))
    assert words in Page(html).words


def test_every_target_has_rows_of_its_own():
    report = report_of(models=("cnn", "cnn"), loci=1)
    labels = ["TBP", "other"]
    tracks = tuple(
        replace(track, target=label)
        for track, label in zip(report.manifest.tracks, labels, strict=True)
    )
    models = ({**report.manifest.models[0], "targets": labels},)
    manifest = replace(report.manifest, tracks=tracks, models=models)
    words = Page(report_html(replace(report, manifest=manifest))).words
    assert {"logit of TBP - logit of other", "logit of other - logit of TBP"} <= set(words)
    assert {"cnn: TBP", "cnn: other"} <= set(words)
    assert any("The models and their targets take turns" in each for each in words)


def test_a_name_that_looks_like_a_number_stays_as_it_is():
    report = report_of()
    (row,) = report.regions
    names = {"name": "1e5", "model": "007", "target": "1_0"}
    words = Page(report_html(replace(report, regions=[{**row, **names}]))).words
    assert {"1e5", "007", "1_0"} <= set(words)


def test_values_have_no_probability_and_no_label():
    report = report_of()
    said = {"outputs": {"kind": "values"}, "labels": ["TBP"], "targets": ["TBP"]}
    models = tuple({**model, **said} for model in report.manifest.models)
    words = Page(
        report_html(replace(report, manifest=replace(report.manifest, models=models)))
    ).words
    text = " ".join(words)
    assert "probability" not in text
    assert "value of TBP" in words
    assert "scores are values" in text
    assert "Blue raises the value, vermillion lowers it" in text
    assert "the base raises the explained value" in text
    assert "logit" not in text
    assert "the label" not in text


def test_a_model_and_a_method_of_another_package_are_shown_as_they_are():
    report = report_of()
    plugin = {"kind": "k-mers", "unit": "triplet", "parameters": {"stride": "1"}}
    models = tuple({**model, **plugin, "more": [{"a": 1}, 2]} for model in report.manifest.models)
    job = {**report.manifest.job, "method": "occlusion", "parameters": {"width": "3"}, "new": {}}
    manifest = replace(report.manifest, models=models, job=job)
    words = Page(report_html(replace(report, manifest=manifest))).words
    text = " ".join(words)
    assert {"k-mers", "triplet", "job parameters width"} <= set(words)
    assert "occlusion, a method from outside gtrack" in text
    assert "conserve" not in text, "nothing is claimed of what is not known"
    assert "read tokens" not in text


def test_markup_is_made_by_element_alone():
    assert element("b", "<i>", class_="a") == '<b class="a">&lt;i&gt;</b>'
    assert element("p", element("b", "&"), "&") == "<p><b>&amp;</b>&amp;</p>"
    assert void("path", d='"', aria_hidden="x") == '<path d="&quot;" aria-hidden="x"/>'
    assert join("<", text("\x07")) == r"&lt;\x07"
    assert [shortened("abcdef", n) for n in (5, 4, 2, 1)] == ["ab…ef", "ab…f", "a…", "…"]
    assert shortened("abcd", 4) == "abcd"
