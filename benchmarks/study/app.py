"""Stages of the study, each done once: sets, training, scans, evaluation, report."""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks.study import report, sets
from benchmarks.study.recipes import (
    FORWARD,
    KINDS,
    SAMPLE,
    SHIPPED,
    TARGETS,
    Recipe,
    queue,
    seeds_of,
)
from benchmarks.study.results import collect
from benchmarks.study.steps import ROOT, StepError, Work

STAGES = ("sets", "train", "scan", "evaluate", "report")
MOST_CPU_HOURS = 6.0


def prepare(work: Work, data: Path, names: Sequence[str]) -> None:
    """Write the sets; all are made again where the script that makes them is another."""
    version = hashlib.sha256(Path(sets.__file__).read_bytes()).hexdigest()
    for name in names:
        step = f"sets/{name}"
        if work.make(step, [name, version], partial(sets.make, data, name, work.at(step))):
            say(step)


def train(work: Work, names: Sequence[str], seeds: int) -> None:
    """Train what is not trained yet, what matters most first; the example's shipped are copied."""
    for kind in KINDS if "example" in names else ():
        place = work.at("models", Recipe("example", kind, SHIPPED).name)
        if not place.exists():
            shutil.copytree(ROOT / "example_data" / "models" / kind, place)
    for recipe in queue(names, seeds):
        data, out = f"sets/{recipe.set}", f"models/{recipe.name}"
        if recipe.set == "example":
            data, build = "sets/example_windows", sets.example_module("build")
            work.make(data, ["build.write_windows"], partial(build.write_windows, work.at(data)))
        options = recipe.options(data)
        command = ["train", recipe.kind, *options, "--out", out]
        inputs, checkpoints = [work.at(options[1])], [work.at(out + ".work")]
        tell(work, out, work.run(out, command, inputs, checkpoints))


def scan(work: Work, names: Sequence[str], seeds: int) -> None:
    """Explain the test sequences of every set with both models of each training seed."""
    for name, seed in runs(names, seeds):
        out, data = f"scans/{name}.{seed}", f"sets/{name}"
        models = {kind: f"models/{Recipe(name, kind, seed).name}" for kind in KINDS}
        command = ["scan", "--bed", f"{data}/test.bed", "--fasta", f"{data}/test.fa", "--out", out]
        command += [f"--model={kind}={place}" for kind, place in models.items()]
        command += ["--null", "--workers", "1"]
        command += ["--target", TARGETS[name]] if name in TARGETS else []
        command += ["--strand", "forward"] if name in FORWARD else []
        inputs = [work.at(data, "test.bed"), work.at(data, "test.fa")]
        inputs += [work.at(place, "model.safetensors") for place in models.values()]
        tell(work, out, work.run(out, command, inputs))


def evaluate(work: Work, names: Sequence[str], seeds: int, most: int) -> None:
    """Judge every scan; places of truths beside the first are judged in localisation alone."""
    for name, seed in runs(names, seeds):
        data, done = f"sets/{name}", f"scans/{name}.{seed}"
        truths = [t for t in ("truth", *OTHERS) if work.at(data, f"{t}.bed").exists()]
        for truth in truths or ["none"]:
            out, labels = f"evals/{name}.{seed}/{truth}", f"{data}/labels.tsv"
            command = ["evaluate", done, "--labels", labels, "--out", out]
            inputs = [work.at(labels), work.at(done, "manifest.json")]
            if truth != "none":
                command += ["--truth", f"{data}/{truth}.bed"]
                inputs += [work.at(data, f"{truth}.bed")]
            if truth in OTHERS:
                command += ["--metrics", ",".join(LOCALISATION), "--methods", "attnlrp"]
            sample = 1 if truth in OTHERS else min(most, SAMPLE.get(name, most))
            command += ["--sample", str(sample), "--workers", "1"]
            tell(work, out, work.run(out, command, inputs))


def tell(work: Work, step: str, ran: bool) -> None:
    """Print what a step cost that ran now."""
    if ran:
        say(f"{step}: {work.costs()[step]:.0f} CPU s")


OTHERS = ("control", "context", "decoys", "negatives")
LOCALISATION = ("mass_accuracy", "rank_accuracy")


def runs(names: Sequence[str], seeds: int) -> list[tuple[str, int]]:
    """Return set and training seed of every scan, first seeds first."""
    pairs = [(k, name, seed) for name in names for k, seed in enumerate(seeds_of(name, seeds))]
    return [(name, seed) for _, name, seed in sorted(pairs, key=lambda pair: pair[0])]


def say(words: str) -> None:
    """Print a line at once."""
    print(words, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the stages asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.study", description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path("out/study"), help="sets, models, cache")
    parser.add_argument("--cache", type=Path, default=ROOT / "benchmarks" / "study" / "results")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "study.md")
    parser.add_argument("--only", nargs="+", choices=list(sets.SETS), default=list(sets.SETS))
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=list(STAGES))
    parser.add_argument("--seeds", type=int, default=3, help="of example, ctcf and tf0")
    parser.add_argument("--sample", type=int, default=300, help="at most so many are asked about")
    asked = parser.parse_args(arguments)
    work = Work(asked.work.resolve())
    try:
        if "sets" in asked.stages:
            prepare(work, asked.data.resolve(), asked.only)
        if "train" in asked.stages:
            train(work, asked.only, asked.seeds)
        if "scan" in asked.stages:
            scan(work, asked.only, asked.seeds)
        if "evaluate" in asked.stages:
            evaluate(work, asked.only, asked.seeds, asked.sample)
            collect(work, runs(asked.only, asked.seeds), asked.cache)
        if "report" in asked.stages:
            report.write(asked.cache, asked.page, asked.page.parent / "images")
    except StepError as problem:
        print(problem, file=sys.stderr)
        return 1
    hours = sum(work.costs().values()) / 3600
    say(f"{hours:.2f} CPU hours so far; the limit is {MOST_CPU_HOURS:g}")
    return int(hours > MOST_CPU_HOURS)
