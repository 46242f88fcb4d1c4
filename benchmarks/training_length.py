"""How long a new network has to learn: its score on a test set by windows and steps.

Windows are drawn at random, as many of each label. The CTCF sample is tried on 300 of its windows,
the sets of GUE on their own test sets. ``None`` are the steps of a training that says nothing of
its length, ``5 passes`` those of five passes. One JSON line per training; needs the project's data
folder and, for all, an hour.

    python benchmarks/training_length.py ../shared/data cnn --sets ctcf tf/1 --windows 100 1000
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SETS = {"ctcf": "", "tf/1": "gue/tf/1", "tf/3": "gue/tf/3", "notata": "gue/prom/prom_300_notata"}
LENGTHS = {"5 passes": ("--epochs", "5"), "None": ()}
Rows = list[tuple[str, str]]


def read(path: Path) -> Rows:
    """Return sequence and label of every row."""
    with path.open(newline="") as file:
        return [(row["sequence"], row["label"]) for row in csv.DictReader(file)]


def split_of(data: Path, name: str) -> tuple[Rows, Rows]:
    """Return what may be learnt from, and the test set."""
    if name != "ctcf":
        folder = data / SETS[name]
        return read(folder / "train.csv"), read(folder / "test.csv")
    rows = read(data / "dnabert1_sample" / "ctcf101.csv")
    order = np.random.default_rng(1).permutation(len(rows))
    return [rows[k] for k in order[300:]], [rows[k] for k in order[:300]]


def drawn(rows: Rows, windows: int) -> Rows:
    """Return so many windows, as many of each label."""
    rng = np.random.default_rng(0)
    labels = sorted({label for _, label in rows})
    of_each = [[row for row in rows if row[1] == label] for label in labels]
    share = windows // len(labels)
    return [each[k] for each in of_each for k in rng.permutation(len(each))[:share]]


def write(path: Path, rows: Rows) -> Path:
    """Write rows as the CSV that a training reads."""
    path.write_text("sequence,label\n" + "".join(f"{seq},{label}\n" for seq, label in rows))
    return path


def train(kind: str, train_csv: Path, test_csv: Path, length: tuple[str, ...]) -> dict[str, object]:
    """Train once; return steps, scores on the test set and seconds."""
    out = train_csv.parent / "model"
    words = ("train", kind, "--csv", train_csv, "--test-csv", test_csv, "--shared", "keep")
    config = ("--config", "small", "--out", out)
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "gtrack", *map(str, (*words, *length, *config))],
        check=True,
        capture_output=True,
    )
    took = time.perf_counter() - begun
    record = json.loads((out / "training.json").read_text())
    scores = record["metrics"]["test_csv"]
    found = {key: round(scores[key]["value"], 3) for key in ("auroc", "mcc")}
    return {"steps": record["settings"]["steps"], **found, "wall_s": round(took)}


def main() -> None:
    """Train at every length on every set and number of windows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("kind", choices=["cnn", "dnabert2"])
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    parser.add_argument("--windows", nargs="+", type=int, default=[100, 300, 1000, 4000])
    parser.add_argument("--steps", nargs="*", type=int, default=[250, 500, 2000])
    given = parser.parse_args()
    lengths = LENGTHS | {str(steps): ("--steps", str(steps)) for steps in given.steps}
    for name in given.sets:
        learnt_from, test = split_of(given.data, name)
        for windows in given.windows:
            rows = drawn(learnt_from, windows)
            if len(rows) < windows:
                continue  # the CTCF sample has 700
            for said, length in lengths.items():
                with tempfile.TemporaryDirectory() as folder:
                    train_csv = write(Path(folder, "train.csv"), rows)
                    test_csv = write(Path(folder, "test.csv"), test)
                    record = train(given.kind, train_csv, test_csv, length)
                head = {"name": given.kind, "set": name, "windows": windows, "length": said}
                print(json.dumps({**head, **record}), flush=True)


if __name__ == "__main__":
    main()
