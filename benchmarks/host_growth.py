"""How a scan grows with its regions: CPU time, memory, and what its merge takes of it.

With the stand-in of `host_cost.py`, CNN: the slope of log(CPU seconds that more regions take) over
log(how many more), from each number of regions to the next, so that what a scan does once drops
out; the peak memory of the most regions as a ratio to that of the least, and bytes a region. Then
`gtrack scan` with the example's CNN itself and `--windows` windows of 200 bp, both strands: CPU
seconds of merging its finished shards as a ratio to those of the scan. Prints JSON lines; exit 1
when a gate fails.

    python benchmarks/host_growth.py [--sizes 1000 4000 16000 64000] [--windows 20000]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SLOPE = 0.97, 1.03
SMALL, ROUNDS = 4_000, 5
GATES = {"merge": 0.10, "rss_ratio": 1.02}
HERE = Path(__file__).resolve().parent


def child(script: str, *arguments: object) -> Any:
    """Run a script beside this one in a process of its own; return what it printed last."""
    command = [sys.executable, HERE / script, *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def scan_of(regions: int) -> dict[str, Any]:
    """Return the quickest of some scans: of few regions, what counts is less than the noise."""
    rounds = range(ROUNDS if regions <= SMALL else 1)
    found = [child("host_cost.py", "--measure", "cnn", regions) for _ in rounds]
    quickest: dict[str, Any] = min(found, key=lambda each: each["scan"])
    return quickest


def growth(sizes: list[int]) -> dict[str, Any]:
    """Return slope and memory over numbers of regions."""
    import numpy as np

    found = [scan_of(size) for size in sizes]
    took = [each["scan"] for each in found]
    slope, _ = np.polyfit(np.log(np.diff(sizes)), np.log(np.diff(took)), 1)
    memory = [each["rss_kb"] for each in found]
    return {
        "name": "host_growth",
        "regions": sizes,
        "cpu_s": [round(each, 2) for each in took],
        "slope": round(float(slope), 3),
        "gate": SLOPE,
        "rss_mb": [round(each / 1024) for each in memory],
        "rss_ratio": round(memory[-1] / memory[0], 3),
        "rss_gate": GATES["rss_ratio"],
        "rss_bytes_per_region": [
            round((more - less) * 1024 / (large - small))
            for less, more, small, large in zip(memory, memory[1:], sizes, sizes[1:], strict=False)
        ],
    }


def merge_share(windows: int) -> None:
    """Scan with the example's CNN in this process; print CPU seconds of the scan and its merge."""
    from host_cost import EXAMPLE, write_inputs

    import gtrack.workflows.scan as verb
    from gtrack.workflows.scanning.job import ScanJob

    merged, merge = 0.0, verb.merge_shards

    def timed(*arguments: Any) -> Any:
        nonlocal merged
        begun = time.process_time()
        summary = merge(*arguments)
        merged = time.process_time() - begun
        return summary

    verb.merge_shards = timed
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_inputs(folder, windows)
        job = ScanJob(
            bed=folder / "r.bed",
            fasta=folder / "g.fa",
            models=(("cnn", str(EXAMPLE / "models" / "cnn")),),
            out=folder / "out",
            strand="both",
            workers=1,
        )
        begun = time.process_time()
        verb.scan(job, lambda plan: lambda *_: None)
        print(json.dumps({"scan": time.process_time() - begun, "merge": merged}))


def main() -> int:
    """Measure and hold the ratios against their gates."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 4000, 16_000, 64_000])
    parser.add_argument("--windows", type=int, default=20_000)
    parser.add_argument("--merge", action="store_true", help="the merge alone, in this process")
    given = parser.parse_args()
    if given.merge:
        merge_share(given.windows)
        return 0
    os.environ.update(OMP_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false")
    grown = growth(given.sizes)
    print(json.dumps(grown), flush=True)
    took = child("host_growth.py", "--merge", "--windows", given.windows)
    ratio = took["merge"] / took["scan"]
    record = {"name": "merge_of_scan", "windows": given.windows, "ratio": round(ratio, 3)}
    print(json.dumps({**record, "gate": GATES["merge"], **took}))
    failed = not SLOPE[0] <= grown["slope"] <= SLOPE[1] or ratio > GATES["merge"]
    return int(failed or grown["rss_ratio"] > GATES["rss_ratio"])


if __name__ == "__main__":
    sys.exit(main())
