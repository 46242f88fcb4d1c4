"""What the run log costs a scan: CPU of its lines and clocks / CPU of a scan's pools.

The example's regions, its CNN (the quickest model there is), one thread: CPU time of the child's
shards, by pools of 256 windows. Beside it, in this process, what every pool pays for the clocks of
its stages, and every shard of eight pools for its two lines and its sums. One JSON line; exit 1
when the gate fails.

    python benchmarks/run_log.py
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from gtrack.core.scan.busy import Busy
from gtrack.workflows.folder.run_log import RunLog, rounded
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.plan import make_plan
from gtrack.workflows.scanning.job import ScanJob
from gtrack.workflows.scanning.tasks import tasks
from gtrack.workflows.scanning.work import ScanWork

GATE = 0.01
STAGES = ("reading", "tokenising", "model", "projecting", "writing")
POOLS_PER_SHARD, TIMES, STRIDE = 8, 2000, 10
EXAMPLE = Path(__file__).resolve().parents[1] / "example_data"


def of_the_log(folder: Path) -> float:
    """Return CPU seconds of lines and clocks for a pool."""
    busy, log = Busy(), RunLog(folder)
    with log.kept():
        log.begin("benchmark")
        began = time.process_time()
        for _ in range(TIMES):
            for _ in range(POOLS_PER_SHARD):
                for stage in STAGES:
                    with busy.during(stage):
                        pass
            log.tell("begun", piece="shard 0")
            counts = {"windows": 2048, "bases": 200_000, "bytes": 2_000_000, "lasted": 1.0}
            log.tell("done", piece="shard 0", **counts, seconds=rounded(busy.taken()))
        return (time.process_time() - began) / TIMES / POOLS_PER_SHARD


def of_the_scan(out: Path) -> tuple[float, int]:
    """Return CPU seconds of the shards of a scan for a pool, and how many pools it has."""
    job = ScanJob(
        EXAMPLE / "regions.bed",
        EXAMPLE / "genome.fa",
        (("cnn", str(EXAMPLE / "models/cnn")),),
        out,
        strides={None: STRIDE},
        device="cpu",
        workers=1,
    )
    folder = ScanFolder(out)
    out.mkdir()
    planned = make_plan(job, folder)
    with ScanWork(folder, planned.plan, planned.models).opened("cpu", 1) as do:
        began = time.process_time()
        for task in tasks(planned.plan):
            do(task)
        seconds = time.process_time() - began
    pools = len(planned.plan.pools["cnn"])
    return seconds / pools, pools


def main() -> None:
    """Print the line, and exit."""
    with tempfile.TemporaryDirectory() as folder:
        scan, pools = of_the_scan(Path(folder, "out"))
        log = of_the_log(Path(folder))
    share = log / scan
    figures = {"log_us_a_pool": log * 1e6, "scan_us_a_pool": scan * 1e6, "pools": pools}
    sys.stdout.write(json.dumps({**figures, "share": share, "at_most": GATE}) + "\n")
    sys.exit(share > GATE)


if __name__ == "__main__":
    main()
