"""What passports say over resamples of windows: of good models, untrained models, wrong maps.

    python benchmarks/passport.py [--resamples 300] [--twins 4] [--work FOLDER] [--study WORK]

The example's two models; twins of each that were never trained, and twins with the values of every
tensor permuted; the example's maps flipped, shifted by one token (5 bases) and reversed. Windows
are drawn once and resampled as often as asked, 100 for A1 and 40 for all else. Exits 1 where a
share misses its gate. About 3 minutes on one core.

`--study` takes the work folder of the study in place of the example: every model that it trained,
and models trained on the same sequences with their labels out of order (`LABELS_PERMUTED`), which
are made there. No gate for those that the study trained: some of them learnt little.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import torch
from study.recipes import Recipe

from gtrack.engines.local import Serial
from gtrack.evaluation.evidence import Evidence, judge
from gtrack.evaluation.passport import Passport
from gtrack.evaluation.passport_windows import bases_to_change
from gtrack.models.folder import open_model
from gtrack.workflows.folder.finished import FinishedScan, open_finished, scanned_genome
from gtrack.workflows.judging.evidence import evidence_of
from gtrack.workflows.judging.opened import Opened
from gtrack.workflows.judging.windows import Windows
from gtrack.workflows.scan import scan
from gtrack.workflows.scanning.job import ScanJob
from gtrack.workflows.scanning.method import make_method

EXAMPLE = Path(__file__).resolve().parents[1] / "example_data"
KINDS = ("cnn", "dnabert2")
LABELS_PERMUTED = ("ctcf/cnn", "tf0/cnn", "tf3/cnn", "tf3/dnabert2")
SEEN, EXPLAINED, POOL = 100, 40, 90
SHIFT = {"cnn": 5, "dnabert2": 1}
WRONG: dict[str, Callable[[str], Callable[[np.ndarray], np.ndarray]]] = {
    "flipped": lambda _: np.negative,
    "shifted": lambda kind: lambda row: np.roll(row, SHIFT[kind]),
    "reversed": lambda _: np.flip,
}
GATES = {
    "trained": ("verdict", "supported", 0.90),
    "untrained": ("sees", "not supported", 0.95),
    "permuted": ("sees", "not supported", 0.95),
    "labels_permuted": ("sees", "not supported", 0.95),
    **dict.fromkeys(WRONG, ("describes", "not supported", 0.95)),
}


def twin(kind: str, how: str, seed: int, folder: Path) -> Path:
    """Write a twin of one of the example's models that has learnt nothing."""
    shutil.copytree(EXAMPLE / "models" / kind, folder)
    model = open_model(folder)
    random = torch.Generator().manual_seed(seed)
    if how == "untrained":
        torch.manual_seed(seed)
        model.network = type(model.network)(model.network.config).eval()
    else:
        for parameter in model.network.parameters():
            flat = parameter.detach().flatten()
            order = torch.randperm(len(flat), generator=random)
            parameter.data = flat[order].reshape(parameter.shape).clone()
    model.save(folder)
    return folder


def resampled(evidence: Evidence, rng: np.random.Generator) -> Evidence:
    """Draw windows with replacement, as many as a passport has."""
    seen = rng.choice(len(evidence.real), SEEN)
    few = rng.choice(len(evidence.maps), EXPLAINED)
    pairs = len(evidence.strands)  # none of models of one strand
    return replace(
        evidence,
        real=evidence.real[seen],
        shuffled=evidence.shuffled[seen],
        strands=evidence.strands[rng.choice(pairs, EXPLAINED)] if pairs else evidence.strands,
        maps=[evidence.maps[at] for at in few],
        effects=[evidence.effects[at] for at in few],
        scores=evidence.scores[few],
    )


def with_wrong_maps(opened: Opened, texts: list[str], contrast, good: Evidence, alter) -> Evidence:
    """Return the evidence of a map that was altered before it was held to the model."""
    from gtrack.attribution.substitutions import substitution_effects

    if good.unit == "token":  # the referee does not depend on the map
        return replace(good, maps=[alter(each) for each in good.maps])
    pool = opened.explained(texts, contrast)
    maps = [alter(row) for row in pool.bases(0, "uniform").reshape(len(texts), -1)]
    places = [bases_to_change(each, number) for number, each in enumerate(maps)]
    effects = substitution_effects(opened.model, texts, places, contrast[None])
    return replace(
        good,
        maps=[each[at] for each, at in zip(maps, places, strict=True)],
        effects=[each[0] for each in effects],
    )


def labels_permuted(work: Path, name: str) -> tuple[FinishedScan, dict[str, Path]]:
    """Train a model of the study on labels out of order, and scan its test sequences with it."""
    of, _, kind = name.partition("/")
    folder, bed = work / "labels_permuted" / name, work / "sets" / of
    where = {f"{kind}.labels_permuted": folder / "model"}
    if not (folder / "scan" / "manifest.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        with (bed / "train.csv").open(newline="") as file:
            rows = list(csv.reader(file))
        order = np.random.default_rng(0).permutation(len(rows) - 1)
        mixed = [[row[0], rows[1 + at][1]] for row, at in zip(rows[1:], order, strict=True)]
        with (folder / "train.csv").open("w", newline="") as file:
            csv.writer(file).writerows([rows[0], *mixed])
        options = Recipe(of, kind, 0).options(str(folder))
        run("train", kind, *options, "--out", str(folder / "model"))
        given = ["--bed", str(bed / "test.bed"), "--fasta", str(bed / "test.fa")]
        models = [f"--model={each}={path}" for each, path in where.items()]
        run("scan", *given, *models, "--out", str(folder / "scan"))
    return open_finished(folder / "scan"), where


def run(*words: str) -> None:
    """Run a command of gtrack; its own words are shown when it fails."""
    command = [sys.executable, "-m", "gtrack", *words]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"gtrack {' '.join(words)}: exit {done.returncode}: {done.stderr}")


