"""The committed example: rebuilt byte for byte, exact truth, and every special case it promises."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from gtrack.attribution.attnlrp import AttnLrp
from gtrack.core.scan.projection import to_bases
from gtrack.evaluation.localisation import mass_accuracy
from gtrack.models.folder import open_model

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "example_data"
SHARED = ROOT.parent / "shared" / "data"
sys.path.insert(0, str(EXAMPLE))

import build  # noqa: E402
import fit_inputs  # noqa: E402
import genome  # noqa: E402
import simulate  # noqa: E402

COMPLEMENT = str.maketrans("ACGT", "TGCA")
BUILT = ("genome.fa", "regions.bed", "truth.bed", "decoys.bed", "genes.bed")


def read_fasta() -> dict[str, str]:
    records = (EXAMPLE / "genome.fa").read_text().split(">")[1:]
    return {r.split("\n", 1)[0]: r.split("\n", 1)[1].replace("\n", "") for r in records}


def read_bed(name: str) -> list[tuple[str, int, int, str, str]]:
    rows = [line.split("\t") for line in (EXAMPLE / name).read_text().splitlines()]
    return [(r[0], int(r[1]), int(r[2]), r[3], r[5]) for r in rows]


def read_meme() -> tuple[dict[str, list[list[float]]], list[float]]:
    """A second reader of the MEME text: name -> log2 odds in plain lists."""
    content = (EXAMPLE / "motifs.meme").read_text()
    background = [
        float(x) for x in re.findall(r"^A (\S+) C (\S+) G (\S+) T (\S+)$", content, re.M)[0]
    ]
    motifs = {}
    for block in content.split("MOTIF ")[1:]:
        name = block.split()[1]
        sites = int(re.search(r"nsites= (\d+)", block).group(1))
        rows = [[float(x) for x in line.split()] for line in block.splitlines() if line[:1] == " "]
        motifs[name] = [
            [
                math.log2((p * sites + 0.1) / (sum(row) * sites + 0.4) / b)
                for p, b in zip(row, background, strict=True)
            ]
            for row in rows
        ]
    return motifs, background


def score(matrix: list[list[float]], bases: str) -> float:
    return sum(row["ACGT".index(base)] for row, base in zip(matrix, bases, strict=True))


def overlap(a: tuple, b: tuple) -> bool:
    return a[0] == b[0] and a[1] < b[2] and b[1] < a[2]


def test_a_rebuild_gives_the_same_bytes(tmp_path):
    genome.build(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(BUILT)
    for name in BUILT:
        assert (tmp_path / name).read_bytes() == (EXAMPLE / name).read_bytes(), name


def test_the_folder_is_small():
    assert (EXAMPLE / "genome.fa").stat().st_size <= 1_000_000
    files = [p for p in EXAMPLE.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    assert sum(p.stat().st_size for p in files) < 8_000_000


def test_regions_hold_every_special_case():
    sequences, regions = read_fasta(), read_bed("regions.bed")
    assert 40 <= len(regions) <= 60
    assert {len(range(*r[1:3])) for r in regions} >= {200, 2000}
    assert all(200 <= r[2] - r[1] <= 2000 and r[2] <= len(sequences[r[0]]) for r in regions)
    assert {r[0] for r in regions} == set(sequences)
    assert sum(overlap(a, b) for a, b in itertools.combinations(regions, 2)) >= 5
    assert any(r[1] == 0 for r in regions)
    assert any(r[2] == len(sequences[r[0]]) for r in regions)
    inside = [sequences[r[0]][r[1] : r[2]] for r in regions]
    assert sum("N" * 300 in s and s[0] != "N" and s[-1] != "N" for s in inside) >= 1
    assert sum(len(re.findall("[^ACGTNacgt]", s)) for s in sequences.values()) == 1
    assert sum("R" in s for s in inside) == 1
    assert any(re.search("[acgt]", s) for s in inside)


def test_negative_regions_hold_decoys_and_nothing_else():
    truth, decoys = read_bed("truth.bed"), read_bed("decoys.bed")
    regions = read_bed("regions.bed")
    negative = [r for r in regions if r[3].startswith("neg")]
    positive = [r for r in regions if r[3].startswith("pos")]
    assert len(negative) >= 8
    assert not any(overlap(r, t) for r in negative for t in truth)
    assert sum(any(overlap(r, d) for d in decoys) for r in negative) >= 8
    assert all(any(overlap(r, t) for t in truth) for r in positive)
    assert sum(any(overlap(r, d) for d in decoys) for r in positive) >= 10
    assert all(any(overlap(r, s) for r in regions) for s in truth + decoys)


def test_every_site_scores_as_planted_on_its_strand():
    sequences = {c: s.upper() for c, s in read_fasta().items()}
    motifs, _ = read_meme()
    best = {name: sum(map(max, matrix)) for name, matrix in motifs.items()}
    truth, decoys = read_bed("truth.bed"), read_bed("decoys.bed")
    assert {t[3] for t in truth} == {"CTCF", "REST", "NRF1"}
    assert {d[3] for d in decoys} == {"NFKB1"}
    assert {s[4] for s in truth} == {"+", "-"}
    assert not any(overlap(a, b) for a, b in itertools.combinations(truth + decoys, 2))
    for chrom, start, end, name, strand in truth + decoys:
        bases = sequences[chrom][start:end]
        if strand == "-":
            bases = bases.translate(COMPLEMENT)[::-1]
        assert score(motifs[name], bases) >= 0.6 * best[name] - 0.05


def test_truth_is_exact_no_site_arose_by_chance():
    motifs, _ = read_meme()
    planted = [(s[0], s[1], s[2]) for s in read_bed("truth.bed") + read_bed("decoys.bed")]
    for chrom, text in read_fasta().items():
        codes = np.array(["ACGT".find(base) for base in text.upper()])
        free = np.ones(len(codes), bool)
        for _, start, end in (s for s in planted if s[0] == chrom):
            free[start:end] = False
        for matrix in map(np.array, motifs.values()):
            width, least = len(matrix), 0.6 * matrix.max(axis=1).sum() + 0.05
            for strand in (matrix, matrix[::-1, ::-1]):
                n = len(codes) - width + 1
                total, usable = np.zeros(n), np.ones(n, bool)
                for i in range(width):
                    here = codes[i : i + n]
                    total += strand[i, here]
                    usable &= (here >= 0) & free[i : i + n]
                assert not (usable & (total >= least)).any()


def test_windows_are_what_their_label_says():
    drawn = list(simulate.windows((5,), 600, 200, 3))
    motifs = simulate.read_motifs()
    table = np.zeros(256, np.uint8)
    table[simulate.LETTERS] = np.arange(4)
    share = {}
    for window in drawn:
        effective = [s for s in window.sites if s.motif != simulate.DECOY]
        assert len(window.sequence) == 200
        assert (1 <= len(effective) <= 3) if window.label else not effective
        share.setdefault(window.label, []).append(len(effective) < len(window.sites))
        ends = [0, *(s.end for s in window.sites)]
        assert all(s.start >= end for s, end in zip(window.sites, ends, strict=False))
        codes = table[np.frombuffer(window.sequence.encode(), np.uint8)]
        for site in window.sites:
            bases = codes[site.start : site.end]
            bases = bases if site.strand == "+" else simulate.revcomp(bases)
            assert motifs[site.motif].score(bases) >= motifs[site.motif].threshold
    assert 250 < len(share[1]) < 350
    assert all(0.4 < np.mean(decoy) < 0.6 for decoy in share.values())


def test_a_seed_gives_the_same_windows_on_every_machine():
    text = "\n".join(w.sequence for w in simulate.windows((5,), 600, 200, 3))
    assert hashlib.sha256(text.encode()).hexdigest() == (
        "725f24a4509b8f3cfc508d7588b6da631f952bb41c6e0e0c4f6c7ac2ff7022f4"
    )


def test_background_follows_its_table():
    background = simulate.Background.read()
    codes = background.sample(simulate.generator(1), 2000, 300).astype(np.int64)
    context = codes[:, :-3] * 16 + codes[:, 1:-2] * 4 + codes[:, 2:-1]
    counts = np.bincount((context * 4 + codes[:, 3:]).ravel(), minlength=256).reshape(64, 4)
    n, p = counts.sum(axis=1, keepdims=True), background.cumulative[:, :3]
    z = (counts.cumsum(axis=1)[:, :3] / n - p) / np.sqrt(p * (1 - p) / n)
    assert np.abs(z).max() < 4.5
    assert 0.8 < z.std() < 1.2
    one = background.extend(simulate.generator(2), np.zeros(0, np.uint8), 200_000).astype(np.int64)
    share = np.bincount(one, minlength=4) / len(one)
    assert np.abs(share - [0.2717, 0.2283, 0.2283, 0.2717]).max() < 0.02


def test_training_windows_that_copy_the_genome_are_caught():
    seen = build.genome_words()
    fresh = list(simulate.windows((5,), 50, 200, 3))
    build.check_fresh(fresh, seen)
    sequence = read_fasta()["chr2"].upper()
    copied = sequence[50_000 : 50_000 + build.K].translate(COMPLEMENT)[::-1]
    leaked = simulate.LabelledWindow(copied + fresh[0].sequence[build.K :], 0, ())
    with pytest.raises(SystemExit, match="take another SEED"):
        build.check_fresh([*fresh, leaked], seen)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the real data of ../shared/data")
def test_inputs_come_from_hg38_and_jaspar():
    fitted = fit_inputs.fit_background(SHARED / "hg38_chr1_1mb" / "hg38_1m.fa.gz")
    counts = np.array(fitted["counts"])
    background = simulate.Background.read()
    assert np.array_equal(
        counts.cumsum(axis=1) / counts.sum(axis=1, keepdims=True), background.cumulative
    )
    motifs, composition = read_meme()
    pfm = SHARED / "motifs" / "JASPAR2022_vertebrates.pfm"
    for identifier, name in fit_inputs.NAMES.items():
        p = fit_inputs.read_counts(pfm, identifier)
        odds = np.log2(p / p.sum(axis=1, keepdims=True) / composition + 1e-9)
        common = p / p.sum(axis=1, keepdims=True) > 0.05
        assert np.abs(odds - np.array(motifs[name]))[common].max() < 0.01


@pytest.mark.parametrize(("name", "least"), [("cnn", 0.99), ("dnabert2", 0.96)])
def test_models_hold_nothing_that_runs_and_say_what_they_are(name, least):
    folder = EXAMPLE / "models" / name
    allowed = {"config.json", "model.safetensors", "training.json"}
    if name == "dnabert2":
        allowed |= {"tokenizer.json", "tokenizer_config.json"}
    assert {p.name for p in folder.iterdir()} == allowed
    record = json.loads((folder / "training.json").read_text())
    assert record["metrics"]["test_csv"]["auroc"]["value"] >= least
    model = open_model(folder)
    assert (model.kind, model.window_bp, model.strands) == (name, 200, "both")
    assert model.labels == ("0", "1")


@pytest.mark.parametrize("name", ["cnn", "dnabert2"])
def test_relevance_peaks_on_the_planted_sites_of_the_genome(name):
    sequences = {c: s.upper() for c, s in read_fasta().items()}
    truth = read_bed("truth.bed")
    model = open_model(EXAMPLE / "models" / name)
    windows, masks = [], []
    for chrom, start, end, _, _ in truth[::3]:
        left = max(0, min((start + end) // 2 - 100, len(sequences[chrom]) - 200))
        window = sequences[chrom][left : left + 200]
        if set(window) <= set("ACGT"):
            windows.append(window)
            masks.append(np.zeros(200, bool))
            for other in truth:
                if overlap(other, (chrom, left, left + 200)):
                    masks[-1][max(0, other[1] - left) : other[2] - left] = True
    assert len(windows) >= 25
    rows = model.encode(windows)
    batch = model.collate(rows, len(rows), max(map(len, rows)))
    with AttnLrp().applied(model) as explain:
        found = explain(batch, np.array([[-1.0, 1.0]]))
    values = np.concatenate(
        [relevance[:n] for relevance, n in zip(found.relevance[0], rows.lengths, strict=True)]
    )
    maps = to_bases(values, rows, np.full(len(rows), 200)).reshape(-1, 200)
    right = found.logits[:, 1] > found.logits[:, 0]
    assert right.mean() >= 0.8
    accuracy = [mass_accuracy(r, m) for r, m in zip(maps, masks, strict=True)]
    assert np.mean(np.array(accuracy)[right]) >= 0.75


@pytest.mark.long
@pytest.mark.timeout(900)
def test_models_were_trained_on_what_the_script_simulates(tmp_path):
    build.write_windows(tmp_path)
    for name in ("cnn", "dnabert2"):
        record = json.loads((EXAMPLE / "models" / name / "training.json").read_text())
        for file in record["data"]["files"]:
            content = (tmp_path / file["name"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"], (name, file["name"])
