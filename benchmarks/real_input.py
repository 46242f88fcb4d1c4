"""Real input: both models trained on a CTCF sample, and a full-size DNABERT-2, scan 1 Mb of hg38.

Trains a CNN and a small DNABERT-2 (true tokenizer) on 800 of 1,000 CTCF ChIP-seq windows of 101 bp,
makes a randomly initialised DNABERT-2 of the published size (117M parameters, true tokenizer; its
maps mean nothing, its cost does), and scans the 115 Ensembl regulatory features of hg38
chr1:0-1,000,000 with each. One JSON line per command: CPU and wall seconds, peak memory; and per
model the best motif-scan agreement of its track. Needs the project's data folder and 10 minutes.

    python benchmarks/real_input.py ../shared/data
"""

from __future__ import annotations

import gzip
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyBigWig
import torch

from gtrack.io.hit_files import read_hits_bed
from gtrack.models.dnabert2 import Dnabert2
from gtrack.models.dnabert2.network import Dnabert2Config, Dnabert2ForSequenceClassification
from gtrack.models.dnabert2.tokenizer import DnaTokenizer

FULL_WINDOW_BP = 512


def run(name: str, *arguments: str) -> None:
    """Run one gtrack command and print what it cost."""
    begun = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "gtrack", *arguments], stderr=subprocess.PIPE, text=True
    )
    assert child.stderr is not None
    words = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{name}: exit {child.returncode}: {words}")
    record = {
        "name": name,
        "cpu_s": round(used.ru_utime + used.ru_stime, 1),
        "wall_s": round(time.perf_counter() - begun, 1),
        "peak_mb": used.ru_maxrss // 1024,
    }
    print(json.dumps(record), flush=True)


def make_full_size(shared: Path, folder: Path) -> None:
    """Write a randomly initialised DNABERT-2 of the published size with the true tokenizer."""
    torch.manual_seed(0)
    network = Dnabert2ForSequenceClassification(Dnabert2Config())
    Dnabert2(network, DnaTokenizer.load(shared / "dnabert2")).save(folder)


def motif_scores(sequence: str, counts: np.ndarray) -> np.ndarray:
    """Return the best log-odds (bits, both strands, flat background) of a site at each start."""
    odds = np.log2((counts + 0.1) / (counts + 0.1).sum(axis=1, keepdims=True) / 0.25)
    codes = np.array(["ACGT".find(base) for base in sequence])
    width, best = len(odds), []
    for matrix in (odds, odds[::-1, ::-1]):
        table = np.vstack([matrix.T, np.full(width, -1e9)])  # the last row: N
        columns = [table[codes[k : len(codes) - width + 1 + k], k] for k in range(width)]
        best.append(np.sum(columns, axis=0))
    return np.maximum(*best)


def ctcf_sites(shared: Path, sequence: str, bits: float) -> list[tuple[int, int]]:
    """Return the MA0139.1 matches of at least so many bits."""
    text = (shared / "motifs" / "JASPAR2022_vertebrates.pfm").read_text()
    block = text.split(">MA0139.1")[1].split(">")[0].split("\n", 1)[1]
    counts = np.array([[float(x) for x in line.split()] for line in block.strip().split("\n")])
    scores = motif_scores(sequence, counts)
    return [(int(at), int(at) + len(counts)) for at in np.flatnonzero(scores >= bits)]


def ctcf_hits(out: Path, model: str) -> dict[str, object]:
    """Count the hits of one model, and those of CTCF."""
    hits = [h for h in read_hits_bed(out / "hits" / f"{model}.hits.bed") if h.q_value < 0.05]
    ctcf = [h for h in hits if h.name == "CTCF"]
    best = sorted(ctcf, key=lambda h: (h.q_value, h.seq_p))[:3]
    return {
        "name": f"{model}, hits at q < 0.05 of 838 motifs",
        "hits": len(hits),
        "ctcf": len(ctcf),
        "opposing": sum(not h.supports for h in hits),
        "first_three": [f"{h.chrom}:{h.start}-{h.end} q={h.q_value:.2g}" for h in best],
    }


