"""The bigWig writer against pyBigWig's fixed-step writer with zoom levels, in one run.

Every write happens in a child process of its own, both sides alternate, and CPU time (user and
system, median of the repeats) is compared, so that a busy machine hits both alike. One JSON line
per figure; the exit code is 1 when a gate fails. Peak memory is the growth of VmHWM in the child.

    python benchmarks/bigwig_writer.py
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyBigWig

from gtrack.io.bigwig import COMPRESSOR, BigWigWriter

MB = 1_000_000  # bases, and bytes
#: figure -> the most that passes
GATES = {
    "cpu_ratio dense": 1 / 4,
    "cpu_ratio token": 1 / 4,
    "cpu_ratio regions_1kb": 0.30,  # 0.20 to 0.24 measured; a section and an index entry per run
    "cpu_ratio runs_100b": 0.55,
    "size_ratio dense": 0.80,
    "size_ratio token": 0.60,
    "memory_growth_mb 10 to 40 Mb": 10.0,
    "different_bytes rechunked": 0,
}
#: signal -> (bases per run, bases between runs)
SHAPES = {
    "dense": (100_000, 0),
    "token": (100_000, 0),
    "regions_1kb": (1_000, 4_000),
    "runs_100b": (100, 400),
}
BLOCK = 100_000
Run = tuple[int, "np.ndarray"]


def signal(shape: str, bases: int, chunk: int | None = None) -> Iterator[Run]:
    """Yield (start, values), made block by block so that memory is the writer's own.

    "token" is constant for 1 to 9 bases, 5 on average, as relevance spread over tokens is.
    """
    length, gap = SHAPES[shape]
    start = 0
    for block in range(bases // BLOCK):
        rng = np.random.default_rng(block)
        values = rng.laplace(scale=1e-3, size=BLOCK).astype(np.float32)
        if shape == "token":
            values = np.repeat(values, rng.integers(1, 10, BLOCK))[:BLOCK]
        for at in range(0, BLOCK, length):
            run = values[at : at + length]
            for cut in range(0, length, chunk or length):
                part = run[cut : cut + (chunk or length)]
                yield start + cut, part
            start += length + gap


def write(side: str, shape: str, bases: int, path: Path, chunk: int | None = None) -> None:
    """Write the signal with one of the two writers."""
    length, gap = SHAPES[shape]
    sizes = {"chr1": bases // length * (length + gap)}
    if side == "gtrack":
        with BigWigWriter(path, sizes) as writer:
            for start, values in signal(shape, bases, chunk):
                writer.add("chr1", start, values)
        return
    if side == "nothing":
        for _ in signal(shape, bases, chunk):
            pass
        return
    track = pyBigWig.open(str(path), "w")
    track.addHeader(list(sizes.items()), maxZooms=10)
    for start, values in signal(shape, bases, chunk):
        track.addEntries("chr1", start, values=values, span=1, step=1)
    track.close()


def child(side: str, shape: str, megabases: int, path: Path) -> None:
    """Write once and report CPU seconds, peak memory growth (kB) and file size."""
    for warm_up in ("gtrack", "pybigwig"):
        write(warm_up, shape, BLOCK, path)
    before, started = _peak_kb(), time.process_time()
    write(side, shape, megabases * MB, path)
    spent = time.process_time() - started
    size = path.stat().st_size
    print(json.dumps({"cpu_s": spent, "peak_kb": _peak_kb() - before, "size": size}))


def _peak_kb() -> int:
    """Return the peak resident memory of this process (VmHWM), in kB."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


def measure(side: str, shape: str, megabases: int, folder: Path) -> dict[str, float]:
    """Run one child."""
    command = [sys.executable, __file__, "--child", side, shape, str(megabases)]
    done = subprocess.run([*command, str(folder / "x.bw")], check=True, capture_output=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def main() -> int:
    """Measure, print one JSON line per figure, and return 1 when a gate fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        side, shape, megabases, path = options.child
        child(side, shape, int(megabases), Path(path))
        return 0

    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name, value, detail in figures(folder, options.repeats):
            limit = GATES.get(name)
            passed = limit is None or value <= limit
            failed += not passed
            line = {"figure": name, "value": round(value, 4), "gate": limit, "passed": passed}
            print(json.dumps({**line, **detail}), flush=True)
    return 1 if failed else 0


def figures(folder: Path, repeats: int) -> Iterator[tuple[str, float, dict[str, object]]]:
    """Yield (figure, value, details) as they are measured."""
    for shape in SHAPES:
        seconds: dict[str, list[float]] = {"gtrack": [], "pybigwig": []}
        size: dict[str, float] = {}
        for _ in range(repeats):
            for side, spent in seconds.items():
                found = measure(side, shape, 10, folder)
                spent.append(found["cpu_s"])
                size[side] = found["size"]
        making = measure("nothing", shape, 10, folder)["cpu_s"]  # of the signal: on nobody's bill
        ours, theirs = (
            statistics.median(seconds[side]) - making for side in ("gtrack", "pybigwig")
        )
        detail: dict[str, object] = {"gtrack_cpu_s": round(ours, 3)}
        detail |= {"pybigwig_cpu_s": round(theirs, 3), "compressor": COMPRESSOR}
        yield f"cpu_ratio {shape}", ours / theirs, detail
        detail = {f"{side}_mb": round(size[side] / MB, 2) for side in ("gtrack", "pybigwig")}
        yield f"size_ratio {shape}", size["gtrack"] / size["pybigwig"], detail

    for side, name in (("gtrack", "memory_growth_mb"), ("pybigwig", "pybigwig_memory_growth_mb")):
        small, large = (measure(side, "dense", n, folder)["peak_kb"] / 1000 for n in (10, 40))
        detail = {"peak_mb_10": round(small, 1), "peak_mb_40": round(large, 1)}
        yield f"{name} 10 to 40 Mb", large - small, detail

    digests = set()
    chunks = (None, 8192, 99_991, 777)
    for chunk in chunks:
        write("gtrack", "token", 2 * MB, folder / "x.bw", chunk)
        digests.add(hashlib.sha256((folder / "x.bw").read_bytes()).hexdigest())
    yield "different_bytes rechunked", len(digests) - 1, {"chunks": chunks}


if __name__ == "__main__":
    sys.exit(main())
