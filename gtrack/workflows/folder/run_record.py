"""``run.local.json``: what is true of this machine and this hour only; no result depends on it."""

from __future__ import annotations

import json
import platform
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.small_file import whole_json
from gtrack.io.atomic import write_text
from gtrack.workflows.folder.owned import GENOME, RUN


def begin_run(out: Path, facts: Mapping[str, object]) -> dict[str, object]:
    """Write and return the record of a run that begins.

    Parameters
    ----------
    out : Path
        The folder of a scan.
    facts : mapping
        Paths of the inputs, device and workers.
    """
    record: dict[str, object] = {
        "schema": "gtrack-run/1",
        **facts,
        "host": socket.gethostname(),
        "platform": platform.platform(),
        "started": _now(),
        "ended": None,
    }
    _write(out, record)
    return record


def end_run(out: Path, record: Mapping[str, object]) -> None:
    """Write when the run of a record ended: now."""
    _write(out, {**record, "ended": _now()})


def asked_workers(run: Mapping[str, object]) -> int | None:
    """Return the CPU threads of a record; None where none were asked for."""
    workers = run.get("workers")
    return workers if isinstance(workers, int) else None


def read_run(out: Path) -> dict[str, object]:
    """Read the record back: where the inputs of a plan are on this machine.

    Raises
    ------
    InputError
        When it is missing or damaged.
    """
    path = out / RUN
    try:
        record = {"weights": None, **whole_json(path)}
        if not isinstance(
            record.get("sequences") or record["fasta"], str
        ) or "\\u0000" in json.dumps(record):
            raise ValueError("it names no files")
        return record
    except (OSError, LookupError, TypeError, ValueError) as error:
        raise InputError(
            f"{path}: missing or damaged; it names the plan's inputs: run gtrack plan again"
        ) from error


def source_fasta(out: Path) -> Path:
    """Return where the genome of a scan is on this machine: that of loose sequences in its folder.

    Raises
    ------
    InputError
        When the record is missing or damaged.
    """
    record = read_run(out)
    return out / GENOME if record.get("sequences") else Path(str(record.get("fasta")))


def _write(out: Path, record: Mapping[str, object]) -> None:
    write_text(out / RUN, json.dumps(record, indent=1) + "\n")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
