"""What the example models and their maps are worth, on fresh held-out windows.

``python benchmarks/example_models.py [--models DIR] [--windows N]`` prints one JSON line per
figure; the exit code is 1 when a gate is missed. The windows are simulated as for training, from
another seed; truth is where sites were planted.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "example_data"))

import simulate  # noqa: E402

from gtrack.attribution import METHODS  # noqa: E402
from gtrack.core.catalogue import load  # noqa: E402
from gtrack.core.scan.batches import cut_batches  # noqa: E402
from gtrack.core.scan.projection import to_bases  # noqa: E402
from gtrack.core.sequences import reverse_complement  # noqa: E402
from gtrack.evaluation.classification import score_classification  # noqa: E402
from gtrack.evaluation.localisation import chance, mass_accuracy, rank_accuracy  # noqa: E402
from gtrack.evaluation.similarity import pearson, spearman  # noqa: E402
from gtrack.models.folder import open_model  # noqa: E402

SEED = 20_777  # training used simulate.windows((7, ...))
CONTRAST = np.array([-1.0, 1.0])
UNTRAINED_SEEDS = range(5)
GATES: dict[str, tuple[str, float]] = {
    "cnn.auroc": (">=", 0.99),
    "dnabert2.auroc": (">=", 0.96),
    "cnn.rma": (">=", 0.88),
    "dnabert2.rma": (">=", 0.85),
    "pearson": (">=", 0.45),
    "pearson.shuffled": ("abs<=", 0.05),
    "cnn.untrained_rma_minus_chance": ("abs<=", 0.05),
    "dnabert2.untrained_rma_minus_chance": ("abs<=", 0.05),
    "cnn.decoy_share": ("<=", 0.02),
    "dnabert2.decoy_share": ("<=", 0.02),
}
missed: list[str] = []


def report(name: str, value: float, **more: object) -> None:
    """Print one figure, and note a missed gate."""
    line: dict[str, object] = {
        "benchmark": "example_models",
        "name": name,
        "value": round(value, 4),
    }
    if name in GATES:
        relation, bound = GATES[name]
        passed = {
            ">=": value >= bound,
            "<=": value <= bound,
            "abs<=": abs(value) <= bound,
        }[relation]
        line |= {"gate": f"{relation} {bound}", "passed": bool(passed)}
        if not passed:
            missed.append(name)
    print(json.dumps(line | more), flush=True)


@dataclass(frozen=True)
class Explanation:
    """Of n windows: scores (n,) of the forward and of both strands, maps (n, L) of both."""

    forward: NDArray[np.float64]
    both: NDArray[np.float64]
    maps: NDArray[np.float64]

    @property
    def positive(self) -> NDArray[np.bool_]:
        """Windows called positive by the mean score of the two strands."""
        return self.both > 0


def explain(model: Any, sequences: Sequence[str], method: str = "attnlrp") -> Explanation:
    """Explain windows on both strands, projected to bases and averaged."""
    n, length = len(sequences), len(sequences[0])
    both = [*sequences, *(reverse_complement(s) for s in sequences)]
    rows = model.encode(both)
    scores, maps = np.empty(2 * n), np.empty((2 * n, length))
    with load(METHODS, method, "gtrack.methods")().applied(model) as explain_batch:
        for shape in cut_batches(rows.lengths, model.default_batch_units):
            batch = model.collate(rows[shape.rows], shape.n_rows, shape.n_units)
            explained = explain_batch(batch, CONTRAST[None])
            for at, i in enumerate(shape.rows):
                scores[i] = explained.logits[at] @ CONTRAST
                row = rows[i : i + 1]
                values = explained.relevance[0, at, : len(rows[int(i)])]
                maps[i] = to_bases(values, row, np.array([length]))
    mean_map = (maps[:n] + maps[n:, ::-1]) / 2
    return Explanation(scores[:n], (scores[:n] + scores[n:]) / 2, mean_map)


def untrained(model: Any, seed: int) -> Any:
    """Return a copy of the model with the random weights that training starts from."""
    torch.manual_seed(seed)
    fresh = object.__new__(type(model))
    fresh.__dict__.update(model.__dict__)
    fresh.network = type(model.network)(model.network.config).eval().requires_grad_(False)
    return fresh


def mean(measure: Any, maps: NDArray[np.float64], others: NDArray[Any]) -> float:
    """Return the mean over windows where the measure is defined."""
    return float(np.nanmean([measure(r, m) for r, m in zip(maps, others, strict=True)]))


def planted(windows: Sequence[simulate.LabelledWindow], decoy: bool) -> NDArray[np.bool_]:
    """Return the bases of decoys, or of effective sites, shape (n, L)."""
    mask = np.zeros((len(windows), len(windows[0].sequence)), bool)
    for row, window in zip(mask, windows, strict=True):
        for site in window.sites:
            if (site.motif == simulate.DECOY) == decoy:
                row[site.start : site.end] = True
    return mask


def auroc(scores: NDArray[np.float64], truth: NDArray[np.int64]) -> tuple[float, list[float]]:
    """Return the area and its 95 % interval."""
    estimate = score_classification(np.stack([-scores, scores], 1), truth, ("0", "1")).auroc
    return estimate.value, [round(estimate.low, 4), round(estimate.high, 4)]


def main() -> int:
    """Measure both models and what they share."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=Path, default=ROOT / "example_data" / "models")
    parser.add_argument("--windows", type=int, default=1000)
    args = parser.parse_args()
    torch.set_num_threads(1)
    windows = list(simulate.windows((SEED,), args.windows, 200, 3))
    sequences = [w.sequence for w in windows]
    truth = np.array([w.label for w in windows])
    sites, decoys = planted(windows, decoy=False), planted(windows, decoy=True)
    models = {name: open_model(args.models / name) for name in ("cnn", "dnabert2")}
    explained = {name: explain(model, sequences) for name, model in models.items()}
    positives = truth == 1
    right = positives & explained["cnn"].positive & explained["dnabert2"].positive
    both = {"n": int(right.sum()), "of": int(positives.sum())}
    report("chance", mean(chance, sites[right] * 1.0, sites[right]), **both)
    for name, found in explained.items():
        value, interval = auroc(found.forward, truth)
        report(f"{name}.auroc", value, ci95=interval, n=len(truth))
        report(f"{name}.auroc_both_strands", auroc(found.both, truth)[0])
        report(f"{name}.accuracy", float(((found.forward > 0) == positives).mean()))
        report(f"{name}.rma", mean(mass_accuracy, found.maps[right], sites[right]), **both)
        report(f"{name}.rra", mean(rank_accuracy, found.maps[right], sites[right]), **both)
        everyone = found.maps[positives], sites[positives]
        report(f"{name}.rma_all_positives", mean(mass_accuracy, *everyone))
        report(f"{name}.rra_all_positives", mean(rank_accuracy, *everyone))
        with_decoy = right & decoys.any(axis=1)
        relevance = found.maps[with_decoy].clip(0)
        share = relevance[decoys[with_decoy]].sum() / relevance.sum()
        report(f"{name}.decoy_share", float(share), area=round(decoys[with_decoy].mean(), 4))
        base = mean(chance, *everyone)
        blind = []
        for seed in UNTRAINED_SEEDS:
            maps = explain(untrained(models[name], seed), sequences).maps[positives]
            blind.append(mean(mass_accuracy, maps, sites[positives]) - base)
        spread = [round(min(blind), 4), round(max(blind), 4)]
        report(
            f"{name}.untrained_rma_minus_chance", float(np.mean(blind)), range=spread, n=len(blind)
        )
    pair = explained["cnn"].maps[right], explained["dnabert2"].maps[right]
    apart = pair[0], np.roll(pair[1], 1, axis=0)  # each with the map of another window
    report("pearson", mean(pearson, *pair), **both)
    report("pearson.shuffled", mean(pearson, *apart))
    report("spearman", mean(spearman, *pair))
    report("spearman.shuffled", mean(spearman, *apart))
    if missed:
        print(f"missed: {', '.join(missed)}", file=sys.stderr)
    return int(bool(missed))


if __name__ == "__main__":
    raise SystemExit(main())
