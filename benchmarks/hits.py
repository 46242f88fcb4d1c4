"""The hit caller on simulated relevance with known truth: accuracy, calibration, cost.

    python benchmarks/hits.py [--quick] [--data ../shared/data] [--peers PYTHON] [--big]
    python benchmarks/hits.py --only mid high --seeds 10   # accuracy of some cases alone

One JSON line per figure, means of five seeds with their spread; exit 1 when a gate is missed.
`--peers` names an interpreter that has memelite, tangermeme and finemo (see hit_peers.py), which
then run on the same data; `--big` adds 10 Mb x 800 motifs. What is simulated: simulate_hits.py.
"""

from __future__ import annotations

import argparse
import json
import math
import operator
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
from judge_hits import Q, among, hit_rows, judge
from simulate_hits import (
    BACKGROUND,
    CASES,
    NULL_BP,
    PFM,
    PLANTED,
    REGION_STEP,
    Case,
    Matrix,
    Simulation,
    choose_matrices,
    measure,
    silent_targets,
    simulate,
)

from gtrack.core.hits.calling import call_hits
from gtrack.core.hits.lending import NullWindows
from gtrack.core.hits.motifs import Motif
from gtrack.core.hits.table import HitTable
from gtrack.core.segments import Segment

SEEDS = 5
GATES: dict[str, tuple[str, float]] = {
    "mid.locus_precision": (">=", 0.93),
    "mid.f1": (">=", 0.86),
    "flat_half.f1": (">=", 0.35),
    "mid.bystanders": ("<=", 0.02),
    **{f"{name}.false_share": ("<=", 0.05) for name in CASES},
    "bystanders_20000.false_share": ("<=", 0.06),
    "no_signal_10.runs_with_hits": ("<=", 0.05),
    "no_signal_300.runs_with_hits": ("<=", 0.05),
    "no_signal_10000.runs_with_hits": ("<=", 0.05),
    "signal_10.hits": (">=", 1),
    "signal_10.false_share": ("<=", 0.07),
    "signal_10000.false_share": ("<=", 0.07),
    "motifs_exponent": ("<=", 1.05),
    "bases_exponent": ("<=", 1.05),
    "peak_mb": ("<=", 300),
    "speed_over_tangermeme_first": (">=", 10),
    **{f"peers.{name}.f1_lead": (">=", 0.0) for name in ("mid", "flat_half", "token", "high")},
}
PEERS = ("memelite_fimo_1e-4", "tangermeme_seqlets_tomtom", "tangermeme_seqlets_fdr_tomtom")
FINEMO, FEW_REGIONS = "finemo_few_regions", 20  # and the motifs that are planted
SIGNS = {">=": operator.ge, "<=": operator.le}
missed: list[str] = []


def report(name: str, values: Sequence[float], **more: object) -> None:
    """Print one figure (mean and spread), and note a missed gate."""
    mean = statistics.fmean(values)
    line: dict[str, object] = {"benchmark": "hits", "name": name, "value": round(mean, 4)}
    if len(values) > 1:
        line["sd"] = round(statistics.stdev(values), 4)
        line["range"] = [round(min(values), 4), round(max(values), 4)]
    if name in GATES:
        sign, limit = GATES[name]
        line["gate"] = f"{sign} {limit}"
        if not SIGNS[sign](mean, limit):
            missed.append(name)
    print(json.dumps({**line, **more}), flush=True)


def as_motifs(matrices: Iterable[Matrix]) -> list[Motif]:
    """Return the matrices as gtrack's motifs."""
    return [Motif(matrix.id, matrix.name, matrix.counts) for matrix in matrices]


def call(simulation: Simulation) -> HitTable:
    """Run the caller on one simulation."""
    return call_hits(
        lambda: simulation.targets,
        NullWindows.of(simulation.null),
        as_motifs(simulation.matrices),
        background=BACKGROUND,
    )


def accuracy(matrices: list[Matrix], seeds: int, names: Iterable[str] = CASES) -> None:
    """Report every case, or some."""
    for name in names:
        found = [
            judge(hit_rows(call(one)), one)
            for one in (simulate(CASES[name], seed, matrices) for seed in range(seeds))
        ]
        for figure in found[0]:
            report(f"{name}.{figure}", [one[figure] for one in found])


