"""One job of the engine: ``python -m gtrack.engines.snakemake.job RUN FIRST LAST THREADS DEVICES``.

It opens the work that the folder of the run names, does the pieces from FIRST to LAST on one of the
devices, and says of each that it is done, or why it is not.
"""

from __future__ import annotations

import errno
import fcntl
import socket
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import cast

from gtrack.core.errors import GtrackError
from gtrack.core.optional_ports import Recounted, WrittenWork
from gtrack.core.ports import lacking
from gtrack.engines.snakemake.run_folder import RunFolder, is_for_good


def main(words: Sequence[str]) -> int:
    """Do the pieces of one job, and return its exit code."""
    run, (first, last, threads) = RunFolder(Path(words[0])), map(int, words[1:4])
    record = run.record()
    module, _, name = record["work"].partition(":")
    work: WrittenWork[object] = getattr(import_module(module), name).reopened(
        Path(record["folder"])
    )
    if any(first <= at <= last for at, why in run.failures() if is_for_good(why)):
        sys.stderr.write("it is no use to try again\n")
        return 1
    at = first
    try:
        with _one_of(words[4].split(","), run.path) as device, work.opened(device, threads) as do:
            if run.begin(first) and not lacking(work, Recounted):
                cast(Recounted[object], work).again(*_left_over(run, work, first, last))
            for at in range(first, last + 1):
                if not run.is_current():
                    sys.stderr.write("the run has ended\n")
                    return 1
                do(work.piece(record["pieces"][at]))
                run.mark(first, at)
                sys.stderr.write(f"{record['pieces'][at]}: done\n")
    except Exception as error:
        if not isinstance(error, GtrackError):
            traceback.print_exc()
        sys.stderr.write(f"{record['pieces'][at]}: {type(error).__name__}: {error}\n")
        if run.is_current():
            run.fail(at, {**_said(error), "first": first, "last": last})
        return 1
    return 0


def _left_over(
    run: RunFolder, work: WrittenWork[object], first: int, last: int
) -> tuple[object, str]:
    """Return the piece at which an earlier try of the job ended, and why."""
    pieces = list(map(work.piece, run.record()["pieces"][first : last + 1]))
    said = {at - first: str(why["message"]) for at, why in run.failures()}
    at = next((at for at, piece in enumerate(pieces) if at in said or not work.is_done(piece)), 0)
    return pieces[at], said.get(at, "its job ended without a word")


def _said(error: Exception) -> dict[str, object]:
    of_system: list[object] | None = None
    kind = type(error).__name__
    if isinstance(error, OSError) and error.errno is not None:
        named = None if error.filename is None else str(error.filename)
        of_system = [error.errno, error.strerror, named]
    said: dict[str, object] = {"kind": kind, "message": str(error), "system": of_system}
    if isinstance(error, GtrackError) and type(error).__reduce__ is not Exception.__reduce__:
        name, made_of = f"{type(error).__module__}:{kind}", error.__reduce__()[1]
        said["again"] = {"name": name, "made_of": list(made_of)}  # it says more than its message
    return said


@contextmanager
def _one_of(devices: Sequence[str], folder: Path) -> Iterator[str]:
    """Yield a device that no other job on this machine has; of one, nobody else is asked."""
    if len(devices) == 1:
        yield devices[0]
        return
    while True:
        for device in devices:
            with ExitStack() as held:
                if _take(device, folder, held):
                    yield device
                    return
        time.sleep(0.2)


def _take(device: str, folder: Path, held: ExitStack) -> bool:
    """Take a device, unless a job has it; of one that is killed, the kernel frees it."""
    file = held.enter_context((folder / f"{device.replace(':', '-')}.lock").open("w"))
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # the disk has no locks; Linux has names that lie on none
        if sys.platform != "linux":
            raise
        try:
            held.enter_context(socket.socket(socket.AF_UNIX)).bind(f"\0{folder.name} {device}")
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
