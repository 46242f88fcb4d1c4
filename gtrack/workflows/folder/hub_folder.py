"""The folder ``OUT/hub``: which of its files gtrack made, and how it gives way to another."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.small_file import whole
from gtrack.io.atomic import finished_name
from gtrack.io.file_lists import LIST, is_list, read_list
from gtrack.io.folders import entries, is_folder, remove_empty
from gtrack.publish.stanzas import files_in

_TEXT, _BEGINS = "hub.txt", b"hub gtrack_"
_BESIDE = re.compile(r"README\.md|datahub\.json|.+\.bed\.gz(\.tbi|\.csi)?")
"""What goes with a hub and is named by no ``hub.txt``."""

_UNDER_WAY = re.compile(r"hub\.[0-9a-f]{8}\.(new|old)")


def is_hub(hub: Path) -> bool:
    """Tell whether a folder is a hub that gtrack made."""
    text = hub / _TEXT
    if not is_folder(hub) or text.is_symlink() or not text.is_file():
        return False
    with text.open("rb") as file:
        return file.read(len(_BEGINS)) == _BEGINS


def hub_files(hub: Path) -> Iterator[Path]:
    """Yield the files of a hub that gtrack made, ``hub.txt`` last; none of another folder.

    They are those that ``hub.txt`` names, and of those that go with it the ones in the hub's own
    list. Links among them, as ``--link`` makes them, count as themselves.
    """
    if not is_hub(hub):
        return
    named = {name for _, name in files_in(whole(hub / _TEXT).decode(errors="replace"))}
    if is_list(hub / LIST):
        named |= set(filter(_BESIDE.fullmatch, read_list(hub) or {}))
    for name in entries(hub):
        ours = (finished_name(name) or name) in named - {_TEXT} or is_list(hub / name)
        if ours and not is_folder(hub / name):
            yield hub / name
    yield hub / _TEXT


def refuse_foreign_hub(hub: Path) -> None:
    """Refuse to replace what gtrack did not make.

    Raises
    ------
    InputError
        Naming it.
    """
    if os.path.lexists(hub) and not is_hub(hub):
        raise InputError(f"{hub}: is there and is no hub that gtrack made; move it away")


@contextmanager
def making_hub(hub: Path) -> Iterator[Path]:
    """Give a new folder that takes a hub's place when the ``with`` block ends without an error.

    Until then the hub before it stays; what is not gtrack's in that moves into the new one.

    Raises
    ------
    InputError
        When one of those has the name of a file of the new hub.
    OSError
        When the system refuses.
    """
    clear_unfinished_hubs(hub.parent)
    build = hub.with_name(f"hub.{secrets.token_hex(4)}.new")
    build.mkdir()
    try:
        yield build
        _exchange(build, hub)
    finally:
        shutil.rmtree(build, ignore_errors=True)


def _exchange(build: Path, hub: Path) -> None:
    """Give the finished folder its name."""
    old = build.with_suffix(".old")
    foreign = set(entries(hub)) - {path.name for path in hub_files(hub)}
    if taken := sorted(foreign & set(entries(build))):
        raise InputError(f"{hub / taken[0]}: is there and is not gtrack's; move it away")
    if hub.exists():
        hub.rename(old)
    try:
        build.rename(hub)
    except OSError:
        if old.exists():
            old.rename(hub)
        raise
    _retire(old, hub)


def _retire(old: Path, final: Path) -> None:
    """Remove a hub that was replaced; what is not ours in it moves to the one in its place."""
    for path in hub_files(old):
        path.unlink(missing_ok=True)
    for name in entries(old):
        if not os.path.lexists(final / name):
            final.mkdir(exist_ok=True)
            (old / name).rename(final / name)
    remove_empty(old)


def clear_unfinished_hubs(out: Path) -> None:
    """Remove what a killed ``gtrack hub`` left beside ``OUT/hub``.

    Raises
    ------
    OSError
        When the system refuses.
    """
    for name in entries(out.resolve()):
        folder = out / name
        if not _UNDER_WAY.fullmatch(name) or not is_folder(folder):
            continue
        if folder.suffix == ".new":
            shutil.rmtree(folder)  # nobody but gtrack knows its name
        else:
            _retire(folder, out / "hub")
