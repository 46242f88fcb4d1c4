"""LRP of the example's CNN against deep_lift_shap of tangermeme: what each costs.

The same CNN, 74 random sequences of 200 bp, 20 dinucleotide shuffles each for deep_lift_shap, CPU
time on one thread, five rounds after one that is not counted. One JSON line; exits 1 when a gate
is missed. tangermeme is no package of gtrack: run it where both are installed.

    python benchmarks/shap_peers.py
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import torch
from tangermeme.deep_lift_shap import deep_lift_shap
from torch import Tensor, nn

from gtrack.attribution.attnlrp import AttnLrp
from gtrack.engines.heap import memory_kept
from gtrack.models.cnn import Cnn, CnnForSequenceClassification

MODEL = Path(__file__).resolve().parent.parent / "example_data" / "models" / "cnn"
ROWS, WINDOW_BP, SHUFFLES, ROUNDS, AT_LEAST = 74, 200, 20, 5, 25.0


class Plain(nn.Module):
    """The CNN of modules that deep_lift_shap has rules for; without BatchNorm, as the example."""

    def __init__(self, network: CnnForSequenceClassification) -> None:
        super().__init__()
        steps = [step for block in network.blocks for step in (block.conv, nn.ReLU())]
        self.steps = nn.Sequential(*steps, nn.MaxPool1d(WINDOW_BP), nn.Flatten())
        self.classifier = network.classifier

    def forward(self, one_hot: Tensor) -> Tensor:
        """Map shape (B, 4, L) to logits."""
        out: Tensor = self.classifier(self.steps(one_hot))
        return out


def seconds(work: Callable[[], object]) -> float:
    """Return the CPU time of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> int:
    """Measure both in turn."""
    torch.set_num_threads(1)
    model, random = Cnn.load(MODEL), np.random.default_rng(0)
    rows = model.encode(["".join(random.choice(list("ACGT"), WINDOW_BP)) for _ in range(ROWS)])
    batch = model.collate(rows, ROWS, WINDOW_BP)
    one_hot = model.embed(batch).transpose(1, 2).contiguous()
    plain = Plain(model.network).eval()
    with torch.no_grad():
        torch.testing.assert_close(plain(one_hot), model.forward(model.embed(batch), batch))
    contrast = np.array([[0.0, 1.0]])
    theirs, ours = [], []
    with memory_kept(), AttnLrp().applied(model) as explain:

        def shap() -> None:
            deep_lift_shap(plain, one_hot, target=1, n_shuffles=SHUFFLES, device="cpu")

        shap()
        explain(batch, contrast)
        for _ in range(ROUNDS):
            theirs.append(seconds(shap))
            ours.append(seconds(lambda: explain(batch, contrast)))
    ratio = statistics.median(a / b for a, b in zip(theirs, ours, strict=True))
    line = {
        "name": "shap_peers",
        "deep_lift_shap / LRP": round(ratio, 1),
        "cpu_ms_per_row": [round(statistics.median(t) / ROWS * 1e3, 3) for t in (theirs, ours)],
        "at_least": AT_LEAST,
        "passed": ratio >= AT_LEAST,
    }
    print(json.dumps(line))
    return 0 if ratio >= AT_LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