def of_study(work: Path) -> Iterator[tuple[str, FinishedScan, dict[str, Path]]]:
    """Yield the scans of the study, with the folders of their models."""
    for scanned in sorted((work / "scans").iterdir()):
        of, _, seed = scanned.name.partition(".")
        where = {kind: work / "models" / of / f"{kind}.{seed}" for kind in KINDS}
        yield scanned.name, open_finished(scanned), where
    for name in LABELS_PERMUTED:
        yield name, *labels_permuted(work, name)


def gathered(
    done: FinishedScan, where: dict[str, Path], *, wrong: bool = True
) -> Iterator[tuple[str, str, Evidence]]:
    """Yield (kind of case, name, evidence) of every model, and of wrong maps of the trained."""
    with scanned_genome(done) as genome:
        for target in done.targets:
            plan, model = done.plan.model(target.model), open_model(where[target.model])
            method = make_method(done.plan.options)
            opened = Opened(plan, model, method, method, "fp32", Serial())
            drawn = Windows(done, genome, target, 0)
            chosen = drawn.explained(POOL)
            begun = time.process_time()
            good = evidence_of(done, opened, target, drawn.seen(10**6, EXPLAINED), chosen, 0)
            took = time.process_time() - begun
            kind, _, how = target.model.partition(".")
            case = how.partition(".")[0] or "trained"
            print(f"{target.model}: {len(good.real)} and {POOL} windows, {took:.1f} s", flush=True)
            yield case, target.model, good
            if case == "trained" and wrong:
                texts, contrast = [w.read for w in chosen], plan.contrasts[0]
                for name, alter in WRONG.items():
                    made = with_wrong_maps(opened, texts, contrast, good, alter(kind))
                    yield name, f"{target.model} {name}", made


def values(found: list[Passport], name: str) -> str:
    """Return median and 95 % range of a line."""
    each = [line.value for one in found for line in one.lines if line.name == name]
    low, middle, high = np.nanquantile(each, [0.025, 0.5, 0.975])
    return f"{middle:.2f} [{low:.2f}, {high:.2f}]"


def main() -> int:
    """Print a line a case; 1 where a gate is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--resamples", type=int, default=300)
    parser.add_argument("--twins", type=int, default=4)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--study", type=Path)
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.study:
        return judged_study(given.study, given.resamples)
    with tempfile.TemporaryDirectory() as temporary:
        work = given.work or Path(temporary)
        where = {kind: EXAMPLE / "models" / kind for kind in KINDS}
        for kind in KINDS:
            for how in ("untrained", "permuted"):
                for seed in range(given.twins):
                    name = f"{kind}.{how}.{seed}"
                    where[name] = twin(kind, how, seed, work / name)
        models = tuple((name, str(path)) for name, path in where.items())
        job = ScanJob(EXAMPLE / "regions.bed", EXAMPLE / "genome.fa", models, work / "scan")
        with redirect_stderr(StringIO()):
            scan(job, lambda _: lambda *_: None)
        return judged(open_finished(work / "scan"), where, given.resamples)


def share_of(
    case: str, name: str, evidence: Evidence, resamples: int, rng: np.random.Generator
) -> float:
    """Print what resamples of a case say; return the share that says what is asked for."""
    found = [judge(resampled(evidence, rng)) for _ in range(resamples)]
    axis, word, _ = GATES[case]
    counts = Counter(getattr(one, axis) for one in found)
    said = ", ".join(f"{line} {values(found, line)}" for line in ("A1", "A2", "B", "D"))
    words = ", ".join(f"{key} {count / resamples:.3f}" for key, count in counts.items())
    print(f"{name}: {axis} {words}; {said}", flush=True)
    return counts[word] / resamples


def judged_study(work: Path, resamples: int) -> int:
    """Resample the models of the study; gated are those whose labels were out of order."""
    rng, wanted = np.random.default_rng(11), []
    for scanned, done, where in of_study(work):
        for case, name, evidence in gathered(done, where, wrong=False):
            share = share_of(case, f"{scanned} {name}", evidence, resamples, rng)
            wanted += [share] if case == "labels_permuted" else []
    mean, gate = float(np.mean(wanted)), GATES["labels_permuted"][2]
    print(f"labels permuted: not supported on A in {mean:.3f} (least {min(wanted):.3f})")
    return int(mean < gate)


def judged(done: FinishedScan, where: dict[str, Path], resamples: int) -> int:
    """Resample every case and hold it to its gate."""
    missed = 0
    shares: dict[str, list[float]] = {}
    rng = np.random.default_rng(11)
    for case, name, evidence in gathered(done, where):
        shares.setdefault(case, []).append(share_of(case, name, evidence, resamples, rng))
    for case, (axis, word, gate) in GATES.items():
        if case not in shares:
            continue
        mean = float(np.mean(shares[case]))
        missed += mean < gate
        good = "ok" if mean >= gate else "MISSED"
        least = min(shares[case])
        print(f"{case}: {axis} {word} in {mean:.3f} (least {least:.3f}; at least {gate}): {good}")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
