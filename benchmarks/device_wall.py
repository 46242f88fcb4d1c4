"""A scan beside a device that takes a given time: what of it waits for the host.

A stand-in for a GPU, of which there is mostly none: answers at once by random relevance, but a
batch is there only when the device, one batch after the other, would have computed it; the thread
that waits for it sleeps until then. All else is the scan as it runs on CUDA: a reader, a thread of
the device, one that writes. What two numbers of windows differ by, in wall seconds, is told as a
ratio to the device's time, the median of three rounds; with `--at-the-end`, of a scan whose shards
are merged when all are done, as on CPUs. Default times are those measured on an H200
(docs/performance.md): 338 and 198 us a window of 512 bp for DNABERT-2 (117M) in tf32 and bf16, 6 us
a window of 200 bp on both strands for the CNN. Prints JSON lines; exit 1 when a gate fails.

    python benchmarks/device_wall.py [--at-the-end] [dnabert2 | cnn] [US_PER_WINDOW]
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from host_cost import StandIn

SIZES = 4_000, 20_000
CASES = {"dnabert2": (338.0, 198.0), "cnn": (6.0,)}
GATE, GATED = 1.10, ("dnabert2",)
ROUNDS = 3
UNITS = {"dnabert2": 16_384, "cnn": 262_144}
WINDOW_BP = {"dnabert2": 512, "cnn": 200}
STEP_BP = 600


class Device:
    """A clock: when what was asked of it is done."""

    seconds_per_row = 0.0
    _free = 0.0
    _lock = threading.Lock()

    @classmethod
    def asked(cls, rows: int) -> None:
        """Begin a batch when the one before is done."""
        with cls._lock:
            cls._free = max(cls._free, time.perf_counter()) + rows * cls.seconds_per_row

    @classmethod
    def done(cls) -> float:
        """Return when all that was asked so far is done."""
        return cls._free


class Timed(StandIn):
    """A method that answers by ids and places alone, and asks the device for its time."""

    name = "timed"

    @contextmanager
    def applied(self, model: Any) -> Iterator[Any]:
        """Leave the model as it is."""
        yield self

    def __call__(self, batch: Any, contrasts: Any, sequences: Any = ()) -> Any:
        """Answer one batch; those of a scan stay on the device."""
        return self.explain(batch, contrasts, sequences)

    def weights(self, contrasts: Any) -> Any:
        """Return contrasts as they are used."""
        import torch

        return torch.from_numpy(contrasts).float()

    def products(self) -> Any:
        """Set nothing."""
        return nullcontext()

    def tensors(self, batch: Any, weights: Any) -> tuple[Any, Any]:
        """Answer one batch, and tell the device of its rows."""
        import torch

        ids = batch.ids if hasattr(batch, "ids") else batch.codes
        places = torch.arange(ids.shape[1]) * 13
        table = torch.from_numpy(self._table)
        found = table[(ids.long() * 7 + places) % len(table)]
        Device.asked(len(ids))
        return found[:, : weights.shape[1]].contiguous(), found[None].expand(len(weights), -1, -1)


def measure(model: str, windows: int, us: float, at_the_end: bool) -> dict[str, float]:
    """Scan once; return wall and CPU seconds."""
    import numpy as np

    from gtrack.attribution import METHODS, device_answers
    from gtrack.core.scan.batches import POOL
    from gtrack.workflows.plan import _POOLS_ON_CUDA
    from gtrack.workflows.scan import scan
    from gtrack.workflows.scanning import merging_beside, work
    from gtrack.workflows.scanning.job import ScanJob

    METHODS[Timed.name] = "__main__:Timed"
    work.STAGED = ("cpu",)
    if at_the_end:
        merging_beside.MOST_TRACKS = 0

    class Answers(device_answers.DeviceAnswers):
        """Answers that are there when the device is done."""

        def fetch(self) -> None:
            super().fetch()
            self._done = Device.done()

        def answers(self, lengths: Any) -> Any:
            time.sleep(max(0.0, self._done - time.perf_counter()))
            return super().answers(lengths)

    device_answers.DeviceAnswers = Answers  # type: ignore[misc]
    strands = 2 if model == "cnn" else 1
    Device.seconds_per_row = us / strands / 1e6
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = WINDOW_BP[model]
        rng = np.random.default_rng(0)
        bases = np.frombuffer(b"ACGT", np.uint8)[rng.integers(0, 4, STEP_BP * (SIZES[1] + 1))]
        (folder / "g.fa").write_bytes(b">chr1\n" + bases.tobytes() + b"\n")
        lines = (f"chr1\t{k * STEP_BP}\t{k * STEP_BP + size}\n" for k in range(windows))
        (folder / "r.bed").write_text("".join(lines))
        where = made(folder, model, bases[:100_000].tobytes().decode())
        job = ScanJob(
            bed=folder / "r.bed",
            fasta=folder / "g.fa",
            models=(("m", str(where)),),
            out=folder / "out",
            method=Timed.name,
            strand="both" if strands == 2 else "forward",
            batch_units=UNITS[model],
            shards=-(-windows // (POOL * _POOLS_ON_CUDA)),
        )
        begun, cpu = time.perf_counter(), time.process_time()
        scan(job, lambda plan: lambda *_: None)
        wall, cpu = time.perf_counter() - begun, time.process_time() - cpu
    return {"wall": wall, "cpu": cpu}


def made(folder: Path, model: str, sequence: str) -> Path:
    """Write a small model: what it computes does not matter, its tokens do."""
    import torch

    from gtrack.models.cnn import Cnn, CnnConfig, CnnForSequenceClassification
    from gtrack.models.dnabert2 import Dnabert2
    from gtrack.models.dnabert2.network import Dnabert2Config, Dnabert2ForSequenceClassification
    from gtrack.models.dnabert2.tokenizer import DnaTokenizer
    from gtrack.workflows.training.tokenizer import train_tokenizer

    where = folder / model
    torch.manual_seed(0)
    if model == "cnn":
        config = CnnConfig(num_labels=2, window_bp=WINDOW_BP[model], strands="both")
        Cnn(CnnForSequenceClassification(config)).save(where)
        return where
    content = train_tokenizer([sequence], 4096, both_strands=False, seed=0)
    (folder / "tokenizer.json").write_bytes(content)
    config = Dnabert2Config(
        window_bp=WINDOW_BP[model],
        strands="forward",
        num_labels=2,
        hidden_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=192,
    )
    network = Dnabert2ForSequenceClassification(config)
    Dnabert2(network, DnaTokenizer.load(folder)).save(where)
    return where


def child(*words: object) -> dict[str, float]:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--measure", *map(str, words)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def compared(model: str, us: float, at_the_end: bool) -> dict[str, Any]:
    """Return what a window takes, between two numbers of windows: the median of some rounds."""
    rounds = []
    for _ in range(ROUNDS):
        small, large = (child(model, size, us, int(at_the_end)) for size in SIZES)
        rounds.append({key: (large[key] - small[key]) / (SIZES[1] - SIZES[0]) for key in small})
    ratios = [each["wall"] * 1e6 / us for each in rounds]
    if min(ratios) < 1:
        raise SystemExit(f"a scan took {min(ratios):.2f} of its device's time: it did not wait")
    return {
        "name": "device_wall",
        "model": model,
        "merged": "at the end" if at_the_end else "beside",
        "device_us_per_window": us,
        "us_per_window": round(statistics.median(each["wall"] for each in rounds) * 1e6, 1),
        "cpu_us_per_window": round(statistics.median(each["cpu"] for each in rounds) * 1e6, 1),
        "scan_over_device": round(statistics.median(ratios), 3),
        "rounds": [round(each, 3) for each in ratios],
    }


def main() -> int:
    """Measure, and hold the ratios against the gate."""
    words = sys.argv[1:]
    if words[:1] == ["--measure"]:
        print(json.dumps(measure(words[1], int(words[2]), float(words[3]), words[4] == "1")))
        return 0
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    at_the_end = "--at-the-end" in words
    words = [word for word in words if word != "--at-the-end"]
    failed = False
    for model in words[:1] or CASES:
        for us in map(float, words[1:2] or CASES[model]):
            record = compared(model, us, at_the_end)
            if model in GATED and us in CASES[model] and not at_the_end:
                record["gate"] = GATE
                failed |= record["scan_over_device"] > GATE
            print(json.dumps(record), flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
