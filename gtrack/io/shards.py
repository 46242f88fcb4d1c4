"""Shards on disk: one ``.npz`` per shard, atomic, sealed with the plan and its place in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gtrack.core.errors import VerificationError
from gtrack.core.scan.shard import ShardResult
from gtrack.io.sealed import read_sealed, write_sealed


def shard_path(folder: Path, index: int) -> Path:
    """Return where a shard is kept."""
    return folder / f"{index:06d}.npz"


def write_shard(path: Path, seal: str, results: Mapping[str, ShardResult]) -> None:
    """Write the results of every model for one shard; `seal` is :meth:`Plan.shard_seal`'s."""
    arrays = {
        f"{name}/{column}": [getattr(result, column)]
        for name, result in results.items()
        for column in ShardResult.columns()
    }
    write_sealed(path, seal, arrays)


def read_shard(path: Path, seal: str, name: str) -> ShardResult:
    """Read one model's results.

    Raises
    ------
    VerificationError
        When the shard is missing, damaged, of another plan or another place in it.
    """
    try:
        found, arrays = read_sealed(path, f"{name}/")
        if found != seal:
            raise VerificationError(
                f"{path}: belongs to another plan, or to another place in this one; remove it, "
                "then run gtrack scan --resume"
            )
        result = ShardResult(*(arrays[column] for column in ShardResult.columns()))
        if not result.is_sound():
            raise ValueError("columns that do not belong together")
        return result
    except (OSError, ValueError, KeyError) as error:
        raise VerificationError(
            f"{path}: the shard is missing or damaged; remove it if it is there, then run gtrack "
            "scan --resume"
        ) from error
