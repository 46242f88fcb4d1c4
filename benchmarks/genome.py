"""What a plan of a whole genome costs: a generated FASTA, tiled and planned by the command.

The sequences have the lengths of hg38's 25, or are as many short ones as a draft has. CPU seconds
and peak memory of `gtrack plan --tile`, start-up and indexing included; one JSON line, and exit 1
when a gate fails. The FASTA is removed.

    python benchmarks/genome.py --scale 0.02          # a fiftieth of hg38, the default
    python benchmarks/genome.py --scale 1             # all of it: 3.1 GB of disk
    python benchmarks/genome.py --contigs 500000      # a draft of 350 Mb
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

GATES = {"cpu_s": 900.0, "peak_gb": 2.0}
"""Of a whole genome, scaled with it; memory has half a gigabyte of imports that does not scale."""

HG38 = [
    *(248956422, 242193529, 198295559, 190214555, 181538259, 170805979, 159345973, 145138636),
    *(138394717, 133797422, 135086622, 133275309, 114364328, 107043718, 101991189, 90338345),
    *(83257441, 80373285, 58617616, 64444167, 46709983, 50818468, 156040895, 57227415, 16569),
]
WIDTH, PIECE = 60, 6_000_000
MODEL = Path(__file__).parents[1] / "example_data" / "models" / "cnn"


def sequences(lengths: list[int], rng: np.random.Generator) -> Iterator[bytes]:
    """Yield the parts of a FASTA: random bases, with N at ends, centromeres and here and there."""
    pool = np.frombuffer(b"ACGT", np.uint8)[rng.integers(0, 4, PIECE + 2_000_000)]
    for number, size in enumerate(lengths, 1):
        yield b">s%d\n" % number
        for at in range(0, size, PIECE):
            length, first = min(PIECE, size - at), int(rng.integers(2_000_000))
            bases = pool[first : first + length].copy()
            if length >= 100_000:
                bases[: 10_000 * (at == 0)] = ord("N")
                bases[: size // 60 * (at // PIECE == size // PIECE // 2)] = ord("N")
                bases[50_000 : 50_000 + 50_000 * int(rng.random() < 0.5)] = ord("N")
            whole = length - length % WIDTH
            lines = np.full((whole // WIDTH, WIDTH + 1), ord("\n"), np.uint8)
            lines[:, :WIDTH] = bases[:whole].reshape(-1, WIDTH)
            yield lines.tobytes() + (bases[whole:].tobytes() + b"\n" if whole < length else b"")


def measured(command: list[object]) -> tuple[float, float, str]:
    """Return CPU seconds and peak memory (GB) of a command, and what it said."""
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen([str(each) for each in command], stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        said.seek(0)
        text = said.read()
    if status:
        raise SystemExit(text)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6, text


def main() -> None:
    """Print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--scale", type=float, default=0.02)
    parser.add_argument("--contigs", type=int)
    parser.add_argument("--window", type=int, default=512)
    given = parser.parse_args()
    rng = np.random.default_rng(0)
    lengths = [max(1000, int(size * given.scale)) for size in HG38]
    if given.contigs:
        lengths = rng.integers(200, 1200, given.contigs).tolist()
    share = sum(lengths) / sum(HG38)
    with tempfile.TemporaryDirectory() as folder:
        fasta, out = Path(folder) / "genome.fa", Path(folder) / "out"
        with fasta.open("wb") as file:
            file.writelines(sequences(lengths, rng))
        options = ["--fasta", fasta, "--model", f"cnn={MODEL}", "--window", given.window]
        command = [sys.executable, "-m", "gtrack", "plan", "--tile", *options, "--out", out]
        cpu, peak, text = measured(command)
        disk = sum(path.stat().st_size for path in (out / "plan").iterdir())
    lines = [line for line in text.splitlines() if line.startswith("--tile") or "shards (" in line]
    result = {
        "benchmark": "genome",
        "sequences": len(lengths),
        "bases": sum(lengths),
        "cpu_s": round(cpu, 1),
        "peak_gb": round(peak, 2),
        "plan_mb": round(disk / 1e6, 1),
        "said": lines,
    }
    gates = {"cpu_s": 30 + GATES["cpu_s"] * share, "peak_gb": 0.6 + 1.4 * max(share, 0.3)}
    result["ok"] = all(result[name] <= most for name, most in gates.items())
    print(json.dumps(result))
    sys.exit(not result["ok"])


if __name__ == "__main__":
    main()
