"""From which size on threads pay for packing and checking sections of a bigWig.

Random float32 values, packed and unpacked as the writer does: microseconds of the clock and of CPU
a section, in one thread, in two and in eight. Prints JSON lines. On a busy machine threads run one
after the other and do not wait for each other's lock: start it with `chrt -r 1` there.

    python benchmarks/section_threads.py
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from gtrack.engines.local import Threads
from gtrack.io.bigwig.compression import Each, compress_all, decompress_all, on_all

SIZES = 800, 2048, 4096, 8192, 16_384, 32_768
TOTAL = 8 << 20  # bytes a measurement
ROUNDS = 3


def took(
    work: Callable[[Sequence[bytes]], Sequence[Any]], items: list[bytes], each: Each
) -> list[float]:
    """Return the clock's and the CPU's microseconds an item, of the quickest round."""
    found = []
    for _ in range(ROUNDS):
        clock, cpu = time.perf_counter(), time.process_time()
        on_all(work, items, each, 0)  # by threads in any case
        found.append([time.perf_counter() - clock, time.process_time() - cpu])
    return [round(seconds / len(items) * 1e6, 1) for seconds in min(found)]


def main() -> None:
    """Measure all sizes."""
    rng, eaches = np.random.default_rng(0), {"1": map, "2": Threads(2).map, "8": Threads(8).map}
    for size in SIZES:
        values = rng.normal(size=(TOTAL // size, size // 4)).astype(np.float32) * 0.01
        raw = [row.tobytes() for row in values]
        packed = compress_all(raw)
        for name, work, items in (
            ("pack", compress_all, raw),
            ("unpack", partial(decompress_all, limit=size), packed),
        ):
            in_threads = {threads: took(work, items, each) for threads, each in eaches.items()}
            print(json.dumps({"name": name, "bytes": size, "us_clock_and_cpu": in_threads}))


if __name__ == "__main__":
    main()
