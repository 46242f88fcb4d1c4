"""What explaining costs: LRP against a forward pass, input x gradient and IntegratedGradients.

Two targets against one; arithmetic against what matrix products alone reach in the same run; units
of windows against units computed. Rules are put on once and memory is kept, as in a scan. CPU time
on one thread, so that neighbours on the machine do not count; each ratio is the median of five
rounds in the order A B B A. Prints one JSON line per figure; exits 1 when a gate fails.

    python benchmarks/attribution.py
"""

from __future__ import annotations

import copy
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
from gtrack.core.scan.batches import POOL, cut_batches
from gtrack.engines.heap import memory_kept
from gtrack.models.cnn import BaseBatch, Cnn, CnnConfig, CnnForSequenceClassification
from gtrack.models.dnabert2 import Dnabert2, TokenBatch
from gtrack.models.dnabert2.network import Dnabert2Config, Dnabert2ForSequenceClassification
from gtrack.models.dnabert2.tokenizer import DnaTokenizer

ROUNDS = 5
STEPS = 20
LRP_AT_MOST = {"6 x 256": 2.2, "117M": 2.12, "CNN": 2.4}
GEMM_AT_LEAST = {"6 x 256": 0.70, "117M": 0.82}
USEFUL_AT_LEAST = 0.93
PRODUCT = (4096, 768, 3072)
BP_A_TOKEN = 5.5
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


def token_counts(law: str, random: np.random.Generator) -> np.ndarray:
    """Return tokens of the rows of one pool, both strands; [CLS] and [SEP] included."""
    bp = {
        "windows of 1 kb": lambda: np.full(2 * POOL, 1000),
        "regions of 200 to 2,000 bp": lambda: random.integers(200, 2001, POOL).repeat(2),
        "peaks, lognormal": lambda: random.lognormal(6.0, 0.6, POOL).clip(100, 5000).repeat(2),
    }[law]()
    spread = random.normal(0, 1, 2 * POOL) * 0.6 * np.sqrt(bp / BP_A_TOKEN)
    return np.maximum(3, np.round(bp / BP_A_TOKEN + spread) + 2).astype(np.int64)


def measure_padding() -> list[bool]:
    """Measure the useful share of the units of DNABERT-2's batches."""
    passed = []
    for law in ("windows of 1 kb", "regions of 200 to 2,000 bp", "peaks, lognormal"):
        random = np.random.default_rng(0)
        useful = computed = 0
        for _ in range(20):
            counts = token_counts(law, random)
            shapes = cut_batches(counts, Dnabert2.default_batch_units)
            useful += int(counts.sum())
            computed += sum(shape.n_rows * shape.n_units for shape in shapes)
        ratio = useful / computed
        passed.append(report("useful / computed tokens", law, ratio, (), at_least=USEFUL_AT_LEAST))
    return passed


def forward_flops(model: Dnabert2, rows: int, units: int) -> float:
    """Return the operations of a forward pass: the last layer computes [CLS] alone.

    At 200 tokens of the published size, forward and backward are 0.436 GFLOP a token.
    """
    config = model.network.config
    hidden, layers = config.hidden_size, config.num_hidden_layers
    layer = 4 * hidden**2 + 3 * hidden * config.intermediate_size
    products = 2 * ((layers - 1) * layer + 3 * hidden**2)
    attention = 4 * hidden * units * (layers - 1)
    return float(rows * units * (products + attention))


def make_cnn() -> tuple[Cnn, BaseBatch]:
    """Return a CNN of the default shape with random weights, and a batch of windows of 200 bp."""
    torch.manual_seed(0)
    model = Cnn(CnnForSequenceClassification(CnnConfig(num_labels=2)).eval())
    random = np.random.default_rng(0)
    rows = model.encode(["".join(random.choice(list("ACGT"), 200)) for _ in range(64)])
    return model, model.collate(rows, 64, 200)


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


def report(figure: str, on: str, ratio: float, times: tuple[float, ...], **gate: float) -> bool:
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
    with AttnLrp().applied(model) as explain:
        ratio, *times = compare(lambda: explain(batch, TWO), lambda: explain(batch, TWO[:1]))
    return report("AttnLRP, 2 targets / 1", on, ratio, tuple(times), at_most=at_most)


def measure_lrp(model: SequenceModel, batch: object, name: str, on: str) -> bool:
    """Measure LRP against a forward pass of the network without rules."""
    bare = copy.deepcopy(model)

    def forward() -> None:
        with torch.no_grad():
            bare.forward(bare.embed(batch), batch)

    with AttnLrp().applied(model) as explain:
        ratio, *times = compare(lambda: explain(batch, CONTRAST[None]), forward)
    return report("LRP / forward", on, ratio, tuple(times), at_most=LRP_AT_MOST[name])


def measure_products(model: Dnabert2, batch: TokenBatch, name: str, on: str) -> bool:
    """Measure AttnLRP, twice the operations of a forward pass, against one large product."""
    rows, inner, columns = PRODUCT
    a, b = torch.randn(rows, inner), torch.randn(inner, columns)
    with AttnLrp().applied(model) as explain:
        ratio, *times = compare(lambda: explain(batch, CONTRAST[None]), lambda: a @ b)
    work = 2 * forward_flops(model, *batch.ids.shape) / (2.0 * rows * inner * columns)
    passed = {"at_least": GEMM_AT_LEAST[name]}
    return report("share of the limit by matrix products", on, work / ratio, tuple(times), **passed)


def measure_others(model: Dnabert2, batch: TokenBatch, on: str, integrated: bool) -> list[bool]:
    """Measure AttnLRP against input x gradient, and IntegratedGradients where wanted."""
    bare = copy.deepcopy(model)
    weights = torch.as_tensor(CONTRAST, dtype=torch.float32)
    captum = IntegratedGradients(lambda embedded: bare.forward(embedded, batch) @ weights)
    rows, passed = len(batch.ids), []

    def integrate() -> None:
        captum.attribute(bare.embed(batch), n_steps=STEPS, internal_batch_size=rows)

    with AttnLrp().applied(model) as explain, Gradient().applied(bare) as differentiate:

        def attnlrp() -> None:
            explain(batch, CONTRAST[None])

        ratio, *times = compare(attnlrp, lambda: differentiate(batch, CONTRAST[None]))
        report("AttnLRP / input x gradient", on, ratio, tuple(times))
        if integrated:
            ratio, *times = compare(integrate, attnlrp)
            name = f"IntegratedGradients, {STEPS} steps / AttnLRP"
            passed.append(report(name, on, ratio, tuple(times), at_least=12.0))
    return passed


def main() -> int:
    """Run everything; return the exit code."""
    torch.set_num_threads(1)
    passed = measure_padding()
    with memory_kept():
        for shape, rows, name in ((SMALL, 8, "6 x 256"), ({}, 2, "117M")):
            model, batch = make_model(**shape), make_batch(rows, 112)
            on = f"DNABERT-2 {name}, batch {rows} x 112"
            passed.append(measure_lrp(model, batch, name, on))
            passed.append(measure_products(model, batch, name, on))
            passed += measure_others(model, batch, on, integrated=shape is SMALL)
            passed.append(measure_targets(model, batch, on, at_most=1.65))
        cnn, bases = make_cnn()
        on = "CNN of 64 channels, batch 64 x 200"
        passed.append(measure_lrp(cnn, bases, "CNN", on))
        passed.append(measure_targets(cnn, bases, on, at_most=1.75))
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
