"""What it saves to keep the memory of a batch: page faults and CPU of two worker threads.

LRP of the example's models, 512 rows of 200 bp in a scan's batches, four times over. Each way is
measured in two child processes, in turn, since the thresholds of glibc cannot be read back.
One JSON line per model; exits 1 when keeping saves fewer than nine faults in ten, or costs time.

    python benchmarks/kept_memory.py
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import torch

from gtrack.attribution.attnlrp import AttnLrp
from gtrack.core.scan.batches import cut_batches
from gtrack.engines.heap import memory_kept
from gtrack.models.folder import open_model

EXAMPLE = Path(__file__).resolve().parent.parent / "example_data" / "models"
ROWS, TIMES = 512, 4


def used() -> np.ndarray:
    """Return user and system seconds, and minor faults."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return np.array([usage.ru_utime, usage.ru_stime, usage.ru_minflt])


def explain(name: str, keep: bool) -> dict[str, float]:
    """Explain the rows in two threads; return what a row costs."""
    torch.set_num_threads(1)
    model, random = open_model(EXAMPLE / name), np.random.default_rng(0)
    rows = model.encode(["".join(random.choice(list("ACGT"), 200)) for _ in range(ROWS)])
    batches = [
        model.collate(rows[shape.rows], shape.n_rows, shape.n_units)
        for shape in cut_batches(rows.lengths, model.default_batch_units)
    ]
    contrasts = np.array([[-1.0, 1.0]])
    with (
        memory_kept() if keep else nullcontext(),
        AttnLrp().applied(model) as run,
        ThreadPoolExecutor(2) as pool,
    ):
        list(pool.map(lambda batch: run(batch, contrasts), batches))
        before = used()
        for _ in range(TIMES):
            list(pool.map(lambda batch: run(batch, contrasts), batches))
        user, system, faults = (used() - before) / (TIMES * ROWS)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cost = {"user_us": user * 1e6, "system_us": system * 1e6, "faults": faults, "peak_mb": peak}
    return {key: round(float(value), 1) for key, value in cost.items()}


def main() -> int:
    """Measure both models."""
    passed = True
    for name in ("cnn", "dnabert2"):
        found: dict[str, list[dict[str, float]]] = {"given back": [], "kept": []}
        for how in ("given back", "kept") * 2:
            command = [sys.executable, __file__, name, how]
            child = subprocess.run(command, check=True, capture_output=True, text=True)
            found[how].append(json.loads(child.stdout))
        means = {
            how: {key: float(np.mean([run[key] for run in runs])) for key in runs[0]}
            for how, runs in found.items()
        }
        kept, given = means["kept"], means["given back"]
        good = (
            kept["faults"] < 0.1 * given["faults"] + 1 and kept["system_us"] <= given["system_us"]
        )
        line = {"name": "kept_memory", "model": name, "per_row": means, "passed": good}
        print(json.dumps(line), flush=True)
        passed &= good
    return 0 if passed else 1


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(explain(sys.argv[1], sys.argv[2] == "kept")))
        sys.exit()
    sys.exit(main())
