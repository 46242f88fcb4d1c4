"""What in-silico mutagenesis costs: against its floor on the CNN, and against pure forward passes.

On the CNN the floor is the least work: the outputs of each layer that one base reaches, in
multiplications, as a share of a whole pass. On DNABERT-2 it is the forward passes of the altered
sequences, encoded, sorted and padded by nothing beforehand. CPU time on one thread; each ratio is
the median of five rounds in the order A B B A. Prints one JSON line per figure; exits 1 when a
gate fails.

    python benchmarks/ism.py
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["RAYON_NUM_THREADS"] = "1"  # the tokenizer's

import numpy as np
import torch

from gtrack.attribution.attnlrp import AttnLrp
from gtrack.attribution.ism import Ism
from gtrack.attribution.leave_one_out import leave_one_out
from gtrack.core.ports import Attributor, SequenceModel
from gtrack.core.scan.batches import cut_batches
from gtrack.core.substitutions import altered, substitutes
from gtrack.models.cnn import Cnn
from gtrack.models.dnabert2 import Dnabert2
from gtrack.models.folder import open_model

MODELS = Path(__file__).resolve().parents[1] / "example_data" / "models"
ROUNDS = 5
CONTRAST = np.array([[-1.0, 1.0]])
Work = Callable[[], object]


def sequences(count: int, bases: int) -> list[str]:
    """Return random DNA."""
    drawn = np.random.default_rng(0).choice(list("ACGT"), (count, bases))
    return ["".join(row) for row in drawn.tolist()]


def seconds(work: Work) -> float:
    """Return the CPU time of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def compare(a: Work, b: Work) -> tuple[float, list[float]]:
    """Return the median ratio of the CPU times of `a` and `b`, and the median time of each."""
    a(), b()
    times = np.array([[seconds(work) for work in (a, b, b, a)] for _ in range(ROUNDS)])
    of_a, of_b = times[:, [0, 3]].mean(1), times[:, [1, 2]].mean(1)
    return float(statistics.median(of_a / of_b)), [float(np.median(of_a)), float(np.median(of_b))]


def report(figure: str, on: str, value: float, at_most: float | None, **more: object) -> bool:
    """Print one figure; return whether it passes its gate."""
    passed = at_most is None or value <= at_most
    line = {"benchmark": "ism", "figure": figure, "on": on, "value": round(value, 3)}
    print(json.dumps(line | {"at_most": at_most, "passed": passed} | more), flush=True)
    return passed


def explaining(model: SequenceModel, texts: Sequence[str], method: Attributor) -> Work:
    """Return what explains sequences in batches as a scan cuts them."""
    rows, budget = model.encode(texts), model.default_batch_units
    shapes = cut_batches(rows.lengths, budget)

    def work() -> None:
        with method.applied(model) as explain:
            for shape in shapes:
                batch = model.collate(rows[shape.rows], shape.n_rows, shape.n_units)
                explain(batch, CONTRAST, [texts[row] for row in shape.rows])

    return work


def passing(model: SequenceModel, texts: Sequence[str], budget: int) -> Work:
    """Return forward passes of sequences, batches made beforehand, of one length each."""
    rows, batches = model.encode(texts), []
    for length in np.unique(rows.lengths):
        same = np.flatnonzero(rows.lengths == length)
        for shape in cut_batches(rows.lengths[same], budget, 1):
            chosen = rows[same[shape.rows]]
            batches.append(model.collate(chosen, len(chosen), int(length)))

    def work() -> None:
        with torch.no_grad():
            for batch in batches:
                model.forward(model.embed(batch), batch)

    return work


def floor(model: Cnn, bases: int) -> float:
    """Return the multiplications of a whole pass over those that one replaced base needs."""
    config, whole, touched, reached = model.network.config, 0, 0, 1
    reads = [4, *config.channels[:-1]]
    sizes = zip(reads, config.channels, config.kernel_sizes, strict=True)
    for index, (read, write, width) in enumerate(sizes):
        reached += width - 1
        whole += bases * read * width * write
        touched += width * write if index == 0 else reached * read * width * write
    return whole / touched


def on_cnn(model: Cnn, bases: int) -> bool:
    """Measure the CNN on windows of a length."""
    texts, on = sequences(60, bases), f"example CNN, {bases} bp"
    ratio, times = compare(explaining(model, texts, Ism()), passing(model, texts, 16384))
    passes = 3 * bases / ratio  # whole passes that cost as much as a substitution does
    least = floor(model, bases)
    times = [t / len(texts) for t in times]
    report("whole passes / substitution", on, passes, None, floor=round(least, 2))
    return report("ISM / floor", on, least / passes, 2.0, cpu_s_of_a_window=times)


def on_dnabert2(model: Dnabert2, bases: int) -> bool:
    """Measure DNABERT-2 on windows of a length."""
    texts, on = sequences(8, bases), f"example DNABERT-2, {bases} bp"
    everywhere = np.arange(bases)
    read = [new for text in texts for new in altered(text, everywhere, substitutes(text, 3))]
    passes = passing(model, read, model.default_batch_units)
    ratio, times = compare(explaining(model, texts, Ism()), passes)
    times = [t / len(texts) for t in times]
    passed = report("ISM / forward passes", on, ratio, 1.3, cpu_s_of_a_window=times)
    ratio, _ = compare(explaining(model, texts, Ism()), explaining(model, texts, AttnLrp()))
    report("ISM / AttnLRP", on, ratio, None)
    masks = lambda: leave_one_out(model, texts, CONTRAST)  # noqa: E731
    ratio, _ = compare(masks, explaining(model, texts, AttnLrp()))
    report("[MASK] leave-one-out / AttnLRP", on, ratio, None)
    return passed


def main() -> int:
    """Run everything; return the exit code."""
    torch.set_num_threads(1)
    cnn, dnabert2 = open_model(MODELS / "cnn"), open_model(MODELS / "dnabert2")
    assert isinstance(cnn, Cnn)
    assert isinstance(dnabert2, Dnabert2)
    passed = [on_cnn(cnn, 200), on_cnn(cnn, 101), on_dnabert2(dnabert2, 200)]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
