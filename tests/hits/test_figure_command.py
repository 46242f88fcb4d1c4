"""`gtrack figure` and `scan.plot` from a finished scan: names, files, and what is refused."""

from __future__ import annotations

import math
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pyBigWig
import pytest

import gtrack
from gtrack.core.errors import InputError
from gtrack.io.annotations import bed12
from gtrack.io.fasta import Genome
from gtrack.publish.figure.frame import LEFT, Frame
from gtrack.publish.figure.ink import MM
from tests.manifests import forget

SVG = "{http://www.w3.org/2000/svg}"
LOOSE = ["--q", "1", "--gate", "0.1", "--p-sequence", "0.01"]
GENES = """\
chr2\t4100\t4400\tSAMD11\t0\t+\t4150\t4350\t0\t2\t100,100\t0,200
chr2\t4300\t4600\tSAMD11\t0\t+\t4300\t4600\t0\t1\t300\t0
chr2\t9000\t9100\tTWIN\t0\t-\t9000\t9000\t0\t1\t100\t0
chr10\t300\t400\tTWIN\t0\t+\t300\t400\t0\t1\t100\t0
chrUn\t9\t90\tFAR\t0\t+\t9\t90\t0\t1\t81\t0
chr2\t6000\t6100\tlong\t0\t+\t6000\t6100\t0\t1\t100\t0
"""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory, called_scan, write_meme):
    """Return a scan with hits and genes; tests only read it."""
    from click.testing import CliRunner

    from gtrack.cli import main

    folder = tmp_path_factory.mktemp("drawn")
    out = Path(shutil.copytree(called_scan[1], folder / "out"))
    (folder / "m.meme").write_text(write_meme())
    (folder / "genes.bed").write_text(GENES)
    hits = ["hits", out, "--motifs", folder / "m.meme", *LOOSE]
    for words in (hits, ["annotate", out, f"genes={folder / 'genes.bed'}"]):
        ran = CliRunner().invoke(main, [str(word) for word in words])
        assert ran.exit_code == 0, ran.output
    return out


def texts(path: Path) -> list[str]:
    root = ElementTree.fromstring(path.read_bytes())
    return ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]


def letters(path: Path, model: int, frame: Frame) -> dict[int, str]:
    """Return the letters of a model's track by their place, from 0."""
    root = ElementTree.fromstring(path.read_bytes())
    found = {}
    for group in root.iter(f"{SVG}g"):
        match = re.fullmatch(rf"p1-m{model}-([ACGT])", group.get("id") or "")
        for outline in group.iter(f"{SVG}path") if match else ():
            for piece in outline.get("d", "").split("M ")[1:]:
                left = min(float(n) for n in re.findall(r"-?[\d.]+", piece)[::2])
                found[math.floor((left / MM - LEFT) / frame.step)] = match[1]
    return found


def first_hit(out: Path, model: str = "cnn") -> list[str]:
    lines = (out / f"hits/{model}.hits.bed").read_text().splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return max(rows, key=lambda row: abs(float(row[8])))


def test_a_place_without_a_value_is_drawn_and_said(run, drawn, tmp_path) -> None:
    where = ["--locus", "chr2:4101-4140", "--locus", "chr2:9001-9100"]
    ran = run("figure", drawn, *where, "-o", tmp_path / "f.svg")
    written, said = ran.err.splitlines()
    assert "chr2:4101-4140, chr2:9001-9100" in written
    assert said.startswith("no model has a value at chr2:9001-9100: not in the regions")
    assert said.endswith(f"{drawn / 'regions.bed'} lists the regions")


def test_a_place_is_drawn_with_its_letters(run, drawn, tmp_path) -> None:
    ran = run("figure", drawn, "--locus", "chr2:4,101-4,140", "-o", tmp_path / "f.svg")
    assert f"{tmp_path / 'f.svg'}: chr2:4101-4140 with" in ran.err
    assert ran.out == ""
    words = texts(tmp_path / "f.svg")
    for each in ("chr2:4,101-4,140 (40 bp)", "cnn", "dnabert2", "genes", "SAMD11 →"):
        assert each in words
    with pyBigWig.open(str(drawn / "tracks/cnn.relevance.bw")) as track:
        values = np.array(track.values("chr2", 4100, 4140))
    with Genome.open(drawn / "genome/genome.fa") as genome:
        bases = genome.fetch("chr2", 4100, 4140)
    shown = {at: bases[at] for at in np.flatnonzero(np.nan_to_num(values)).tolist()}
    assert len(shown) > 15
    assert letters(tmp_path / "f.svg", 1, Frame(4100, 4140, 180.0)) == shown


