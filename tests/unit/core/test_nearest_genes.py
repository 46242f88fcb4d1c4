"""The nearest gene: what a slow twin and bedtools say."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.features import Feature
from gtrack.core.nearest_genes import Genes, NearGene, holds_genes

GENES = st.lists(
    st.builds(
        lambda chrom, start, length, name, strand: Feature(
            chrom, start, start + length, name, strand=strand
        ),
        *(st.sampled_from(["chr1", "chr2"]), st.integers(0, 90), st.integers(1, 30)),
        *(st.sampled_from(["A", "B", "C", "."]), st.sampled_from("+-.")),
    ),
    max_size=12,
)


class Row(NamedTuple):
    """A gene as the twin reads it."""

    name: str
    strand: str
    chrom: str
    start: int
    end: int


def twin(genes: list[Row], chrom: str, start: int, end: int) -> list[NearGene]:
    """Base by base: how many steps from the place to the nearest base of each gene."""
    place = range(start, end)
    found = []
    for gene in genes:
        if gene.chrom != chrom or gene.name == ".":
            continue
        steps, here, there = min(
            (abs(a - b), a, b) for a in place for b in range(gene.start, gene.end)
        )
        before = here < there if gene.strand != "-" else here > there
        words = ("left", "right") if gene.strand == "." else ("upstream", "downstream")
        side = words[not before] if steps else "inside"
        found.append(NearGene(gene.name, gene.strand, steps, side))
    least = min((each.distance for each in found), default=0)
    near = [each for each in found if each.distance == least]
    near.sort(key=lambda each: (each.name, each.side, each.strand))
    return [each for at, each in enumerate(near) if each.name not in [x.name for x in near[:at]]]


@given(GENES, st.integers(0, 110), st.integers(1, 12))
def test_the_nearest_genes_are_those_of_the_twin(features, start, length) -> None:
    genes = Genes()
    assert [*genes.noted(features)] == features
    rows = [Row(f.name, f.strand, f.chrom, f.start, f.end) for f in features]
    found = genes.nearest("chr1", start, start + length)
    assert [*found] == twin(rows, "chr1", start, start + length)


@pytest.mark.skipif(shutil.which("bedtools") is None, reason="bedtools is not on this machine")
def test_distances_are_those_of_bedtools(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    genes, places = [], []
    for rows, name in ((genes, "g"), (places, "p")):
        for k, start in enumerate(np.sort(rng.integers(0, 90_000, 60)).tolist()):
            rows.append(("chr1", start, start + int(rng.integers(1, 900)), f"{name}{k}", 0, "+"))
    for rows, name in ((genes, "genes.bed"), (places, "places.bed")):
        text = "".join("\t".join(map(str, row)) + "\n" for row in rows)
        (tmp_path / name).write_text(text)
    given_files = ["-a", tmp_path / "places.bed", "-b", tmp_path / "genes.bed"]
    ran = subprocess.run(
        ["bedtools", "closest", "-d", "-t", "all", *given_files],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    said: dict[str, tuple[int, list[str]]] = {}
    for line in ran.stdout.splitlines():
        cells = line.split("\t")
        said.setdefault(cells[3], (int(cells[-1]), []))[1].append(cells[9])
    ours = Genes()
    list(ours.noted(Feature(row[0], row[1], row[2], row[3], strand="+") for row in genes))
    for chrom, start, end, name, *_ in places:
        found = ours.nearest(chrom, start, end)
        assert (found[0].distance, [each.name for each in found]) == (
            said[name][0],
            sorted(said[name][1]),
        )


def test_what_is_noted_later_counts_and_other_chromosomes_do_not() -> None:
    genes = Genes()
    list(genes.noted([Feature("chr1", 0, 10, "FAR")]))
    assert genes.nearest("chr1", 100, 110) == (NearGene("FAR", ".", 91, "right"),)
    list(genes.noted([Feature("chr1", 110, 120, "NEAR", strand="+"), Feature("chr2", 0, 9, ".")]))
    assert genes.nearest("chr1", 100, 110) == (NearGene("NEAR", "+", 1, "upstream"),)
    assert genes.nearest("chr2", 0, 9) == genes.nearest("chr3", 0, 9) == ()


@pytest.mark.parametrize(
    ("name", "kind", "is_one"),
    [
        ("genes", "BED", True),
        ("ncbiRefSeq", "bigBed", True),
        ("GENCODE v44", "BED", True),
        ("x", "GTF", True),
        ("x", "GFF3", True),
        ("planted", "BED", False),
        ("peaks", "narrowPeak", False),
    ],
)
def test_an_annotation_of_genes_is_told_by_format_or_name(name, kind, is_one) -> None:
    assert holds_genes(name, kind) is is_one
