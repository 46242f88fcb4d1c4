"""Shards on disk: one ``.npz`` per shard, atomic, with the digest of its plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gtrack.core.errors import VerificationError
from gtrack.core.shard import ShardResult
from gtrack.io.sealed import belongs, read_sealed, write_sealed


def shard_path(folder: Path, index: int) -> Path:
    """Return where a shard is kept."""
    return folder / f"{index:06d}.npz"


def write_shard(path: Path, plan_digest: str, results: Mapping[str, ShardResult]) -> None:
    """Write the results of every model for one shard."""
    arrays = {
        f"{name}/{column}": getattr(result, column)
        for name, result in results.items()
        for column in ShardResult.columns()
    }
    write_sealed(path, plan_digest, arrays)


def is_done(path: Path, plan_digest: str) -> bool:
    """Tell whether a shard is whole and belongs to this plan: then it need not be done again."""
    return belongs(path, plan_digest)


def read_shard(path: Path, plan_digest: str, name: str) -> ShardResult:
    """Read one model's results.

    Raises
    ------
    VerificationError
        When the shard is missing, damaged, or of another plan.
    """
    try:
        digest, arrays = read_sealed(path, f"{name}/")
        if digest != plan_digest:
            raise VerificationError(f"{path}: this shard belongs to another plan; scan it anew")
        return ShardResult(*(arrays[column] for column in ShardResult.columns()))
    except (OSError, ValueError, KeyError) as error:
        raise VerificationError(
            f"{path}: the shard is missing or damaged; run gtrack scan --resume"
        ) from error
