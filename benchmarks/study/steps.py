"""Steps that are done once: a command, the folder it makes, a marker with what it cost."""

from __future__ import annotations

import hashlib
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
RESUMED = ("train", "scan")
"""Verbs that are told to go on; others do so by themselves."""


class StepError(Exception):
    """A step's command did not end well; the message names its log."""


@dataclass(frozen=True)
class Work:
    """The study's folder: ``sets``, ``models``, ``scans``, ``evals``, ``done`` and ``logs``.

    A step is named after the folder that it makes; ``done/NAME.json`` tells its command, the
    checksum of what it read, and what it cost. Where either is another now, it is done again.
    """

    folder: Path

    def at(self, *parts: str) -> Path:
        """Return a place in the folder."""
        return self.folder.joinpath(*parts)

    def marker(self, step: str) -> Path:
        """Return where a step's marker lies."""
        return self.at("done", step + ".json")

    def is_done(self, step: str, command: Sequence[str], inputs: Sequence[Path] = ()) -> bool:
        """Tell whether a step was done with this command, on files with these contents."""
        try:
            marker = json.loads(self.marker(step).read_text())
        except FileNotFoundError:
            return False
        return bool(marker["command"] == [*command] and marker["inputs"] == digest(inputs))

    def run(
        self,
        step: str,
        command: Sequence[str],
        inputs: Sequence[Path] = (),
        progress: Sequence[Path] = (),
    ) -> bool:
        """Run ``gtrack COMMAND`` with one thread unless it was done; tell whether it ran now.

        It makes the folder that the step is named after. What an interrupted run left is gone on
        with (``--resume``); what another command or another input left is removed first. A verb
        that makes its folder at once has its checkpoints in the folders `progress`.

        Raises
        ------
        StepError
            When an input is not there, or the command fails.
        """
        out = self.at(step)
        for path in inputs:
            if not path.is_file():
                raise StepError(f"{step} needs {path}, which an earlier stage makes")
        if self.is_done(step, command, inputs) and out.exists():
            return False
        begun, what = (
            self.marker(step).with_suffix(".begun"),
            json.dumps([*command, digest(inputs)]),
        )
        halves = [path for path in (progress or [out]) if path.exists()]
        resumed = bool(halves) and begun.is_file() and begun.read_text() == what
        for path in {out, *progress} - set(halves if resumed else []):
            shutil.rmtree(path, ignore_errors=True)
        for path in (begun, self.at("logs", step), out):
            path.parent.mkdir(parents=True, exist_ok=True)
        begun.write_text(what)
        more = ["--resume"] if resumed and command[0] in RESUMED else []
        cpu, wall = self._gtrack(step, [*command, *more])
        self.mark(step, command, inputs, cpu, wall, resumed=resumed)
        begun.unlink()
        return True

    def _gtrack(self, step: str, command: Sequence[str]) -> tuple[float, float]:
        """Run a command; return CPU and wall seconds."""
        log = self.at("logs", step + ".log")
        settings = {**os.environ, **dict.fromkeys(THREADS, "1"), "PYTHONPATH": str(ROOT)}
        words, wall = [sys.executable, "-m", "gtrack", *command], time.monotonic()
        with log.open("w") as told:
            running = subprocess.Popen(
                words, stdout=told, stderr=subprocess.STDOUT, env=settings, cwd=self.folder
            )
            _, status, used = os.wait4(running.pid, 0)
            running.returncode = os.waitstatus_to_exitcode(status)
        if running.returncode:
            raise StepError(f"{step}: exit {running.returncode}; see {log}")
        return used.ru_utime + used.ru_stime, time.monotonic() - wall

    def make(self, step: str, command: Sequence[str], do: Callable[[], None]) -> bool:
        """Do a step of our own that makes the folder it is named after; tell whether it ran now.

        `command` says what decides its result.
        """
        out = self.at(step)
        if self.is_done(step, command) and out.exists():
            return False
        if out.exists():
            shutil.rmtree(out)
        wall, cpu = time.monotonic(), time.process_time()
        do()
        self.mark(step, command, (), time.process_time() - cpu, time.monotonic() - wall)
        return True

    def mark(
        self,
        step: str,
        command: Sequence[str],
        inputs: Sequence[Path],
        cpu: float,
        wall: float,
        resumed: bool = False,
    ) -> None:
        """Write a step's marker; that of a resumed step tells the last run's cost alone."""
        path = self.marker(step)
        path.parent.mkdir(parents=True, exist_ok=True)
        facts = {"command": [*command], "inputs": digest(inputs)}
        cost = {"cpu_s": round(cpu, 1), "wall_s": round(wall, 1), "resumed": resumed}
        text = json.dumps({**facts, **cost})
        path.with_suffix(".tmp").write_text(text + "\n")
        path.with_suffix(".tmp").replace(path)

    def resumed(self) -> int:
        """Return how many steps were interrupted, so that they cost more than their marker says."""
        markers = self.at("done").rglob("*.json")
        return sum(json.loads(path.read_text()).get("resumed", False) for path in markers)

    def costs(self) -> dict[str, float]:
        """Return the CPU seconds of every step done, by name."""
        done = self.at("done")
        return {
            str(path.relative_to(done).with_suffix("")): json.loads(path.read_text())["cpu_s"]
            for path in sorted(done.rglob("*.json"))
        }


def digest(paths: Sequence[Path]) -> str:
    """Return the checksum of files, in this order; "" of none."""
    whole = hashlib.sha256()
    for path in paths:
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest() if paths else ""
