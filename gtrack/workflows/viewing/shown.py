"""What a viewer is shown of a folder: files by their URL, and what is said of those that are not.

`gtrack view` hands it out by HTTP, a notebook's widget over its own channel.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from gtrack.core.assemblies import CUSTOM
from gtrack.core.errors import GtrackError, InputError
from gtrack.core.listed_files import Room, fasta_files
from gtrack.core.manifest import RunManifest
from gtrack.core.printable import pasted
from gtrack.core.targets import path_of
from gtrack.io.file_lists import LIST, is_list, read_list
from gtrack.io.file_records import FileRecord, looks_changed
from gtrack.io.text import whole_text
from gtrack.publish.manifest import read_manifest
from gtrack.publish.viewer.named_files import hub_files, manifest_files
from gtrack.publish.viewer.served import Entry, ServedFile, ServedText, Withheld
from gtrack.workflows.folder.integrity import changed as told
from gtrack.workflows.folder.integrity import looked_at
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.folder.unfinished import no_folder, unfinished
from gtrack.workflows.viewing.genome import Asked, Sequence, genome_shown, scanned

_SHOWN: tuple[Room, ...] = ("tracks", "hits", "annotations", "tables", "sessions", "genome")
_OPTIONAL = ("igv_session.json", "igv_session.xml")
"""Not in a scan of an earlier gtrack, and not read by the viewer's page."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the plugin may read.

    Parameters
    ----------
    files : mapping of str to Entry
        By the path of the URL: what the manifest or the hub names, and the genome.
    options : mapping
        Those of the plugin's ``mount``.
    notes : tuple of str
        What will not be seen, and why.
    hosts : tuple of str
        What it may ask beside.
    """

    files: Mapping[str, Entry]
    options: Mapping[str, object]
    notes: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


def shown(job: Asked) -> Shown:
    """Look at a folder.

    Raises
    ------
    InputError
        When there is nothing to view.
    """
    if not job.folder.is_dir():
        raise no_folder(job.folder)
    notes: list[str] = []
    table: dict[str, Entry] = {}
    scan = _scan(job)
    urls = manifest_files(scan) if scan else ()
    lent = scan if scan and (job.fasta or scan.genome["fasta"] is None) else None
    options: dict[str, object] = {"manifestURL": "manifest.json"}
    if job.hub:
        options = _hub_options(scan)
        urls = hub_files(_hub_text(job.folder))
        table["/hub/files.json"] = ServedText(_sizes(job.folder / "hub"))
        if lent and lent.genome.get("id") == CUSTOM:
            lent = None  # the hub brings it
    root = job.folder.resolve()
    copied, note = _copy(job, scan)
    notes += [note] if note else []
    changed = _changed(job, scan)
    if scan and (damaged := changed.get(str(scan.genome["fasta"]))):
        copied = dict.fromkeys(copied)
        notes.append(damaged)
    for url in urls:
        if url in copied:
            continue
        entry: Entry = ServedFile(job.folder / path_of(url), root)
        why = _missing(entry)
        if why is None and url in changed:
            notes.append(changed[url])
            entry = Withheld()
        table[f"/{url}"] = entry
        if why and url not in _OPTIONAL:
            notes.append(
                f"{job.folder / path_of(url)}: cannot be shown: {why}; {_cure(job, scan, url)}"
            )
    table.update({f"/{url}": entry for url, entry in copied.items() if entry})
    given = genome_shown(job, lent) if lent else Sequence()
    table = {**given.files, **table}
    notes += [given.note] if given.note else []
    if job.online and not given.hosts:
        notes.append("--online: nothing is fetched: " + (given.not_online or "not needed"))
    return Shown(table, {**options, **given.options}, tuple(notes), given.hosts)


def _scan(job: Asked) -> RunManifest | None:
    """Read the manifest; a hub needs none."""
    path = job.folder / "manifest.json"
    if path.exists():
        return read_manifest(path)
    if job.hub:
        return None
    raise InputError(
        f"{job.folder}: no finished scan here: {unfinished(ScanFolder(job.folder))}"
        + (", and --hub shows the hub" if (job.folder / "hub" / "hub.txt").exists() else "")
    )


def _changed(job: Asked, scan: RunManifest | None) -> Mapping[str, str]:
    """Return what of a scan is not as it was written, by URL, and what is said of it."""
    if job.hub:
        hub = job.folder / "hub"
        looks = ((name, looks_changed(hub / name, kept)) for name, kept in _list(hub).items())
        return {
            f"hub/{quote(name)}": f"{hub / name}: cannot be shown: {why}; {_cure(job, scan, name)}"
            for name, why in looks
            if why and os.path.exists(hub / name)
        }
    if scan is None:
        return {}
    return {
        each.url: f"{each.path}: cannot be shown: {each.why}; {each.cure}"
        for each in looked_at(job.folder, scan, _SHOWN)
        if os.path.exists(each.path) and not each.url.endswith((".fai", ".gzi"))
    }


def _cure(job: Asked, scan: RunManifest | None, url: str) -> str:
    """Say what brings a file back that is not there."""
    if scan is None or job.hub:
        return f"gtrack hub {pasted(job.folder)} --email ADDRESS makes it again"
    return told(job.folder, scan, url, "").cure


def _list(hub: Path) -> Mapping[str, FileRecord]:
    """Return what a hub has on record of its files; a hub of others has nothing."""
    return (read_list(hub) if is_list(hub / LIST) else None) or {}


def _hub_options(scan: RunManifest | None) -> dict[str, object]:
    """Say which hub, and where to begin: it can name no place on a sequence with a colon."""
    return {"hubURL": "hub/hub.txt", **({} if scan is None else {"locus": scan.locus})}


def _sizes(hub: Path) -> str:
    """Return what the page is told of a hub's files: how long each was when it was written."""
    return json.dumps({"files": {name: {"size": kept.size} for name, kept in _list(hub).items()}})


def _hub_text(folder: Path) -> str:
    path = folder / "hub" / "hub.txt"
    if not path.exists():
        where = pasted(folder)
        raise InputError(f"{path}: no hub here; gtrack hub {where} --email ADDRESS makes one")
    return whole_text(path)


def _missing(entry: Entry) -> str | None:
    try:
        entry.open().handle.close()
    except OSError as error:
        return error.strerror
    return None


def _copy(job: Asked, scan: RunManifest | None) -> tuple[dict[str, Entry | None], str | None]:
    """Check the genome that lies in the folder, and find its index; None for what is not shown."""
    url = scan.genome["fasta"] if scan and not job.hub else None
    if scan is None or url is None:
        return {}, None
    path, urls = job.folder / url, fasta_files(url)
    try:
        genome = scanned(path, scan)
        if len(genome.files) != len(urls) or genome.files[0] != path:
            raise InputError(f"{path}: not the copy that gtrack made")
    except GtrackError as error:
        lost = "" if job.fasta else "; letters need it; copy the folder again, or give --fasta FILE"
        return dict.fromkeys(urls), f"{error}{lost}"
    entries = [ServedFile(path, job.folder.resolve()), *map(ServedFile, genome.files[1:])]
    return dict(zip(urls, entries, strict=True)), None
