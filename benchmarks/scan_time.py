"""How long a scan takes: CPU seconds per Mb for each model, and what every scan takes before.

The example's CNN and DNABERT-2 as they are, and two DNABERT-2 of random weights and a tokenizer of
4,096 tokens at windows of 512 bp, one of 6 layers of 256 units and one of the published size
(117M): `gtrack scan` of two lengths of random sequence, both strands, one CPU thread, whole
processes. The difference gives the seconds per Mb, the rest is the start. Each model is measured
in three rounds, the scan and its batches alone in turn; the median round is told. One JSON line
per model; those that are named, or all. The model of 6 x 256 takes five minutes.

    python benchmarks/scan_time.py [cnn] [dnabert2] [6x256] [117M]
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
from typing import Any

import numpy as np
import torch

from gtrack.attribution.attnlrp import AttnLrp
from gtrack.core.ports import SequenceModel
from gtrack.core.scan.batches import POOL, cut_batches
from gtrack.engines.heap import memory_kept
from gtrack.models.dnabert2 import Dnabert2
from gtrack.models.dnabert2.network import Dnabert2Config, Dnabert2ForSequenceClassification
from gtrack.models.dnabert2.tokenizer import DnaTokenizer
from gtrack.models.folder import open_model
from gtrack.workflows.training.tokenizer import train_tokenizer

EXAMPLE = Path(__file__).resolve().parent.parent / "example_data" / "models"
GENOME_BP = 1_200_000
LENGTHS_BP = {
    "cnn": (100_000, 1_100_000),
    "dnabert2": (20_000, 220_000),
    "6x256": (20_000, 140_000),
    "117M": (5_000, 25_000),
}
SIZES: dict[str, dict[str, Any]] = {
    "6x256": {
        "num_hidden_layers": 6,
        "hidden_size": 256,
        "num_attention_heads": 4,
        "intermediate_size": 1024,
    },
    "117M": {},
}
"""What is made here, with random weights."""

ROUNDS = 3
AT_MOST = {
    "cnn": {"ms_per_window": 0.45, "scan / model": 1.25},
    "6x256": {"scan / model": 1.03},
}
"""Gates by model; of the others the figures are printed."""


def make_model(folder: Path, name: str, sequence: str) -> Path:
    """Write a DNABERT-2 of one of `SIZES` with random weights and return its folder."""
    content = train_tokenizer([sequence[:200_000]], 4096, both_strands=False, seed=0)
    (folder / "tokenizer.json").write_bytes(content)
    torch.manual_seed(0)
    config = Dnabert2Config(window_bp=512, strands="both", num_labels=2, **SIZES[name])
    network = Dnabert2ForSequenceClassification(config)
    Dnabert2(network, DnaTokenizer.load(folder)).save(folder / name)
    return folder / name


def scan_seconds(folder: Path, model: Path, length_bp: int) -> float:
    """Return the CPU seconds of one scan of the first `length_bp` bases."""
    bed = folder / "r.bed"
    bed.write_text(f"chr1\t0\t{length_bp}\n")
    options = [
        *("--bed", str(bed), "--fasta", str(folder / "g.fa"), "--model", f"m={model}"),
        *("--out", str(folder / f"{model.name}.{length_bp}"), "--workers", "1", "--no-passport"),
        "--overwrite",
    ]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "gtrack", "scan", *options], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def explaining_seconds(model: SequenceModel, sequence: str, windows: int, window_bp: int) -> float:
    """Return the CPU seconds of the batches of so many windows, both strands: the model alone."""
    starts = [k * window_bp % (len(sequence) - window_bp) for k in range(windows)]
    texts = [sequence[start : start + window_bp] for start in starts]
    batches = []
    for first in range(0, windows, POOL):
        rows = model.encode([text for text in texts[first : first + POOL] for _ in range(2)])
        for shape in cut_batches(rows.lengths, model.default_batch_units):
            batches.append(model.collate(rows[shape.rows], shape.n_rows, shape.n_units))
    contrasts = np.array([[-1.0, 1.0]])
    with memory_kept(), AttnLrp().applied(model) as explain:
        explain(batches[0], contrasts)
        begun = time.process_time()
        for batch in batches:
            explain(batch, contrasts)
        return time.process_time() - begun


def windows_of(folder: Path, model: Path, length_bp: int) -> int:
    """Return how many windows a scan of `scan_seconds` had."""
    table = (folder / f"{model.name}.{length_bp}" / "windows.tsv").read_text()
    return table.count("\t+\t")  # a row for each strand


def measure(folder: Path, path: Path, sequence: str, lengths: tuple[int, int]) -> bool:
    """Measure one model; return whether its gates are passed."""
    (short, long), model = lengths, open_model(path)
    assert model.window_bp is not None
    rounds = []
    for _ in range(ROUNDS):
        seconds = [scan_seconds(folder, path, length) for length in lengths]
        windows = [windows_of(folder, path, length) for length in lengths]
        more = windows[1] - windows[0]
        alone = explaining_seconds(model, sequence, more, model.window_bp)
        rounds.append(((seconds[1] - seconds[0]) / alone, seconds, alone))
    _, seconds, alone = sorted(rounds)[ROUNDS // 2]
    per_bp = (seconds[1] - seconds[0]) / (long - short)
    figures: dict[str, Any] = {
        "ms_per_window": round((seconds[1] - seconds[0]) / more * 1e3, 3),
        "model_ms_per_window": round(alone / more * 1e3, 3),
        "scan / model": round((seconds[1] - seconds[0]) / alone, 3),
        "rounds": [round(each[0], 3) for each in rounds],
    }
    gates = AT_MOST.get(path.name, {})
    passed = all(figures[name] <= most for name, most in gates.items())
    line = {
        "name": "scan_time",
        "model": path.name,
        "cpu_s_per_mb": round(per_bp * 1e6, 1),
        "start_cpu_s": round(seconds[0] - per_bp * short, 1),
        **figures,
        "at_most": gates,
        "passed": passed,
    }
    print(json.dumps(line), flush=True)
    return passed


def main(chosen: list[str]) -> int:
    """Measure each model, or those that are named."""
    os.environ["OMP_NUM_THREADS"] = "1"
    torch.set_num_threads(1)
    passed = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sequence = "".join(np.random.default_rng(0).choice(list("ACGT"), GENOME_BP))
        (folder / "g.fa").write_text(f">chr1\n{sequence}\n")
        for key, lengths in LENGTHS_BP.items():
            if chosen and key not in chosen:
                continue
            path = make_model(folder, key, sequence) if key in SIZES else EXAMPLE / key
            passed &= measure(folder, path, sequence, lengths)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
