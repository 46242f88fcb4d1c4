"""What it takes to begin: the help, and the refusal of a BED that is not there.

`gtrack --help` against the `--help` of a two-verb click script, medians of 21; `gtrack scan` of a
missing BED against `import torch`, which it must not wait for, medians of 7. Wall time; each pair
runs in turn, so that both see the same machine. A JSON line each; exit 1 when a gate fails.

    python benchmarks/startup.py
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GATES = {"startup": 1.6, "refusal": 0.6}
SCRIPT = '''
import click

@click.group()
def main():
    """Two verbs."""

@main.command()
def one():
    """First."""

@main.command()
def two():
    """Second."""

main()
'''


def seconds(command: list[str], code: int = 0) -> float:
    """Return the wall time of one run, which must end with a code."""
    begun = time.perf_counter()
    ran = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    took = time.perf_counter() - begun
    assert ran.returncode == code, (command, ran.returncode)
    return took


def held(name: str, pairs: list[tuple[float, float]], sides: tuple[str, str]) -> bool:
    """Print the medians of pairs and their ratio; tell whether that passes its gate."""
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    record = {sides[0]: round(ours, 4), sides[1]: round(theirs, 4)}
    ratio, gate = ours / theirs, GATES[name]
    print(json.dumps({"name": name, "ratio": round(ratio, 3), "gate": gate, **record}))
    return ratio <= gate


def main() -> int:
    """Measure both sides of each pair and hold their ratios against the gates."""
    gtrack, python = str(Path(sys.executable).with_name("gtrack")), sys.executable
    with tempfile.TemporaryDirectory() as folder:
        script, nowhere = Path(folder) / "two_verbs.py", str(Path(folder) / "nowhere")
        script.write_text(SCRIPT)
        helps, click = [gtrack, "--help"], [python, str(script), "--help"]
        pairs = [(seconds(helps), seconds(click)) for _ in range(22)][1:]
        light = held("startup", pairs, ("gtrack_help_s", "two_verb_click_s"))
        files = ["--bed", f"{nowhere}.bed", "--fasta", f"{nowhere}.fa", "--model", f"m={nowhere}"]
        scan, torch = [gtrack, "scan", *files, "--out", nowhere], [python, "-c", "import torch"]
        pairs = [(seconds(scan, 2), seconds(torch)) for _ in range(8)][1:]
        light &= held("refusal", pairs, ("no_such_bed_s", "import_torch_s"))
    return int(not light)


if __name__ == "__main__":
    sys.exit(main())
