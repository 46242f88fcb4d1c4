"""Shards on disk: one ``.npz`` per shard, atomic, with the digest of the plan that it belongs to.

Every array is covered by the CRC-32 of its zip member, which is checked whenever it is read.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gtrack.core.errors import VerificationError
from gtrack.core.shard import ShardResult
from gtrack.io.atomic import replacing


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


def is_done(path: Path, plan_digest: str) -> bool:
    """Tell whether a shard is whole and belongs to this plan: then it need not be done again."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.testzip() is not None:
                return False
        with np.load(path, allow_pickle=False) as arrays:
            return bool(arrays["plan"].tobytes().hex() == plan_digest)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return False


def read_shard(path: Path, plan_digest: str, name: str) -> ShardResult:
    """Read one model's results.

    Raises
    ------
    VerificationError
        When the shard is missing, damaged, or of another plan.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            if arrays["plan"].tobytes().hex() != plan_digest:
                raise VerificationError(f"{path}: this shard belongs to another plan; scan it anew")
            return ShardResult(*(arrays[f"{name}/{column}"] for column in ShardResult.columns()))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise VerificationError(
            f"{path}: the shard is missing or damaged; run gtrack scan --resume"
        ) from error
