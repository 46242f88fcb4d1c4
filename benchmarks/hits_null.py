"""The hit caller where no motif is used: how many runs have a hit all the same.

    python benchmarks/hits_null.py [../shared/data] [--runs 10] [--only CASE ...] [--scans SCAN ...]

What can pass for a used word without being one: relevance that follows the place in the window,
the loudness of real sequence, repeats of which one place is used (whatever it spells), GC, CpG or
poly-A content that comes in islands which shuffling levels, and a network of random weights. Every
third run has the relevance turned to negative. The motifs are 40 to 60 of JASPAR vertebrates, with
those that have no permutations (KLF1, SP2 and their like) where content is the bias, and all 838
for repeats. A run draws its own sequences, relevance, decoys and loans. One JSON line per case;
exit 1 when more than 3 runs in 80 have any hit at q < 0.05, of either sign, or more than 2 in 10
of a case. 8 minutes on one CPU; `--only` runs some cases. `--shuffled` trains models on the sets of
hits_real.py with labels out of order and scans with them, five minutes more: a case of its own.
`--scans` takes finished scans with a null of models that learned nothing.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
from hits_real import EPOCHS, JASPAR, Scanned, prepare, train_and_scan
from numpy.typing import NDArray
from simulate_hits import BACKGROUND, choose_matrices, noise

from gtrack.core.hits.calling import call_hits
from gtrack.core.hits.lending import NullWindows
from gtrack.core.hits.motifs import Motif, symmetric_background
from gtrack.core.hits.options import HitOptions
from gtrack.core.hits.permutations import permuted_columns
from gtrack.core.hits.table import HitTable
from gtrack.core.segments import Segment
from gtrack.core.sequences import BASES, base_codes
from gtrack.core.shuffle import dinucleotide_shuffle
from gtrack.io.motifs import read_motifs

Q = 0.05
RUNS = 10
MOST_POOLED, MOST_OF_CASE = 3 / 80, 2 / 10
SD = 0.3
STEP = 5_000
NAMED = ("SP1", "SP2", "KLF1")

Codes = NDArray[np.uint8]
Values = NDArray[np.float64]
Windows = list[tuple[Codes, Values]]


@dataclass(frozen=True)
class Draw:
    """What a case draws from: chance, and the motifs that are looked for."""

    rng: np.random.Generator
    motifs: Sequence[Motif]

    def background(self, length: int) -> Codes:
        """Return random sequence."""
        return self.rng.choice(4, length, p=BACKGROUND).astype(np.uint8)

    def put_word(self, codes: Codes, at: int, of: int = 10) -> None:
        """Write a word of one of the first motifs, on either strand."""
        motif = self.motifs[int(self.rng.integers(min(of, len(self.motifs))))]
        shares = (motif.counts + 0.1 * BACKGROUND) / (motif.counts.sum(1, keepdims=True) + 0.1)
        drawn = (self.rng.random((motif.width, 1)) > shares.cumsum(1)).sum(1)
        word = np.minimum(drawn, 3).astype(np.uint8)
        codes[at : at + len(word)] = self.turned(word)[: max(0, len(codes) - at)]

    def turned(self, word: Codes) -> Codes:
        """Return a word, or its reverse complement."""
        return word if self.rng.random() < 0.5 else (3 - word)[::-1]

    def shuffled(self, codes: Codes) -> Codes:
        """Return sequence with its dinucleotides in another order."""
        return base_codes(dinucleotide_shuffle("".join(BASES[code] for code in codes), self.rng))

    def noise(self, length: int) -> Values:
        """Return relevance that means nothing."""
        return noise(length, SD, self.rng)

    def with_null(
        self, real: list[Codes], null: int, relevance: Callable[[Codes], Values]
    ) -> tuple[Windows, Windows]:
        """Explain windows, and shuffled ones, by what a model reads of sequence."""
        shuffled = [self.shuffled(real[k % len(real)]) for k in range(null)]
        return [(c, relevance(c)) for c in real], [(c, relevance(c)) for c in shuffled]


# ---------------------------------------------------------------- cases
def position(draw: Draw, length: int) -> tuple[Windows, Windows]:
    """Put relevance in mid-window in three of ten windows; half of the real ones have words."""
    rng, x = draw.rng, np.arange(length)

    def relevance(codes: Codes) -> Values:
        height = (rng.random() < 0.3) * rng.lognormal(0, 0.3) * 3
        bump = height * np.exp(-0.5 * ((x - length // 2) / 4) ** 2)
        return np.asarray(draw.noise(length) + bump)

    real = [draw.background(length) for _ in range(200_000 // length)]
    for codes in real:
        if rng.random() < 0.5:
            draw.put_word(codes, length // 2 - 8 + int(rng.integers(-3, 4)))
    return draw.with_null(real, 300_000 // length, relevance)


def loud(draw: Draw, factor: float) -> tuple[Windows, Windows]:
    """Make real windows louder than shuffled ones; they hold words that nothing reads."""
    real = [draw.background(1_000) for _ in range(150)]
    for codes in real:
        for _ in range(3):
            draw.put_word(codes, int(draw.rng.integers(5, 940)))
    targets, null = draw.with_null(real, 300, lambda codes: draw.noise(len(codes)))
    return [(codes, values * factor) for codes, values in targets], null


def repeat(draw: Draw, share: float) -> tuple[Windows, Windows]:
    """Put one 300-bp repeat in each third window, of which one place is used; some bases differ."""
    rng, ancestor = draw.rng, draw.background(300)
    place, windows = 100 + int(rng.integers(100)), []
    for k in range(90):
        codes, values = draw.background(1_000), np.zeros(1_000)
        if k % 3 == 0:
            copy, bump = ancestor.copy(), np.zeros(300)
            new = rng.random(300) < share
            copy[new] = rng.integers(0, 4, int(new.sum()))
            bump[place : place + 20] = rng.lognormal(0, 0.3) * 2
            if rng.random() < 0.5:
                copy, bump = (3 - copy)[::-1], bump[::-1]
            at = int(rng.integers(0, 700))
            codes[at : at + 300], values[at : at + 300] = copy, bump
        windows.append((codes, values + draw.noise(1_000)))
    return windows, [(c, draw.noise(1_000)) for c in _shuffles(draw, windows, 150)]


def tandem(draw: Draw) -> tuple[Windows, Windows]:
    """Put tandem arrays of one 31-bp unit, of which one place is used in every copy."""
    rng, unit, windows = draw.rng, draw.background(31), []
    for k in range(90):
        codes, values = draw.background(1_000), np.zeros(1_000)
        if k % 3 == 0:
            n = int(rng.integers(5, 16))
            array, bump = np.tile(unit, n), np.tile(np.where(np.arange(31) < 14, 2.0, 0), n)
            new = rng.random(len(array)) < 0.05
            array[new] = rng.integers(0, 4, int(new.sum()))
            at = int(rng.integers(0, 1_000 - len(array)))
            codes[at : at + len(array)] = array
            values[at : at + len(array)] = bump * rng.lognormal(0, 0.3)
        windows.append((codes, values + draw.noise(1_000)))
    return windows, [(c, draw.noise(1_000)) for c in _shuffles(draw, windows, 150)]


def gc(draw: Draw) -> tuple[Windows, Windows]:
    """Read the GC content of 21 bp; real windows have GC-rich islands."""

    def relevance(codes: Codes) -> Values:
        strong = (codes == 1) | (codes == 2)
        around = np.convolve(strong, np.ones(21) / 21, "same")
        return np.asarray(draw.noise(len(codes)) + strong * np.maximum(around - 0.55, 0) * 6)

    real = [_with_island(draw, [0.15, 0.35, 0.35, 0.15]) for _ in range(150)]
    return draw.with_null(real, 300, relevance)


def cpg(draw: Draw) -> tuple[Windows, Windows]:
    """Read every CpG; real windows have islands of them."""

    def relevance(codes: Codes) -> Values:
        pair = np.flatnonzero((codes[:-1] == 1) & (codes[1:] == 2))
        values = draw.noise(len(codes))
        values[pair] += 1.5
        values[pair + 1] += 1.5
        return values

    real = [_with_island(draw, [0.18, 0.32, 0.32, 0.18]) for _ in range(150)]
    return draw.with_null(real, 300, relevance)


def poly_a(draw: Draw) -> tuple[Windows, Windows]:
    """Read runs of A or of T; real windows have long ones."""
    rng, real = draw.rng, []
    for _ in range(150):
        codes = draw.background(1_000)
        for _ in range(int(rng.integers(0, 4))):
            at, n = int(rng.integers(0, 950)), int(rng.integers(8, 30))
            run = np.where(rng.random(n) < 0.1, rng.integers(0, 4, n), 0).astype(np.uint8)
            codes[at : at + n] = draw.turned(run)
        real.append(codes)

    def relevance(codes: Codes) -> Values:
        values = draw.noise(len(codes))
        for base in (0, 3):
            same = codes == base
            dense = np.convolve(same, np.ones(9) / 9, "same")
            values += same * np.maximum(dense - 0.7, 0) * 6
        return values

    return draw.with_null(real, 300, relevance)


def untrained(draw: Draw, repeats: bool) -> tuple[Windows, Windows]:
    """Explain a convolution, ReLU, mean and a weight each, all random."""
    rng = draw.rng
    filters = rng.normal(size=(48, 11, 4)) / np.sqrt(11)
    weights = rng.normal(size=48)
    ancestor, real = draw.background(300), [draw.background(1_000) for _ in range(150)]
    for codes in real[:: 3 if repeats else len(real) + 1]:
        copy = ancestor.copy()
        new = rng.random(300) < 0.1
        copy[new] = rng.integers(0, 4, int(new.sum()))
        at = int(rng.integers(0, 700))
        codes[at : at + 300] = draw.turned(copy)

    def relevance(codes: Codes) -> Values:
        n = len(codes) - 10
        each = np.stack([filters[:, k, codes[k : k + n]] for k in range(11)])  # (11, 48, n)
        on = (each.sum(0) > 0) * weights[:, None]
        values = np.zeros(len(codes))
        for k in range(11):
            values[k : k + n] += (each[k] * on).sum(0)
        return values / 10

    return draw.with_null(real, 300, relevance)


def _shuffles(draw: Draw, windows: Windows, count: int) -> list[Codes]:
    return [draw.shuffled(windows[k % len(windows)][0]) for k in range(count)]


def _with_island(draw: Draw, content: list[float]) -> Codes:
    """Return sequence with a stretch of another composition."""
    codes, rng = draw.background(1_000), draw.rng
    n = int(rng.integers(100, 400))
    at = int(rng.integers(0, 1_000 - n))
    codes[at : at + n] = rng.choice(4, n, p=content)
    return codes


@dataclass(frozen=True)
class Case:
    """How windows are drawn, and which motifs are looked for."""

    draw: Callable[[Draw], tuple[Windows, Windows]]
    motifs: str = "some"


CASES = {
    "position_200": Case(lambda d: position(d, 200)),
    "position_400": Case(lambda d: position(d, 400)),
    "loud_1": Case(lambda d: loud(d, 1.0)),
    "loud_1.5": Case(lambda d: loud(d, 1.5)),
    "loud_2": Case(lambda d: loud(d, 2.0)),
    "gc": Case(gc, "bare"),
    "cpg": Case(cpg, "bare"),
    "poly_a": Case(poly_a, "bare"),
    "tandem": Case(tandem, "bare"),
    "untrained": Case(lambda d: untrained(d, False)),
    "untrained_repeat": Case(lambda d: untrained(d, True)),
    "repeat": Case(lambda d: repeat(d, 0.05), "all"),
    "repeat_permuted": Case(lambda d: repeat(d, 0.05), "permuted"),
    "repeat_diverged": Case(lambda d: repeat(d, 0.10), "all"),
}


# ---------------------------------------------------------------- runs
class Library:
    """The motifs that cases look for."""

    def __init__(self, path: Path) -> None:
        self.all = read_motifs(path)
        by_id = {motif.id: motif for motif in self.all}
        self.some = [by_id[matrix.id] for matrix in choose_matrices(path, 40)]
        bare = [m for m in self.all if m.name in NAMED or not permuted_columns(m, BACKGROUND, 5, 0)]
        self.bare = [*self.some, *(motif for motif in bare if motif not in self.some)]

    def of(self, kind: str, rng: np.random.Generator) -> list[Motif]:
        """Return the motifs of a kind; *permuted* ones are drawn anew."""
        if kind == "permuted":
            return [Motif(m.id, m.name, m.counts[rng.permutation(m.width)]) for m in self.all]
        return {"some": self.some, "bare": self.bare, "all": self.all}[kind]


def simulated(name: str, run: int, library: Library) -> tuple[HitTable, list[Motif]]:
    """Call hits in one run of a case."""
    rng = np.random.default_rng([run, *name.encode()])
    motifs = library.of(CASES[name].motifs, rng)
    real, null = CASES[name].draw(Draw(rng, motifs))
    sign = -1 if run % 3 == 2 else 1
    targets = [
        Segment("sim1", STEP * k, codes, (sign * values).astype(np.float32))
        for k, (codes, values) in enumerate(real)
    ]
    shuffled = [
        Segment(f"null{k}", 0, codes, (sign * values).astype(np.float32))
        for k, (codes, values) in enumerate(null)
    ]
    table = call_hits(
        lambda: iter(targets),
        NullWindows.of(shuffled),
        motifs,
        background=background(targets),
        options=HitOptions(seed=run),
    )
    return table, motifs


def shuffled_scans(data: Path, work: Path, models: int) -> list[Path]:
    """Train CNNs on labels out of order, scan test sequences with them; return the scans."""
    scans = []
    for name in ("ctcf", "tf3"):
        for run in range(models):
            folder = work / f"{name}_{run}"
            if not folder.is_dir():
                prepare(data, name, folder)
                head, *lines = (folder / "train.csv").read_text().split()
                sequences, labels = zip(*(line.split(",") for line in lines), strict=True)
                mixed = np.random.default_rng(run).permutation(labels)
                rows = [f"{s},{label}" for s, label in zip(sequences, mixed, strict=True)]
                (folder / "train.csv").write_text("\n".join([head, *rows]) + "\n")
            if not (folder / "scan_cnn0").is_dir():
                train_and_scan(folder, "cnn", EPOCHS[name])
            scans.append(folder / "scan_cnn0")
    return scans


def background(segments: Sequence[Segment]) -> NDArray[np.float64]:
    """Return base frequencies, as gtrack hits counts them."""
    codes = np.concatenate([segment.codes for segment in segments])
    return symmetric_background(np.bincount(codes, minlength=4)[:4])


def of_scan(folder: Path, run: int, library: Library) -> tuple[HitTable, list[Motif]]:
    """Call hits in a finished scan with one model."""
    scanned = Scanned.read(folder.parent, folder.name.removeprefix("scan_"))
    longest = max(map(len, scanned.segments))
    motifs = [motif for motif in library.all if motif.width <= longest]
    table = call_hits(
        lambda: iter(scanned.segments),
        scanned.null,
        motifs,
        background=background(scanned.segments),
        runs=scanned.runs,
        options=HitOptions(seed=run),
    )
    return table, motifs


def figures(
    name: str, runs: Sequence[Callable[[], tuple[HitTable, list[Motif]]]]
) -> dict[str, object]:
    """Do the runs of a case, one after the other, and count."""
    begun = time.process_time()
    counts: dict[str, list[int]] = {}
    names: Counter[str] = Counter()
    for run in runs:
        table, motifs = run()
        hit = table.hits(Q)
        bare = np.isin(table.motif, table.unpermuted)
        for key, value in {
            "hits": hit,
            "opposing": hit & (table.relevance_sum < 0),
            "of_unpermuted": hit & bare,
            "by_word_alone": table.q_word < Q,
            "by_place_alone": table.q_place < Q,
        }.items():
            counts.setdefault(key, []).append(int(value.sum()))
        names.update(motifs[k].name for k in table.motif[hit].tolist())
    return {
        **{"case": name, "runs": len(runs), "with_hits": sum(n > 0 for n in counts["hits"])},
        **{"motifs": len(motifs), "unpermuted": len(table.unpermuted), **counts},
        "names": names.most_common(4),
        "cpu_s": round((time.process_time() - begun) / len(runs), 1),
    }


def main() -> int:
    """Run the cases and judge them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--first", type=int, default=0, help="number of the first run")
    parser.add_argument("--only", nargs="+", choices=[*CASES, "scans"])
    parser.add_argument("--scans", type=Path, nargs="+", default=[], help="SET/scan_MODEL ...")
    parser.add_argument("--shuffled", type=Path, help="train on shuffled labels, in this folder")
    parser.add_argument("--models", type=int, default=3, help="of each set, of --shuffled")
    asked = parser.parse_args()
    library = Library(asked.data / JASPAR)
    numbers = range(asked.first, asked.first + asked.runs)
    todo = {name: [partial(simulated, name, run, library) for run in numbers] for name in CASES}
    scans = [*asked.scans]
    if asked.shuffled:
        scans += shuffled_scans(asked.data.resolve(), asked.shuffled, asked.models)
    if scans:
        todo["scans"] = [partial(of_scan, at, 0, library) for at in scans]
    done, with_hits, missed = 0, 0, []
    for name in asked.only or todo:
        record = figures(name, todo[name])
        print(json.dumps(record), flush=True)
        runs, bad = len(todo[name]), int(str(record["with_hits"]))
        done, with_hits = done + runs, with_hits + bad
        if bad > math.floor(MOST_OF_CASE * runs):
            missed.append(name)
    if with_hits > MOST_POOLED * done:
        missed.append("pooled")
    print(json.dumps({"case": "pooled", "runs": done, "with_hits": with_hits, "missed": missed}))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
