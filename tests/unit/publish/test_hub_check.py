"""The linter: every rule finds the hub that breaks it, at the line where it does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.publish.hub.check import check_hub
from gtrack.publish.hub.document import hub_text
from gtrack.publish.hub.reading import HubFiles
from tests.hubs import BED12, FULL, SIZES, files_of, make_hub

HUB_FULL = make_hub(FULL)
TEXT, FILES = hub_text(HUB_FULL), files_of(HUB_FULL)


def test_what_gtrack_writes_has_no_findings() -> None:
    assert check_hub(TEXT, FILES) == []


def found(text: str, files: HubFiles = FILES) -> list[tuple[int, str, str]]:
    findings = check_hub(text, files, "h.txt")
    assert all(str(each).startswith(f"h.txt:{each.line}: {each.setting}: ") for each in findings)
    return [(each.line, each.setting, each.problem) for each in findings]


def line_of(text: str, line: str) -> int:
    lines = [each.strip() for each in text.split("\n")]
    assert lines.count(line) == 1, f"{line!r} is there {lines.count(line)} times"
    return lines.index(line) + 1


def stanza(name: str) -> str:
    """Return the text of one track."""
    (text,) = (each for each in TEXT.split("\n\n") if f"track {name}\n" in f"{each.lstrip()}\n")
    return text


def edited(name: str, old: str, new: str) -> str:
    """Return the hub with a line of one track (or of the `hub` or `genome`) replaced."""
    own = stanza(name) if name not in ("hub", "genome") else TEXT.split("\n\n")[name == "genome"]
    lines = [each for each in own.split("\n") if each.strip().startswith(old)]
    assert len(lines) == 1, lines
    gone = f"{lines[0]}\n" if f"{lines[0]}\n" in own else f"\n{lines[0]}"
    return TEXT.replace(own, own.replace(lines[0], new) if new else own.replace(gone, ""))


BROKEN = {
    # stanza, line that goes, line that comes, line that is named, setting, problem
    "no short label": ("cnn", "shortLabel", "", "track cnn", "shortLabel", "is missing"),
    "no long label": ("cnn", "longLabel", "", "track cnn", "longLabel", "is missing"),
    "long short label": ("cnn", "shortLabel", "shortLabel 123456789012345678", 0, "shortLabel",
                         "is longer than 17 characters"),
    "long long label": ("cnn", "longLabel", f"longLabel {'x' * 77}", 0, "longLabel",
                        "is longer than 76 characters"),
    "bad name": ("genes", "track", "track 1genes", 0, "track", "a name begins with a letter"),
    "a dot in a name": ("genes", "track", "track g.x", 0, "track", "a name begins with a letter"),
    "a name twice": ("genes", "track", "track cnn-hits ", None, "track", "is there twice"),
    "no parent": ("genes", "parent", "parent nobody", 0, "parent", "nobody does not exist"),
    "a parent below": ("cnn-hits", "parent", "parent genes", 0, "parent", "must stand before it"),
    "a parent that is none": ("genes", "parent", "parent cnn", 0, "parent", "is no superTrack"),
    "another type in a composite": ("cnn", "type", "type bigBed 3", 0, "type",
                                    "is bigBed, but relevance is of bigWig"),
    "a container with data": ("relevance", "compositeTrack",
                              "compositeTrack on\nbigDataUrl cnn.bw ", "bigDataUrl cnn.bw ",
                              "bigDataUrl", "compositeTrack has no data of its own"),
    "two containers in one": ("relevance", "compositeTrack",
                              "compositeTrack on\ncontainer multiWig ", "container multiWig ",
                              "container", "a track cannot be compositeTrack, too"),
    "a container for nobody": ("genes", "bigDataUrl", "superTrack on", 0, "superTrack",
                               "no track stands under it"),
    "one track overlaid": ("dnabert2_overlaid", "parent", "parent relevance on ",
                           "container multiWig", "container", "needs two tracks at least"),
    "no type": ("genes", "type", "", "track genes", "type", "is missing"),
    "no data": ("genes", "bigDataUrl", "", "track genes", "bigDataUrl", "is missing"),
    "no range": ("cnn", "type", "type bigWig", 0, "type", "must declare the range"),
    "a range upside down": ("cnn", "type", "type bigWig 1 -1", 0, "type", "must declare the range"),
    "no columns": ("genes", "type", "type bigBed", 0, "type", "must say the columns"),
    "too few columns": ("genes", "type", "type bigBed 2", 0, "type", "must say the columns"),
    "more columns than there are": ("genes", "type", "type bigBed 12 +", None, None, None),
    "columns of others as BED's": ("cnn-hits", "type", "type bigBed 12 +", 0, "type",
                                   "says 12 columns of BED, but the file has 9"),
    "columns hidden": ("cnn-hits", "type", "type bigBed 9", 0, "type",
                       "hides 14 columns of the file: bigBed 9 +"),
    "a missing file": ("genes", "bigDataUrl", "bigDataUrl gone.bb", 0, "bigDataUrl",
                       "gone.bb is not there"),
    "a file of another kind": ("genes", "bigDataUrl", "bigDataUrl cnn.bw ", 0, "bigDataUrl",
                               "cnn.bw is a bigWig, not bigBed"),
    "a file elsewhere on the disk": ("genes", "bigDataUrl", "bigDataUrl ../genes.bb", 0,
                                     "bigDataUrl", "leads out of the hub's folder"),
    "an absolute file": ("genes", "bigDataUrl", "bigDataUrl /data/genes.bb", 0,
                         "bigDataUrl", "leads out of the hub's folder"),
    "a file of another scheme": ("genes", "bigDataUrl", "bigDataUrl file:///genes.bb", 0,
                                 "bigDataUrl", "leads out of the hub's folder"),
    "a page that is missing": ("genes", "html", "html gone.html", 0, "html", "is not there"),
    "a setting twice": ("cnn", "logo", "logo on\nlogo on ", None, "logo", "is there twice"),
    "no value": ("cnn", "logo", "logo", 0, "logo", "has no value"),
    "neither on nor off": ("cnn", "logo", "logo yes", 0, "logo", "is 'yes', but must be on or off"),
    "no scale": ("relevance_overlay", "autoScale", "autoScale all", 0, "autoScale",
                 "must be off, on or"),
    "a scale of a group below": ("cnn", "logo", "autoScale group ", "autoScale group ",
                                 "autoScale", "group counts in the composite"),
    "fractional limits alone": ("cnn", "logo", "viewLimits -0.8:0.8", 0, "viewLimits",
                                "igv.js cuts limits to whole numbers"),
    "limits upside down": ("cnn", "logo", "viewLimits 3:-3", 0, "viewLimits", "must be below"),
    "limits that are none": ("cnn", "logo", "viewLimits 3", 0, "viewLimits", "must be LOW:HIGH"),
    "a colour over colours": ("cnn-hits", "itemRgb", "itemRgb on\ncolor 1,2,3", "color 1,2,3",
                              "color", "igv.js paints all items in it"),
    "a colour that is none": ("genes", "color", "color 1,2,256", 0, "color", "must be RED,GREEN"),
    "heights that are none": ("relevance", "maxHeightPixels", "maxHeightPixels 100", 0,
                              "maxHeightPixels", "must be MAX:DEFAULT:MIN"),
    "a window's function": ("relevance", "windowingFunction", "windowingFunction median", 0,
                            "windowingFunction", "must be mean,"),
    "metadata that are none": ("cnn", "logo", "metadata p99", 0, "metadata", "must be KEY=VALUE"),
    "visible how": ("genes", "visibility", "visibility open", 0, "visibility", "must be hide,"),
    "overlaid how": ("relevance_overlay", "aggregate", "aggregate on", 0, "aggregate",
                     "must be transparentOverlay"),
    "a filter of no column": ("cnn-hits", "filterByRange.relSum", "filterByRange.other on", 0,
                              "filterByRange.other", "the file has no column other"),
    "a label of no column": ("cnn-hits", "labelFields", "labelFields name,motif", 0,
                             "labelFields", "the file has no column motif"),
    "words of no column": ("cnn-hits", "mouseOver", "mouseOver ${nome}: $score", 0, "mouseOver",
                           "the file has no column nome"),
    "a group that is none": ("gtrack", "group", "group maps", 0, "group",
                             "maps is no group of groups.txt"),
    "a hub without an address": ("hub", "email", "", "hub gtrack_demo", "email", "is missing"),
    "an address that is none": ("hub", "email", "email me", 0, "email", "must be an address"),
    "a hub of many files": ("hub", "useOneFile", "genomesFile genomes.txt", "hub gtrack_demo",
                            "useOneFile", "only hubs in one file are checked"),
    "a hub with a long label": ("hub", "shortLabel", f"shortLabel {'x' * 20}", 0, "shortLabel",
                                "is longer than 19 characters"),
    "a hub of two words": ("hub", "hub", "hub two words", 0, "hub", "must be one word"),
    "a page of the hub missing": ("hub", "descriptionUrl", "descriptionUrl no.html", 0,
                                  "descriptionUrl", "no.html is not there"),
    "a genome without organism": ("genome", "organism", "", "genome custom", "organism",
                                  "the hub brings its own genome"),
    "a genome without a place": ("genome", "defaultPos", "", "genome custom", "defaultPos",
                                 "is missing"),
    "a place beyond the genome": ("genome", "defaultPos", "defaultPos chr1:900-1001", 0,
                                  "defaultPos", "does not lie in the genome"),
    "a place in no chromosome": ("genome", "defaultPos", "defaultPos chr3:1-2", 0, "defaultPos",
                                 "does not lie in the genome"),
    "a place that is none": ("genome", "defaultPos", "defaultPos chrX", 0, "defaultPos",
                             "does not lie in the genome"),
    "two genomes": ("genome", "orderKey", "orderKey 1\n\ngenome hg38", "genome hg38", "genome",
                    "takes one genome only"),
    "a stanza of nothing": ("genome", "orderKey", "orderKey 1\n\nname x", "name x", "name",
                            "neither the genome's nor a track's"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_rule_is_found_where_it_is_broken(case: str) -> None:
    name, old, new, named, setting, problem = BROKEN[case]
    text = edited(name, old, new)
    findings = found(text)
    if problem is None:
        assert findings == [], "columns that are all BED's may have a + behind them"
        return
    at = [each for each in findings if each[1] == setting and problem in each[2]]
    assert at, findings
    if named is not None:
        lines = text.split("\n")
        wanted = named or new
        numbers = [n for n, line in enumerate(lines, 1) if line.strip() == wanted.strip()]
        assert at[0][0] in numbers


def changed(**files: object) -> HubFiles:
    return replace(FILES, **files)


def test_a_file_that_does_not_open_is_told_with_its_reason() -> None:
    line = line_of(TEXT, "bigDataUrl genes.bb")
    files = changed(data={**FILES.data, "genes.bb": "genes.bb: is cut"})
    assert found(TEXT, files) == [(line, "bigDataUrl", "genes.bb: is cut")]


@pytest.mark.parametrize(
    ("sizes", "problem"),
    [
        ({**SIZES, "chr9": 5, "chr8": 5}, "its 'chr9' is not in the hub's genome and 1 more"),
        ({"chr1": 999}, "its 'chr1' is of another length in the hub's genome"),
    ],
)
def test_chromosomes_that_the_genome_lacks(sizes, problem: str) -> None:
    line = line_of(TEXT, "bigDataUrl genes.bb")
    files = changed(data={**FILES.data, "genes.bb": replace(BED12, chrom_sizes=sizes)})
    assert found(TEXT, files) == [(line, "bigDataUrl", problem)]


def test_columns_are_counted_in_the_file() -> None:
    files = changed(data={**FILES.data, "genes.bb": replace(BED12, fields=6, defined=6)})
    line = line_of(TEXT, "type bigBed 12")
    assert found(TEXT, files) == [(line, "type", "says 12 columns, but the file has 6")]


def test_the_sequences_must_be_there_and_agree() -> None:
    two_bit = line_of(TEXT, "twoBitPath genome.2bit")
    sizes = {"genome.2bit": "genome.2bit: is not a whole 2bit file", "chrom.sizes": SIZES}
    assert (two_bit, "twoBitPath", sizes["genome.2bit"]) in found(TEXT, changed(sizes=sizes))
    sizes = {"genome.2bit": SIZES, "chrom.sizes": {"chr1": 1000}}
    line = line_of(TEXT, "chromSizes chrom.sizes")
    problem = (line, "chromSizes", "has other sequences than the 2bit")
    assert found(TEXT, changed(sizes=sizes)) == [problem]


def test_a_group_must_be_whole() -> None:
    groups = {"groups.txt": "name gtrack\nlabel x\npriority 1\n"}
    line = line_of(TEXT, "groups groups.txt")
    problem = (line, "groups", "a group in it has no defaultIsClosed")
    assert found(TEXT, changed(groups=groups)) == [problem]


@pytest.mark.parametrize(
    ("text", "setting", "problem"),
    [
        ("", "hub", "must begin with the stanza of the hub"),
        ("track a\n", "track", "must begin with the stanza of the hub"),
        ("hub h\n", "genome", "is missing: the second stanza names it"),
        ("hub h\n\ngenome hg38\n", "hub", "the hub has no track"),
        ("hub h\n\ntrack a\n\ngenome hg38\n", "genome", "must come before the tracks"),
    ],
)
def test_what_is_hardly_a_hub(text: str, setting: str, problem: str) -> None:
    assert any(s == setting and problem in p for _, s, p in found(text, HubFiles()))


def test_fractional_limits_are_saved_by_an_automatic_scale() -> None:
    text = edited("cnn", "logo", "viewLimits -0.8:0.8\nautoScale on")
    assert found(text) == []
    assert found(edited("cnn", "logo", "viewLimits -3:3")) == []


@pytest.mark.parametrize("url", ["https://h.org/x.bb", "http://h.org/x.bb", "ftp://h.org/x.bb"])
def test_files_on_other_hosts_are_not_looked_at(url: str) -> None:
    assert found(edited("genes", "bigDataUrl", f"bigDataUrl {url}")) == []


def test_the_ending_of_a_page_may_be_left_out() -> None:
    assert found(edited("genes", "html", "html genes")) == []


@given(st.text(), st.data())
def test_no_text_is_too_odd(noise: str, data) -> None:
    lines = TEXT.split("\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    words = data.draw(st.sampled_from([noise, f"parent {noise}", f"type {noise}", "\\", "track"]))
    text = "\n".join([*lines[:at], words, *lines[at + 1 :]])
    for finding in check_hub(text, FILES):
        assert 1 <= finding.line <= text.count("\n") + 1


def test_settings_that_gtrack_does_not_write_are_not_looked_at() -> None:
    for line in ("newOfNextYear on", "noInherit on", "decorator.x y"):
        assert found(edited("cnn", "logo", line)) == []
    assert found(edited("genes", "type", "type bigOfNextYear")) == []
