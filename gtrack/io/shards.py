"""Shards on disk: one ``.npz`` per shard, atomic, with the digest of the plan that it belongs to.

The sha256 of the zip archive stands behind it (which zip readers ignore) and is checked whenever a
shard is read: zip's own checksums leave out its directory, and NumPy may not reach them.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gtrack.core.errors import VerificationError
from gtrack.core.shard import ShardResult
from gtrack.io.atomic import replacing

_SEAL = hashlib.sha256().digest_size


def shard_path(folder: Path, index: int) -> Path:
    """Return where a shard is kept."""
    return folder / f"{index:06d}.npz"


def write_shard(path: Path, plan_digest: str, results: Mapping[str, ShardResult]) -> None:
    """Write the results of every model for one shard."""
    buffer = io.BytesIO()
    arrays = {"plan": np.frombuffer(bytes.fromhex(plan_digest), np.uint8)}
    arrays |= {
        f"{name}/{column}": getattr(result, column)
        for name, result in results.items()
        for column in ShardResult.columns()
    }
    np.savez(buffer, allow_pickle=False, **arrays)
    with replacing(path) as handle:
        handle.write(buffer.getbuffer())
        handle.write(hashlib.sha256(buffer.getbuffer()).digest())


def is_done(path: Path, plan_digest: str) -> bool:
    """Tell whether a shard is whole and belongs to this plan: then it need not be done again."""
    try:
        with np.load(_unsealed(path), allow_pickle=False) as arrays:
            return bool(arrays["plan"].tobytes().hex() == plan_digest)
    except (OSError, ValueError):
        return False


def read_shard(path: Path, plan_digest: str, name: str) -> ShardResult:
    """Read one model's results.

    Raises
    ------
    VerificationError
        When the shard is missing, damaged, or of another plan.
    """
    try:
        with np.load(_unsealed(path), allow_pickle=False) as arrays:
            if arrays["plan"].tobytes().hex() != plan_digest:
                raise VerificationError(f"{path}: this shard belongs to another plan; scan it anew")
            return ShardResult(*(arrays[f"{name}/{column}"] for column in ShardResult.columns()))
    except (OSError, ValueError, KeyError) as error:
        raise VerificationError(
            f"{path}: the shard is missing or damaged; run gtrack scan --resume"
        ) from error


def _unsealed(path: Path) -> io.BytesIO:
    """Return the archive; ValueError when its digest is not the one behind it."""
    data = path.read_bytes()
    archive, seal = data[:-_SEAL], data[-_SEAL:]
    if hashlib.sha256(archive).digest() != seal:
        raise ValueError(f"{path} is damaged")
    return io.BytesIO(archive)
