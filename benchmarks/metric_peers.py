"""Quantus on the metrics that mean the same: how far it is from gtrack's, and what differs.

    python3 -m venv QUANTUS                         # or make peers, which does all of this
    QUANTUS/bin/pip install torch==2.13.0           # first, else the largest wheel comes
    QUANTUS/bin/pip install quantus==0.6.0
    PYTHONPATH=. QUANTUS/bin/python benchmarks/metric_peers.py

Quantus imports zennit where it finds it, and that torchvision: unless it is a build for the same
torch, `import quantus` fails, so leave both out. Of gtrack only evaluation is imported, which needs
NumPy alone.

200 random maps of 200 bases, one channel. Equal in meaning, and held to 1e-9:
- gini: `Sparseness` adds 1e-7 to every value; so does this script before it asks gtrack;
- entropy: `Complexity` adds 1e-12 within the logarithm, n x 1e-12 nats in sum (2e-10 here);
- rank_accuracy without ties; auroc, ties included; mass_accuracy on maps without negative values.
Not equal, printed as the largest difference: mass_accuracy of signed maps (Quantus sums signed
values), rank_accuracy with ties (it takes one order of them).
One JSON line; exit 1 when a difference that should not be there exceeds 1e-9.

Seen on 29 November 2026 with Quantus 0.6.0, numpy 2.4.6, torch 2.13.0: gini 4.4e-16, entropy
2.0e-10, rank_accuracy 0, auroc 1.1e-16 (with ties 1.1e-16), mass_accuracy 5.6e-17; and where they
should differ: mass_accuracy of signed maps 94.6, rank_accuracy with ties .087.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import quantus
import torch

from gtrack.evaluation.complexity import entropy
from gtrack.evaluation.localisation import auroc, mass_accuracy, rank_accuracy
from gtrack.evaluation.sparsity import gini

GATE = 1e-9
MAPS, LENGTH = 200, 200


class Untouched(torch.nn.Module):
    """A model that Quantus asks for and that these metrics never call."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return two zeros per input."""
        return x.flatten(1)[:, :2] * 0


def of_quantus(metric: type, maps: np.ndarray, masks: np.ndarray | None = None) -> np.ndarray:
    """Return a metric's scores of maps, shape (maps,); maps and masks of shape (maps, bases)."""
    own = metric(normalise=False, abs=False, disable_warnings=True, display_progressbar=False)
    scores = own(
        model=Untouched(),
        x_batch=np.zeros((len(maps), 1, LENGTH)),
        y_batch=np.zeros(len(maps), int),
        a_batch=maps[:, None].copy(),
        s_batch=None if masks is None else masks[:, None].copy(),
        channel_first=True,
        device="cpu",
    )
    return np.array(scores, np.float64).ravel()


def farthest(
    metric: type, measure: Callable[..., float], maps: np.ndarray, masks: np.ndarray | None = None
) -> float:
    """Return the largest difference between Quantus and gtrack."""
    rows = zip(maps) if masks is None else zip(maps, masks, strict=True)
    return float(np.abs(of_quantus(metric, maps, masks) - [measure(*row) for row in rows]).max())


def main() -> int:
    """Compare and hold the differences against the gate."""
    warnings.filterwarnings("ignore")
    rng = np.random.default_rng(0)
    signed = rng.normal(size=(MAPS, LENGTH)) ** 3
    sizes, tied = np.abs(signed), np.round(signed)
    masks = np.zeros((MAPS, LENGTH), bool)
    for row, start in zip(masks, rng.integers(0, LENGTH - 20, MAPS), strict=True):
        row[start : start + 20] = True
    equal = {
        "gini": farthest(quantus.Sparseness, lambda m: gini(np.abs(m) + 1e-7), sizes),
        "entropy": farthest(quantus.Complexity, entropy, sizes),
        "rank_accuracy": farthest(quantus.RelevanceRankAccuracy, rank_accuracy, signed, masks),
        "auroc": farthest(quantus.AUC, auroc, signed, masks),
        "auroc, ties": farthest(quantus.AUC, auroc, tied, masks),
        "mass_accuracy": farthest(quantus.RelevanceMassAccuracy, mass_accuracy, sizes, masks),
    }
    differ = {
        "mass_accuracy, signed": farthest(
            quantus.RelevanceMassAccuracy, mass_accuracy, signed, masks
        ),
        "rank_accuracy, ties": farthest(quantus.RelevanceRankAccuracy, rank_accuracy, tied, masks),
    }
    print(
        json.dumps(
            {
                "name": "metric_peers",
                "gate": GATE,
                "equal": {name: float(f"{value:.2g}") for name, value in equal.items()},
                "differ": {name: round(value, 3) for name, value in differ.items()},
                "quantus": quantus.__version__,
                "numpy": np.__version__,
                "torch": torch.__version__,
            }
        )
    )
    return int(not all(value <= GATE for value in equal.values()))


if __name__ == "__main__":
    sys.exit(main())
