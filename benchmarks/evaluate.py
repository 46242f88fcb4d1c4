"""What `gtrack evaluate` costs beside its arithmetic, and how its memory grows with regions.

Faithfulness: 25 regions of the example are examined with both of its models, one CPU thread. Of the
CPU time that altering windows, scoring them and making metrics of the scores takes, the share above
that of the forward passes alone: the same altered texts, window by window or all in one call,
whichever costs less. The least of the rounds on both sides: other work on the machine only adds.

Memory: child processes evaluate two foreign tracks (so that no model is in the way) on 100 and on
20,000 regions with truth; the gate is on what the peak of the second is above that of the first.

One JSON line each; exit 1 beyond a gate. The figures stand in docs/measurements.md.

    python benchmarks/evaluate.py [faithfulness|memory]
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import pyBigWig

from gtrack.core.evaluation_rows import TRACK
from gtrack.core.sequences import reverse_complement
from gtrack.evaluation.sheet import Sheet
from gtrack.evaluation.window_maps import sample_of
from gtrack.workflows.calling.given_tracks import TracksJob, check_tracks
from gtrack.workflows.calling.taken_tracks import take_tracks
from gtrack.workflows.evaluating.from_tracks import measure_tracks
from gtrack.workflows.evaluating.job import EvaluateJob
from gtrack.workflows.evaluating.reading import ModelReader, open_readers
from gtrack.workflows.evaluating.rows import Calls, Found, region_values, rows_of_all
from gtrack.workflows.evaluating.sampled import Examiner, _ModelWork
from gtrack.workflows.evaluating.truth import read_truth
from gtrack.workflows.folder.finished import open_finished, scanned_genome

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "example_data"
GATES = {"faithfulness": 1.2, "memory_mb": 64.0}
CHUNK = int(os.environ.get("GTRACK_BENCH_REGIONS", "25"))
ROUNDS = int(os.environ.get("GTRACK_BENCH_ROUNDS", "3"))
FEW, MANY = 100, int(os.environ.get("GTRACK_BENCH_MANY", "20000"))
LENGTH = 200


def scan_example(out: Path) -> None:
    """Scan regions of the example with both models."""
    lines = (DATA / "regions.bed").read_text().splitlines(keepends=True)
    (out.parent / "r.bed").write_text("".join(lines[:CHUNK]))
    models = (f"--model={name}={DATA / 'models' / name}" for name in ("cnn", "dnabert2"))
    command = [sys.executable, "-m", "gtrack", "scan", "--bed", str(out.parent / "r.bed")]
    command += ["--fasta", str(DATA / "genome.fa"), *models, "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True)


class Timed(_ModelWork):
    """The work of one model over a chunk, which times what faithfulness takes of it."""

    spent = 0.0
    asked: list[list[str]]

    def _flip(self) -> Any:
        scores, Timed.asked = self._reader.scores, []

        def noted(texts: list[str], strands: list[str]) -> Any:
            Timed.asked.append(texts)
            return scores(texts, strands)

        self._reader.scores = noted  # type: ignore[method-assign, assignment]
        begun = time.process_time()
        found = super()._flip()
        Timed.spent = time.process_time() - begun
        del self._reader.scores
        return found


def time_faithfulness(folder: Path) -> dict[str, float]:
    """Return, by model, what faithfulness costs over its forward passes."""
    scan_example(folder / "scan")
    scan = open_finished(folder / "scan")
    job = EvaluateJob(scan.out, methods=("attnlrp",), workers=1, device="cpu")
    ratios: dict[str, float] = {}
    with ExitStack() as stack:
        genome = stack.enter_context(scanned_genome(scan, None))
        for reader in stack.enter_context(open_readers(scan, job)):
            examiner = Examiner(job, "attnlrp", [reader], genome, None, lambda *_: None)
            windows = [reader.window(each, genome.chrom_sizes[each.chrom]) for each in scan.regions]
            texts = [genome.fetch(w.chrom, w.start, w.end) for w in windows]
            spent, pure = [], []
            for _ in range(ROUNDS):
                Timed(examiner, reader, windows, texts, list(range(len(texts))))
                spent.append(Timed.spent)
                pure.append(passes(reader, Timed.asked))
            ratios[reader.name] = min(spent) / min(pure)
    return ratios


def passes(reader: ModelReader, asked: list[list[str]]) -> float:
    """Return the CPU seconds of the forward passes of texts on both strands."""
    both = [[*texts, *map(reverse_complement, texts)] for texts in asked]
    took = []
    for calls in (both, [[text for texts in both for text in texts]]):
        begun = time.process_time()
        for texts in calls:
            reader.outputs(texts)
        took.append(time.process_time() - begun)
    return min(took)


def make_tracks(folder: Path, regions: int) -> Path:
    """Write a genome, regions, sites and two tracks, and take them as a finished folder."""
    rng, step = np.random.default_rng(0), LENGTH + 50
    size = regions * step
    sequence = rng.choice(np.frombuffer(b"ACGT", np.uint8), size).tobytes().decode()
    (folder / "g.fa").write_text(f">chr1\n{sequence}\n")
    starts = range(0, size, step)
    (folder / "r.bed").write_text("".join(f"chr1\t{s}\t{s + LENGTH}\tr{s}\n" for s in starts))
    (folder / "t.bed").write_text("".join(f"chr1\t{s + 60}\t{s + 75}\n" for s in starts))
    tracks = []
    for name in ("one", "two"):
        tracks.append((name, folder / f"{name}.bw"))
        with pyBigWig.open(str(tracks[-1][1]), "w") as file:
            file.addHeader([("chr1", size)])
            file.addEntries("chr1", 0, values=rng.normal(size=size) ** 3, span=1, step=1)
    job = TracksJob(
        tracks=tuple(tracks),
        motifs=str(DATA / "motifs.meme"),
        bed=folder / "r.bed",
        fasta=folder / "g.fa",
        out=folder / "taken",
    )
    take_tracks(job, check_tracks(job))
    return folder / "taken"


def evaluate_tracks(taken: Path) -> None:
    """Make all rows of both tables of a finished folder; print the peak of the process in MB."""
    scan = open_finished(taken)
    truth = read_truth(taken.parent / "t.bed", scan.regions, scan.chrom_sizes)
    job = EvaluateJob(taken, truth=taken.parent / "t.bed")
    widths = {target.model: LENGTH for target in scan.targets}
    sheet = measure_tracks(scan, widths, truth.masks, lambda *_: None)
    calls: dict[str, list[bool | None]] = {t.stem: [None] * len(scan.regions) for t in scan.targets}
    drawn = sample_of(len(scan.regions), job.sample, job.seed)
    found = Found(scan, job, TRACK, sheet, Sheet(0), drawn, Calls(calls, calls), {})
    rows = sum(1 for _ in rows_of_all(found))
    values = sum(1 for _ in region_values(found))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rows": rows, "values": values, "mb": peak}))


def peak_of(regions: int) -> dict[str, float]:
    """Return what a child process says of so many regions."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__]
        subprocess.run([*command, "make", folder, str(regions)], check=True)
        ran = subprocess.run(
            [*command, "child", f"{folder}/taken"], check=True, capture_output=True
        )
    return dict(json.loads(ran.stdout))


