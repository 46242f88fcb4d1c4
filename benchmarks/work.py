"""What it costs to share a scan, to lose runs, and to go on: ratios of wall time in one run.

A stand-in sleeps for every shard and then puts down what the model made of it before, so that
processors have nothing to do with it. Printed is a JSON line: two runs of `gtrack work` by one;
a scan killed when half of its shards are there, and resumed, less one that nobody disturbed and the
start of another: in shards (wall time, which other work on the machine lengthens), and in seconds
of processors; how many shards were begun twice by that; `--resume` of a finished scan by the scan;
and whether four runs that are killed at random give the same bytes. Exit 1 when a gate fails.

    python benchmarks/work.py [SHARDS SECONDS]
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from pathlib import Path

import gtrack.attribution.attnlrp
import gtrack.attribution.input_gradient
import gtrack.attribution.rules.cnn
import gtrack.cli.passport_summary
import gtrack.cli.plan
import gtrack.cli.progress
import gtrack.cli.summary
import gtrack.cli.work
import gtrack.models.cnn
import gtrack.workflows.passport
import gtrack.workflows.scan  # noqa: F401
from gtrack.__main__ import main
from gtrack.io.event_log import read_events
from gtrack.workflows.folder.parts import Parts
from gtrack.workflows.scanning.shard import ShardScanner
from gtrack.workflows.scanning.tasks import Task

EXAMPLE = Path(__file__).resolve().parents[1] / "example_data"
GATES = {"two_by_one": 0.55, "resumed_shards": 2.5, "begun_again": 2, "finished_by_scan": 0.02}
KILLS = 8


def start(*words: object, stand_in: tuple[Path, float] | None = None) -> int:
    """Start gtrack in a child that has imported everything; return its number."""
    child = os.fork()
    if child:
        return child
    silent = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(silent, number)
    if stand_in is not None:
        done, seconds = stand_in

        def scan(
            self: ShardScanner, tasks: Iterable[Task], _: object
        ) -> Generator[tuple[Task, bool], None, None]:
            for task in tasks:
                there = self.done(task)
                if not there:
                    self._log.begun(task)
                    time.sleep(seconds)
                    path = self._folder.parts.shard(task.index)
                    aside = path.with_name(f"{path.name}.{os.getpid():08x}.tmp")
                    shutil.copyfile(Parts(done).shard(task.index), aside)
                    aside.replace(path)
                yield task, there

        ShardScanner.scan = scan  # type: ignore[method-assign, assignment]
    sys.argv = ["gtrack", *map(str, words)]
    code = 1
    try:
        main()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        os._exit(code)


def wait(child: int) -> int:
    """Return how a child ended."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of some work, and those of processors that its children took."""
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - begun, cpu


def begun_again(out: Path) -> int:
    """Return how many shards of a scan were begun more than once, as its run log says."""
    begun = Counter(each["piece"] for each in read_events(out / "runs") if each["event"] == "begun")
    return sum(often > 1 for often in begun.values())


def tracks(out: Path) -> dict[str, bytes]:
    """Return what a scan gives."""
    files = [*out.glob("tracks/*"), *out.glob("*.tsv")]
    return {path.name: path.read_bytes() for path in files}


def killed_at_random(out: Path, stand_in: tuple[Path, float]) -> None:
    """Let four runs work, kill one now and then and start another."""
    rng = random.Random(14)
    alive = [start("work", out, "--workers", 1, stand_in=stand_in) for _ in range(4)]
    for _ in range(KILLS):
        time.sleep(rng.uniform(0.5, 1.5) * stand_in[1])
        child = alive.pop(rng.randrange(4))
        os.kill(child, signal.SIGKILL)
        wait(child)
        alive.append(start("work", out, "--workers", 1, stand_in=stand_in))
    assert [wait(child) for child in alive] == [0] * 4


def measure(folder: Path, shards: int, seconds: float) -> dict[str, object]:
    """Return the ratios."""
    sizes = (EXAMPLE / "genome.fa.fai").read_text().splitlines()
    bed = folder / "regions.bed"
    bed.write_text("".join(f"{name}\t0\t{size}\n" for name, size, *_ in map(str.split, sizes)))
    model = f"cnn={EXAMPLE / 'models/cnn'}"
    options = ["--bed", bed, "--fasta", EXAMPLE / "genome.fa", "--model", model]
    options += ["--shards", shards, "--stride", 200, "--workers", 1]
    done, plan, whole = (folder / name for name in ("done", "plan", "whole"))
    assert wait(start("plan", *options, "--out", plan)) == 0
    shutil.copytree(plan, done)
    assert wait(start("work", done)) == 0
    stand_in = done, seconds

    def copy(name: str) -> Path:
        return Path(shutil.copytree(plan, folder / name))

    def work(out: Path, runs: int) -> None:
        children = [start("work", out, "--workers", 1, stand_in=stand_in) for _ in range(runs)]
        assert [wait(child) for child in children] == [0] * runs

    def scan(out: Path, *more: object) -> int:
        options_of = ["--out", out, "--no-passport", *more]
        return start("scan", *options, *options_of, stand_in=stand_in)

    (one, _), (two, _) = (timed(lambda n=n: work(copy(f"work{n}"), n)) for n in (1, 2))
    scanned, scanned_cpu = timed(lambda: wait(scan(whole)))
    finished, finished_cpu = timed(lambda: wait(scan(whole, "--resume")))

    def half() -> None:
        child = scan(folder / "half")
        while len(list((folder / "half/shards").glob("*.npz"))) < shards // 2:
            time.sleep(0.01)
        os.kill(child, signal.SIGKILL)
        wait(child)
        assert wait(scan(folder / "half", "--resume")) == 0

    halved, halved_cpu = timed(half)
    killed_at_random(copy("killed"), stand_in)
    assert wait(start("merge", folder / "killed")) == 0
    same = tracks(folder / "killed") == tracks(folder / "half") == tracks(whole)
    return {
        "shards": shards,
        "seconds_a_shard": seconds,
        "one_s": round(one, 2),
        "two_by_one": round(two / one, 3),
        "scan_s": round(scanned, 2),
        "resumed_shards": round((halved - scanned - finished) / seconds, 2),
        "resumed_cpu_s": round(halved_cpu - scanned_cpu - finished_cpu, 2),
        "begun_again": begun_again(folder / "half"),
        "finished_by_scan": round(finished / scanned, 4),
        "killed": KILLS,
        "same_bytes": same,
    }


def run() -> None:
    """Print the ratios."""
    shards, seconds = (sys.argv[1:] + ["40", "1.5"][len(sys.argv) - 1 :])[:2]
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), int(shards), float(seconds))
    print(json.dumps(found))
    missed = [name for name, gate in GATES.items() if float(str(found[name])) > gate]
    sys.exit(int(bool(missed) or not found["same_bytes"]))


if __name__ == "__main__":
    run()