@pytest.mark.parametrize(
    ("wish", "place"),
    [
        ("SAMD11", "chr2:4,086-4,615 (530 bp)"),  # both forms, and 3 % on either side
        ("samd11", "chr2:4,086-4,615 (530 bp)"),
        ("codes", "chr2:3,431-3,570 (140 bp)"),  # a region of 100
        ("chr2:3500", "chr2:3,430-3,569 (140 bp)"),
        ("2:5-90", "chr2:5-90 (86 bp)"),
        ("chr2 4101 4140", "chr2:4,101-4,140 (40 bp)"),
        ("chr2:4.101k+40", "chr2:4,101-4,140 (40 bp)"),
        ("tiny", "tiny:1-70 (70 bp)"),  # a chromosome
    ],
)
def test_a_name_means_a_place(run, drawn, tmp_path, wish: str, place: str) -> None:
    run("figure", drawn, "--locus", wish, "--models", "cnn", "-o", tmp_path / "f.svg")
    assert place in texts(tmp_path / "f.svg")


def test_a_hit_is_shown_with_its_logo(run, drawn, tmp_path) -> None:
    row = first_hit(drawn)
    wish = f"{row[3]}@{row[0]}:{int(row[1]) + 1}"
    run("figure", drawn, "--locus", wish, "--models", "cnn", "-o", tmp_path / "f.svg")
    words = texts(tmp_path / "f.svg")
    relevance = f"{float(row[8]):+.3g}".replace("-", "\N{MINUS SIGN}")
    assert f"{row[3]} {relevance}" in words
    assert b'id="p1-m1-logos-' in (tmp_path / "f.svg").read_bytes()


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ("SAMD1", "no place is called so; did you mean SAMD11?"),
        ("TWIN", "2 places are called so: chr10:301-400 (genes: TWIN), chr2:9001-9100"),
        ("long", "2 places are called so: chr2:6001-6100 (genes: long), chr2:4001-6700 (region"),
        ("9:5-90", "the genome has no 9; it has chr"),
        ("FAR", "no place is called so"),  # on a chromosome that the genome lacks
        ("chr2:11990-99999", "not within chr2:1-"),
        ("ONE", r"\d+ places are called so: chr.*\(hit: ONE\)"),
        ("ONE@chr1:1", "no hit is there; the nearest are ONE@chr"),
        ("", "no place is called so"),
    ],
)
def test_a_name_that_means_no_place_or_several(run, drawn, tmp_path, wish: str, said: str) -> None:
    ran = run("figure", drawn, "--locus", wish, "-o", tmp_path / "f.svg", code=2)
    assert re.search(said if "\\" in said else re.escape(said), ran.error), ran.error
    assert not list(tmp_path.glob("f.svg*"))


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--models", "cmm"], 2, "--models cmm: no such model; the scan has cnn, dnabert2"),
        (["--annotation", "gene"], 2, "--annotation gene: the scan has genes"),
        (["--width-mm", "20"], 2, "--width-mm 20: give 50 to 1000"),
        (["--width-mm", "nan"], 2, "--width-mm nan: give 50 to 1000"),
        (["--width-mm", "89", "--columns", "4"], 2, "--columns 4: at 89 mm a panel would be too"),
        (["--scale", "auto"], 2, "--scale auto: give own, shared, p99, or a number above 0"),
        (["--scale", "-1"], 2, "give own, shared, p99, or a number above 0"),
        (["-o", "f.gif"], 2, "f.gif: give a name that ends with .svg, .pdf or .png"),
        (["-o", "no/f.svg"], 3, "no is no folder; give a file in a folder that is there"),
    ],
)
def test_what_is_refused(run, drawn, tmp_path, monkeypatch, options, code: int, said: str) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("figure", drawn, "--locus", "chr2:4101-4140", "-o", "f.svg", *options, code=code)
    assert said in ran.error
    assert not list(tmp_path.iterdir())


def test_models_and_annotations_are_chosen_and_ordered(run, drawn, tmp_path) -> None:
    place = ["--locus", "SAMD11", "-o", tmp_path / "f.svg"]
    run("figure", drawn, *place, "--models", "dnabert2,cnn", "--annotation", "none")
    words = texts(tmp_path / "f.svg")
    assert words.index("dnabert2") < words.index("cnn")
    assert "genes" not in words
    run("figure", drawn, *place, "--models", "cnn", "--annotation", "genes")
    words = texts(tmp_path / "f.svg")
    assert "dnabert2" not in words
    assert "genes" in words


