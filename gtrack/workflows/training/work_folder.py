"""The work folder of a training: its checkpoints, and which of its files are gtrack's."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gtrack.core.errors import InputError, ModelError
from gtrack.core.small_file import whole_json
from gtrack.io.atomic import finished_name, write_text
from gtrack.io.folders import entries, is_folder, remove_empty
from gtrack.io.lock import is_lock, locked
from gtrack.workflows.folder.kept_inputs import of_files, refuse_inputs
from gtrack.workflows.training.job import TrainJob

JOB = "job.json"
"""What a work folder is for, so that another job does not resume it."""

_TOKENIZER = ("tokenizer.json", "tokenizer_config.json")
_CHECKPOINT = re.compile(r"checkpoint-\d+")
_IN_CHECKPOINT = {
    *("config.json", "model.safetensors", *_TOKENIZER, "trainer_state.json", "training_args.bin"),
    *("optimizer.pt", "scheduler.pt", "scaler.pt", "rng_state.pth"),
}


def check_work_folder(job: TrainJob) -> None:
    """Refuse a work folder that is not one, leads elsewhere, holds inputs or waits for --resume.

    Raises
    ------
    InputError
        With the cure.
    OutputError
        When another run is at work in it.
    """
    work = job.work_folder
    if not work.exists() or (work.is_dir() and all(map(is_lock, os.listdir(work)))):
        return
    if not _is_ours(work / JOB):
        raise InputError(f"{work}: not the work folder of a training; remove it or give --work")
    for top in (work / name for name in entries(work.resolve())):
        for path in (top, *(top / name for name in entries(top))):
            if path.is_symlink():
                raise InputError(f"{path}: a symbolic link in a work folder; move it away")
    with locked(work):  # or else another training is at it
        pass
    refuse_inputs(_inputs(job), _ours(work), "the training removes", str(work))
    if newest_checkpoint(work) is not None and not job.resume:
        raise InputError(
            f"{work}: holds an interrupted training; go on with --resume, or remove that folder"
        )


_STATE_MOST = 64_000_000  # bytes: a line for every logged step


def newest_checkpoint(work: Path) -> Path | None:
    """Return the newest checkpoint that was written to its end, or None."""
    found = []
    for folder in work.glob("checkpoint-*"):
        try:
            state = whole_json(folder / "trainer_state.json", _STATE_MOST)
            found.append((int(state["global_step"]), folder))
        except (OSError, ValueError, KeyError):
            continue  # the Trainer writes this file last: without it the checkpoint is a torso
    return max(found)[1] if found else None


@contextmanager
def working(job: TrainJob, identity: dict[str, Any]) -> Iterator[Path]:
    """Claim the work folder for one job; it goes when the job is done or never got anywhere.

    Raises
    ------
    InputError
        When the folder holds another training.
    OutputError
        When another run is at work in it.
    """
    work = job.work_folder
    work.mkdir(parents=True, exist_ok=True)
    try:
        with locked(work):
            _claim(work, json.dumps(identity, indent=1))
            try:
                yield work
            except (InputError, ModelError):  # the cure is another job
                _clear(work)
                raise
            _clear(work)
    finally:
        if is_folder(work):
            remove_empty(work)


def _claim(work: Path, text: str) -> None:
    """Write what the folder is for, or compare it with what is written."""
    if newest_checkpoint(work) is None:  # nothing to lose
        _clear(work)
        write_text(work / JOB, text)
    before, now = (_flat(json.loads(each)) for each in ((work / JOB).read_text(), text))
    if changed := sorted(key for key in before | now if before.get(key) != now.get(key)):
        raise InputError(
            f"{work}: holds another training ({', '.join(changed[:3])} differ); "
            "repeat its options and files, or remove that folder"
        )


def _inputs(job: TrainJob) -> Iterator[tuple[str, str | Path | None]]:
    yield from of_files(
        {
            "--csv ": job.csv,
            "--positives ": job.positives,
            "--negatives ": job.negatives,
            "--fasta ": job.fasta,
            "--test-csv ": job.test_csv,
            "--config ": job.config,
        }
    )
    yield from (("--from ", job.base), ("--tokenizer ", job.tokenizer))


def _is_ours(path: Path) -> bool:
    """Tell whether a file says what a training of gtrack's is to do."""
    try:
        record = whole_json(path)
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(record, dict) and {"kind", "data", "settings"} <= record.keys()


def _ours(work: Path) -> Iterator[Path]:
    """Yield the files of a training, the one that says whose the folder is last."""
    work = work.resolve()  # it may be a link, what lies in it not
    for folder in filter(_CHECKPOINT.fullmatch, entries(work)):
        for name in entries(work / folder):
            if name in _IN_CHECKPOINT and not is_folder(work / folder / name):
                yield work / folder / name
    names = sorted(entries(work), key=lambda name: (name == JOB, name))
    yield from (
        work / name for name in names if (finished_name(name) or name) in (*_TOKENIZER, JOB)
    )


def _clear(work: Path) -> None:
    """Remove what the training made."""
    for path in list(_ours(work)):
        path.unlink(missing_ok=True)
    for name in filter(_CHECKPOINT.fullmatch, entries(work.resolve())):
        remove_empty(work / name)


def _flat(tree: Any, name: str = "") -> dict[str, Any]:
    if not isinstance(tree, dict):
        return {name: tree}
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        flat |= _flat(value, f"{name}.{key}" if name else key)
    return flat
