"""The merge beside a device: shards that are done go into tracks while it computes the next ones.

On a GPU the processor has cores to spare, and what came after the last shard was a third of a scan.
On CPUs both would take the same cores: there shards are merged at the end, and who is killed before
that has lost none of it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from gtrack.core.scan.plan import Plan
from gtrack.workflows.folder.run_log import RunLog
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.scanning.merged import MergedModel
from gtrack.workflows.scanning.merging import tracks_of
from gtrack.workflows.scanning.merging_process import CODE, END
from gtrack.workflows.scanning.work import staged

MOST_TRACKS = 48
"""More are merged at the end, model by model: each has a dozen files open."""

_MODULE = "gtrack.workflows.scanning.merging_process"

_PATIENCE = 10.0
"""Seconds in which the process puts its own files in order."""


@contextmanager
def merging_beside(plan: Plan, folder: ScanFolder) -> Iterator[MergingBeside | None]:
    """Yield what takes shards as they are done, where that pays; the folder is held by the caller.

    What is not finished in the block leaves nothing.
    """
    tracks = sum(tracks_of(plan, model.name) for model in plan.models)
    wanted = staged(plan.options.device_kind) and tracks <= MOST_TRACKS
    if not wanted or folder.is_merged(plan):
        yield None
        return
    folder.sweep()
    merging = MergingBeside(plan, folder)
    try:
        yield merging
    finally:
        merging.close()


class MergingBeside:
    """A process that merges the shards of a scan: threads would wait for each other's Python.

    Nothing depends on it. Where it comes to nothing, shards are merged at the end as ever, and what
    is wrong with them is told there.

    Parameters
    ----------
    plan : Plan
        As it stands in the folder.
    folder : ScanFolder

    Attributes
    ----------
    seconds : float
        How long it was busy, once it has finished.
    """

    def __init__(self, plan: Plan, folder: ScanFolder) -> None:
        self._plan, self._folder = plan, folder
        self._process: subprocess.Popen[str] | None = None
        self.seconds = 0.0
        # -P: no module of the folder we are in takes the place of one of Python's.
        command = [sys.executable, "-P", "-m", _MODULE, str(folder.out), plan.digest, CODE]
        with suppress(OSError):  # no memory for one more
            self._process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,  # what a terminal sends to all, it does not hear
            )

    def take(self, shard: int) -> None:
        """Let the next shard, which is on disk, be merged."""
        self._tell(str(shard))

    def end(self) -> None:
        """Say that there is no other shard: tracks and tables get their names."""
        self._tell(END)

    def finish(self) -> list[MergedModel] | None:
        """Wait for that, and return what is in them; None where it came to nothing."""
        process = self._process
        if process is None:
            return None
        assert process.stdout is not None
        said = process.stdout.read()
        if process.wait() != 0:
            RunLog(self._folder.out).tell("merged_again", why=f"exit code {process.returncode}")
            self.close()
            return None
        facts = json.loads(said)
        self.seconds = float(facts["seconds"])
        return [MergedModel.of_facts(each) for each in facts["models"]]

    def close(self) -> None:
        """End the process; what it has not finished goes."""
        process, self._process = self._process, None
        if process is None:
            return
        with process:  # closes its pipes: no more lines
            assert process.stdin is not None
            with suppress(OSError):
                process.stdin.close()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
        if process.returncode != 0:
            self._folder.sweep()

    def _tell(self, line: str) -> None:
        if self._process is None or self._process.stdin is None:
            return
        with suppress(OSError):  # it is dead: `finish` sees that
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