def test_several_places_are_a_grid_on_one_scale_per_model(run, drawn, tmp_path) -> None:
    loci = [
        word for at in ("4101-4140", "4201-4240", "9000-9040") for word in ("--locus", f"chr2:{at}")
    ]
    run("figure", drawn, *loci, "-o", tmp_path / "f.svg")
    limits = [words for words in texts(tmp_path / "f.svg") if re.fullmatch(r"\+[\d.e-]+", words)]
    assert len(limits) == 6
    assert len({limits[0], limits[1], limits[4]}) == 1, "row by row, then model by model"
    assert len({limits[2], limits[3], limits[5]}) == 1


@pytest.mark.parametrize("form", ["svg", "pdf", "png"])
def test_its_own_file_is_replaced_whole_and_no_others(run, drawn, tmp_path, form: str) -> None:
    target = tmp_path / f"f.{form}"
    words = ("figure", drawn, "--locus", "chr2:4101-4140", "-o", target)
    run(*words)
    first = target.read_bytes()
    run(*words)
    assert target.read_bytes() == first
    target.write_bytes(b"drawn by hand")
    assert "is there and is no figure that gtrack made" in run(*words, code=2).error
    assert target.read_bytes() == b"drawn by hand"
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_a_broken_logo_is_named(run, drawn, tmp_path) -> None:
    out = Path(shutil.copytree(drawn, tmp_path / "out"))
    (out / "hits/logos.json").write_text('{"M1.1": {"probabilities": [[1, 2]]}}')
    forget(out)
    ran = run("figure", out, "--locus", "chr2:4101-4140", "-o", tmp_path / "f.svg", code=2)
    assert "logos.json: a position has not four probabilities; call the hits again" in ran.error


def test_python_draws_what_the_command_draws(run, drawn, tmp_path) -> None:
    run("figure", drawn, "--locus", "SAMD11", "--models", "cnn", "-o", tmp_path / "a.svg")
    figure = gtrack.open_scan(drawn).plot("SAMD11", models="cnn")
    assert figure._repr_svg_() == (tmp_path / "a.svg").read_text()
    assert figure.save(tmp_path / "b.svg").read_bytes() == (tmp_path / "a.svg").read_bytes()
    assert figure.loci == ("chr2:4086-4615",)
    assert repr(figure) == "<gtrack.LocusFigure of chr2:4086-4615>"
    assert figure.save(tmp_path / "b.pdf").read_bytes().startswith(b"%PDF")
    with pytest.raises(InputError, match=r"b\.gif: give a name that ends with \.svg"):
        figure.save(tmp_path / "b.gif")
    with pytest.raises(InputError, match=r"^locus NOPE: no place"):
        gtrack.open_scan(drawn).plot("NOPE")
    bare = gtrack.open_scan(drawn).plot("SAMD11", annotations=None, scale=2.5, width_mm=89)
    assert ">+2.5<" in bare._repr_svg_()
    assert ">genes<" not in bare._repr_svg_()


def test_without_matplotlib_it_says_what_to_install(run, drawn, tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    words = ("figure", drawn, "--locus", "chr2:4101-4140", "-o", tmp_path / "f.svg")
    assert "pip install 'gtrack[evaluate]'" in run(*words, code=2).error


def test_of_a_whole_genome_only_what_is_shown_is_made(drawn, monkeypatch, tmp_path) -> None:
    """A BED is sifted before features are made, and what is drawn does not change by it."""
    out = Path(shutil.copytree(drawn, tmp_path / "out"))
    forget(out)
    genes = out / "annotations/genes.bed"
    before = gtrack.open_scan(out).plot("SAMD11", models="cnn")._repr_svg_()
    far = "".join(f"chr1\t{k}\t{k + 1}\tFAR{k}\t0\t+\t{k}\t{k}\t0\t1\t1\t0\n" for k in range(400))
    genes.write_text(far + genes.read_text())
    names = out / "annotations/genes.names.tsv"
    names.write_text(
        names.read_text() + "".join(f"FAR{k}\tchr1\t{k}\t{k + 1}\n" for k in range(400))
    )
    made = []
    real = bed12.read_columns
    monkeypatch.setattr(bed12, "read_columns", lambda *line: made.append(line) or real(*line))
    assert gtrack.open_scan(out).plot("SAMD11", models="cnn")._repr_svg_() == before
    assert len(made) < 20
    with pytest.raises(InputError, match="did you mean FAR399"):
        gtrack.open_scan(out).plot("FAR39_9")
