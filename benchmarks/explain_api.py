"""What `gtrack.explain` costs beside arithmetic: its CPU time / that of its batches' passes.

1,000 random sequences of 200 bp on both strands, with the example's two models and with a
DNABERT-2 of 6 layers and hidden size 256 (random weights), one CPU thread. The other side makes the
same batches, already cut: collate, forward, backward. Each ratio is the median of rounds in the
order A B B A. One JSON line per model; exit 1 when a gate fails. The example's DNABERT-2 has none:
it is so small that to encode its tokens, printed beside, is more than a twentieth of its passes.
Needs about 5 minutes. glibc's allocator is told to keep freed memory on both sides: left alone, it
gives memory back and takes it again as it happens to, which alone moves the ratio by a tenth.

    python benchmarks/explain_api.py
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import torch

import gtrack
from gtrack.attribution.attnlrp import AttnLrp
from gtrack.core.scan.batches import cut_batches, pool_bounds
from gtrack.core.sequences import reverse_complement
from gtrack.models.dnabert2 import Dnabert2
from gtrack.models.dnabert2.network import Dnabert2Config, Dnabert2ForSequenceClassification
from gtrack.models.dnabert2.tokenizer import DnaTokenizer
from gtrack.models.folder import open_model

KEPT = {f"MALLOC_{name}_THRESHOLD_": str(10**9) for name in ("TRIM", "MMAP")}
ROOT = Path(__file__).resolve().parents[1]
GATE = 1.05
SEQUENCES, LENGTH = int(os.environ.get("GTRACK_BENCH_SEQUENCES", "1000")), 200
CONTRAST = np.array([[-1.0, 1.0]])


def make_large(folder: Path) -> Path:
    """Write a DNABERT-2 of 6 x 256 with the example's tokenizer; return its folder."""
    torch.manual_seed(0)
    tokenizer = DnaTokenizer.load(ROOT / "example_data" / "models" / "dnabert2")
    config = Dnabert2Config(
        vocab_size=tokenizer.size,
        hidden_size=256,
        intermediate_size=1024,
        num_hidden_layers=6,
        num_attention_heads=8,
        window_bp=LENGTH,
    )
    folder.mkdir()
    Dnabert2(Dnabert2ForSequenceClassification(config), tokenizer).save(folder)
    return folder


def passes(folder: Path, sequences: list[str]) -> Callable[[], None]:
    """Return what makes all batches of a call, and nothing else."""
    model = open_model(folder)
    pools = []
    for first, end in pool_bounds(len(sequences)):
        both = [t for s in sequences[first:end] for t in (s, reverse_complement(s))]
        rows = model.encode(both)
        pools.append((rows, cut_batches(rows.lengths, model.default_batch_units)))

    def work() -> None:
        with AttnLrp().applied(model) as explain:
            for rows, batches in pools:
                for batch in batches:
                    collated = model.collate(rows[batch.rows], batch.n_rows, batch.n_units)
                    explain(collated, CONTRAST)

    return work


def seconds(work: Callable[[], object]) -> float:
    """Return the CPU time of one call, all threads of this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


def measure(
    name: str, folder: Path, sequences: list[str], *, rounds: int, gate: float | None = GATE
) -> bool:
    """Print one model's line; return whether it passes the gate."""
    model = gtrack.load_model(folder, device="cpu")

    def call() -> None:
        found = gtrack.explain(model, sequences, strand="both", workers=1)
        assert found.bases.shape == (len(sequences), LENGTH)
        assert found.logits.shape == (len(sequences), 2)

    bare = passes(folder, sequences)
    call(), bare()
    times = np.array([[seconds(w) for w in (call, bare, bare, call)] for _ in range(rounds)])
    calls, alone = times[:, [0, 3]].sum(1), times[:, [1, 2]].sum(1)
    ratio = float(statistics.median(calls / alone))
    both = [t for s in sequences for t in (s, reverse_complement(s))]
    port = open_model(folder)
    encode = min(seconds(lambda: port.encode(both)) for _ in range(3))
    passed = gate is None or ratio <= gate
    line = {
        "benchmark": "explain_api",
        "on": name,
        "ratio": round(ratio, 3),
        "gate": gate,
        "passed": passed,
        "explain_cpu_s": round(float(np.median(calls)) / 2, 3),
        "passes_cpu_s": round(float(np.median(alone)) / 2, 3),
        "of_this_encode_s": round(encode, 3),
        "sequences": len(sequences),
        "torch": torch.__version__,
    }
    print(json.dumps(line), flush=True)
    return passed


def main() -> int:
    """Measure every model; return the exit code."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    sequences = ["".join(rng.choice(list("ACGT"), LENGTH)) for _ in range(SEQUENCES)]
    models = ROOT / "example_data" / "models"
    with tempfile.TemporaryDirectory() as name:
        passed = [
            measure("CNN of the example", models / "cnn", sequences, rounds=9),
            measure(
                "DNABERT-2 of the example", models / "dnabert2", sequences, rounds=5, gate=None
            ),
            measure("DNABERT-2, 6 x 256", make_large(Path(name) / "m"), sequences, rounds=2),
        ]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    if not KEPT.items() <= os.environ.items():  # it is read when a process starts
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **KEPT})
    sys.exit(main())
