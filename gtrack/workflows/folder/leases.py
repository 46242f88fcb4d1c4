"""Who is at which shard: one small file beside it, so that many machines share a plan.

A lease spares work and decides nothing: a shard that two do at once is written twice, whole, with
the same bytes.
"""

from __future__ import annotations

from pathlib import Path

from gtrack.core.errors import OutputError
from gtrack.core.interruption import ARRIVED, Whole, uninterrupted
from gtrack.io.leases import EXPIRY, Lease, Watch, content_of, holder_of, take_away
from gtrack.workflows.folder.owned import LEASE
from gtrack.workflows.folder.run_log import RunLog


class ShardLeases(Whole):
    """The leases that this run takes; at the end of the ``with`` block it holds none.

    Parameters
    ----------
    shards : Path
        The folder of the shards.

    Attributes
    ----------
    taken_over : int
        How many were of others, who are gone.
    """

    def __init__(self, shards: Path) -> None:
        self._shards, self._watch = shards, Watch()
        self._held: dict[int, Lease] = {}
        self.taken_over = 0

    def _begin(self) -> ShardLeases:
        return self

    def _end(self, error: BaseException | None) -> None:
        for index in list(self._held):
            self._held.pop(index).drop()

    @uninterrupted
    def take(self, index: int) -> bool:
        """Take one shard, unless somebody else is at it.

        Raises
        ------
        OutputError
            When the system refuses.
        """
        taken = self._take(index)
        if ARRIVED.waits:
            raise ARRIVED.exception()
        return taken

    @uninterrupted
    def drop(self, index: int) -> None:
        """Let others have a shard, or see that it is done."""
        self._held.pop(index).drop()
        if ARRIVED.waits:
            raise ARRIVED.exception()

    def _take(self, index: int) -> bool:
        path = self._shards / f"{index:06d}{LEASE}"
        lease, before = Lease(path), None
        try:
            # Looked at first: who waits asks again and again, and a file made in vain is six calls.
            if (content := content_of(path)) is not None:
                before = self._gone(path, content)
                if before is None:
                    return False
            if not lease.take():
                return False
        except OSError as error:
            raise OutputError(f"{path}: cannot write: {error.strerror or error}") from error
        self._held[index] = lease
        self._watch.forget(path)
        if before is not None:
            self.taken_over += 1
            RunLog(self._shards.parent).tell("taken_over", shard=index, holder=before)
        return True

    def _gone(self, path: Path, content: bytes) -> str | None:
        """Take a lease away from somebody who is gone; None where they are not, or may not be."""
        holder = holder_of(content)
        gone = holder is not None and holder.is_gone
        if not gone and (self._watch.still(path, content) or 0.0) <= EXPIRY:
            return None
        return str(holder or "unknown") if take_away(path, content) else None
