"""Shards on disk: one ``.npz`` per shard, atomic, sealed with the plan and its place in it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from gtrack.core.errors import VerificationError
from gtrack.core.plan import Plan
from gtrack.core.shard import ShardResult
from gtrack.io.sealed import belongs, read_sealed, write_sealed


def shard_path(folder: Path, index: int) -> Path:
    """Return where a shard is kept."""
    return folder / f"{index:06d}.npz"


def shard_seal(plan: Plan, index: int) -> str:
    """Return the sha256 (hex) that marks one shard: plan, number, windows and targets of models.

    A shard under the name of another, or of another cut of the same plan, does not bear it.
    """
    parts = [f"{plan.digest} shard {index}"]
    for model in plan.models:
        cut = plan.shard(index, model.name)
        windows = (cut[0][1], cut[-1][2]) if cut else (0, 0)
        parts.append(f"{model.name} windows {windows} targets {model.targets}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def write_shard(path: Path, plan: Plan, index: int, results: Mapping[str, ShardResult]) -> None:
    """Write the results of every model for one shard."""
    arrays = {
        f"{name}/{column}": getattr(result, column)
        for name, result in results.items()
        for column in ShardResult.columns()
    }
    write_sealed(path, shard_seal(plan, index), arrays)


def is_done(path: Path, plan: Plan, index: int) -> bool:
    """Tell whether a file is this shard of the plan, whole: then it need not be done again."""
    return belongs(path, shard_seal(plan, index))


def read_shard(path: Path, plan: Plan, index: int, name: str) -> ShardResult:
    """Read one model's results.

    Raises
    ------
    VerificationError
        When the shard is missing, damaged, of another plan or another place in it.
    """
    try:
        seal, arrays = read_sealed(path, f"{name}/")
        if seal != shard_seal(plan, index):
            raise VerificationError(
                f"{path}: not shard {index} of this plan; remove the file, then scan it anew"
            )
        return ShardResult(*(arrays[column] for column in ShardResult.columns()))
    except (OSError, ValueError, KeyError) as error:
        raise VerificationError(
            f"{path}: the shard is missing or damaged; run gtrack scan --resume"
        ) from error
