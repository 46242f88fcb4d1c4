"""What a scan costs beside arithmetic: CPU of `gtrack scan` / CPU of its batches' explanations.

2,000 windows of 512 bp, a DNABERT-2 of 6 layers and hidden size 256 with random weights, one CPU
thread. The scan is the whole child process, start-up, tokenising, planning, merging, verification
included; the other side explains exactly the batches that the plan fixes, already collated.
One JSON line; exit 1 when the gate fails. Needs about 8 minutes.

    python benchmarks/scan_overhead.py
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from gtrack.attribution.attnlrp import AttnLrp
from gtrack.core.scan.batches import cut_batches, pool_bounds
from gtrack.io.fasta import Genome
from gtrack.io.plan_folder import read_plan
from gtrack.models.dnabert2 import Dnabert2
from gtrack.models.dnabert2.network import Dnabert2Config, Dnabert2ForSequenceClassification
from gtrack.models.dnabert2.tokenizer import DnaTokenizer
from gtrack.models.folder import open_model
from gtrack.workflows.training.tokenizer import train_tokenizer

GATES = {"scan_overhead": 1.15}
WINDOWS, WINDOW_BP = int(os.environ.get("GTRACK_BENCH_WINDOWS", "2000")), 512


def make_inputs(folder: Path) -> list[str]:
    """Write a random genome, regions and a model; return the options of the scan."""
    rng = np.random.default_rng(0)
    sequence = "".join(rng.choice(list("ACGT"), WINDOWS * (WINDOW_BP + 100)))
    (folder / "g.fa").write_text(">chr1\n" + sequence + "\n")
    regions = [
        f"chr1\t{k * (WINDOW_BP + 100)}\t{k * (WINDOW_BP + 100) + WINDOW_BP}"
        for k in range(WINDOWS)
    ]
    (folder / "r.bed").write_text("\n".join(regions) + "\n")
    (folder / "tokenizer.json").write_bytes(
        train_tokenizer([sequence[:200_000]], 4096, both_strands=False, seed=0)
    )
    torch.manual_seed(0)
    config = Dnabert2Config(
        hidden_size=256,
        intermediate_size=1024,
        num_hidden_layers=6,
        num_attention_heads=8,
        window_bp=WINDOW_BP,
        strands="forward",
    )
    network = Dnabert2ForSequenceClassification(config)
    Dnabert2(network, DnaTokenizer.load(folder)).save(folder / "model")
    return [
        *("--bed", str(folder / "r.bed"), "--fasta", str(folder / "g.fa")),
        *("--model", f"m={folder / 'model'}", "--out", str(folder / "out"), "--workers", "1"),
    ]


def explain_batches(folder: Path) -> float:
    """Return the CPU seconds of the plan's batches, forward and backward only."""
    plan = read_plan(folder / "out" / "plan")
    model, grid = open_model(folder / "model"), plan.grid("m")
    with Genome.open(folder / "g.fa") as genome:
        sequences = [
            genome.fetch("chr1", int(start), int(end))
            for start, end in zip(grid.start, grid.end, strict=True)
        ]
    batches = []
    for first, end in pool_bounds(len(grid)):
        rows = model.encode(sequences[first:end])
        for shape in cut_batches(rows.lengths, plan.models[0].batch_units):
            batches.append(model.collate(rows[shape.rows], shape.n_rows, shape.n_units))
    with AttnLrp().applied(model) as explain:
        explain(batches[0], plan.models[0].contrasts)
        begun = time.process_time()
        for batch in batches:
            explain(batch, plan.models[0].contrasts)
        return time.process_time() - begun


def main() -> int:
    """Measure both sides and hold the ratio against its gate."""
    os.environ["OMP_NUM_THREADS"] = "1"
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        options = make_inputs(folder)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "gtrack", "scan", *options], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        scan = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        arithmetic = explain_batches(folder)
    ratio = scan / arithmetic
    print(
        json.dumps(
            {
                "name": "scan_overhead",
                "ratio": round(ratio, 3),
                "gate": GATES["scan_overhead"],
                "scan_cpu_s": round(scan, 1),
                "batches_cpu_s": round(arithmetic, 1),
                "windows": WINDOWS,
                "torch": torch.__version__,
            }
        )
    )
    return int(ratio > GATES["scan_overhead"])


if __name__ == "__main__":
    sys.exit(main())
