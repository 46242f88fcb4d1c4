"""Hits on real bound sequences: how many of the motif's sites that a model reads are called.

    python benchmarks/hits_real.py [../shared/data] [--out DIR] [--dnabert2]   # 2 minutes, 1 CPU
    python benchmarks/hits_real.py [../shared/data] --scans DIR [--only tf3/cnn0 ...] # 35 s a model

The sets are GUE tf/3 (AP-1; train and dev to learn from) and a sample of CTCF (600 of 1,000 rows),
less any sequence of the test, on which ``gtrack scan --null`` runs, both classes, one contig per
sequence. As docs/decisions/0021-what-a-hit-means.md has it: the *enriched motif* is that of JASPAR
vertebrates with the lowest one-sided Fisher p of test positives against negatives that have a match
at p <= 1e-4. Its *sites* are these matches in positives, overlapping ones resolved; *top* are those
whose relevance sum is in the top 2 % of all windows of that width. One is *covered* when a
supporting hit at q < 0.05 shares half of the shorter of the two. Hits are called with the enriched
motif alone (five decoy seeds) and with all of JASPAR (three). One JSON line per model and motifs;
exit 1 when a CNN misses .85 with one motif or .70 with all, in the mean of the seeds; the same for
DNABERT-2 (`--dnabert2`, slower to train) at .60 and .50. Sets with fewer than 20 top sites are
shown and not judged: a share of so few says nothing.

`--scans` judges what an earlier run left in DIR, SET/{test.fa,motif.pfm,scan_MODEL}.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.calling import call_hits
from gtrack.core.hits.lending import NullWindows, OwnedRuns
from gtrack.core.hits.motifs import PSEUDOCOUNT, Motif, symmetric_background
from gtrack.core.hits.options import HitOptions
from gtrack.core.hits.pwm import Pwm
from gtrack.core.hits.sites import Words, scan
from gtrack.core.hits.table import HitTable
from gtrack.core.scan.null_windows import window_of
from gtrack.core.segments import Segment
from gtrack.core.sequences import base_codes
from gtrack.io.motifs import read_motifs
from gtrack.workflows.folder.finished import open_finished, scanned_genome, scanned_segments

JASPAR = "motifs/JASPAR2022_vertebrates.pfm"
SITE_P, TOP, Q = 1e-4, 0.02, 0.05
SEEDS = {"one": 5, "all": 3}
GATES = {"cnn": {"one": 0.85, "all": 0.70}, "dnabert2": {"one": 0.60, "all": 0.50}}
LEAST_TOP = 20
EPOCHS = {"tf3": "5", "ctcf": "60"}

Rows = list[tuple[str, int]]


# ---------------------------------------------------------------- sets
def read_rows(path: Path) -> Rows:
    """Read sequences and labels."""
    with path.open() as handle:
        return [(r["sequence"].upper(), int(r["label"])) for r in csv.DictReader(handle)]


def read_set(data: Path, name: str) -> tuple[Rows, Rows]:
    """Return what a model learns from and what it is tried on; no sequence is in both."""
    if name == "ctcf":
        rows = read_rows(data / "dnabert1_sample" / "ctcf101.csv")
        order = np.random.default_rng(0).permutation(len(rows))
        train, test = [rows[k] for k in order[:600]], [rows[k] for k in order[600:]]
    else:
        folder = data / "gue" / "tf" / name.removeprefix("tf")
        train = read_rows(folder / "train.csv") + read_rows(folder / "dev.csv")
        test = read_rows(folder / "test.csv")
    held = {sequence for sequence, _ in test}
    return [row for row in train if row[0] not in held], test


def prepare(data: Path, name: str, folder: Path) -> None:
    """Write a set, and the motif that is enriched in its test positives."""
    folder.mkdir(parents=True)
    train, test = read_set(data, name)
    lines = ["sequence,label", *(f"{sequence},{label}" for sequence, label in train)]
    (folder / "train.csv").write_text("\n".join(lines) + "\n")
    names = [f"s{k:04d}_{label}" for k, (_, label) in enumerate(test)]
    pairs = list(zip(names, test, strict=True))
    (folder / "test.fa").write_text("".join(f">{n}\n{s}\n" for n, (s, _) in pairs))
    (folder / "test.bed").write_text("".join(f"{n}\t0\t{len(s)}\n" for n, (s, _) in pairs))
    best = enriched(TestSet.of(test), read_motifs(data / JASPAR))
    block = (data / JASPAR).read_text().split(f">{best.id}")[1].split(">")[0]
    (folder / "motif.pfm").write_text(f">{best.id}{block}")


def train_and_scan(folder: Path, kind: str, epochs: str) -> None:
    """Train a model with training seed 0, and scan the test sequences with it."""
    model, small = f"{kind}0", ["--config", "small"] if kind == "dnabert2" else []
    learn = ["--csv", "train.csv", "--out", f"m_{model}", "--epochs", epochs, "--seed", "0"]
    _gtrack(folder, "train", kind, *learn, *small)
    given = ["--bed", "test.bed", "--fasta", "test.fa", "--model", f"{model}=m_{model}"]
    _gtrack(folder, "scan", *given, "--out", f"scan_{model}", "--null")


def _gtrack(folder: Path, *arguments: str) -> None:
    """Run a command in a folder; its own words are shown when it fails."""
    command = [sys.executable, "-m", "gtrack", *arguments]
    extra = {"PYTHONPATH": str(Path(__file__).parent.parent)}
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={**os.environ, **extra}
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)}: exit {done.returncode}: {done.stderr}")


# ---------------------------------------------------------------- sites
@dataclass(frozen=True)
class TestSet:
    """The sequences of a test, joined with an N after each."""

    words: Words
    owner: NDArray[np.int64]
    begin: NDArray[np.int64]
    bound: NDArray[np.bool_]
    background: NDArray[np.float64]

    @classmethod
    def of(cls, rows: Rows) -> TestSet:
        """Join sequences."""
        codes = np.concatenate([base_codes(sequence + "N") for sequence, _ in rows])
        lengths = np.array([len(sequence) + 1 for sequence, _ in rows])
        background = symmetric_background(np.bincount(codes[codes < 4], minlength=4))
        owner, begin = np.repeat(np.arange(len(rows)), lengths), lengths.cumsum() - lengths
        bound = np.array([label for _, label in rows], np.bool_)
        return cls(Words(codes), owner, begin, bound, background)

    def matches(
        self, motif: Motif
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.float64]]:
        """Return where a motif matches, on which strand, and how well."""
        return scan(self.words, Pwm.of(motif, self.background, PSEUDOCOUNT), SITE_P)

    def sites(self, motif: Motif) -> list[tuple[int, int]]:
        """Return sequence and offset of the matches in bound sequences that overlap no better."""
        at, reverse, p = self.matches(motif)
        taken = np.zeros(len(self.owner), np.bool_)
        kept = []
        for start in at[np.lexsort((reverse, at, p))].tolist():
            if not taken[start : start + motif.width].any():
                taken[start : start + motif.width] = True
                kept.append((int(self.owner[start]), int(start - self.begin[self.owner[start]])))
        return sorted(site for site in kept if self.bound[site[0]])


def enriched(test: TestSet, motifs: Sequence[Motif]) -> Motif:
    """Return the motif that most sets bound sequences apart: lowest one-sided Fisher p."""
    scored, narrow = [], int(np.diff(test.begin).min()) - 1
    for motif in motifs:
        if motif.width <= narrow:
            having = np.zeros(len(test.bound), np.bool_)
            having[test.owner[test.matches(motif)[0]]] = True
            scored.append((fisher(having, test.bound), motif.id, motif))
    return min(scored, key=lambda row: row[:2])[2]


def fisher(having: NDArray[np.bool_], bound: NDArray[np.bool_]) -> float:
    """Return the chance that as many of the bound, or more, are among those that have it."""
    of, n, k = len(bound), int(bound.sum()), int(having.sum())
    ways = (
        math.comb(k, x) * math.comb(of - k, n - x)
        for x in range(int((having & bound).sum()), min(n, k) + 1)
        if n - x <= of - k
    )
    return sum(ways) / math.comb(of, n)


def top_sites(
    sites: Iterable[tuple[int, int]], width: int, values: Sequence[NDArray[np.float64]]
) -> list[tuple[int, int]]:
    """Return those whose relevance sum is in the top share of all windows of that width."""
    sums = [np.convolve(each, np.ones(width), "valid") for each in values]
    least = np.quantile(np.concatenate(sums), 1 - TOP)
    return [(k, at) for k, at in sites if sums[k][at] >= least]


# ---------------------------------------------------------------- judgement
@dataclass(frozen=True)
class Scanned:
    """Relevance of a finished scan of a test, sequence after sequence, and its null."""

    segments: list[Segment]
    null: NullWindows
    runs: OwnedRuns

    @classmethod
    def read(cls, folder: Path, model: str) -> Scanned:
        """Read a scan with the readers that gtrack hits has."""
        done = open_finished(folder / f"scan_{model}")
        target = next(t for t in done.targets if t.stem == model)
        with scanned_genome(done, folder / "test.fa") as genome:
            segments = list(scanned_segments(done, genome, target))
        assert done.manifest.null is not None
        null = done.folder.parts.read_null(done.plan, done.manifest.null["bases"], target)
        grid = done.plan.grid(target.model)
        of = grid.run_window
        runs = OwnedRuns(
            *(grid.chroms, grid.chrom[of], grid.run_start, grid.run_end),
            *(grid.start[of], grid.end[of]),
        )
        return cls(segments, NullWindows.of(null, map(window_of, null)), runs)

    def call(self, motifs: Sequence[Motif], test: TestSet, seed: int) -> HitTable:
        """Call hits with one seed of decoys and loans."""
        return call_hits(
            lambda: iter(self.segments),
            self.null,
            motifs,
            background=test.background,
            runs=self.runs,
            options=HitOptions(seed=seed),
        )


def covered(
    top: Iterable[tuple[int, int]], width: int, table: HitTable, hit: NDArray[np.bool_]
) -> int:
    """Count the sites of which a hit shares half of the shorter of the two."""
    by: dict[str, list[tuple[int, int]]] = {}
    for row in np.flatnonzero(hit).tolist():
        span = int(table.start[row]), int(table.end[row])
        by.setdefault(table.chroms[table.chrom[row]], []).append(span)
    contigs = {int(name[1:].split("_")[0]): spans for name, spans in by.items()}
    return sum(
        any(
            min(end, at + width) - max(start, at) >= 0.5 * min(end - start, width)
            for start, end in contigs.get(k, ())
        )
        for k, at in top
    )


def judge(folder: Path, model: str, jaspar: Sequence[Motif]) -> Iterable[dict[str, object]]:
    """Yield what is covered with one and with all motifs."""
    lines = (folder / "test.fa").read_text().split()
    labels = [int(name[-1]) for name in lines[::2]]
    test = TestSet.of(list(zip(lines[1::2], labels, strict=True)))
    scanned = Scanned.read(folder, model)
    assert len(scanned.segments) == len(labels)
    best = read_motifs(folder / "motif.pfm")[0]
    sites = test.sites(best)
    values = [segment.relevance.astype(np.float64) for segment in scanned.segments]
    top = top_sites(sites, best.width, values)
    longest = max(map(len, scanned.segments))
    chosen = {"one": [best], "all": [m for m in jaspar if m.width <= longest]}
    for name, motifs in chosen.items():
        lists: dict[str, list[object]] = {}
        begun = time.process_time()
        for seed in range(SEEDS[name]):
            table = scanned.call(motifs, test, seed)
            for key, value in _figures(table, motifs, top, best.width, test).items():
                lists.setdefault(key, []).append(value)
        share = float(np.mean([int(str(n)) for n in lists["covered"]])) / max(1, len(top))
        yield {
            **{"set": folder.name, "model": model, "motifs": name, "enriched": best.name},
            **{"sites": len(sites), "top": len(top), "share": round(share, 3), **lists},
            "cpu_s": round((time.process_time() - begun) / SEEDS[name], 1),
        }


def _figures(
    table: HitTable, motifs: Sequence[Motif], top: list[tuple[int, int]], width: int, test: TestSet
) -> dict[str, object]:
    hit = table.hits(Q)
    supporting = hit & (table.relevance_sum > 0)
    sequence = np.array([int(name[1:].split("_")[0]) for name in table.chroms], np.int64)
    bound = test.bound[sequence[table.chrom]] if len(table) else np.zeros(0, np.bool_)
    bare = np.isin(table.motif, table.unpermuted)
    names = Counter(motifs[k].name for k in table.motif[supporting].tolist())
    word = supporting_at(table, table.q_word)
    place = supporting_at(table, table.q_place)
    return {
        "covered": covered(top, width, table, supporting),
        "hits": int(supporting.sum()),
        "opposing": int((hit & ~supporting).sum()),
        "in_negatives": int((supporting & ~bound).sum()),
        "covered_q_word": covered(top, width, table, word),
        "covered_q_place": covered(top, width, table, place),
        "covered_candidates": covered(top, width, table, table.relevance_sum > 0),
        "unpermuted": len(table.unpermuted),
        "hits_of_unpermuted": int((supporting & bare).sum()),
        "names": names.most_common(3),
    }


def supporting_at(table: HitTable, q: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which rows one half of the verdict would call."""
    return (q < Q) & (table.relevance_sum > 0)


