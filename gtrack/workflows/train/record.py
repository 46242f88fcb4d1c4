"""``training.json``: what a model was trained on, how, and what it then could do."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gtrack import __version__
from gtrack.core.errors import InputError
from gtrack.models.folder import digest
from gtrack.workflows.train.examples import ExampleSet
from gtrack.workflows.train.job import GC_MATCHED, SHUFFLE, TrainJob
from gtrack.workflows.train.scale import Scale
from gtrack.workflows.train.splits import Split
from gtrack.workflows.train.truth import Truth

SCHEMA = "gtrack-training/1"
_SHOWN_CONFLICTS = 5


def describe_data(
    job: TrainJob, examples: ExampleSet, split: Split, window_bp: int
) -> dict[str, Any]:
    """Return the part of the record about the data: no folder, host or time."""
    negatives = job.negatives if job.negatives in (SHUFFLE, GC_MATCHED) else "bed"
    truth = examples.truth
    parts = {"train": split.train, "test": split.test}
    data = {
        "files": _files(job),
        "negatives": None if job.csv is not None else negatives,
        "window_bp": window_bp,
        "strands": job.strands,
        "labels": list(truth.names),
        "holdout": list(job.holdout),
        "test_share": job.share,
        "rows": {part: truth.count(rows) for part, rows in parts.items()},
        "duplicates": {
            "within_training": split.within_training,
            "removed_from_test": split.removed_duplicates,
            "overlapping_removed_from_test": split.removed_overlaps,
        },
        "conflicting_labels": len(split.conflicts),
        "notes": examples.notes,
    }
    if truth.outputs != "classes":  # whose rows have one label each
        data["outputs"] = truth.outputs
        data["windows"] = {part: len(rows) for part, rows in parts.items()}
    return data


def describe_scale(truth: Truth, scale: Scale) -> dict[str, dict[str, float]]:
    """Return mean and standard deviation of every value over the training rows."""
    pairs = zip(truth.names, scale.mean.tolist(), scale.spread.tolist(), strict=True)
    return {name: {"mean": mean, "sd": spread} for name, mean, spread in pairs}


def describe_settings(job: TrainJob, steps: int, device: str) -> dict[str, Any]:
    """Return the part of the record about the optimisation."""
    origin = None
    if job.base is not None:
        name = Path(job.base).name if Path(job.base).exists() else job.base
        origin = {"name": name, "sha256": digest(job.base)}
    return {
        "from": origin,
        "config": None if job.base is not None else Path(job.config or "small").name,
        "augment": sorted(job.augment),
        "shift_bp": job.shift_bp,
        "steps": steps,
        "batch": job.batch,
        "learning_rate": job.lr,
        "warmup": job.warmup,
        "order": "short-first" if job.short_first else "mixed",
        "seed": job.seed,
        "threads": job.threads,
        "device": device.partition(":")[0],
        "vocab": job.vocab if job.kind == "dnabert2" and job.base is None else None,
    }


def versions() -> dict[str, str]:
    """Return the versions that decide the result."""
    names = ("torch", "transformers", "tokenizers", "numpy")
    own = {"python": platform.python_version(), "gtrack": __version__}
    return own | {name: version(name) for name in names}


def _files(job: TrainJob) -> list[dict[str, str]]:
    named = {"csv": job.csv, "positives": job.positives, "fasta": job.fasta}
    if job.negatives not in (None, SHUFFLE, GC_MATCHED):
        named["negatives"] = Path(job.negatives or "")
    named["test_csv"] = job.test_csv
    return [
        {"role": role, "name": path.name, "sha256": _sha256(path)}
        for role, path in named.items()
        if path is not None
    ]


def _sha256(path: Path) -> str:
    if not path.is_file():
        raise InputError(f"{path}: not a plain file; it is read twice, so save a pipe's data first")
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise InputError(f"{path}: cannot be read: {problem.strerror}") from problem
