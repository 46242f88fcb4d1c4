"""What a scan costs a processor beside its model: microseconds a window, by stage.

A stand-in answers with random relevance for every unit, at once; regions of 200 bp, one a window,
both strands; for "cnn tiled" one long region, as --tile makes of a genome. Each size is a child of
its own, one CPU thread. A stage is CPU time of its thread without that of the stages it calls.
Printed are JSON lines: for each model the cost of a window (between the two sizes, so that what is
done once does not count), by stage, as a ratio to what writing the same values as a bigWig takes in
the same process, and the growth of memory; then the CPU seconds from the start of `gtrack scan` to
its first batch, as a ratio to those of importing torch. What tokens cost is printed by itself:
"tokenising_us" is what the library alone takes for the same strings again, the least of three, and
"beyond_tokenising_us" the rest of "us_per_window", in which the stand-in's time never is; all of
what encoding takes stands beside it as a ratio. Exit 1 when a gate fails.

    python benchmarks/host_cost.py [SMALL LARGE]
"""

from __future__ import annotations

import functools
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

SIZES = 1000, 16_000
WINDOW_BP = 200
MODELS = "cnn", "dnabert2"
TILED = "cnn tiled"
STEP_BP = WINDOW_BP // 2  # of tiled windows
GATES = {"cnn": 5.0, "dnabert2": 9.5, TILED: 14.0, "rss_ratio": 1.12, "start": 2.3}
GATES |= {"encode": 1.25, "beyond": 1.5}  # encoding, and all but it, / tokenising alone
EXAMPLE = Path(__file__).resolve().parents[1] / "example_data"

STAGES = {
    "plan: read and check regions": [
        "gtrack.workflows.scanning.sources:read_regions",
        "gtrack.workflows.plan:check_regions",
        "gtrack.workflows.plan:canonical_regions",
    ],
    "plan: models": [
        "gtrack.workflows.scanning.opening:open_model",
        "gtrack.workflows.scanning.opening:plan_models",
    ],
    "plan: windows": ["gtrack.core.scan.plan:ModelPlan.lay"],
    "plan: bases of regions": ["gtrack.core.scan.gathering:RegionBases.of"],
    "plan: pools": ["gtrack.workflows.plan:_read_pools"],
    "plan: written": ["gtrack.workflows.folder.scan_folder:ScanFolder.write_plan"],
    "scan: sequences": ["gtrack.workflows.scanning.shard:ShardScanner._read"],
    "scan: rows": ["gtrack.workflows.scanning.shard:read_rows"],
    "scan: encode": [
        "gtrack.models.cnn:Cnn.encode",
        "gtrack.models.dnabert2.tokenizer:DnaTokenizer.encode",
    ],
    "scan: tokenising": ["gtrack.models.dnabert2.tokenizer:DnaTokenizer.words"],
    "scan: collate": ["gtrack.models.cnn:Cnn.lay", "gtrack.models.dnabert2:Dnabert2.lay"],
    "scan: batches and answers": ["gtrack.workflows.scanning.shard:PoolExplainer.__call__"],
    "scan: stand-in": ["__main__:StandIn.explain"],
    "scan: project and average": ["gtrack.workflows.scanning.shard:assemble"],
    "scan: shard written": ["gtrack.workflows.folder.parts:write_shard"],
    "merge: shards read": [
        "gtrack.workflows.folder.parts:read_shard",
        "gtrack.workflows.folder.parts:belongs",
    ],
    "merge: runs": ["gtrack.workflows.scanning.merging:_Tracks.add"],
    "merge: statistics": [
        "gtrack.core.scan.track_statistics:TrackStatistics.add",
    ],
    "merge: bigWig": [
        "gtrack.io.bigwig.writer:BigWigWriter.add",
        "gtrack.io.bigwig.writer:BigWigWriter.add_runs",
        "gtrack.io.bigwig.writer:BigWigWriter.close",
    ],
    "merge: tables and scores": ["gtrack.workflows.merge:_merge_model"],
    "merge: genome": ["gtrack.workflows.merge:copy_genome"],
    "merge: published": ["gtrack.workflows.folder.scan_folder:ScanFolder.publish"],
}
"""Stage -> the functions whose time it is, where they are looked up; more than one may exist."""


class StandIn:
    """A method that answers at once, by the ids and their places alone."""

    name, per_base = "stand_in", False
    allowed: Mapping[str, Any] = {}

    def __init__(
        self, parameters: Mapping[str, str] | None = None, precision: str = "fp32"
    ) -> None:
        import numpy as np

        self.parameters, self.precision = dict(parameters or {}), precision
        self._table = np.random.default_rng(3).normal(size=8192).astype(np.float32) * 1e-3

    @classmethod
    def validated(cls, given: Mapping[str, str]) -> dict[str, str]:
        """Take no parameter."""
        return dict(given)

    def used(self, kind: str) -> dict[str, str]:
        """Return no parameter."""
        return {}

    @contextmanager
    def applied(self, model: Any) -> Iterator[Callable[..., Any]]:
        """Leave the model as it is."""
        yield self.explain

    def explain(self, batch: Any, contrasts: Any, sequences: Any = ()) -> Any:
        """Answer one batch."""
        import numpy as np

        from gtrack.core.encodings import Explained

        ids = (batch.ids if hasattr(batch, "ids") else batch.codes).numpy()
        found = self._table[(ids * 7 + np.arange(ids.shape[1]) * 13) % len(self._table)]
        logits = np.ascontiguousarray(found[:, : contrasts.shape[1]])
        return Explained(logits=logits, relevance=np.stack([found] * len(contrasts)))


