"""What explaining costs: AttnLRP against a forward pass, input x gradient and IntegratedGradients.

And two targets against one. CPU time on one thread, so that neighbours on the machine do not
count; each ratio is the median of five rounds in the order A B B A. Prints one JSON line per
figure; exits 1 when a gate fails.

    python benchmarks/attribution.py
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
from captum.attr import IntegratedGradients
from tokenizers import Tokenizer, models

from gtrack.attribution.attnlrp import AttnLrp
from gtrack.attribution.gradient import Gradient
from gtrack.core.ports import SequenceModel
from gtrack.models.cnn import BaseBatch, Cnn, CnnConfig, CnnForSequenceClassification
from gtrack.models.dnabert2 import Dnabert2, TokenBatch
from gtrack.models.dnabert2.network import Dnabert2Config, Dnabert2ForSequenceClassification
from gtrack.models.dnabert2.tokenizer import DnaTokenizer

ROUNDS = 5
STEPS = 20
CONTRAST = np.array([-1.0, 1.0])
TWO = np.array([[-1.0, 1.0], [1.0, 0.0]])
SMALL = {
    "num_hidden_layers": 6,
    "hidden_size": 256,
    "num_attention_heads": 4,
    "intermediate_size": 1024,
}
SPECIAL = ("[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]")


def make_model(**shape: int) -> Dnabert2:
    """Return a DNABERT-2 with random weights; without `shape`, of the published 117 M."""
    torch.manual_seed(0)
    network = Dnabert2ForSequenceClassification(Dnabert2Config(num_labels=2, **shape))
    vocabulary = {token: index for index, token in enumerate((*SPECIAL, *"ACGT"))}
    content = Tokenizer(models.BPE(vocabulary, [], unk_token="[UNK]")).to_str().encode()
    tokenizer = DnaTokenizer(content, Path("tokenizer.json"))
    return Dnabert2(network.eval().requires_grad_(False), tokenizer)


def make_batch(rows: int, units: int) -> TokenBatch:
    """Return random tokens; the rows end at different places, as windows of one length do."""
    random = np.random.default_rng(0)
    ids = random.integers(5, 4096, (rows, units))
    ids[:, 0] = 1
    lengths = units - random.integers(0, units // 8, rows)
    mask = np.arange(units) < lengths[:, None]
    ids[~mask] = 3
    return TokenBatch(torch.from_numpy(ids), torch.from_numpy(mask), padded=True)


def make_cnn() -> tuple[Cnn, BaseBatch]:
    """Return a CNN of the default shape with random weights, and a batch of windows of 200 bp."""
    torch.manual_seed(0)
    model = Cnn(CnnForSequenceClassification(CnnConfig(num_labels=2)).eval())
    random = np.random.default_rng(0)
    rows = model.encode(["".join(random.choice(list("ACGT"), 200)) for _ in range(64)])
    return model, model.collate(rows, 64, 208)


def seconds(work: Callable[[], object]) -> float:
    """Return the CPU time of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def compare(a: Callable[[], object], b: Callable[[], object]) -> tuple[float, float, float]:
    """Return the median ratio of the CPU times of `a` and `b`, and the median time of each."""
    a(), b()
    times = np.array([[seconds(work) for work in (a, b, b, a)] for _ in range(ROUNDS)])
    of_a, of_b = times[:, [0, 3]].sum(1), times[:, [1, 2]].sum(1)
    return (
        float(statistics.median(of_a / of_b)),
        float(np.median(of_a)) / 2,
        float(np.median(of_b)) / 2,
    )


def report(figure: str, on: str, ratio: float, times: tuple[float, float], **gate: float) -> bool:
    """Print one figure; return whether it passes its gate."""
    passed = gate.get("at_least", 0.0) <= ratio <= gate.get("at_most", float("inf"))
    line = {
        "benchmark": "attribution",
        "figure": figure,
        "on": on,
        "ratio": round(ratio, 3),
        "cpu_s": [round(t, 4) for t in times],
        "gate": gate or None,
        "passed": passed,
    }
    print(json.dumps(line), flush=True)
    return passed


def measure_targets(model: SequenceModel, batch: object, on: str, at_most: float) -> bool:
    """Measure two targets against one: one forward more, or only a backward."""

    def explaining(contrasts: np.ndarray) -> Callable[[], object]:
        def work() -> None:
            with AttnLrp().applied(model) as explain:
                explain(batch, contrasts)

        return work

    ratio, *times = compare(explaining(TWO), explaining(TWO[:1]))
    return report("AttnLRP, 2 targets / 1", on, ratio, tuple(times), at_most=at_most)


def measure(model: Dnabert2, batch: TokenBatch, on: str, integrated: bool) -> list[bool]:
    """Measure one model; return whether each gate is passed."""

    def forward() -> None:
        with torch.no_grad():
            model.forward(model.embed(batch), batch)

    def attnlrp() -> None:
        with AttnLrp().applied(model) as explain:
            explain(batch, CONTRAST[None])

    def gradient() -> None:
        with Gradient().applied(model) as explain:
            explain(batch, CONTRAST[None])

    weights = torch.as_tensor(CONTRAST, dtype=torch.float32)
    captum = IntegratedGradients(lambda embedded: model.forward(embedded, batch) @ weights)
    rows = len(batch.ids)

    def integrate() -> None:
        captum.attribute(model.embed(batch), n_steps=STEPS, internal_batch_size=rows)

    ratio, *times = compare(attnlrp, forward)
    passed = [report("AttnLRP / forward", on, ratio, tuple(times), at_most=2.6)]
    ratio, *times = compare(attnlrp, gradient)
    report("AttnLRP / input x gradient", on, ratio, tuple(times))
    if integrated:
        ratio, *times = compare(integrate, attnlrp)
        name = f"IntegratedGradients, {STEPS} steps / AttnLRP"
        passed.append(report(name, on, ratio, tuple(times), at_least=12.0))
    return passed


def main() -> int:
    """Run everything; return the exit code."""
    torch.set_num_threads(1)
    passed = []
    for shape, rows, on in (
        (SMALL, 8, "6 x 256, batch 8 x 112"),
        ({}, 2, "12 x 768 (117M), batch 2 x 112"),
    ):
        model, batch = make_model(**shape), make_batch(rows, 112)
        passed += measure(model, batch, on, integrated=shape is SMALL)
        passed.append(measure_targets(model, batch, on, at_most=1.65))
    cnn, bases = make_cnn()
    passed.append(measure_targets(cnn, bases, "CNN, batch 64 x 208", at_most=1.75))
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