def is_missed(record: dict[str, object]) -> bool:
    """Tell whether a figure is below its gate."""
    kind = str(record["model"])[:-1]  # without the training seed
    least = GATES[kind][str(record["motifs"])]
    return int(str(record["top"])) >= LEAST_TOP and float(str(record["share"])) < least


def main() -> int:
    """Prepare, train, scan, call, judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, help="keep sets, models and scans here")
    parser.add_argument("--scans", type=Path, help="judge these, train nothing")
    parser.add_argument("--only", nargs="+", help="of --scans: SET/MODEL ...")
    parser.add_argument("--dnabert2", action="store_true", help="train a small one of tf/3 as well")
    asked = parser.parse_args()
    data = asked.data.resolve()
    with tempfile.TemporaryDirectory() as temporary:
        work = asked.scans or asked.out or Path(temporary)
        if asked.scans:
            found = sorted(work.glob("*/scan_*"))
            pairs = [(f.parent.name, f.name.removeprefix("scan_")) for f in found]
            if asked.only:
                pairs = [(s, m) for s, m in pairs if f"{s}/{m}" in asked.only]
        else:
            pairs = [("ctcf", "cnn0"), ("tf3", "cnn0")]
            pairs += [("tf3", "dnabert20")] if asked.dnabert2 else []
        jaspar, missed, judged = read_motifs(data / JASPAR), [], 0
        for name, model in pairs:
            if not asked.scans:
                if not (work / name).is_dir():
                    prepare(data, name, work / name)
                train_and_scan(work / name, model[:-1], EPOCHS[name])
            for record in judge(work / name, model, jaspar):
                judged += 1
                print(json.dumps(record), flush=True)
                if is_missed(record):
                    missed.append(f"{name} {model} {record['motifs']}: {record['share']}")
    print(json.dumps({"judged": judged, "missed": missed}))
    return 1 if missed or not judged else 0


if __name__ == "__main__":
    sys.exit(main())
