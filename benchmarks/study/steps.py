"""Steps that are done once: a command, the folder it makes, a marker with what it cost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


class StepError(Exception):
    """A step's command did not end well; the message names its log."""


@dataclass(frozen=True)
class Work:
    """The study's folder: ``sets``, ``models``, ``scans``, ``evals``, ``done`` and ``logs``.

    A step is known by its name; ``done/NAME.json`` tells its command and what it cost. A marker of
    another command does not count: the step is done again.
    """

    folder: Path

    def at(self, *parts: str) -> Path:
        """Return a place in the folder."""
        return self.folder.joinpath(*parts)

    def marker(self, step: str) -> Path:
        """Return where a step's marker lies."""
        return self.at("done", step + ".json")

    def is_done(self, step: str, command: Sequence[str]) -> bool:
        """Tell whether a step was done with this command."""
        try:
            return bool(json.loads(self.marker(step).read_text())["command"] == list(command))
        except FileNotFoundError:
            return False

    def run(self, step: str, command: Sequence[str], out: Path, stale: Sequence[Path] = ()) -> bool:
        """Run ``gtrack COMMAND`` with one thread unless it was done; tell whether it ran now.

        What an interrupted run left is gone on with (``--resume``); what another command left is
        removed first, `out` and `stale`.

        Raises
        ------
        StepError
            When the command fails.
        """
        if self.is_done(step, command) and out.exists():
            return False
        begun = self.at("done", step + ".begun")
        places = [path for path in (out, *stale) if path.exists()]
        resumed = bool(places) and begun.is_file() and begun.read_text() == json.dumps([*command])
        if not resumed:
            for path in places:
                shutil.rmtree(path)
        for path in (begun, self.at("logs", step), out):
            path.parent.mkdir(parents=True, exist_ok=True)
        begun.write_text(json.dumps([*command]))
        self._gtrack(step, [*command, *(["--resume"] if resumed else [])])
        begun.unlink()
        return True

    def _gtrack(self, step: str, command: Sequence[str]) -> None:
        log = self.at("logs", step + ".log")
        settings = {**os.environ, **dict.fromkeys(THREADS, "1"), "PYTHONPATH": str(ROOT)}
        wall = time.monotonic()
        with log.open("w") as words:
            running = subprocess.Popen(
                [sys.executable, "-m", "gtrack", *command],
                **{"stdout": words, "stderr": subprocess.STDOUT, "env": settings},
                cwd=self.folder,
            )
            _, status, used = os.wait4(running.pid, 0)
            running.returncode = os.waitstatus_to_exitcode(status)
        if running.returncode:
            raise StepError(f"{step}: exit {running.returncode}; see {log}")
        self.mark(
            step, command, cpu_s=used.ru_utime + used.ru_stime, wall_s=time.monotonic() - wall
        )

    def make(self, step: str, command: Sequence[str], out: Path, do: Callable[[], None]) -> bool:
        """Do a step of our own that makes the folder `out`; `command` says what decides it."""
        if self.is_done(step, command) and out.exists():
            return False
        if out.exists():
            shutil.rmtree(out)
        wall, cpu = time.monotonic(), time.process_time()
        do()
        self.mark(
            step,
            command,
            **{"cpu_s": time.process_time() - cpu, "wall_s": time.monotonic() - wall},
        )
        return True

    def mark(self, step: str, command: Sequence[str], cpu_s: float, wall_s: float) -> None:
        """Write a step's marker."""
        path = self.marker(step)
        path.parent.mkdir(parents=True, exist_ok=True)
        words = [word for word in command if word != "--resume"]
        text = json.dumps({"command": words, "cpu_s": round(cpu_s, 1), "wall_s": round(wall_s, 1)})
        path.with_suffix(".tmp").write_text(text + "\n")
        path.with_suffix(".tmp").replace(path)

    def costs(self) -> dict[str, float]:
        """Return the CPU seconds of every step done, by name."""
        done = self.at("done")
        return {
            str(path.relative_to(done).with_suffix("")): json.loads(path.read_text())["cpu_s"]
            for path in sorted(done.rglob("*.json"))
        }