def main(asked: list[str]) -> int:
    """Measure what is asked for, all of it by default."""
    failed = 0
    if not asked or "faithfulness" in asked:
        with tempfile.TemporaryDirectory() as folder:
            ratios = time_faithfulness(Path(folder))
        failed |= max(ratios.values()) > GATES["faithfulness"]
        rounded = {name: round(each, 3) for name, each in ratios.items()}
        print(json.dumps({"name": "faithfulness", "gate": GATES["faithfulness"], **rounded}))
    if not asked or "memory" in asked:
        few, many = peak_of(FEW), peak_of(MANY)
        grown = many["mb"] - few["mb"]
        failed |= grown > GATES["memory_mb"]
        print(
            json.dumps(
                {
                    "name": "memory",
                    "gate_mb": GATES["memory_mb"],
                    "grown_mb": round(grown, 1),
                    **{f"mb_{n}": round(e["mb"], 1) for n, e in ((FEW, few), (MANY, many))},
                    "values": many["values"],
                }
            )
        )
    return int(failed)


if __name__ == "__main__":
    if sys.argv[1:2] == ["make"]:
        make_tracks(Path(sys.argv[2]), int(sys.argv[3]))
        sys.exit()
    if sys.argv[1:2] == ["child"]:
        evaluate_tracks(Path(sys.argv[2]))
        sys.exit()
    sys.exit(main(sys.argv[1:]))
