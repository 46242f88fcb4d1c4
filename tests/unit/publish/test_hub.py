"""``hub.txt`` and its pages: read back by a parser of their own, whatever the names are."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.assemblies import CUSTOM
from gtrack.core.targets import name_targets
from gtrack.publish.hub.check import check_hub
from gtrack.publish.hub.document import Hub, groups_text, hub_text
from gtrack.publish.hub.labels import SHORT, label, safe, track_names
from gtrack.publish.hub.pages import hub_pages
from gtrack.publish.hub.tracks import hits, rounded_up
from gtrack.publish.session import locus_text
from gtrack.publish.stanzas import read_stanzas, write_stanzas
from tests.documents import JOINED
from tests.hubs import (
    FULL,
    HITS,
    HOSTILE,
    files_of,
    make_hub,
    parse,
    spec,
)


def by_name(hub: Hub) -> dict[str, dict[str, str]]:
    return {each["track"]: each for each in parse(hub_text(hub)) if "track" in each}


def test_the_order_is_hub_genome_tracks() -> None:
    stanzas = parse(hub_text(make_hub(FULL)))
    assert [next(iter(stanza)) for stanza in stanzas[:3]] == ["hub", "genome", "track"]
    assert stanzas[0]["useOneFile"] == "on"
    assert stanzas[0]["email"] == "me@example.org"
    assert all(next(iter(stanza)) == "track" for stanza in stanzas[2:])
    for at, stanza in enumerate(stanzas[3:], 3):
        assert stanza["parent"].split()[0] in {above.get("track") for above in stanzas[2:at]}


def test_relevance_is_letters_on_a_scale_of_its_own_that_every_reader_understands() -> None:
    tracks = by_name(make_hub(FULL))
    for name in ("cnn", "dnabert2"):
        assert tracks[name]["logo"] == "on"
        assert tracks[name]["parent"] == "relevance on"
        assert tracks[name]["type"] == "bigWig -0.62 0.62", "symmetric, and no value beyond"
        assert "autoScale" not in tracks[name], "UCSC would not take the type's range"
    above = tracks["relevance"]
    assert ("autoScale" in above, above["alwaysZero"]) == (False, "on")
    assert above["compositeTrack"] == "on"
    assert above["color"] != above["altColor"]
    assert not any("viewLimits" in track for track in tracks.values()), "igv.js cuts fractions"


def test_models_are_overlaid_on_the_same_files() -> None:
    tracks = by_name(make_hub(FULL))
    assert tracks["relevance_overlay"]["container"] == "multiWig"
    assert tracks["relevance_overlay"]["aggregate"] == "transparentOverlay"
    below = [each for each in tracks.values() if each.get("parent") == "relevance_overlay"]
    assert [each["bigDataUrl"] for each in below] == ["cnn.bw", "dnabert2.bw"]
    assert len({each["color"] for each in below}) == 2
    assert "windowingFunction" not in {key for each in below for key in each}


@given(
    st.lists(st.floats(-9, 9, width=32).filter(bool), min_size=1, max_size=6),
    st.integers(0, 100),
)
def test_zoomed_out_ucsc_is_asked_for_the_value_farthest_from_zero(peaks, quiet: int) -> None:
    """By UCSC's source, hgTracks/wigTrack.c: what of a pixel's bases is drawn by each word."""
    bases = [*peaks, *([-0.01] * quiet)]
    low, high, mean = min(bases), max(bases), sum(bases) / len(bases)
    drawn = {
        "maximum": {low if abs(low) > abs(high) else high},
        "mean+whiskers": {mean, low if mean < 0 else high},
        "mean": {mean},
    }
    asked = {track.get("windowingFunction") for track in by_name(make_hub(FULL)).values()}
    (word,) = asked - {None}
    assert max(map(abs, bases)) in set(map(abs, drawn[word])), "a lone peak is seen from afar"
    assert drawn[word] <= set(bases), "with its sign"


def test_the_viewer_is_told_the_percentile_that_a_hub_has_no_word_for() -> None:
    known = replace(spec("cnn"), p99=0.123456789)
    hub = make_hub((known, replace(spec("dnabert2", model="dnabert2"), p99=None)))
    assert check_hub(hub_text(hub), files_of(hub)) == []
    tracks = by_name(hub)
    assert tracks["cnn"]["metadata"] == "p99=0.123457"
    assert "metadata" not in tracks["dnabert2"]


def test_the_viewer_is_told_where_the_names_of_an_annotation_are() -> None:
    genes = replace(
        next(t for t in FULL if t.kind == "annotation"), names="annotations/g.names.tsv"
    )
    tracks = by_name(make_hub((spec("cnn"), genes)))
    assert tracks[genes.name]["metadata"] == f"names={genes.name}.names.tsv"


def test_one_model_has_nothing_to_overlay() -> None:
    assert "relevance_overlay" not in by_name(make_hub((spec("cnn"),)))


def test_targets_are_overlaid_and_their_labels_stay_apart() -> None:
    labels = ["H3K27ac, liver, 1 of 2", "H3K27ac, heart, 1 of 2", "CTCF", "x" * 300]
    found = [*name_targets([("cnn", range(4), labels)])]
    relevance = [spec(each.stem, target=each.label) for each in found]
    called = [spec(f"{each.stem}-hits", "hits", target=each.label) for each in found]
    hub = make_hub((*relevance, *called))
    assert check_hub(hub_text(hub), files_of(hub)) == []
    tracks = by_name(hub)
    assert tracks["relevance_overlay"]["shortLabel"] == "Targets overlaid"
    for parent in ("relevance on", "relevance_overlay", "gtrack"):
        short = [each["shortLabel"] for each in tracks.values() if each.get("parent") == parent]
        assert len(set(short)) == len(short)
        assert max(map(len, short)) <= SHORT
    assert tracks["cnn_CTCF"]["shortLabel"] == "cnn: CTCF"
    assert tracks["cnn_CTCF-hits"]["longLabel"].endswith("cnn: CTCF supports or opposes")
    (cut,) = (each for each in tracks if each.startswith("cnn_xx") and each.endswith("-hits"))
    assert len(cut) <= 100, "and its end tells it from the relevance"
    page = Page(hub_pages(hub)["cnn_CTCF.html"]).words
    assert "Relevance of each base: cnn: CTCF" in page
    assert "gives its output CTCF the method" in page


def test_a_value_is_raised_or_lowered_and_says_so_at_the_end_of_its_label() -> None:
    hub = make_hub((spec("cnn"), spec("cnn-forward", "relevance-forward"), spec("h", "hits")))
    outputs = {"outputs": {"kind": "values"}, "labels": ["activity"], "target": "activity"}
    models = tuple({**model, **outputs} for model in hub.manifest.models)
    tracks = tuple(replace(track, unit="value") for track in hub.tracks)
    hub = replace(hub, manifest=replace(hub.manifest, models=models), tracks=tracks)
    long = {name: each["longLabel"] for name, each in by_name(hub).items()}
    assert long["cnn"] == "Sequence contribution scores for cnn (value)"
    assert long["cnn-forward"] == "Sequence contribution scores for cnn, forward strand (value)"
    assert long["h"] == "Sequence motif instances that cnn supports or opposes (value)"
    pages = {name: Page(html).words for name, html in hub_pages(hub).items()}
    assert (
        "(positive), a base raises the explained value; below (negative), low" in pages["cnn.html"]
    )
    assert "raises the explained value" in pages["hub.html"]
    assert "Blue: the site raises the value" in pages["h.html"]
    assert not any("explained label" in words for words in pages.values())


def test_strands_stand_apart_and_closed() -> None:
    tracks = by_name(make_hub(FULL))
    assert tracks["cnn_forward"]["parent"] == "relevance_strands on"
    assert tracks["relevance_strands"]["visibility"] == "hide"
    assert "relevance_strands" not in by_name(make_hub((spec("cnn"),)))


def test_hits_keep_their_colours_and_have_filters() -> None:
    hits = by_name(make_hub(FULL, motifs=("CTCF", "MAX::MYC")))["cnn-hits"]
    assert (hits["type"], hits["itemRgb"]) == ("bigBed 9 +", "on")
    assert not {"color", "altColor"} & set(hits), "igv.js would paint all hits in it"
    assert hits["filter.relSum"] == hits["filterLimits.relSum"] == "-0.62:0.62"
    assert hits["filterValues.name"] == "CTCF,MAX::MYC"
    assert set(re.findall(r"\$\{(\w+)\}", hits["mouseOver"])) <= set(HITS.names)
    assert hits["labelFields"] == "name,motifId,family"
    assert hits["filterLimits.chance"] == "-1:1"


def test_hits_of_an_earlier_version_have_no_settings_of_later_columns() -> None:
    hub = make_hub(FULL)
    (track,) = (each for each in hub.tracks if each.spec.kind == "hits")
    earlier = replace(track, file=replace(HITS, fields=18, names=HITS.names[:18]))
    _, settings = hits(earlier)
    assert ("labelFields", "name,motifId") in settings
    assert not [name for name, _ in settings if name.endswith(".chance")]


@pytest.mark.parametrize("name", ["a,b", "a|b", "a b", "<b>", ""])
def test_motifs_that_cannot_be_listed_are_searched_by_text(name: str) -> None:
    hits = by_name(make_hub(FULL, motifs=("CTCF", name)))["cnn-hits"]
    assert "filterValues.name" not in hits
    assert (hits["filterText.name"], hits["filterType.name"]) == ("*", "wildcard")


@pytest.mark.parametrize(
    ("low", "high", "limits"),
    [(0.0, 31.25, "0 32"), (-2.0, 0.04, "-2 0.04"), (1.0, 2.0, "0 2"), (0.0, 0.0, "0 1")],
)
def test_a_signal_is_bars_on_a_scale_of_its_own(low: float, high: float, limits: str) -> None:
    given = replace(spec("atac", "annotation"), format="bigWig")
    hub = make_hub((spec("cnn"), given))
    file = replace(hub.tracks[1].file, low=low, high=high)
    hub = replace(hub, tracks=(hub.tracks[0], replace(hub.tracks[1], file=file)))
    track = by_name(hub)["atac"]
    assert track["type"] == f"bigWig {limits}"
    assert (track["autoScale"], track["parent"], track["bigDataUrl"]) == ("on", "gtrack", "atac.bw")
    assert "logo" not in track
    assert check_hub(hub_text(hub), files_of(hub)) == []
    assert "Values that were given" in hub_pages(hub)["atac.html"]


def test_a_custom_genome_comes_along() -> None:
    genome = parse(hub_text(make_hub(FULL)))[1]
    assert genome["genome"] == "custom"
    assert genome["defaultPos"] == "chr1:101-240"
    wanted = {"twoBitPath", "chromSizes", "groups", "organism", "scientificName", "description"}
    assert wanted | {"orderKey", "htmlPath"} <= set(genome)
    (group,) = parse(groups_text(make_hub(FULL)))
    assert group["name"] == by_name(make_hub(FULL))["gtrack"]["group"]
    assert set(group) == {"name", "label", "priority", "defaultIsClosed"}


def test_a_known_genome_stands_alone() -> None:
    hub = make_hub(FULL, genome="hg38")
    assert parse(hub_text(hub))[1] == {"genome": "hg38", "defaultPos": "chr1:101-240"}
    assert not any("group" in track for track in by_name(hub).values())
    assert "genome.html" not in hub_pages(hub)


@given(
    names=st.lists(st.one_of(st.text(max_size=30), st.sampled_from(HOSTILE)), max_size=6),
    title=st.one_of(st.text(min_size=1), st.sampled_from(HOSTILE)),
    genome=st.sampled_from([CUSTOM, "hg38"]),
    motif=st.one_of(st.text(), st.sampled_from(HOSTILE)),
)
def test_whatever_the_names_the_hub_is_lawful_and_reads_back(names, title, genome, motif) -> None:
    kinds = ("relevance", "relevance", "hits", "annotation", "relevance-forward", "hits")
    specs = tuple(
        spec(name, kind, name or "m", target)
        for name, kind, target in zip(["r", *names], kinds, [None, *names], strict=False)
    )
    hub = make_hub(specs, title=title, genome=genome, motifs=(motif,))
    text = hub_text(hub)
    assert check_hub(text, files_of(hub)) == []
    stanzas = parse(text)
    read = [{each.name: each.value for each in stanza} for stanza in read_stanzas(text)]
    assert read == stanzas, "two parsers agree"
    leaves = [each for each in stanzas if "bigDataUrl" in each]
    assert {each["bigDataUrl"] for each in leaves} == {track.url for track in hub.tracks}
    names_there = [each["track"].lower() for each in stanzas[2:]]
    assert len(set(names_there)) == len(names_there)
    assert not set("<>\"'") & set(text), "browsers put labels into their pages as they are"
    assert all(each.isprintable() or each == "\n" for each in text.translate(JOINED))
    text.encode()


@given(
    st.lists(st.tuples(st.from_regex("[a-z]+", fullmatch=True), st.text().map(safe)), min_size=1)
)
def test_values_read_back(pairs) -> None:
    (read,) = read_stanzas(write_stanzas([(2, pairs)]))
    assert [(each.name, each.value) for each in read] == pairs
    assert [each.line for each in read] == list(range(1, len(pairs) + 1))


def test_comments_continuations_and_empty_values_are_read() -> None:
    text = (
        "# c\nhub h\\\n  ub\n\n\n  \t\ntrack\n # c\n  type bigWig \\\n -1 \\\n 1\r\n\\\n\n\nx y\\"
    )
    assert [[tuple(s) for s in stanza] for stanza in read_stanzas(text)] == [
        [(2, "hub", "hub")],
        [(7, "track", ""), (9, "type", "bigWig -1 1"), (12, "", "")],
        [(15, "x", "y")],
    ]


@given(st.text(), st.integers(8, 80))
def test_labels_fit(text: str, limit: int) -> None:
    assert 0 < len(label(text, limit)) <= limit


def test_long_names_that_differ_at_their_ends_stay_apart() -> None:
    cut = [label(f"dnabert2-finetuned-on-{cell}", 17) for cell in ("K562", "HepG2")]
    assert cut == ["dnabert2..on-K562", "dnabert2..n-HepG2"]


@given(st.lists(st.text(max_size=5)), st.lists(st.sampled_from("aAbB_"), max_size=3))
def test_track_names_are_lawful_and_never_alike(wanted, taken) -> None:
    names = track_names(wanted, taken)
    assert all(re.fullmatch("[A-Za-z][A-Za-z0-9_-]*", name) for name in names)
    all_names = [name.lower() for name in names] + [name.lower() for name in taken]
    assert len(set(all_names)) == len(names) + len({name.lower() for name in taken})


@given(st.floats(1e-44, 1e30))
def test_rounded_up_is_near_and_never_below(value: float) -> None:
    assert value <= rounded_up(value) <= value * 1.1000001
    assert float(f"{rounded_up(value):g}") == rounded_up(value)


class Page(HTMLParser):
    """The elements and the words of a page; refuses one that is not well formed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        self.open.append(tag)

    def handle_startendtag(self, tag, attrs) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        self.words += data


