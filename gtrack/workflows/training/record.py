"""``training.json``: what a model was trained on, how, and what it then could do."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.core.scan.widening import SHORT_BP
from gtrack.core.training.apart import Shared
from gtrack.core.training.likeness import SHARE, K
from gtrack.core.training.scale import Scale
from gtrack.core.training.splits import Split
from gtrack.core.training.truth import Truth
from gtrack.core.version import __version__
from gtrack.io.digest import file_digest
from gtrack.models.folder import digest
from gtrack.workflows.training.data import TrainingData
from gtrack.workflows.training.job import GC_MATCHED, SHUFFLE, TrainJob

SCHEMA = "gtrack-training/1"
_SHOWN_LABELS = 8
_NOTES = {
    "cropped_to_window": "longer than the window, read in the middle: {:,} sequences",
    "windows_with_n": "unknown bases: {:,} windows have N",
    "short_sequences": f"warning: {{:,}} sequences are shorter than {SHORT_BP} bp, about the "
    "length of a binding site",
    "gc_matched_within_2_percent": "negatives: {:,} drawn with the GC of a positive",
    "gc_worst_difference": "negatives: GC differs by up to {:.1%}",
}


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
    }
    shared = {"test": split.shared} if len(split.test) or split.shared.tests else {}
    if given.extra is not None:
        duplicates["removed_from_test_csv"] = given.extra.removed
        shared["test_csv"] = given.extra.shared
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
        "alike": _alike(split)
        | {
            part: {
                "rows_like_training": found.tests,
                "left_out": None if job.shared == "keep" else job.shared,
                "training_rows_left_out": found.trains,
            }
            for part, found in shared.items()
        },
        "conflicting_labels": len(split.conflicts),
        "notes": given.examples.notes,
    }
    if truth.outputs != "classes":  # whose rows have one label each
        data["outputs"] = truth.outputs
        data["windows"] = {part: len(rows) for part, (_, rows) in parts.items()}
    return data


def _alike(split: Split) -> dict[str, Any]:
    """Return what alike means, and how a random split found it."""
    meaning: dict[str, Any] = {"kmer": K, "share": SHARE}
    if split.groups is None:
        return meaning
    sizes = Counter(split.groups.tolist())
    return meaning | {"groups": len(sizes), "largest_group": max(sizes.values())}


def told(data: dict[str, Any], given: TrainingData) -> Iterator[str]:
    """Yield one line about each thing in the data that the user should know."""
    split = given.split
    for part, counts in data["rows"].items():
        total = data.get("windows", {}).get(part, sum(counts.values()))
        if total:
            of = f": {_listed(counts)}" if data.get("outputs") != "values" else ""
            yield f"{_words(part)}: {total:,} windows{of}"
    yield from _told_duplicates(data["duplicates"])
    if "groups" in data["alike"]:
        yield from _told_groups(data, len(given.examples))
    yield from _told_shared(split.shared, "the test set")
    if given.extra is not None:
        yield from _told_shared(given.extra.shared, "--test-csv")
    if split.conflicts:
        what = "values" if data.get("outputs") == "values" else "labels"
        how = "stand in rows that differ" if "outputs" in data else "have more than one label"
        yield (
            f"conflicting {what}: {len(split.conflicts):,} sequences {how}, "
            f"kept; the first: {shown(split.conflicts[0])}"
        )
    if data["window_bp"] < SHORT_BP:
        yield (
            f"warning: windows of {data['window_bp']} bp: shorter than {SHORT_BP} bp, about the "
            "length of a binding site; give a longer --window"
        )
    for name, value in data["notes"].items():
        yield _NOTES[name].format(value)


def _told_duplicates(found: dict[str, int]) -> Iterator[str]:
    if found["within_training"]:
        yield f"duplicates: {found['within_training']:,} within the training set, kept"
    for part in ("test", "test_csv"):
        if found.get(f"removed_from_{part}"):
            count = found[f"removed_from_{part}"]
            yield f"duplicates: {count:,} within the {_words(part)}, of each one is kept"


def _told_groups(data: dict[str, Any], rows: int) -> Iterator[str]:
    alike = data["alike"]
    if alike["groups"] < rows:
        where = "stand on one side of the split"
        if data["alike"]["test"]["left_out"] is None:
            where = "may stand on both sides of the split, as --shared keep asks"
        yield (
            f"alike: {rows:,} windows are {alike['groups']:,} that differ (the largest group has "
            f"{alike['largest_group']:,}); those that overlap or share much of their sequence "
            f"{where}"
        )


def _told_shared(shared: Shared, where: str) -> Iterator[str]:
    if not shared.tests:
        return
    done, other = {
        "test": ("left out of the test", "--shared train leaves out the training rows instead"),
        "train": (f"{shared.trains:,} training rows are left out", ""),
        "keep": (
            "kept, so that the scores are too high",
            "without --shared keep they are left out of the test",
        ),
    }[shared.left_out_of]
    yield (
        f"shared: {shared.tests:,} windows of {where} overlap training windows or share much of "
        f"their sequence; {done}{'; ' * bool(other)}{other}. The first: "
        f"{shown('; '.join(shared.first))}"
    )


def _listed(counts: dict[str, int]) -> str:
    """Say how many rows have each label; of many labels, the ends."""
    each = [f"{count:,} of label {shown(name, 80)}" for name, count in counts.items()]
    if len(each) > _SHOWN_LABELS:
        least, most = min(counts.values()), max(counts.values())
        return f"{len(each):,} labels, {least:,} to {most:,} windows of each"
    return ", ".join(each)


def _words(part: str) -> str:
    return {"train": "training set", "test": "test set", "test_csv": "test CSV"}[part]


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
    return file_digest(path)
