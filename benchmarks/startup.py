"""`gtrack --help` against the `--help` of a two-verb click script: wall time, medians of 21.

The two run in turn, so that both see the same machine. One JSON line; exit 1 when the gate fails.

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

GATES = {"startup": 1.6}
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


def seconds(command: list[str]) -> float:
    """Return the wall time of one run."""
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def main() -> int:
    """Measure both sides and hold the ratio against its gate."""
    gtrack = [str(Path(sys.executable).with_name("gtrack")), "--help"]
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "two_verbs.py"
        script.write_text(SCRIPT)
        click = [sys.executable, str(script), "--help"]
        pairs = [(seconds(gtrack), seconds(click)) for _ in range(22)][1:]
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    record = {"gtrack_help_s": round(ours, 4), "two_verb_click_s": round(theirs, 4)}
    ratio = ours / theirs
    print(json.dumps({"name": "startup", "ratio": round(ratio, 3), "gate": 1.6, **record}))
    return int(ratio > GATES["startup"])


if __name__ == "__main__":
    sys.exit(main())
