"""A scan of a million regions to its end: CPU time, memory along the way, and what came out.

With the stand-in of `host_cost.py`, CNN: regions of 200 bp, one a window, both strands, by
`gtrack scan` in a process of its own whose memory is looked at from outside. Then the rows of the
tables are counted, windows all over the genome are held base by base against the arithmetic of the
stand-in, and `gtrack status` and `gtrack verify` read the result. Prints one JSON line; exit 1 when
something is wrong, or memory grows from shard to shard.

    python benchmarks/million.py                              # a twentieth, the default
    python benchmarks/million.py --regions 1000000 --keep out/million     # 5 GB of disk
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from host_cost import EXAMPLE, WINDOW_BP, StandIn, write_inputs

GROWTH = 1.03
"""The most that memory may be at the last shard, as a ratio to that after a tenth of them."""

CHECKED, LOOK = 200, 0.2
"""Windows that are held against the stand-in; seconds between two looks at memory."""

PAGE = os.sysconf("SC_PAGE_SIZE")


def scan(folder: Path) -> None:
    """Scan with the stand-in, in this process."""
    from gtrack.attribution import METHODS
    from gtrack.workflows.scan import scan
    from gtrack.workflows.scanning.job import ScanJob

    METHODS[StandIn.name] = "host_cost:StandIn"
    job = ScanJob(
        bed=folder / "r.bed",
        fasta=folder / "g.fa",
        models=(("m", str(EXAMPLE / "models" / "cnn")),),
        out=folder / "out",
        method=StandIn.name,
        strand="both",
        workers=1,
    )
    scan(job, lambda plan: lambda *_: None)


def watched(command: list[object]) -> tuple[float, list[tuple[float, int]]]:
    """Run a command; return its CPU seconds, and its resident bytes over time."""
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL)
    seen: list[tuple[float, int]] = []
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        resident = Path(f"/proc/{process.pid}/statm").read_text().split()[1]
        seen.append((time.time(), int(resident) * PAGE))
        time.sleep(LOOK)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(process.returncode)
    seen.append((time.time(), used.ru_maxrss * 1024))
    return used.ru_utime + used.ru_stime, seen


def memory(out: Path, seen: list[tuple[float, int]]) -> dict[str, Any]:
    """Return megabytes at the peak, by stage, and after tenths of the shards."""
    lines = [json.loads(line) for log in (out / "runs").iterdir() for line in log.open()]
    ends = sorted(datetime.fromisoformat(e["time"]).timestamp() for e in lines if "piece" in e)
    times, resident = (np.array(column) for column in zip(*seen[:-1], strict=True))

    def most(after: float, before: float) -> float | None:
        there = resident[(times >= after) & (times < before)]
        return round(float(there.max()) / 1e6, 1) if there.size else None

    first, last = ends[0], ends[-1]
    marks = np.interp(np.linspace(0, 1, 11), np.linspace(0, 1, len(ends)), ends)
    return {
        "peak": round(seen[-1][1] / 1e6, 1),
        "planning": most(0, first),
        "shards_by_tenths": [most(*two) for two in pairwise(marks)],
        "merging": most(last, float("inf")),
    }


def rows(path: Path) -> int:
    """Return how many rows a table has, packed or not."""
    packed = path.with_name(path.name + ".gz")
    opened: Callable[..., Any] = gzip.open if packed.exists() else open
    with opened(packed if packed.exists() else path, "rb") as file:
        return sum(not line.startswith(b"#") for line in file) - 1


def expected(bases: str) -> np.ndarray:
    """Return what the stand-in says of a window: the mean of both strands, base by base."""
    table = StandIn()._table
    codes = np.array(["ACGT".index(base) for base in bases])
    places = np.arange(len(codes)) * 13
    strands = codes, 3 - codes[::-1]
    forward, reverse = (table[(each * 7 + places) % len(table)] for each in strands)
    return (forward + reverse[::-1]) / 2


def wrong_bases(folder: Path, regions: int) -> int:
    """Return how many bases differ from the stand-in's arithmetic, of some windows."""
    from pyBigWig import open as open_bigwig
    from pyfaidx import Fasta

    genome, wrong = Fasta(str(folder / "g.fa")), 0
    track = open_bigwig(str(folder / "out" / "tracks" / "m.relevance.bw"))
    for region in np.linspace(0, regions - 1, min(CHECKED, regions)).astype(int):
        start = 20 + int(region) * (WINDOW_BP + 50)
        values = track.values("chr1", start - 1, start + WINDOW_BP + 1, numpy=True)
        wrong += int(np.isfinite(values[[0, -1]]).sum())  # beside a region there is nothing
        bases = str(genome["chr1"][start : start + WINDOW_BP])
        wrong += int((~np.isclose(values[1:-1], expected(bases), rtol=1e-6, atol=0)).sum())
    return wrong


def asked(*words: object) -> tuple[float, str]:
    """Return the CPU seconds of a gtrack command, and its last line."""
    before = os.times()
    done = subprocess.run(
        [sys.executable, "-m", "gtrack", *map(str, words)],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    after = os.times()
    spent = after.children_user + after.children_system
    return spent - before.children_user - before.children_system, done.stdout.splitlines()[-1]


def measure(folder: Path, regions: int) -> dict[str, Any]:
    """Scan, and look at what came out."""
    write_inputs(folder, regions)
    cpu, seen = watched([sys.executable, __file__, "--scan", folder])
    out = folder / "out"
    found: dict[str, Any] = {
        "name": "million",
        "regions": regions,
        "cpu_s": round(cpu, 1),
        "us_per_window": round(cpu / regions * 1e6, 1),
        "wall_s": round(seen[-1][0] - seen[0][0], 1),
        "memory_mb": memory(out, seen),
        "disk_mb": round(sum(f.stat().st_size for f in out.rglob("*") if f.is_file()) / 1e6, 1),
        "rows": {name: rows(out / f"{name}.tsv") for name in ("regions", "windows")},
        "wrong_bases": wrong_bases(folder, regions),
    }
    for verb in ("status", "verify"):
        found[f"{verb}_cpu_s"], found[f"{verb}_says"] = asked(verb, out)
    return found


def main() -> int:
    """Measure, and hold the result against what it must be."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--regions", type=int, default=50_000)
    parser.add_argument("--keep", type=Path, help="a new folder, in which all is left")
    parser.add_argument("--scan", type=Path, help="the scan alone, in this process")
    given = parser.parse_args()
    if given.scan:
        scan(given.scan)
        return 0
    os.environ.update(OMP_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false")
    with ExitStack() as stack:
        if given.keep:
            given.keep.mkdir(parents=True)
        folder = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        found = measure(folder.absolute(), given.regions)
    tenths = [each for each in found["memory_mb"]["shards_by_tenths"] if each is not None]
    found["growth"] = round(tenths[-1] / tenths[min(1, len(tenths) - 1)], 3)
    found["gate"] = GROWTH
    whole = found["rows"] == {"regions": given.regions, "windows": 2 * given.regions}
    ok = whole and not found["wrong_bases"] and found["growth"] <= GROWTH
    print(json.dumps({**found, "ok": ok}))
    return int(not ok)


if __name__ == "__main__":
    sys.exit(main())
