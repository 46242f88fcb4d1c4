"""Where the time of a batch goes on a GPU, and what would save some of it.

Of a DNABERT-2 of the published size (seeded, made here) and a CNN: the wall of an explained batch
by its size and arithmetic, the time of its kernels and how many are launched, the greatest of them,
peak memory, and whether the same batch gives the same bits again. Then what could be done
otherwise: other kernels of attention, a CUDA graph in place of launches, elementwise steps of the
rules fused by torch.compile. Each trial stands by itself; one that fails says why.

    python benchmarks/gpu_kernels.py --out out/kernels.json
    python benchmarks/gpu_kernels.py --device cpu      a rehearsal without a GPU
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from gpu_compare import machine
from gpu_speed import FULL, SMALL, make_models, texts_of, timed, wait
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.profiler import ProfilerActivity, profile

from gtrack.attribution.attnlrp import AttnLrp
from gtrack.attribution.rules import backwards
from gtrack.attribution.rules import dnabert2 as rules
from gtrack.models.folder import open_model

Record = dict[str, Any]
CONTRAST = np.array([[-1.0, 1.0]])


class Batches:
    """Batches of one model on a device, explained over and over."""

    def __init__(self, folder: Path, device: str, small: bool) -> None:
        self.device, self.small = device, small
        self.model = open_model(folder, device=device)
        self.folder = folder
        self.seconds = 0.1 if small else 0.6

    def batch(self, rows: int) -> Any:
        """Return a batch of so many windows on the device."""
        texts = texts_of(self.folder.parent, rows, self.model.window_bp or 512)
        found = self.model.encode(texts)
        return self.model.collate(found, rows, -(-int(found.lengths.max()) // 8) * 8)

    def explain(self, rows: int, precision: str, look: Callable[[Any, Callable[[], Any]], Record]):
        """Call `look` with the batch, and with what explains it."""
        method = AttnLrp(precision=precision)  # type: ignore[arg-type]
        with method.applied(self.model) as explain:
            weights = explain.weights(CONTRAST)  # type: ignore[attr-defined]
            batch = self.batch(rows)
            with explain.products():  # type: ignore[attr-defined]
                return look(batch, lambda: explain.tensors(batch, weights))  # type: ignore[attr-defined]

    def time(self, rows: int, precision: str, kernels: bool = False) -> Record:
        """Return how long a batch takes, and what of it."""

        def look(batch: Any, work: Callable[[], Any]) -> Record:
            first = [each.clone() for each in work()]
            if self.device != "cpu":
                torch.cuda.reset_peak_memory_stats()
            took = timed(self.device, work, self.seconds)
            again = [work() for _ in range(3)]
            units = first[1][0].numel()
            found: Record = {
                "shape": list(first[1].shape[1:]),
                "ms": round(took * 1e3, 3),
                "us_per_unit": round(took / units * 1e6, 4),
                "same_bits": all(
                    torch.equal(one, other)
                    for each in again
                    for one, other in zip(first, each, strict=True)
                ),
            }
            if self.device != "cpu":
                found["peak_gb"] = round(torch.cuda.max_memory_allocated() / 1e9, 2)
            return found | (self.kernels(work) if kernels else {})

        return self.explain(rows, precision, look)

    def kernels(self, work: Callable[[], Any]) -> Record:
        """Return what a batch launches, the longest first."""
        kinds = [ProfilerActivity.CPU]
        if self.device != "cpu":
            kinds.append(ProfilerActivity.CUDA)
        with profile(activities=kinds) as seen:
            work()
            wait(self.device)
        rows: dict[str, list[float]] = {}
        for event in seen.events():
            if self.device == "cpu" or str(event.device_type).endswith("CUDA"):
                entry = rows.setdefault(event.name[:110], [0, 0.0])
                entry[0] += 1
                entry[1] += event.self_device_time_total or event.self_cpu_time_total
        longest = sorted(rows.items(), key=lambda each: -each[1][1])[:14]
        return {
            "kernels": int(sum(count for count, _ in rows.values())),
            "kernels_ms": round(sum(spent for _, spent in rows.values()) / 1e3, 3),
            "longest": [[name, int(n), round(spent / 1e3, 3)] for name, (n, spent) in longest],
        }

    def graph(self, rows: int, precision: str) -> Record:
        """Return how long a batch takes that is replayed from a CUDA graph."""

        def look(batch: Any, work: Callable[[], Any]) -> Record:
            eager = [each.clone() for each in work()]
            side = torch.cuda.Stream()
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side):
                for _ in range(3):
                    work()
            torch.cuda.current_stream().wait_stream(side)
            captured = torch.cuda.CUDAGraph()
            begun = time.perf_counter()
            with torch.cuda.graph(captured):
                there = work()
            took = time.perf_counter() - begun
            found = timed(self.device, captured.replay, self.seconds)
            same = all(torch.equal(a, b) for a, b in zip(eager, there, strict=True))
            return {"capture_s": round(took, 2), "ms": round(found * 1e3, 3), "as_eager": same}

        return self.explain(rows, precision, look)

    def other(self, rows: int, precision: str, inside: Callable[[ExitStack], object]) -> Record:
        """Return time, and likeness to what is done now, with something done otherwise."""
        now = self.explain(rows, precision, lambda _, work: {"relevance": work()[1].clone()})
        with ExitStack() as stack:
            inside(stack)
            begun = time.perf_counter()
            then = self.explain(rows, precision, lambda _, work: {"relevance": work()[1].clone()})
            first = time.perf_counter() - begun
            timing = self.time(rows, precision)
        a, b = (each["relevance"].double().flatten() for each in (now, then))
        cosine = float(a @ b / a.norm() / b.norm())
        return timing | {"first_s": round(first, 2), "cosine": round(cosine, 8)}


def attention_by(backend: SDPBackend) -> Callable[[ExitStack], object]:
    """Return what makes attention use one kind of kernel."""
    return lambda stack: stack.enter_context(sdpa_kernel([backend]))


def fused(stack: ExitStack) -> None:
    """Compile the elementwise steps of the rules."""

    def gate_forward(h: torch.Tensor) -> torch.Tensor:
        gate, up = h.chunk(2, dim=-1)
        return torch.nn.functional.gelu(gate) * up

    def gate_backward(h: torch.Tensor, g: torch.Tensor) -> torch.Tensor:
        gate, up = h.chunk(2, dim=-1)
        phi = torch.erf(gate.float() * 0.7071067811865476).add(1.0) * g * 0.25
        return torch.cat([phi * up, phi * gate], dim=-1).to(h.dtype)

    def norm_backward(g: torch.Tensor, weight: torch.Tensor, rstd: torch.Tensor) -> torch.Tensor:
        through = g * weight
        return (through - through.mean(dim=-1, keepdim=True)) * rstd

    made = [
        torch.compile(each, dynamic=True) for each in (gate_forward, gate_backward, norm_backward)
    ]

    def of_gate(ctx: Any, h: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(h)
        return made[0](h)

    def to_gate(ctx: Any, *gradients: torch.Tensor) -> torch.Tensor:
        (h,) = ctx.saved_tensors
        return made[1](h, gradients[0])

    def to_norm(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None, None, None]:
        rstd, weight = ctx.saved_tensors
        return made[2](gradients[0], weight, rstd), None, None, None

    stack.enter_context(patch.object(rules.UniformGatedGelu, "forward", staticmethod(of_gate)))
    stack.enter_context(patch.object(rules.UniformGatedGelu, "backward", staticmethod(to_gate)))
    stack.enter_context(patch.object(rules.ConstantStdLayerNorm, "backward", staticmethod(to_norm)))


def by_gelu(stack: ExitStack) -> None:
    """Carry the gated GELU back as where Triton does not run."""
    stack.enter_context(patch.object(rules, "through_gated_gelu", backwards.gated_gelu_by_gelu))


def by_erf(stack: ExitStack) -> None:
    """Carry the gated GELU back as on a CPU."""
    stack.enter_context(patch.object(rules, "through_gated_gelu", backwards.gated_gelu_by_erf))


def by_passes(stack: ExitStack) -> None:
    """Carry LayerNorm back as on a CPU."""
    stack.enter_context(patch.object(rules, "through_division", backwards.division_by_passes))


def trials(device: str, folder: Path, small: bool) -> dict[str, Callable[[], Record]]:
    """Return the trials by name, the most wanted first."""
    bert = Batches(folder / "117M", device, small)
    cnn = Batches(folder / "cnn", device, small)
    few, many, all_of = (2, 4, 8) if small else (72, 144, 512)
    rounded = ["bf16"] if device == "cpu" else ["tf32", "bf16"]
    found: dict[str, Callable[[], Record]] = {}
    for precision in ["fp32", *rounded]:
        found[f"117M {precision} {few}"] = lambda p=precision: bert.time(few, p, kernels=True)
        found[f"117M {precision} {all_of}"] = lambda p=precision: bert.time(
            all_of, p, kernels=p == "bf16"
        )
    found[f"117M bf16 {many}"] = lambda: bert.time(many, "bf16")
    for rows in (few, all_of):
        found[f"cnn fp32 {rows}"] = lambda r=rows: cnn.time(r, "fp32", kernels=r == all_of)
    found["cnn tf32"] = lambda: cnn.time(all_of, rounded[0], kernels=True)
    for rows in (few, many):
        found[f"graph bf16 {rows}"] = lambda r=rows: bert.graph(r, "bf16")
    found["graph cnn"] = lambda: cnn.graph(few, "fp32")
    for name, otherwise in (
        ("gelu", by_gelu),
        ("erf", by_erf),
        ("passes", by_passes),
        ("fused", fused),
    ):
        for precision in rounded:
            found[f"{name} {precision}"] = lambda o=otherwise, p=precision: bert.other(all_of, p, o)
    for backend in ("EFFICIENT_ATTENTION", "CUDNN_ATTENTION", "MATH"):
        found[backend] = lambda b=backend: bert.other(
            few, "bf16", attention_by(getattr(SDPBackend, b))
        )
    return found


def main() -> int:
    """Make every trial and print the record as one line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seconds", type=float, default=1e9, help="begin no trial after so many")
    given = parser.parse_args()
    small = given.device == "cpu"
    record: Record = {"name": "gpu_kernels", **machine(given.device)}
    begun, failed = time.perf_counter(), 0
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        make_models(work, SMALL if small else FULL)
        for trial, made in trials(given.device, work, small).items():
            if time.perf_counter() - begun > given.seconds:
                record[trial] = {"left_out": "no time"}
                continue
            try:
                record[trial] = made()
            except Exception as error:
                failed += 1
                record[trial] = {
                    "failed": f"{type(error).__name__}: {error}"[:600],
                    "at": traceback.format_exc()[-800:],
                }
            record["wall_s"] = round(time.perf_counter() - begun, 1)
            if given.out:
                given.out.parent.mkdir(parents=True, exist_ok=True)
                given.out.write_text(json.dumps(record, indent=1) + "\n")
    print(json.dumps(record))
    return int(failed > 0)


if __name__ == "__main__":
    raise SystemExit(main())
