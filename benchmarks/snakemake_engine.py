"""What Snakemake costs beside worker processes of the local engine: both with two places.

The pieces of a stand-in sleep; to open the work imports all that a scan of a DNABERT-2 does, since
every job pays that. What Snakemake adds does not depend on how long pieces are, so the ratio is
also said for pieces of 60 s, which is the gate.

    python benchmarks/snakemake_engine.py [seconds of a piece, 6]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

GATE, GATED = 1.15, 60.0
PIECES, PLACES = 16, 2


class Sleeping:
    """Pieces that sleep for as long as ``seconds`` in the folder says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def reopened(cls, folder: Path) -> Sleeping:
        """Return the same."""
        return cls(folder)

    def spelled(self, piece: int) -> str:
        """Return its number."""
        return str(piece)

    def piece(self, words: str) -> int:
        """Return the piece of a number."""
        return int(words)

    def is_done(self, piece: int) -> bool:
        """Tell that it is to be done."""
        return False

    @contextmanager
    def opened(self, device: str, workers: int | None) -> Iterator[Callable[[int], None]]:
        """Import what a scan does."""
        for module in ("workflows.scan", "models.dnabert2", "attribution.attnlrp"):
            import_module(f"gtrack.{module}")
        seconds = float((self.folder / "seconds").read_text())
        yield lambda piece: time.sleep(seconds)


def wall(engine: Any, work: Sleeping) -> float:
    """Return the seconds that an engine takes."""
    began = time.perf_counter()
    try:
        assert list(engine.map(work, range(PIECES))) == list(range(PIECES))
    finally:
        engine.close()
    return time.perf_counter() - began


def main(seconds: float) -> int:
    """Run both, and return 1 where the gate is missed."""
    import benchmarks.snakemake_engine as here  # jobs find the class by this name
    from gtrack.engines.local import Local
    from gtrack.engines.snakemake.engine import Snakemake

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "seconds").write_text(str(seconds))
        work = here.Sleeping(Path(folder))
        local = wall(Local(["cpu"] * PLACES, 1), work)
        snakemake = wall(Snakemake(["cpu"], 1, {"jobs": str(PLACES)}), work)
    slept = PIECES * seconds / PLACES
    more = PIECES * (GATED - seconds) / PLACES
    ratio, gated = snakemake / local, (snakemake + more) / (local + more)
    sys.stdout.write(
        f"{PIECES} pieces of {seconds:g} s in {PLACES} places ({slept:g} s at least): local "
        f"{local:.1f} s, Snakemake {snakemake:.1f} s, ratio {ratio:.2f}; with pieces of "
        f"{GATED:g} s {gated:.2f} (gate {GATE})\n"
    )
    return int(gated > GATE)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if sys.argv[1:] else 6.0))