def calibration(matrices: list[Matrix], runs: int) -> None:
    """Report runs without signal, and runs with signal on few and many regions."""
    few = matrices[:20]
    for regions, times in ((10, runs), (300, runs), (10_000, runs)):
        case = Case("no_signal", regions=regions, planted=0, bystanders=2 * regions)
        base = simulate(case, 0, few)
        with_hits = []
        for run in range(times):  # the sequence stays, the relevance is drawn afresh
            rng = np.random.default_rng([run, regions])
            silent = np.zeros(len(base.targets[0]))
            one = replace(
                base,
                targets=[replace(s, relevance=measure(silent, case, rng)) for s in base.targets],
                null=[replace(s, relevance=measure(silent, case, rng)) for s in base.null],
            )
            with_hits.append(float((call(one).q < Q).any()))
        report(f"no_signal_{regions}.runs_with_hits", [statistics.fmean(with_hits)], runs=times)
    for regions, times in ((10, 20), (10_000, 1)):
        case = Case("mid", regions=regions, planted=3 * regions, bystanders=2 * regions)
        found = []
        for seed in range(times):
            one = simulate(case, 100 + seed, few)
            found.append(judge(hit_rows(call(one)), one))
        hits = [one["hits"] for one in found]
        report(f"signal_{regions}.hits", hits, runs_with_hits=float(np.mean(np.array(hits) > 0)))
        report(f"signal_{regions}.locus_recall", [one["locus_recall"] for one in found])
        false = sum(one["false_share"] * one["hits"] for one in found) / max(1, sum(hits))
        report(f"signal_{regions}.false_share", [false])


def seconds(targets: list[Segment], null: list[Segment], motifs: list[Motif]) -> float:
    """Return the CPU time of one call."""
    begun = time.process_time()
    call_hits(lambda: targets, NullWindows.of(null), motifs, background=BACKGROUND)
    return time.process_time() - begun


def jittered(matrices: list[Matrix], count: int) -> list[Motif]:
    """Return `count` motifs: the matrices again and again, each time slightly different."""
    rng = np.random.default_rng(0)
    found = []
    for k in range(count):
        one = matrices[k % len(matrices)]
        counts = one.counts * rng.uniform(0.9, 1.1, one.counts.shape) + 0.01
        found.append(Motif(f"{one.id}_{k}", one.name, counts))
    return found


def least(targets: list[Segment], null: list[Segment], motifs: list[Motif], runs: int) -> float:
    """Return the least CPU time of some runs: what a busy neighbour adds is not ours."""
    return min(seconds(targets, null, motifs) for _ in range(runs))


def cost(matrices: list[Matrix]) -> None:
    """Report how CPU time grows with motifs and with bases, above what does not grow."""
    targets, null = silent_targets(NULL_BP), silent_targets(NULL_BP, seed=2)
    seconds(targets, null, jittered(matrices, 10))
    fixed = least(targets, null, jittered(matrices, 1), 9)
    sizes = (100, 1_000)
    spent = [
        least(targets, null, jittered(matrices, count), runs) - fixed
        for count, runs in zip(sizes, (9, 3), strict=True)
    ]
    growth = math.log(spent[1] / spent[0], sizes[1] / sizes[0])
    above, alone = [round(s, 3) for s in spent], round(fixed, 3)
    report("motifs_exponent", [growth], cpu_s_above_one=above, cpu_s_one=alone, motifs=sizes)
    motifs = jittered(matrices, 100)
    sizes = (100_000, 10_000_000)
    fixed = least([], null, motifs, 9)
    small, large = (silent_targets(bases) for bases in sizes)
    spent = [least(small, null, motifs, 9) - fixed, least(large, null, motifs, 2) - fixed]
    growth = math.log(spent[1] / spent[0], sizes[1] / sizes[0])
    above, alone = [round(s, 3) for s in spent], round(fixed, 3)
    report("bases_exponent", [growth], cpu_s_above_null=above, cpu_s_null=alone, bases=sizes)