@given(st.sampled_from(HOSTILE) | st.text(min_size=1, max_size=20))
def test_pages_are_html_and_names_are_text_in_them(name: str) -> None:
    specs = (spec("r", model=name), spec("h", "hits", name), spec("a", "annotation"))
    hub = make_hub(tuple(replace(each, name=f"{name}{at}") for at, each in enumerate(specs)))
    hub = replace(hub, title=name, manifest=replace(hub.manifest, models=tuple(
        {
            **{**model, "target": name, "targets": [name], "labels": [name, name + "x"]},
            **{"kind": name, "unit": name, "parameters": {name: name}},
        }
        for model in hub.manifest.models
    )))  # fmt: skip
    pages = hub_pages(hub)
    assert set(pages) == {"hub.html", "genome.html"} | {track.page for track in hub.tracks}
    for html in pages.values():
        assert html.startswith("<!DOCTYPE html>\n<html lang=")
        page = Page(html)
        allowed = "html head title body h1 h2 h3 p a ul li table tr th td meta wbr".split()
        assert page.tags <= set(allowed)
        assert {key for key, _ in page.attributes} <= {"lang", "href", "scope"}
        targets = {value for key, value in page.attributes if key == "href"}
        assert targets <= {"mailto:me@example.org"} | {track.page for track in hub.tracks}
        if name.isprintable():
            assert name in page.words
        html.encode()


def test_a_narrow_page_can_break_a_digest() -> None:
    """64 letters in a row made pages of 640 px; what is copied from them has no space in it."""
    html = hub_pages(make_hub(FULL))["cnn.html"]
    assert max(map(len, re.split(r"[\s<>]+", html))) <= 32
    assert make_hub(FULL).manifest.plan_sha256 in Page(html).words


def test_pages_say_what_how_and_how_to_read() -> None:
    hub = make_hub(FULL)
    pages = {name: Page(html).words for name, html in hub_pages(hub).items()}
    model = hub.manifest.models[0]
    for words in (pages["cnn.html"], pages["cnn-hits.html"]):
        for fact in (model["sha256"], hub.manifest.plan_sha256, hub.manifest.job["method"]):
            assert fact in words
        assert all(version in words for version in hub.manifest.versions.values())
        assert "0-based" in words
    assert "(positive), a base speaks for the explained label" in pages["cnn.html"]
    assert "of the forward strand alone" in pages["cnn_forward.html"]
    assert "logit contrast" in pages["cnn.html"]
    assert "relSum" in pages["cnn-hits.html"]
    assert locus_text(hub.manifest.locus) in pages["genome.html"]