def enrichment(track: Path, sites: list[tuple[int, int]]) -> dict[str, float | int]:
    """Compare positive relevance per base on motif matches with that of all scanned bases."""
    with pyBigWig.open(str(track)) as handle:
        values = np.array(handle.values("chr1", 0, handle.chroms("chr1")))
    there = np.isfinite(values)
    positive = np.where(there, np.maximum(values, 0), 0)
    mask = np.zeros(len(values), bool)
    for start, end in sites:
        mask[start:end] = True
    mask &= there
    share, area = positive[mask].sum() / positive.sum(), mask.sum() / there.sum()
    return {
        "bases": int(there.sum()),
        "matched_bases": int(mask.sum()),
        "share_of_positive_relevance": round(float(share), 4),
        "share_of_bases": round(float(area), 4),
        "enrichment": round(float(share / area), 2) if area else float("nan"),
    }


def main() -> None:
    """Train, scan, report."""
    os.environ["OMP_NUM_THREADS"] = "1"
    shared = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("../shared/data")
    hg38 = shared / "hg38_chr1_1mb"
    print(json.dumps({"torch": torch.__version__, "cpus": os.cpu_count()}))
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        fasta = work / "hg38_1m.fa"
        fasta.write_bytes(gzip.decompress((hg38 / "hg38_1m.fa.gz").read_bytes()))
        csv = str(shared / "dnabert1_sample" / "ctcf101.csv")
        common = ["--csv", csv, "--test-share", "0.2", "--seed", "0"]
        run("train cnn", "train", "cnn", *common, "--steps", "1200", "--out", f"{work}/cnn")
        tokens = ["--config", "small", "--tokenizer", str(shared / "dnabert2")]
        small = [*tokens, "--steps", "1500", "--out", f"{work}/dnabert2"]
        run("train dnabert2", "train", "dnabert2", *common, *small)
        for kind in ("cnn", "dnabert2"):
            record = json.loads((work / kind / "training.json").read_text())
            print(json.dumps({"name": f"{kind} on held-out rows", **record["metrics"]}))
        maker = multiprocessing.get_context("spawn").Process(
            target=make_full_size, args=(shared, work / "full")
        )
        maker.start()  # apart: a child's peak includes what its parent held at the fork
        maker.join()
        regions = hg38 / "ensembl_regulatory_features.chr1_0_1000000.bed"
        inputs = ["--bed", str(regions), "--fasta", str(fasta), "--genome", "hg38"]
        both = [f"--model=cnn={work}/cnn", f"--model=dnabert2={work}/dnabert2"]
        motifs = str(shared / "motifs" / "JASPAR2022_vertebrates.pfm")
        # A handful of sites in 55 kb needs a null larger than usual (docs/decisions/0008).
        calling = ["--motifs", motifs, "--null-bases", "2000000"]
        run("scan with both, null, hits", "scan", *inputs, *both, *calling, "--out", f"{work}/out")
        full = [f"--model=full={work}/full", "--window", str(FULL_WINDOW_BP)]
        run("scan with 117M", "scan", *inputs, *full, "--out", f"{work}/out_full")
        lines = fasta.read_text().split("\n", 1)[1]
        sequence = lines.replace("\n", "").upper()
        sites = ctcf_sites(shared, sequence, bits=12)
        for model in ("cnn", "dnabert2"):
            print(json.dumps(ctcf_hits(work / "out", model)))
        for model in ("cnn", "dnabert2"):
            found = enrichment(work / "out" / "tracks" / f"{model}.relevance.bw", sites)
            print(json.dumps({"name": f"{model} on CTCF matches of 12 bits", **found}))


if __name__ == "__main__":
    main()
