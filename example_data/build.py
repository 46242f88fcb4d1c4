"""Build the example data: ``python example_data/build.py genome|windows|models|all --work DIR``.

``genome`` writes the genome, its regions and the truth (the same bytes on every machine);
``windows`` simulates the training windows into the work folder; ``models`` trains both models on
them with ``gtrack train`` (the same bytes on one type of CPU: fixed steps, seeds, one thread).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import genome
import numpy as np
import simulate
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
K = 32  # no stretch of so many bases is shared by training windows and the genome
SEED = 7
SHORT = {"n": 90_000, "length": 80, "most_sites": 2}  # a curriculum: short windows first
LONG = {"n": 210_000, "length": 200, "most_sites": 3}
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}


def words(sequences: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Return every K-mer of sequences of codes, shape (..., length), as sorted distinct numbers."""
    length = sequences.shape[-1]
    out = np.zeros((*sequences.shape[:-1], length - K + 1), np.uint64)
    for i in range(K):
        out = out << np.uint64(2) | sequences[..., i : length - K + 1 + i].astype(np.uint64)
    return np.unique(out)


def genome_words() -> NDArray[np.uint64]:
    """Return the K-mers of both strands of the committed genome."""
    table = np.full(256, 4, np.uint8)
    table[simulate.LETTERS] = np.arange(4)
    pieces = []
    for record in (HERE / "genome.fa").read_text().split(">")[1:]:
        codes = table[np.frombuffer("".join(record.split()[1:]).upper().encode(), np.uint8)]
        known = np.where(codes < 4, codes, 0).astype(np.uint8)
        pieces += [words(known), words(simulate.revcomp(known))]
    return np.unique(np.concatenate(pieces))


def rows(part: int, seen: NDArray[np.uint64], shape: dict[str, int]) -> Iterator[str]:
    """Yield the CSV rows of one training file, none of which shares K bases with the genome."""
    block: list[simulate.LabelledWindow] = []
    for window in simulate.windows((SEED, part), **shape):
        block.append(window)
        if len(block) == simulate.BLOCK:
            check_fresh(block, seen)
            block.clear()
        yield f"{window.sequence},{window.label}"
    if block:
        check_fresh(block, seen)


def check_fresh(block: list[simulate.LabelledWindow], seen: NDArray[np.uint64]) -> None:
    """Stop where windows share K bases with the genome."""
    letters = np.frombuffer("".join(w.sequence for w in block).encode(), np.uint8)
    codes = np.searchsorted(simulate.LETTERS, letters).astype(np.uint8).reshape(len(block), -1)
    if np.isin(words(codes), seen, assume_unique=True).any():
        raise SystemExit(f"a training window shares {K} bases with genome.fa: take another SEED")


def write_windows(work: Path) -> None:
    """Write ``short.csv`` and ``long.csv``, columns sequence and label."""
    work.mkdir(parents=True, exist_ok=True)
    seen = genome_words()
    for part, (name, shape) in enumerate((("short", SHORT), ("long", LONG))):
        with (work / f"{name}.csv").open("w", encoding="ascii", newline="\n") as out:
            out.write("sequence,label\n")
            out.writelines(row + "\n" for row in rows(part, seen, shape))


def train(kind: str, out: Path, *options: str) -> None:
    """Run ``gtrack train`` into a fresh folder, with one thread."""
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "gtrack", "train", kind, "--out", str(out), *options]
    print(" ".join(command[2:]), flush=True)
    subprocess.run(command, check=True, env={**os.environ, **ONE_THREAD})


def train_cnn(work: Path) -> None:
    """Train the CNN on long windows."""
    options = "--steps 2400 --batch 64 --lr 2e-3 --seed 1 --augment rc --window 200"
    train("cnn", HERE / "models" / "cnn", "--csv", str(work / "long.csv"), *options.split())


def train_dnabert2(work: Path) -> None:
    """Train the small DNABERT-2 on short windows, then go on with long ones."""
    short = work / "dnabert2_short"
    options = "--config small --vocab 4096 --steps 2000 --window 80"
    shared = "--batch 64 --lr 2e-3 --seed 1 --augment rc".split()
    train("dnabert2", short, "--csv", str(work / "short.csv"), *options.split(), *shared)
    options = "--steps 3200 --window 200"
    out = HERE / "models" / "dnabert2"
    go_on = ("--from", str(short), "--csv", str(work / "long.csv"))
    train("dnabert2", out, *go_on, *options.split(), *shared)


def main() -> None:
    """Run the stages asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    stages = ("genome", "windows", "cnn", "dnabert2", "models", "all")
    parser.add_argument("stage", choices=stages, help="models: windows, cnn and dnabert2")
    parser.add_argument("--work", type=Path, default=HERE.parent / "out" / "example_work")
    args = parser.parse_args()
    if args.stage in ("genome", "all"):
        genome.build(HERE)
    if args.stage in ("windows", "models", "all"):
        write_windows(args.work)
    if args.stage in ("cnn", "models", "all"):
        train_cnn(args.work)
    if args.stage in ("dnabert2", "models", "all"):
        train_dnabert2(args.work)


if __name__ == "__main__":
    main()
