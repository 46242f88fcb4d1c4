"""Motif hits of the example scan against the planted truth; and of untrained models.

Scans ``example_data`` with its motifs: locus precision and recall at q < 0.05 for both models
(overlap of at least half the shorter interval, any motif name). Then the same with ten pairs of
randomly initialised models of the same shapes: the share of planted sites on which they have a hit.
A hit off the planted sites may be a weak word that the model reads all the same, so hits are tried
by ablation, too (ablate_hits.py).
One JSON line per figure; exit 1 when a gate is missed. About four minutes.

    python benchmarks/hits_example.py [--seeds 10]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import ablate_hits
import torch

import gtrack
from gtrack.core.intervals import Interval
from gtrack.io.bed import read_bed
from gtrack.io.fasta import Genome
from gtrack.io.hit_files import read_hits_bed
from gtrack.models.cnn import Cnn, CnnForSequenceClassification
from gtrack.models.dnabert2 import Dnabert2
from gtrack.models.dnabert2.network import Dnabert2ForSequenceClassification
from gtrack.models.folder import open_model

DATA = Path(__file__).resolve().parents[1] / "example_data"
NAMES = ("cnn", "dnabert2")
GATES = {"cnn": (0.80, 0.95), "dnabert2": (0.85, 0.80)}
UNTRAINED = 0.01
UNUSED = 0.05
Q = 0.05


def scan(models: Path, out: Path) -> None:
    """Scan the example regions with the models of a folder and call hits."""
    command = [sys.executable, "-m", "gtrack", "scan", "--out", str(out)]
    command += ["--bed", str(DATA / "regions.bed"), "--fasta", str(DATA / "genome.fa")]
    command += ["--motifs", str(DATA / "motifs.meme")]
    for name in NAMES:
        command += ["--model", f"{name}={models / name}"]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


def overlaps(a: Interval, b: Interval) -> bool:
    """Tell whether two intervals share half of the shorter one."""
    shared = min(a.end, b.end) - max(a.start, b.start)
    return a.chrom == b.chrom and 2 * shared >= min(len(a), len(b))


def found(out: Path, name: str, truth: list[Interval]) -> tuple[int, int, int]:
    """Return the hits of one model, those on planted sites, and the sites that have one."""
    rows = [hit for hit in read_hits_bed(out / "hits" / f"{name}.hits.bed") if hit.q_value < Q]
    hits = [Interval(hit.chrom, hit.start, hit.end) for hit in rows]
    right = sum(any(overlaps(hit, site) for site in truth) for hit in hits)
    return len(hits), right, sum(any(overlaps(hit, site) for hit in hits) for site in truth)


def unused(out: Path, name: str) -> float:
    """Return the share of hits that the model does not use, by ablation."""
    hits = read_hits_bed(out / "hits" / f"{name}.hits.bed")
    model = gtrack.load_model(DATA / "models" / name)
    with Genome.open(DATA / "genome.fa") as genome:
        return float(ablate_hits.unused(model, genome, hits).sum()) / max(1, len(hits))


def untrained(folder: Path, seed: int) -> None:
    """Write both models with random weights in the shapes of the example's."""
    torch.manual_seed(seed)
    for name in NAMES:
        (folder / name).mkdir(parents=True)
    trained = {name: open_model(DATA / "models" / name) for name in NAMES}
    Cnn(CnnForSequenceClassification(trained["cnn"].network.config)).save(folder / "cnn")
    network = Dnabert2ForSequenceClassification(trained["dnabert2"].network.config)
    Dnabert2(network, trained["dnabert2"].tokenizer).save(folder / "dnabert2")


def main() -> int:
    """Print every figure and hold it against its gate."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=10)
    seeds = parser.parse_args().seeds
    regions = read_bed(DATA / "regions.bed")
    truth = [
        site
        for site in read_bed(DATA / "truth.bed")
        if any(
            r.chrom == site.chrom and r.start <= site.start <= site.end <= r.end for r in regions
        )
    ]
    missed = 0
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        scan(DATA / "models", work / "trained")
        for model in NAMES:
            hits, right, sites = found(work / "trained", model, truth)
            precision, recall = right / max(1, hits), sites / len(truth)
            record = {"name": f"example, {model}", "hits": hits, "sites": len(truth)}
            shares = {"precision": round(precision, 4), "recall": round(recall, 4)}
            print(json.dumps({**record, **shares, "gates": GATES[model]}), flush=True)
            missed += precision < GATES[model][0] or recall < GATES[model][1]
            share = unused(work / "trained", model)
            record = {"name": f"example, {model}, by ablation", "unused": round(share, 4)}
            print(json.dumps({**record, "gate": UNUSED}), flush=True)
            missed += share > UNUSED
        on_sites = dict.fromkeys(NAMES, 0)
        all_hits = dict.fromkeys(NAMES, 0)
        for seed in range(seeds):
            untrained(work / f"m{seed}", seed)
            scan(work / f"m{seed}", work / f"o{seed}")
            for model in NAMES:
                hits, _, sites = found(work / f"o{seed}", model, truth)
                on_sites[model] += sites
                all_hits[model] += hits
        for model in NAMES:
            share = on_sites[model] / (len(truth) * max(1, seeds))
            record = {"name": f"untrained, {model}", "seeds": seeds, "hits": all_hits[model]}
            print(json.dumps({**record, "share_of_sites": round(share, 5), "gate": UNTRAINED}))
            missed += share > UNTRAINED
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
