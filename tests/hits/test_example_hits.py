"""The demo: hits of both example models against the sites that were planted."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from gtrack.io.hit_files import read_hits_bed

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "example_data"

Site = tuple[str, int, int, str]


def sites(path: Path) -> list[Site]:
    rows = [line.split("\t") for line in path.read_text().splitlines() if line[:1] != "#"]
    return [(row[0], int(row[1]), int(row[2]), row[3]) for row in rows]


def meet(one: Site, other: Site) -> bool:
    """Half of the shorter one lies in the other."""
    shared = min(one[2], other[2]) - max(one[1], other[1])
    return one[0] == other[0] and shared >= min(one[2] - one[1], other[2] - other[1]) / 2


@pytest.mark.parametrize(("model", "recall"), [("cnn", 0.95), ("dnabert2", 0.8)])
def test_the_planted_sites_are_found(demo, model: str, recall: float) -> None:
    """Most hits are planted; of those that chance would not put there, nearly all are."""
    out, _ = demo
    hits = sites(out / f"hits/{model}.hits.bed")
    regions = sites(out / "regions.bed")
    truth = [
        site
        for site in sites(DATA / "truth.bed")
        if any(r[0] == site[0] and r[1] <= site[1] and site[2] <= r[2] for r in regions)
    ]
    assert len(truth) > 50
    found = read_hits_bed(out / f"hits/{model}.hits.bed")
    assert [(hit.chrom, hit.start, hit.end, hit.name) for hit in found] == hits
    right = [any(meet(hit, site) for site in truth) for hit in hits]
    assert sum(right) >= 0.8 * len(hits), "the others are weak words that the model uses, too"
    rare = [ok for hit, ok in zip(found, right, strict=True) if (hit.chance or 0) <= 0.1]
    assert sum(rare) >= 0.9 * len(rare)
    assert sum(any(meet(hit, site) for hit in hits) for site in truth) >= recall * len(truth)
    named = sum(any(meet(hit, s) and hit[3] == s[3] for s in truth) for hit in hits)
    assert named >= 0.95 * sum(right), "and by the motif that was planted"
    for one, other in pairwise(sorted(hits)):
        assert one[0] != other[0] or one[2] <= other[1]


@pytest.mark.parametrize("model", ["cnn", "dnabert2"])
def test_decoys_are_not_found(demo, model: str) -> None:
    """Strong matches of a motif that no model was trained on: sequence alone would take them."""
    out, _ = demo
    hits = [hit for hit in sites(out / f"hits/{model}.hits.bed") if hit[3] == "NFKB1"]
    assert len(hits) <= 2


def test_the_table_per_motif_is_printed(demo) -> None:
    out, ran = demo
    for model in json.loads((out / "manifest.json").read_text())["hits"]["models"]:
        assert f"{model['model']}: {model['hits']} motif hits at q < 0.05" in ran.err
    for name in ("CTCF", "REST", "NRF1"):
        assert ran.err.count(f" {name} MA") == 2, "a line for either model"


def test_a_finished_folder_is_enough(demo, run, tmp_path: Path) -> None:
    out, _ = demo
    moved = Path(shutil.copytree(out, tmp_path / "moved"))
    (moved / "run.local.json").unlink()
    run("hits", moved, "--motifs", DATA / "motifs.meme")
    for name in ("cnn.hits.bed", "dnabert2.hits.bb", "cnn.motifs.tsv"):
        assert (moved / "hits" / name).read_bytes() == (out / "hits" / name).read_bytes()
    assert (moved / "manifest.json").read_bytes() == (out / "manifest.json").read_bytes()


def test_words_of_the_planted_motifs_are_found_without_them(demo) -> None:
    out, _ = demo
    rows = [line.split("\t") for line in (out / "hits/cnn.words.tsv").read_text().splitlines()]
    named = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert {row["nearest_name"] for row in named} == {"CTCF", "REST", "NRF1"}
    assert all(float(row["q"]) < 0.05 for row in named)
    for row in named:
        assert int(row["top"]) > 5 * float(row["expected"])
        assert len(row["counts"].split(";")) == len(row["consensus"])
