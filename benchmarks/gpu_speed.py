"""How fast a device explains, beside what it can: the part of ``gpu_compare.py`` about time.

A DNABERT-2 of the published size, made here from its config with seeded weights, and a CNN of the
default shape: tokens (bases) a second, their FLOPs beside a plain matrix product in the same run
and arithmetic, the wall of a whole `gtrack scan` beside that of its batches alone, and equality
with the CPU. With ``--device cpu`` all of it at a small size: a rehearsal, whose times say nothing.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from gtrack.attribution.attnlrp import AttnLrp
from gtrack.attribution.pool import PoolExplainer
from gtrack.core.ports import SequenceModel
from gtrack.core.scan.batches import pool_bounds
from gtrack.core.sequences import reverse_complement
from gtrack.engines.local import Serial
from gtrack.io.fasta import Genome
from gtrack.io.plan_folder import read_plan
from gtrack.models.cnn import Cnn, CnnConfig, CnnForSequenceClassification
from gtrack.models.dnabert2 import Dnabert2
from gtrack.models.dnabert2.network import Dnabert2Config, Dnabert2ForSequenceClassification
from gtrack.models.dnabert2.tokenizer import DnaTokenizer
from gtrack.models.folder import open_model
from gtrack.workflows.scanning.batch_runner import default_units
from gtrack.workflows.training.tokenizer import train_tokenizer

Record = dict[str, Any]

FRACTION, OVERHEAD, LIKE = "fraction of GEMM, 117M, bf16", "scan / model, 117M", "cosine to the CPU"
GATES = {FRACTION: 0.40, OVERHEAD: 1.10, LIKE: 0.9999}


@dataclass(frozen=True)
class Sizes:
    """How much is done: on a GPU, or to rehearse."""

    shape: dict[str, int]
    windows: tuple[int, int]  # of the two scans whose difference counts
    rows: int  # of a timed batch, at most
    seconds: float  # of a timing
    gemm: int


FULL = Sizes({}, (4_000, 20_000), 512, 2.0, 8192)
SMALL = Sizes(
    {"hidden_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 192},
    (64, 320),
    4,
    0.2,
    512,
)


def wait(device: str) -> None:
    """Wait for what was asked of the device."""
    if device != "cpu":
        torch.cuda.synchronize()


def timed(device: str, work: Callable[[], object], seconds: float) -> float:
    """Return the wall seconds of one call, of many in a row after a first."""
    work()
    wait(device)
    begun, calls = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds:
        for _ in range(3):
            work()
        wait(device)
        calls += 3
    return (time.perf_counter() - begun) / calls


def gemm(device: str, precision: str, sizes: Sizes) -> float:
    """Return the FLOPs a second of a matrix product of the model's shapes."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high" if precision == "tf32" else "highest")
    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    a = torch.randn(sizes.gemm, 768, device=device, dtype=kind)
    b = torch.randn(768, 6144, device=device, dtype=kind)
    took = timed(device, lambda: a @ b, sizes.seconds)
    torch.set_float32_matmul_precision(before)  # type: ignore[arg-type]
    return 2 * sizes.gemm * 768 * 6144 / took


def make_models(folder: Path, sizes: Sizes) -> dict[str, Path]:
    """Write a genome, and models with seeded weights; return their folders."""
    rng = np.random.default_rng(0)
    step = 600
    bases = np.frombuffer(b"ACGT", np.uint8)[rng.integers(0, 4, step * (sizes.windows[1] + 1))]
    sequence = bases.tobytes().decode()
    (folder / "g.fa").write_text(">chr1\n" + sequence + "\n")
    content = train_tokenizer([sequence[:100_000]], 4096, both_strands=False, seed=0)
    (folder / "tokenizer.json").write_bytes(content)
    torch.manual_seed(0)
    config = Dnabert2Config(window_bp=512, strands="forward", num_labels=2, **sizes.shape)
    network = Dnabert2ForSequenceClassification(config)
    Dnabert2(network, DnaTokenizer.load(folder)).save(_made(folder / "117M"))
    cnn = CnnForSequenceClassification(CnnConfig(num_labels=2, window_bp=200, strands="both"))
    Cnn(cnn).save(_made(folder / "cnn"))
    return {name: folder / name for name in ("117M", "cnn")}


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def texts_of(folder: Path, count: int, size: int) -> list[str]:
    """Return the sequences of the first windows of the scans."""
    with Genome.open(folder / "g.fa") as genome:
        return [genome.fetch("chr1", k * 600, k * 600 + size) for k in range(count)]


