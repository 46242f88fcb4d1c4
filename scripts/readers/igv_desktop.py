"""Debian's IGV 2 on a screen that nobody sees: driven through its port, read by its snapshots."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

PROGRAMS = ("igv", "Xvfb")
SCREEN = "1400x1000x24"
STARTS_IN = 180.0  # seconds, on a busy machine
ANSWERS_IN = 120.0


def lacking() -> list[str]:
    """Return the programs that this machine lacks."""
    return [program for program in PROGRAMS if shutil.which(program) is None]


def version() -> str:
    """Return the version of Debian's package, or that there is none."""
    asked = ["dpkg-query", "-W", "-f=${Version}", "igv"]
    if shutil.which(asked[0]) is None:
        return "unknown"
    done = subprocess.run(asked, capture_output=True, text=True)  # noqa: S603
    return done.stdout.split("+")[0] or "unknown"


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


class IGV:
    """IGV 2 with a home of its own, without a network.

    Parameters
    ----------
    folder : Path
        Where its home, its log and its snapshots go.
    genome : Path
        The FASTA that it opens first: without one of its own it would ask the network for hg19.
    """

    def __init__(self, folder: Path, genome: Path) -> None:
        self.folder, self._genome = folder.resolve(), genome.resolve()
        self._port = free_port()
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        home = self.folder / "home"
        (home / "igv").mkdir(parents=True, exist_ok=True)
        genomes = home / "genomes.txt"
        genomes.write_text("name\turl\tid\n")
        (home / "igv" / "prefs.properties").write_text(
            f"DEFAULT_GENOME_KEY={self._genome}\n"
            f"IGV.genome.sequence.dir=file://{genomes}\n"
            "PROVISIONING.URL=\n"
        )
        try:
            display = self._screen()
            environment = {**os.environ, "DISPLAY": display, "HOME": str(home)}
            environment["_JAVA_OPTIONS"] = f"-Duser.home={home}"
            self._start(["igv", "-p", str(self._port)], environment, self.folder / "igv.log")
            self._wait()
        except BaseException:
            self._stop()
            raise
        self.say(f"snapshotDirectory {self.folder}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def say(self, command: str) -> str:
        """Give one command of IGV's batch language, and return what it answers."""
        with socket.create_connection(("127.0.0.1", self._port), timeout=ANSWERS_IN) as line:
            line.sendall(f"{command}\n".encode())
            with line.makefile() as answer:
                return answer.readline().strip()

    def open(self, session: Path | str) -> str:
        """Open a session, and return it as IGV would save it: what it made of it."""
        answer = self.say(f"load {session}")
        if answer != "OK":
            raise RuntimeError(f"IGV answers {answer!r} to load {session}")
        return self.saved()

    def saved(self) -> str:
        """Return the session that IGV has open, as it saves it."""
        path = self.folder / "saved.xml"
        path.unlink(missing_ok=True)
        self.say(f"saveSession {path}")
        return path.read_text() if path.exists() else ""

    def snapshot(self, name: str, place: str) -> Path:
        """Return the picture of a place."""
        for command in (f"goto {place}", f"snapshot {name}"):
            answer = self.say(command)
            if answer != "OK":
                raise RuntimeError(f"IGV answers {answer!r} to {command}")
        return self.folder / name

    def _screen(self) -> str:
        """Start an X server on a number that it finds itself, and return its name."""
        reading, writing = os.pipe()
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", SCREEN, "-nolisten", "tcp"]
        self._start(command, dict(os.environ), self.folder / "Xvfb.log", writing)
        os.close(writing)
        with os.fdopen(reading) as said:
            return f":{said.readline().strip()}"

    def _start(self, words: list[str], environment: dict[str, str], log: Path, *fds: int) -> None:
        with log.open("wb") as file:
            process = subprocess.Popen(  # noqa: S603
                words,
                env=environment,
                stdout=file,
                stderr=file,
                pass_fds=fds,
                start_new_session=True,  # igv is a shell script, and Java its child
            )
        self._running.append(process)

    def _wait(self) -> None:
        """Wait until it has loaded its genome: that removes what was opened before."""
        end = time.monotonic() + STARTS_IN
        while time.monotonic() < end:
            try:
                if "Reference sequence" in self.saved():
                    return
            except OSError:
                pass
            time.sleep(0.5)
        raise RuntimeError(f"IGV did not start; {self.folder / 'igv.log'} may say why")

    def _stop(self) -> None:
        for process in reversed(self._running):
            try:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(10)
            except ProcessLookupError:
                pass
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
