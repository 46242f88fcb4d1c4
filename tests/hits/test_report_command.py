"""`gtrack report` from a finished scan: what the page shows is what the files say."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pyBigWig
import pytest

from gtrack.publish.report.letters import HALF
from tests.manifests import forget

MODELS = ("cnn", "dnabert2")
LOOSE = ["--q", "1", "--gate", "0.1", "--p-sequence", "0.01"]
LINK = "{http://www.w3.org/1999/xlink}href"
HOSTILE = "<img src=x onerror=alert(1)>\"';#"


class Words(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)

    def handle_data(self, data):
        self.words.append(data)


def body(path: Path) -> ElementTree.Element:
    page = path.read_text().split("\n", 1)[1]
    return ElementTree.fromstring(page.replace(' xmlns="http://www.w3.org/2000/svg"', ""))


def places(path: Path) -> list[tuple[str, int, int]]:
    """Return the places shown, 0-based half-open."""
    titles = [node.text for node in body(path).iter("title") if "Relevance at" in (node.text or "")]
    found = [re.fullmatch(r"Relevance at (.+):([\d,]+)-([\d,]+)", title) for title in titles]
    return [(m[1], int(m[2].replace(",", "")) - 1, int(m[3].replace(",", ""))) for m in found if m]


def hits_of(out: Path, model: str) -> list[list[str]]:
    lines = (out / f"hits/{model}.hits.bed").read_text().splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


@pytest.fixture
def called(run, finished):
    inputs, out, motifs = finished
    run("hits", out, "--motifs", motifs, *LOOSE)
    return inputs, out


def test_the_page_shows_the_best_hits_of_both_models(run, called) -> None:
    _, out = called
    ran = run("report", out, "--loci", 5, "--span", 60)
    page = out / "report.html"
    shown = places(page)
    assert len(shown) == 5
    assert ran.out == ""
    assert f"{page}: 5 places" in ran.err
    assert f"{page.stat().st_size / 1e6:.2f} MB" in ran.err
    best = {}
    for model in MODELS:
        rows = hits_of(out, model)
        best[model] = min(rows, key=lambda row: (float(row[12]), -abs(float(row[8]))))
        for chrom, start, end in shown:
            for row in rows:
                inside = row[0] == chrom and int(row[1]) < end and int(row[2]) > start
                cell = f"{int(row[1]) + 1:,}-{int(row[2]):,}"
                assert (not inside) or cell in page.read_text(), "every hit of a place is listed"
    first = best["cnn"]
    assert shown[0][0] == first[0]
    assert shown[0][1] <= int(first[1]) < int(first[2]) <= shown[0][2]
    second = best["dnabert2"]
    assert any(
        (chrom, True) == (second[0], start <= int(second[1]) and int(second[2]) <= end)
        for chrom, start, end in shown[:2]
    )


@pytest.mark.parametrize("largest", ["-1e6", "1e6"])
def test_of_equal_q_the_largest_relevance_comes_first(run, called, largest) -> None:
    _, out = called
    for model in MODELS:
        path = out / f"hits/{model}.hits.bed"
        comments = [line for line in path.read_text().splitlines() if line.startswith("#")]
        rows = hits_of(out, model)
        for row in rows:
            row[12] = "0.01"
        rows[len(rows) // 2][8] = largest
        path.write_text("\n".join([*comments, *("\t".join(row) for row in rows), ""]))
        if model == "cnn":
            strongest = rows[len(rows) // 2]
    forget(out)
    run("report", out, "--loci", 1)
    ((chrom, start, end),) = places(out / "report.html")
    assert chrom == strongest[0]
    assert start <= int(strongest[1]) < int(strongest[2]) <= end


def test_places_do_not_overlap_and_hold_all_models(run, called) -> None:
    _, out = called
    run("report", out, "--loci", 40, "--span", 40)
    shown = sorted(places(out / "report.html"))
    assert len(shown) > 20
    assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(shown))
    names = [
        node.text for node in body(out / "report.html").iter("text") if node.get("class") == "name"
    ]
    assert names == list(MODELS) * len(shown)


def test_letters_are_the_values_of_the_tracks(run, called) -> None:
    inputs, out = called
    run("report", out, "--loci", 8)
    page = out / "report.html"
    figures = [node for node in body(page).iter("svg") if node.get("class") == "plot"]
    seen = 0
    for (chrom, start, end), figure in zip(places(page), figures, strict=True):
        rows = [
            {int(use.get("x")): use for use in group.findall("use")}
            for group in figure.iter("g")
            if group.get("transform").startswith("scale")
        ]
        for model, drawn in zip(MODELS, rows, strict=True):
            with pyBigWig.open(str(out / f"tracks/{model}.relevance.bw")) as track:
                values = np.array(track.values(chrom, start, end))
            limit = np.nan_to_num(np.abs(values)).max()
            for at, value in enumerate(values):
                use = drawn.get(at)
                if use is None:
                    assert np.isnan(value) or abs(value) / limit * HALF <= 0.06
                    continue
                height = float(use.get("transform").split()[1].rstrip(")"))
                assert height == pytest.approx(value / limit * HALF, abs=0.01)
                assert use.get(LINK)[:2] == f"#{inputs.genome[chrom][start + at].upper()}"
                seen += 1
    assert seen > 1000


def test_without_hits_the_strongest_relevance_is_shown(run, finished) -> None:
    _, out, _ = finished
    run("report", out, "--loci", 4, "--span", 50)
    shown = places(out / "report.html")
    assert len(shown) == 4
    record = json.loads((out / "manifest.json").read_text())
    total = {}
    for track in record["tracks"]:
        with pyBigWig.open(str(out / track["url"])) as reader:
            for chrom, size in reader.chroms().items():
                values = np.nan_to_num(np.abs(reader.values(chrom, 0, size, numpy=True)))
                total[chrom] = total.get(chrom, 0) + values.astype(np.float64) / track["p99"]
    sums = {c: np.convolve(v, np.ones(50), "valid") for c, v in total.items() if len(v) >= 50}
    chrom, start, _ = shown[0]
    assert sums[chrom][start] >= 0.999 * max(each.max() for each in sums.values())
    found = [total[c][a:b].sum() for c, a, b in shown]
    assert found == sorted(found, reverse=True)
    page = Words((out / "report.html").read_text())
    assert "Motifs" not in page.words


def test_relevance_fills_up_where_hits_run_out(run, finished, write_meme) -> None:
    _, out, motifs = finished
    motifs.write_text(write_meme({"M1.1": ("ONE", "GATAAGATAA")}))
    run("hits", out, "--motifs", motifs, *LOOSE)
    assert 0 < sum(len(hits_of(out, model)) for model in MODELS) < 40
    run("report", out, "--loci", 60, "--span", 40)
    text = (out / "report.html").read_text()
    with_hits = [part.count("<polygon") > 0 for part in text.split("<article")[1:]]
    assert any(with_hits)
    assert not all(with_hits)
    assert with_hits == sorted(with_hits, reverse=True)


def test_fifty_places_are_a_small_file(run, called) -> None:
    _, out = called
    run("report", out, "--loci", 50)
    assert (out / "report.html").stat().st_size < 5e6


def test_equal_folders_give_equal_bytes(run, called, tmp_path) -> None:
    _, out = called
    run("report", out)
    first = (out / "report.html").read_bytes()
    elsewhere = Path(shutil.copytree(out, tmp_path / "another place"))
    run("report", elsewhere, "--out", tmp_path / "page.html")
    assert (tmp_path / "page.html").read_bytes() == first
    assert str(tmp_path).encode() not in first
    assert list(out.glob("*.tmp")) == []


def annotate(out: Path, name: str, kind: str, text: str) -> None:
    folder = out / "annotations"
    folder.mkdir(exist_ok=True)
    url = f"annotations/{name}.{kind.lower()}"
    (out / url).write_text(text)
    record = json.loads((out / "manifest.json").read_text())
    record["tracks"].append({"name": name, "kind": "annotation", "format": kind, "url": url})
    (out / "manifest.json").write_text(json.dumps(record))


def test_annotations_stand_beneath_the_models(run, called) -> None:
    _, out = called
    run("report", out, "--loci", 3)
    chrom, start, end = next(place for place in places(out / "report.html") if place[1] > 60)
    inside = f"{chrom}\t{start + 5}\t{start + 15}\t{HOSTILE}\n"
    before = f"{chrom}\t{start - 9}\t{start}\tbefore\n"
    across = f"{chrom}\t{start - 50}\t{start + 1}\tedge\n"
    beside = f"{chrom}\t{end}\t{end + 9}\tbeside\nchrX\t{start + 5}\t{start + 15}\tno\n"
    annotate(out, "sites", "BED", inside + before + across + beside)
    gtf = f'{chrom}\tx\texon\t{start + 1}\t{start + 9}\t.\t+\t.\tgene_id "g"; transcript_id "t1";\n'
    annotate(out, "genes", "GTF", gtf)
    run("report", out, "--loci", 3)
    page = Words((out / "report.html").read_text())
    assert HOSTILE in page.words
    assert "img" not in page.tags
    assert "edge" in page.words
    assert not {"before", "beside", "no"} & set(page.words)
    assert {"sites", "genes"} <= set(page.words)
    assert (out / "report.html").read_text().count('class="feature"') == 3


def test_scores_are_those_of_the_regions_shown(run, called) -> None:
    _, out = called
    run("report", out, "--loci", 2)
    regions = [line.split("\t") for line in (out / "regions.bed").read_text().splitlines()]
    shown = {
        f"{row[0]}:{int(row[1]) + 1:,}-{int(row[2]):,}"
        for row in regions
        for chrom, start, end in places(out / "report.html")
        if row[0] == chrom and int(row[1]) < end and int(row[2]) > start
    }
    section = (out / "report.html").read_text().split('<section id="regions">')[1]
    section = section.split("</section>")[0]
    assert set(re.findall(r"<tr><td>([^<]+)</td>", section)) == shown
    assert section.count("<tr>") == 1 + 2 * len(shown)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--loci", 0], 2, "--loci"),
        (["--span", 5], 2, "--span"),
        (["--out", "{tmp}/none/page.html"], 3, "is no folder"),
        (["--out", "{tmp}"], 3, "is a folder"),
        (["--fasta", "{tmp}/none.fa"], 2, "give it with --fasta"),
    ],
)
def test_wrong_options_are_refused(run, called, tmp_path, arguments, code, said) -> None:
    _, out = called
    arguments = [str(each).replace("{tmp}", str(tmp_path)) for each in arguments]
    ran = run("report", out, *arguments, code=code)
    assert said in ran.error
    assert not (out / "report.html").exists()


def test_only_a_finished_scan_has_a_report(run, tmp_path) -> None:
    assert "no finished scan" in run("report", tmp_path, code=2).error
    assert "no such folder" in run("report", tmp_path / "x", code=2).error


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("regions.tsv", "region\t", "place\t", "regions.tsv:1: not the columns"),
        ("regions.tsv", "\tcnn\t", "\tcnn", "regions.tsv:2: 15 cells"),
        ("hits/cnn.motifs.tsv", "motif_id", "id", "motifs.tsv:1: not the columns"),
        ("hits/cnn.motifs.tsv", "m.meme\t", "m.meme\tx", "call the hits again"),
        ("hits/cnn.words.tsv", "word\t", "wort\t", "words.tsv:1: not the columns"),
        ("hits/cnn.hits.bed", "\nchr2\t", "\nchr99\t", "lies outside the genome"),
        ("manifest.json", "hits/cnn.hits.bed", "../cnn.hits.bed", "not a whole"),
    ],
)
def test_broken_files_are_named(run, called, file, before, after, said) -> None:
    _, out = called
    text = (out / file).read_text()
    assert before in text
    (out / file).write_text(text.replace(before, after, 1))
    if file != "manifest.json":
        assert f"{file}: " in run("report", out, code=5).error
        forget(out)
    assert said in run("report", out, code=2).error
    assert not (out / "report.html").exists()


def test_a_cut_track_is_named(run, called) -> None:
    _, out = called
    track = out / "tracks/cnn.relevance.bw"
    track.write_bytes(track.read_bytes()[:200])
    assert "cnn.relevance.bw: has 200 bytes" in run("report", out, code=5).error
    forget(out)
    assert "cnn.relevance.bw: is cut" in run("report", out, code=5).error