def explaining(
    model: SequenceModel, texts: list[str], device: str, precision: str, sizes: Sizes
) -> Record:
    """Time one full batch of windows as a scan cuts it, and count its FLOPs."""
    rows = model.encode(texts)
    units = -(-int(rows.lengths.max()) // 8) * 8
    rows = rows[: max(1, default_units(model, "cuda") // units)]
    batch = model.collate(rows, len(rows), units)
    with AttnLrp(precision=precision).applied(model) as explain:  # type: ignore[arg-type]
        weights = explain.weights(np.array([[-1.0, 1.0]]))  # type: ignore[attr-defined]

        def work() -> None:
            explain.tensors(batch, weights)  # type: ignore[attr-defined]

        with explain.products():  # type: ignore[attr-defined]
            took = timed(device, work, sizes.seconds)
    flops = flops_of(model, batch)
    return {
        "batch": [len(rows), units],
        "units_per_s": round(int(rows.lengths.sum()) / took),
        "gflop_per_unit": round(flops / len(rows) / units / 1e9, 4),
        "flops_per_s": flops / took,
    }


def flops_of(model: SequenceModel, batch: Any) -> int:
    """Return the FLOPs of an explanation: of a linear map twice its forward's, weights are frozen.

    Of attention three times: both of its products have two gradients.
    """
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model.forward(model.embed(batch), batch)
    counts = counter.get_flop_counts()["Global"]
    return sum((3 if "attention" in str(op) else 2) * count for op, count in counts.items())


def regions(folder: Path, count: int, size: int) -> Path:
    """Write the first regions, a window each."""
    bed = folder / f"{count}.{size}.bed"
    bed.write_text("".join(f"chr1\t{k * 600}\t{k * 600 + size}\n" for k in range(count)))
    return bed


def whole_scan(bed: Path, model: Path, out: Path, device: str, precision: str) -> tuple[float, str]:
    """Scan in a process of its own; return the wall seconds, and what it said if it failed."""
    command = [sys.executable, "-m", "gtrack", "scan", "--bed", str(bed), "--out", str(out)]
    command += ["--fasta", str(bed.parent / "g.fa"), "--model", f"m={model}", "--no-passport"]
    command += ["--device", device, "--precision", precision]
    begun = time.perf_counter()
    ran = subprocess.run(command, capture_output=True, text=True)
    return time.perf_counter() - begun, ran.stderr.strip()[-500:] if ran.returncode else ""


def batches_alone(out: Path, folder: Path, model: SequenceModel, device: str) -> float:
    """Return the wall seconds of a scan's batches, already laid, on their own."""
    plan = read_plan(out / "plan")
    planned, grid = plan.models[0], plan.grid("m")
    method = AttnLrp(precision=plan.options.precision)  # type: ignore[arg-type]
    with Genome.open(folder / "g.fa") as genome, method.applied(model) as explain:
        explainer = PoolExplainer(
            *("m", model, explain, planned.contrasts, planned.batch_units, False, Serial(), True)
        )

        def pools() -> Iterator[Any]:
            both = planned.strand == "both"
            for first, end in pool_bounds(len(grid)):
                starts, ends = grid.start[first:end].tolist(), grid.end[first:end].tolist()
                texts = [genome.fetch("chr1", *at) for at in zip(starts, ends, strict=True)]
                if both:
                    texts = [t for one in texts for t in (one, reverse_complement(one))]
                yield explainer.prepare(model.encode(texts), texts, str)

        laid = list(pools())
        explainer.begin(laid[0])()
        begun, waits = time.perf_counter(), []
        for pool in laid:
            waits.append(explainer.begin(pool))
            if len(waits) > 2:
                waits.pop(0)()
        for each in waits:
            each()
        return time.perf_counter() - begun


def scans(
    folder: Path, model: Path, opened: SequenceModel, device: str, precision: str, sizes: Sizes
) -> Record:
    """Scan two numbers of windows; what lies between them, beside its batches alone."""
    walls, alone = [], []
    size = opened.window_bp or 512
    for count in sizes.windows:
        out = folder / f"{model.name}.{precision}.{count}"
        took, failed = whole_scan(regions(folder, count, size), model, out, device, precision)
        if failed:
            return {"failed": failed, "wall_s": round(took, 1)}
        walls.append(took)
        alone.append(batches_alone(out, folder, opened, device))
    more = sizes.windows[1] - sizes.windows[0]
    return {
        "windows": sizes.windows,
        "wall_s": [round(wall, 1) for wall in walls],
        "batches_s": [round(each, 2) for each in alone],
        "us_per_window": round((walls[1] - walls[0]) / more * 1e6, 1),
        "scan_over_model": round((walls[1] - walls[0]) / (alone[1] - alone[0]), 3),
    }


def like_the_cpu(model: Path, texts: list[str], device: str, precision: str) -> Record:
    """Compare relevance of some windows, explained there and on the CPU in fp32."""
    found = []
    for where, arithmetic in ((device, precision), ("cpu", "fp32")):
        opened = open_model(model, device=where)
        rows = opened.encode(texts)
        with AttnLrp(precision=arithmetic).applied(opened) as explain:  # type: ignore[arg-type]
            explainer = PoolExplainer(
                *("m", opened, explain, np.array([[-1.0, 1.0]]), 1024, False, Serial())
            )
            found.append(explainer(rows, texts, str).relevance[0])
    edges = rows.offsets.tolist()
    cosines = [
        float(np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b))
        for first, end in pairwise(edges)
        for a, b in [(found[0][first:end], found[1][first:end])]
    ]
    return {"windows": len(cosines), "cosine_min": round(min(cosines), 7)}


def speed(device: str, folder: Path, record: Record, save: Callable[[], None]) -> list[str]:
    """Fill the record model by model; return the gates that are missed."""
    sizes = SMALL if device == "cpu" else FULL
    folder.mkdir()
    folders = make_models(folder, sizes)
    missed: list[str] = []
    failed: list[str] = []
    record["speed"] = found = {"gates": GATES, "rehearsal": device == "cpu"}
    precisions = ("fp32" if device == "cpu" else "tf32", "bf16")
    for precision in precisions:
        found[f"gemm_flops_{precision}"] = gemm(device, precision, sizes)
    for name, place in folders.items():
        opened = open_model(place, device=device)
        texts = texts_of(folder, sizes.rows, opened.window_bp or 512)
        found[name] = of_model = {}
        for precision in precisions if name == "117M" else precisions[:1]:
            of_model[precision] = each = explaining(opened, texts, device, precision, sizes)
            each["fraction_of_gemm"] = round(
                each["flops_per_s"] / found[f"gemm_flops_{precision}"], 3
            )
            each["scan"] = scans(folder, place, opened, device, precision, sizes)
            each["like_the_cpu"] = like_the_cpu(place, texts[:8], device, precision)
            if "failed" in each["scan"]:
                failed.append(f"the scan of {name} in {precision}")
            missed += missed_of(name, precision, each)
            save()
        del opened
    return failed if device == "cpu" else [*failed, *missed]


def missed_of(name: str, precision: str, found: Record) -> list[str]:
    """Return the gates that one model misses in one arithmetic."""
    missed = []
    if name == "117M":
        if precision == "bf16" and found["fraction_of_gemm"] < GATES[FRACTION]:
            missed.append(FRACTION)
        if not found["scan"].get("scan_over_model", np.inf) <= GATES[OVERHEAD]:
            missed.append(f"{OVERHEAD}, {precision}")
    if precision != "bf16" and found["like_the_cpu"]["cosine_min"] < GATES[LIKE]:
        missed.append(f"{LIKE}, {name}, {precision}")
    return missed
