"""`gtrack verify` against plain sha256 of the same bytes: speed, in one process, in turn.

The example's scan with a track that is made 1 GB large. Speed is plain seconds / seconds of verify,
CPU and wall; medians of five rounds, each in both orders. One JSON line; exit 1 when the gate
fails. Two minutes.

    python benchmarks/verify.py
"""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from gtrack.core.targets import path_of
from gtrack.io.file_records import record_file
from gtrack.workflows.demo import demo
from gtrack.workflows.verify import verify

GATE = 0.8
SIZE = 1 << 30
ROUNDS = 5


def grown(out: Path) -> list[Path]:
    """Make a track large, put it on record again, and return all files on record."""
    manifest = json.loads((out / "manifest.json").read_text())
    url = manifest["tracks"][0]["url"]
    with (out / path_of(url)).open("ab") as file:
        for _ in range(SIZE >> 20):
            file.write(os.urandom(1 << 20))
    manifest["files"][url] = record_file(out / path_of(url)).to_json()
    (out / "manifest.json").write_text(json.dumps(manifest))
    return [out / path_of(each) for each in manifest["files"]]


def plain(files: list[Path]) -> None:
    """Take the sha256 of every file."""
    for path in files:
        with path.open("rb") as file:
            hashlib.file_digest(file, "sha256").hexdigest()


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Return CPU and wall time of one run."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


def main() -> int:
    """Measure both sides and hold the speed against its gate."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        demo(out, lambda plan: lambda *batch: None)
        files = grown(out)
        sides = [lambda: verify(out), lambda: plain(files)]
        took: list[list[tuple[float, float]]] = [[], []]
        for number in range(2 * ROUNDS):
            for side in (0, 1) if number % 2 else (1, 0):
                took[side].append(seconds(sides[side]))
        if verify(out).changes:
            raise AssertionError("the folder is not as it was written")
        size = sum(path.stat().st_size for path in files)
    (ours, ours_wall), (theirs, theirs_wall) = (
        (statistics.median(times) for times in zip(*side, strict=True)) for side in took
    )
    speed = theirs / ours
    record = {
        **{"name": "verify", "speed": round(speed, 3), "gate": GATE},
        **{"wall": round(theirs_wall / ours_wall, 3), "mb": round(size / 1e6)},
        **{"verify_cpu_s": round(ours, 3), "sha256_cpu_s": round(theirs, 3)},
    }
    print(json.dumps(record))
    return int(speed < GATE)


if __name__ == "__main__":
    sys.exit(main())
