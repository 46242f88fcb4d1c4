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
TEST = {"n": 10_000, "length": 200, "most_sites": 3}
CNN = ("--window", "200", "--steps", "2400", "--lr", "2e-3")
DNABERT2 = (
    *("--config", "small", "--vocab", "4096", "--window", "200"),
    *("--steps", "5400", "--lr", "1e-3", "--short-first"),
)
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
    """Write ``long.csv``, ``all.csv`` (short and long) and ``test.csv``: sequence,label."""
    work.mkdir(parents=True, exist_ok=True)
    seen = genome_words()
    parts = ((SHORT, ["all"]), (LONG, ["all", "long"]), (TEST, ["test"]))
    for name in ("all", "long", "test"):
        (work / f"{name}.csv").write_bytes(b"sequence,label\n")
    for part, (shape, names) in enumerate(parts):
        content = "".join(row + "\n" for row in rows(part, seen, shape)).encode("ascii")
        for name in names:
            with (work / f"{name}.csv").open("ab") as out:
                out.write(content)


def train(work: Path, name: str, *options: str) -> None:
    """Run ``gtrack train`` with one thread into the work folder, then put the model into place."""
    out, place = work / name, HERE / "models" / name
    shutil.rmtree(out, ignore_errors=True)
    shutil.rmtree(work / f"{name}.work", ignore_errors=True)
    command = [sys.executable, "-m", "gtrack", "train", name, "--out", str(out), *options]
    command += ["--batch", "64", "--seed", "1", "--augment", "rc", "--threads", "1"]
    command += ["--device", "cpu", "--test-csv", str(work / "test.csv")]
    print(*command[2:], flush=True)
    subprocess.run(command, check=True, cwd=HERE.parent, env={**os.environ, **ONE_THREAD})
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(out, place)


def main() -> None:
    """Run the stages asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    stages = ("genome", "windows", "cnn", "dnabert2", "models", "all")
    parser.add_argument("stage", choices=stages, help="models: windows, cnn and dnabert2")
    parser.add_argument("--work", type=Path, default=HERE.parent / "out" / "example_work")
    args = parser.parse_args()
    work = args.work.resolve()
    if args.stage in ("genome", "all"):
        genome.build(HERE)
    if args.stage in ("windows", "models", "all"):
        write_windows(work)
    if args.stage in ("cnn", "models", "all"):
        train(work, "cnn", "--csv", str(work / "long.csv"), *CNN)
    if args.stage in ("dnabert2", "models", "all"):
        train(work, "dnabert2", "--csv", str(work / "all.csv"), *DNABERT2)


if __name__ == "__main__":
    main()
