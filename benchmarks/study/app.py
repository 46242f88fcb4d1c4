"""Stages of the study, each done once: sets, training, scans, evaluation, report."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.study import report, sets
from benchmarks.study.recipes import FORWARD, KINDS, SHIPPED, TARGETS, Recipe, queue, seeds_of
from benchmarks.study.results import collect
from benchmarks.study.steps import ROOT, StepError, Work

STAGES = ("sets", "train", "scan", "evaluate", "report")
MOST_CPU_HOURS = 6.0


def prepare(work: Work, data: Path, names: Sequence[str]) -> None:
    """Write the sets; a set is made again where the script that makes it is another."""
    for name in names:
        out = work.at("sets", name)
        if work.make(f"sets/{name}", [name], out, lambda n=name, o=out: sets.make(data, n, o)):
            say(f"set {name}")


def example_windows(work: Work) -> None:
    """Simulate the windows that the example's models learn from (700 MB are not kept of it)."""
    out = work.at("sets", "example_windows")
    build = sets.example_module("build")
    work.make(
        "sets/example_windows", ["build.write_windows"], out, lambda: build.write_windows(out)
    )


def train(work: Work, names: Sequence[str], seeds: int) -> None:
    """Train what is not trained yet, what matters most first; the example's shipped are copied."""
    if "example" in names:
        for kind in KINDS:
            out = work.at("models", Recipe("example", kind, SHIPPED).name)
            if not out.exists():
                shutil.copytree(ROOT / "example_data" / "models" / kind, out)
    for recipe in queue(list(names), seeds):
        data = recipe.set if recipe.set != "example" else "example_windows"
        if recipe.set == "example":
            example_windows(work)
        out = f"models/{recipe.name}"
        command = ["train", recipe.kind, *recipe.options(f"sets/{data}"), "--out", out]
        if work.run(out, command, work.at(out), [work.at(out + ".work")]):
            say(f"{out}: {work.costs()[out]:.0f} CPU s")


def scan(work: Work, names: Sequence[str], seeds: int) -> None:
    """Explain the test sequences of every set with both models of each training seed."""
    for name, seed in runs(names, seeds):
        out = f"scans/{name}.{seed}"
        models = [f"--model={kind}=models/{Recipe(name, kind, seed).name}" for kind in KINDS]
        command = ["scan", "--bed", f"sets/{name}/test.bed", "--fasta", f"sets/{name}/test.fa"]
        command += [*models, "--null", "--workers", "1", "--out", out]
        command += ["--target", TARGETS[name]] if name in TARGETS else []
        command += ["--strand", "forward"] if name in FORWARD else []
        if work.run(out, command, work.at(out)):
            say(f"{out}: {work.costs()[out]:.0f} CPU s")


def evaluate(work: Work, names: Sequence[str], seeds: int, sample: int) -> None:
    """Judge every scan; places of truths beside the first are judged in localisation alone."""
    for name, seed in runs(names, seeds):
        folder = work.at("sets", name)
        truths = [t for t in ("truth", *OTHERS) if (folder / f"{t}.bed").exists()]
        for truth in truths or ["none"]:
            out = f"evals/{name}.{seed}/{truth}"
            command = ["evaluate", f"scans/{name}.{seed}", "--labels", f"sets/{name}/labels.tsv"]
            command += [] if truth == "none" else ["--truth", f"sets/{name}/{truth}.bed"]
            if truth in OTHERS:
                command += ["--metrics", ",".join(LOCALISATION)]
            else:
                command += ["--sample", str(sample)]
            if work.run(out, [*command, "--out", out], work.at(out)):
                say(f"{out}: {work.costs()[out]:.0f} CPU s")


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
    parser.add_argument("--sample", type=int, default=60, help="windows of faithfulness and sanity")
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
