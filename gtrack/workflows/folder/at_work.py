"""Who is at work in a scan's folder, for a reader: nothing is written, and nothing is locked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gtrack.io.folders import entries
from gtrack.io.leases import EXPIRY, Watch, content_of, holder_of
from gtrack.io.lock import is_lock
from gtrack.workflows.folder.owned import LEASE


@dataclass(frozen=True, slots=True)
class Run:
    """A run that left a file in the folder, which it keeps alive while it is at work.

    `state` is ``running``; ``ended`` where its process is certainly gone; or ``silent``: its
    counter stood still for `quiet` seconds, so it is likely gone, but its machine is another.
    """

    who: str
    state: str
    quiet: float
    alone: bool = False
    shards: tuple[int, ...] = ()


class RunsSeen:
    """The runs in a folder. Looked at again, counters tell who is alive, whatever clocks say.

    Parameters
    ----------
    out : Path
    """

    def __init__(self, out: Path) -> None:
        self._out, self._watch = out, Watch()
        self._moved: set[Path] = set()

    def look(self) -> list[Run]:
        """Return the runs that there are now, each with the shards that it is at."""
        found: dict[tuple[str, str], Run] = {}
        for key, run in self._files():
            before = found.get(key)
            if before is None:
                found[key] = run
                continue
            livelier = before if before.quiet <= run.quiet else run
            found[key] = Run(
                before.who,
                livelier.state,
                livelier.quiet,
                before.alone or run.alone,
                tuple(sorted((*before.shards, *run.shards))),
            )
        return sorted(found.values(), key=lambda run: (run.state, run.shards, run.who))

    def _files(self) -> Iterator[tuple[tuple[str, str], Run]]:
        for name in entries(self._out.resolve()):
            if is_lock(name):
                yield from self._read(self._out / name, (), alone=name.endswith(".alone"))
        shards = self._out / "shards"
        for name in entries(shards):
            stem, dot, end = name.partition(LEASE)
            if dot and not end and stem.isdigit():
                yield from self._read(shards / name, (int(stem),))

    def _read(
        self, path: Path, shards: tuple[int, ...], *, alone: bool = False
    ) -> Iterator[tuple[tuple[str, str], Run]]:
        with suppress(OSError):  # it goes while it is looked at
            content = content_of(path)
            holder = None if content is None else holder_of(content)
            if content is None or holder is None or not holder.beats:
                return
            quiet = self._quiet(path, content)
            state = "silent" if quiet > EXPIRY else "running"
            if holder.is_here:
                state = "ended" if holder.is_gone else "running"
            yield (str(holder), holder.process), Run(str(holder), state, quiet, alone, shards)

    def _quiet(self, path: Path, content: bytes) -> float:
        """Return for how many seconds a counter has stood still.

        At the first look only two clocks can tell: that of this machine, and that of the disk.
        """
        still = self._watch.still(path, content)
        if still is None:
            self._moved.add(path)
            return 0.0
        return still if path in self._moved else max(still, time.time() - path.stat().st_mtime)