class Clock:
    """CPU time by stage, each without that of the stages inside it, over all threads."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._local = threading.local()

    def of(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with its time counted."""

        @functools.wraps(function)
        def counted(*args: Any, **kwargs: Any) -> Any:
            open_stages = self._local.__dict__.setdefault("stages", [])
            now = time.thread_time()
            if open_stages:
                outer, since = open_stages[-1]
                self.seconds[outer] += now - since
            open_stages.append((stage, now))
            try:
                return function(*args, **kwargs)
            finally:
                now = time.thread_time()
                self.seconds[stage] += now - open_stages.pop()[1]
                if open_stages:
                    open_stages[-1] = (open_stages[-1][0], now)

        return counted

    def watch(self, stage: str, where: str) -> bool:
        """Count the time of ``module:name`` or ``module:Class.name``; tell whether it is there."""
        module, _, path = where.partition(":")
        *owners, name = path.split(".")
        owner = functools.reduce(getattr, owners, import_module(module))
        if name not in vars(owner):
            return False
        setattr(owner, name, self.of(stage, getattr(owner, name)))
        return True


def write_inputs(folder: Path, regions: int, *, tiled: bool = False) -> None:
    """Write a random genome and its regions, one a window; or one region of as many windows."""
    import numpy as np

    step, line = WINDOW_BP + 50, 60
    letters, rng = np.frombuffer(b"ACGT", np.uint8), np.random.default_rng(regions)
    with (folder / "g.fa").open("wb") as file:  # line by line: memory is measured here
        file.write(b">chr1\n")
        for _ in range(-(-(regions * step + line) // (line * 1000))):
            block = letters[rng.integers(0, 4, (1000, line), np.uint8)]
            file.write(b"\n".join(row.tobytes() for row in block) + b"\n")
    with (folder / "r.bed").open("w") as bed:
        if tiled:
            bed.write(f"chr1\t20\t{20 + regions * STEP_BP}\n")
            return
        for start in range(20, regions * step, step):
            bed.write(f"chr1\t{start}\t{start + WINDOW_BP}\n")


def measure(model: str, regions: int) -> dict[str, Any]:
    """Scan once with the stand-in, in this process; return seconds by stage, and memory."""
    import numpy as np

    from gtrack.attribution import METHODS
    from gtrack.io.bigwig import BigWigReader, BigWigWriter
    from gtrack.workflows.scan import scan
    from gtrack.workflows.scanning.job import ScanJob

    METHODS[StandIn.name] = "__main__:StandIn"
    model, _, laid = model.partition(" ")
    clock = Clock()
    for stage, places in STAGES.items():
        if not any([clock.watch(stage, where) for where in places]):
            raise SystemExit(f"{stage}: none of {', '.join(places)} is there to be measured")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_inputs(folder, regions, tiled=bool(laid))
        job = ScanJob(
            bed=folder / "r.bed",
            fasta=folder / "g.fa",
            models=(("m", str(EXAMPLE / "models" / model)),),
            out=folder / "out",
            method=StandIn.name,
            strand="both",
            workers=1,
        )
        begun = time.process_time()
        scan(job, lambda plan: lambda *_: None)
        took, stages = time.process_time() - begun, dict(clock.seconds)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with BigWigReader(folder / "out" / "tracks" / "m.relevance.bw") as reader:
            sizes = reader.chrom_sizes
            values = reader.values("chr1", 0, sizes["chr1"])
        edges = np.flatnonzero(np.diff(np.isfinite(values), prepend=False, append=False))
        runs = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
        begun = time.process_time()
        with BigWigWriter(folder / "again.bw", sizes) as writer:
            for first, end in runs:
                writer.add("chr1", first, values[first:end])
        again = time.process_time() - begun
        alone = [tokenising(folder, regions) for _ in range(3 * (model == "dnabert2"))]
    found = {"scan": took, "bigwig": again, "tokenising": min(alone, default=0.0)}
    return {**found, "rss_kb": peak, "stages": stages}


def tokenising(folder: Path, regions: int) -> float:
    """Return the CPU seconds of the tokenizer alone for both strands of the regions, by pools."""
    from gtrack.core.scan.batches import POOL
    from gtrack.core.sequences import reverse_complement
    from gtrack.io.fasta import Genome
    from gtrack.models.dnabert2.tokenizer import DnaTokenizer

    tokenizer, took = DnaTokenizer.load(EXAMPLE / "models" / "dnabert2"), 0.0
    starts = [int(line.split("\t")[1]) for line in (folder / "r.bed").open()]
    assert len(starts) == regions
    with Genome.open(folder / "g.fa") as genome:
        for low in range(0, regions, POOL):
            read = [genome.fetch("chr1", at, at + WINDOW_BP) for at in starts[low : low + POOL]]
            texts = [text for one in read for text in (one, reverse_complement(one))]
            begun = time.process_time()
            tokenizer.words(texts)
            took += time.process_time() - begun
    return took


def start() -> None:
    """Print the CPU seconds of this process at the first batch of a scan of one region."""
    from gtrack.attribution.pool import PoolExplainer
    from gtrack.cli import main as gtrack

    def first(*_: object, **__: object) -> None:
        print(time.process_time(), flush=True)
        os._exit(0)

    PoolExplainer.__call__ = first  # type: ignore[method-assign, assignment]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "r.bed").write_text("chr1\t1000\t1200\n")
        options = ["--bed", str(folder / "r.bed"), "--fasta", str(EXAMPLE / "genome.fa")]
        options += ["--model", f"m={sys.argv[2]}", "--out", str(folder / "out"), "--workers", "1"]
        sys.argv = ["gtrack", "scan", *options]
        gtrack()


def child(*arguments: object) -> Any:
    """Run this script in a process of its own and return what it printed last."""
    command = [sys.executable, __file__, *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def compared(model: str, sizes: tuple[int, int]) -> dict[str, Any]:
    """Return what a window costs, between two sizes of one model."""
    small, large = (child("--measure", model, size) for size in sizes)
    per_window = 1e6 / (sizes[1] - sizes[0])
    stages = {
        stage: (large["stages"].get(stage, 0) - small["stages"].get(stage, 0)) * per_window
        for stage in STAGES
    }
    whole = (large["scan"] - small["scan"]) * per_window
    stages["other"] = whole - sum(stages.values())
    ours = whole - stages["scan: stand-in"]
    bigwig = (large["bigwig"] - small["bigwig"]) * per_window
    tokens = (large["tokenising"] - small["tokenising"]) * per_window
    encoding = stages["scan: encode"] + stages["scan: tokenising"]
    of_tokens = tokens and {
        "tokenising_us": round(tokens, 1),
        "beyond_tokenising_us": round(ours - tokens, 1),
        "encode_to_tokenising": round(encoding / tokens, 3),
        "beyond_to_tokenising": round((ours - tokens) / tokens, 2),
        "gates": [GATES["encode"], GATES["beyond"]],
    }
    return {
        "name": "host_cost",
        "model": model,
        "regions": list(sizes),
        "us_per_window": round(ours, 1),
        "stand_in_us": round(stages["scan: stand-in"], 1),
        **(of_tokens or {}),
        "bigwig_us": round(bigwig, 1),
        "ratio_to_bigwig": round(ours / bigwig, 2),
        "gate": GATES[model],
        "rss_bytes_per_region": round(
            (large["rss_kb"] - small["rss_kb"]) * 1024 / (sizes[1] - sizes[0])
        ),
        "rss_ratio": round(large["rss_kb"] / small["rss_kb"], 3),
        "stages_us": {stage: round(each, 1) for stage, each in stages.items()},
    }


def main() -> int:
    """Measure everything and hold the ratios against their gates."""
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measure(sys.argv[2], int(sys.argv[3]))))
        return 0
    if sys.argv[1:2] == ["--start"]:
        start()
        return 1
    if sys.argv[1:2] == ["--torch"]:
        import_module("torch")
        print(time.process_time())
        return 0
    os.environ.update(OMP_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false")
    small, large = map(int, sys.argv[1:3]) if sys.argv[1:] else SIZES
    failed = False
    for model in (*MODELS, TILED):
        found = compared(model, (small, large))
        print(json.dumps(found), flush=True)
        failed |= found["ratio_to_bigwig"] > GATES[model]
        failed |= found["rss_ratio"] > GATES["rss_ratio"]
        failed |= found.get("encode_to_tokenising", 0) > GATES["encode"]
        failed |= found.get("beyond_to_tokenising", 0) > GATES["beyond"]
    wanted = {model: ["--start", EXAMPLE / "models" / model] for model in MODELS}
    wanted["import torch"] = ["--torch"]
    seconds = {
        name: statistics.median(child(*arguments) for _ in range(3))
        for name, arguments in wanted.items()
    }
    ratio = max(seconds[model] for model in MODELS) / seconds["import torch"]
    record = {"name": "start_to_first_batch", "ratio": round(ratio, 2), "gate": GATES["start"]}
    print(json.dumps({**record, "cpu_s": {name: round(s, 2) for name, s in seconds.items()}}))
    return int(failed or ratio > GATES["start"])


if __name__ == "__main__":
    sys.exit(main())
