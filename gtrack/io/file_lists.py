"""``files.json``: what each file of a folder was when it was written, beside them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.core.small_file import whole_json
from gtrack.io.atomic import write_text
from gtrack.io.file_records import FileRecord, record_file

LIST = "files.json"
"""What the file is called."""

_SCHEMA = "gtrack-files/1"
_LARGEST = 16 << 20  # bytes


def write_list(
    folder: Path, names: Iterable[str], known: Mapping[str, FileRecord] | None = None
) -> None:
    """Write the list of a folder.

    Parameters
    ----------
    folder : Path
    names : iterable of str
        Its files; each is read whole unless it is known.
    known : mapping of str to FileRecord, optional
        What is known of files already.

    Raises
    ------
    InputError
        When a file cannot be read.
    OutputError
        When the disk refuses.
    """
    have = known or {}
    files = {name: (have.get(name) or record_file(folder / name)).to_json() for name in names}
    write_text(folder / LIST, json.dumps({"schema": _SCHEMA, "files": files}, indent=1) + "\n")


def read_list(folder: Path) -> dict[str, FileRecord] | None:
    """Read the list of a folder back; None where there is none.

    Raises
    ------
    InputError
        When the file is no such list.
    """
    path = folder / LIST
    if not path.is_file():
        return None
    try:
        return listed_records(whole_json(path, _LARGEST))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(f"{shown(path)}: is no list of files that gtrack made") from error


def listed_records(record: Any) -> dict[str, FileRecord]:
    """Return the files of a list that was read.

    Raises
    ------
    ValueError, LookupError, TypeError, AttributeError
        When it is no such list.
    """
    if record["schema"] != _SCHEMA:
        raise ValueError("another schema")
    return {
        name: FileRecord(int(each["size"]), str(each["sha256"]), each.get("edges"))
        for name, each in record["files"].items()
        if "/" not in name and name not in (".", "..")
    }


def is_list(path: Path) -> bool:
    """Tell whether a file is such a list."""
    try:
        return not path.is_symlink() and path.name == LIST and read_list(path.parent) is not None
    except InputError:
        return False
