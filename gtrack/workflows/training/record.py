"""``training.json``: what a model was trained on, how, and what it then could do."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gtrack import __version__
from gtrack.core.errors import InputError
from gtrack.core.scan.widening import SHORT_BP
from gtrack.core.training.scale import Scale
from gtrack.core.training.splits import Split
from gtrack.core.training.truth import Truth
from gtrack.models.folder import digest
from gtrack.workflows.training.data import TrainingData
from gtrack.workflows.training.job import GC_MATCHED, SHUFFLE, TrainJob

SCHEMA = "gtrack-training/1"
_SHOWN_CONFLICTS = 5


def describe_data(job: TrainJob, given: TrainingData) -> dict[str, Any]:
    """Return the part of the record about the data: no folder, host or time."""
    negatives = job.negatives if job.negatives in (SHUFFLE, GC_MATCHED) else "bed"
    truth, split = given.examples.truth, given.split
    parts = {"train": (truth, split.train), "test": (truth, split.test)}
    if given.extra is not None:
        parts["test_csv"] = given.extra.examples.truth, given.extra.rows
    duplicates = {
        "within_training": split.within_training,
        "removed_from_test": split.removed_duplicates,
        "overlapping_removed_from_test": split.removed_overlaps,
    }
    if given.extra is not None:
        duplicates["removed_from_test_csv"] = given.extra.removed
    data = {
        "files": _files(job),
        "negatives": None if job.csv is not None else negatives,
        "window_bp": given.window_bp,
        "strands": job.strands,
        "labels": list(truth.names),
        "holdout": list(job.holdout),
        "test_share": job.share,
        "rows": {part: of.count(rows) for part, (of, rows) in parts.items()},
        "duplicates": duplicates,
        "conflicting_labels": len(split.conflicts),
        "notes": given.examples.notes,
    }
    if truth.outputs != "classes":  # whose rows have one label each
        data["outputs"] = truth.outputs
        data["windows"] = {part: len(rows) for part, (_, rows) in parts.items()}
    return data


def told(data: dict[str, Any], split: Split) -> Iterator[str]:
    """Yield one line about each thing in the data that the user should know."""
    for part, counts in data["rows"].items():
        total = data.get("windows", {}).get(part, sum(counts.values()))
        if total:
            listed = ", ".join(f"{count:,} {name}" for name, count in counts.items())
            of = f" ({listed})" if data.get("outputs") != "values" else ""
            yield f"{part.replace('_', ' ')}: {total:,} windows{of}"
    found = data["duplicates"]
    if found["within_training"]:
        yield f"duplicates: {found['within_training']:,} within the training set, kept"
    for name, what in (
        ("removed_from_test", "test rows share their sequence with training rows or each other"),
        ("overlapping_removed_from_test", "test windows overlap training windows"),
        ("removed_from_test_csv", "rows of --test-csv stand in the training set or twice"),
    ):
        if found.get(name):
            yield f"duplicates: {found[name]:,} {what}; removed from the test set"
    if split.conflicts:
        what = "values" if data.get("outputs") == "values" else "labels"
        how = "stand in rows that differ" if "outputs" in data else "have more than one label"
        yield (
            f"conflicting {what}: {len(split.conflicts):,} sequences {how}, "
            f"kept; the first: {split.conflicts[0]}"
        )
    if data["window_bp"] < SHORT_BP:
        yield (
            f"warning: windows of {data['window_bp']} bp: shorter than {SHORT_BP} bp, about the "
            "length of a binding site; give a longer --window"
        )
    for name, value in data["notes"].items():
        yield f"{name.replace('_', ' ')}: {value:,}"


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