def peak_mb() -> int:
    """Return the most memory that this process held (ru_maxrss would count its parent's)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def peak_memory(path: Path, mode: str) -> None:
    """Report the peak memory of one call in a process of its own."""
    command = [sys.executable, __file__, "--data", str(path), "--child", mode]
    made = subprocess.run(command, check=True, capture_output=True, text=True)
    figures = json.loads(made.stdout)
    report("peak_mb" if mode == "mid" else f"{mode}.peak_mb", [figures.pop("peak_mb")], **figures)


def child(matrices: list[Matrix], mode: str) -> None:
    """Call once and print what it took; targets of the big mode are made as they are read."""

    def stream() -> Iterable[Segment]:
        rng = np.random.default_rng(3)
        for k in range(10_000):
            codes = rng.integers(0, 4, 1_000, dtype=np.uint8)
            noise = measure(np.zeros(1_000), CASES["mid"], rng)
            yield Segment(f"chr{k // 500}", REGION_STEP * k, codes, noise)

    begun = time.process_time()
    if mode == "mid":
        call(simulate(CASES["mid"], 0, matrices))
    else:
        null = NullWindows.of(silent_targets(NULL_BP))
        call_hits(stream, null, jittered(matrices, 800), background=BACKGROUND)
    spent = round(time.process_time() - begun, 1)
    peak = peak_mb()
    print(json.dumps({"peak_mb": peak, "cpu_s": spent}))


def peers(python: str, matrices: list[Matrix], names: Sequence[str], seeds: int) -> None:
    """Run the peers on the same data and hold both sides against the truth."""
    for name in names:
        collected: dict[str, list[dict[str, float]]] = {}
        for seed in range(seeds):
            one = simulate(CASES[name], seed, matrices)
            begun = time.process_time()
            rows = hit_rows(call(one))
            spent = round(time.process_time() - begun, 3)
            figures = {"cpu_s_first": spent, "cpu_s_again": spent}
            collected.setdefault("gtrack", []).append({**judge(rows, one), **figures})
            few = judge(*among(rows, one, FEW_REGIONS))
            collected.setdefault("gtrack, few regions", []).append(few)
            with tempfile.TemporaryDirectory() as folder:
                source, target = Path(folder) / "data.npz", Path(folder) / "hits.npy"
                np.savez(
                    source,
                    codes=np.stack([s.codes for s in one.targets]),
                    relevance=np.stack([s.relevance for s in one.targets]),
                    null_codes=np.stack([s.codes for s in one.null]),
                    null_relevance=np.stack([s.relevance for s in one.null]),
                    few=FEW_REGIONS,
                    told=len(PLANTED),
                    **{f"m{k}": matrix.probabilities for k, matrix in enumerate(matrices)},
                )
                for peer in (*PEERS, FINEMO):
                    script = str(Path(__file__).with_name("hit_peers.py"))
                    command = [python, script, str(source), str(target), peer]
                    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
                    found = np.load(target)
                    few = among(found, one, FEW_REGIONS) if peer == FINEMO else (found, one)
                    figures = {**judge(*few), **json.loads(said.stdout)}
                    collected.setdefault(peer, []).append(figures)
                    line = {"name": f"peers.{name}", "seed": seed, "method": peer, **figures}
                    print(json.dumps(line), flush=True)  # some take minutes
        compare(name, collected)


def compare(name: str, collected: dict[str, list[dict[str, float]]]) -> None:
    """Report each method's means, and who is ahead."""
    mean = {
        method: {key: statistics.fmean(one[key] for one in found) for key in found[0]}
        for method, found in collected.items()
    }
    for method, figures in mean.items():
        line = {key: round(value, 4) for key, value in figures.items()}
        print(json.dumps({"benchmark": "hits", "name": f"peers.{name}", "method": method, **line}))
    ours, theirs = mean["gtrack"], [mean[peer] for peer in PEERS]
    report(f"peers.{name}.f1_lead", [ours["f1"] - max(one["f1"] for one in theirs)])
    lead = mean["gtrack, few regions"]["f1"] - mean[FINEMO]["f1"]
    report(f"peers.{name}.f1_lead_finemo", [lead])
    if name == "mid":
        tangermeme = mean["tangermeme_seqlets_tomtom"]
        for figure in ("first", "again"):
            key = f"cpu_s_{figure}"
            report(f"speed_over_tangermeme_{figure}", [tangermeme[key] / ours[key]])


def main() -> int:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    root = Path(__file__).resolve().parents[1]
    parser.add_argument("--data", type=Path, default=root.parent / "shared" / "data")
    parser.add_argument("--quick", action="store_true", help="2 seeds, 20 runs, no cost")
    parser.add_argument("--seeds", type=int, help="in place of five")
    parser.add_argument("--only", nargs="+", choices=CASES, help="accuracy of these, no more")
    parser.add_argument("--peers", help="interpreter with memelite, tangermeme and finemo")
    parser.add_argument("--big", action="store_true", help="10 Mb x 800 motifs as well")
    parser.add_argument("--child", choices=("mid", "big"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not (options.data / PFM).is_file():
        print(f"{options.data / PFM} is not there; name the data folder with --data")
        return 2
    matrices = choose_matrices(options.data / PFM)
    assert [matrix.id for matrix in matrices[: len(PLANTED)]] == list(PLANTED)
    if options.child:
        child(matrices, options.child)
        return 0
    seeds = options.seeds or (2 if options.quick else SEEDS)
    accuracy(matrices, seeds, options.only or CASES)
    if options.only:
        if options.peers:
            peers(options.peers, matrices, options.only, seeds)
        return finish()
    calibration(matrices, 20 if options.quick else 100)
    peak_memory(options.data, "mid")
    if not options.quick:
        cost(matrices)
    if options.big:
        peak_memory(options.data, "big")
    if options.peers:
        peers(options.peers, matrices, ("mid", "flat_half", "token", "high"), min(2, seeds))
    return finish()


def finish() -> int:
    """Say which gates are missed."""
    if missed:
        print(f"missed: {', '.join(missed)}", file=sys.stderr)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
