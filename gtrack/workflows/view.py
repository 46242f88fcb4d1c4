"""``gtrack view``: everything that the viewer's server hands out for one folder."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from gtrack.core.assemblies import CUSTOM
from gtrack.core.errors import GtrackError, InputError
from gtrack.core.listed_files import Room, fasta_files
from gtrack.core.manifest import RunManifest
from gtrack.core.printable import pasted
from gtrack.core.scan.digests import digest_of
from gtrack.core.targets import path_of
from gtrack.io.fasta import Genome
from gtrack.io.file_lists import LIST, is_list, read_list
from gtrack.io.file_records import FileRecord, looks_changed
from gtrack.io.text import whole_text
from gtrack.publish.manifest import read_manifest
from gtrack.publish.viewer.assets import asset_files, first_modules
from gtrack.publish.viewer.front_page import front_page
from gtrack.publish.viewer.named_files import hub_files, manifest_files
from gtrack.publish.viewer.online import HOSTS, online_sequence
from gtrack.publish.viewer.served import Entry, ServedFile, ServedText, Withheld
from gtrack.publish.viewer.server import ViewServer
from gtrack.workflows.folder.integrity import looked_at
from gtrack.workflows.folder.run_record import source_fasta
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.folder.unfinished import unfinished

_SHOWN: tuple[Room, ...] = ("tracks", "hits", "annotations", "tables", "sessions", "genome")
_OPTIONAL = ("igv_session.json", "igv_session.xml")
"""Not in a scan of an earlier gtrack, and not read by the viewer's page."""


@dataclass(frozen=True, slots=True)
class ViewJob:
    """The options of ``gtrack view``; `port` 0 is a free one."""

    folder: Path
    port: int = 0
    token: bool = False
    hub: bool = False
    igv_js: Path | None = None
    fasta: Path | None = None
    online: bool = False


def view(job: ViewJob) -> tuple[ViewServer, tuple[str, ...]]:
    """Make a server that listens already; ``serve_forever()`` answers.

    Returns
    -------
    ViewServer, tuple of str
        The second says what will not be seen, and why.

    Raises
    ------
    InputError
        When there is nothing to view, a part of the viewer is missing, or the port is taken.
    """
    if not job.folder.is_dir():
        raise InputError(f"{job.folder}: no such folder; give the --out of a finished gtrack scan")
    notes: list[str] = []
    table = _viewer(job)
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
            entry = Withheld("is not as it was written")
        table[f"/{url}"] = entry
        if why and url not in _OPTIONAL:
            notes.append(f"{job.folder / path_of(url)}: cannot be shown: {why}")
    table.update({f"/{url}": entry for url, entry in copied.items() if entry})
    given = _genome(job, lent) if lent else _Sequence()
    table = {**given.files, **table}
    notes += [given.note] if given.note else []
    if job.online and not given.hosts:
        notes.append("--online: nothing is fetched: " + (given.not_online or "not needed"))
    table["/_gtrack/view.json"] = ServedText(json.dumps({**options, **given.options}) + "\n")
    token = secrets.token_urlsafe(24) if job.token else None
    return ViewServer(table, job.port, token, given.hosts), (*notes,)


def _viewer(job: ViewJob) -> dict[str, Entry]:
    """Return the page and what it loads, which the page names beforehand."""
    files = asset_files(job.igv_js)
    table: dict[str, Entry] = {path: ServedFile(file) for path, file in files.items()}
    template, name = files["/"].read_text(encoding="utf-8"), job.folder.resolve().name
    first = ("/_gtrack/view.json", "/hub/hub.txt" if job.hub else "/manifest.json")
    page = front_page(template, name, first_modules(files), first)
    return {**table, "/": ServedText(page)}


def _scan(job: ViewJob) -> RunManifest | None:
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


def _changed(job: ViewJob, scan: RunManifest | None) -> Mapping[str, str]:
    """Return what of a scan is not as it was written, by URL, and what is said of it."""
    if job.hub:
        hub = job.folder / "hub"
        looks = ((name, looks_changed(hub / name, kept)) for name, kept in _list(hub).items())
        return {
            f"hub/{quote(name)}": f"{hub / name}: cannot be shown: {why}; gtrack hub "
            f"{pasted(job.folder)} --email ADDRESS makes it again"
            for name, why in looks
            if why and (hub / name).exists()
        }
    if scan is None:
        return {}
    return {
        each.url: f"{each.path}: cannot be shown: {each.why}; {each.cure}"
        for each in looked_at(job.folder, scan, _SHOWN)
        if each.path.exists() and not each.url.endswith((".fai", ".gzi"))
    }


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


def _copy(job: ViewJob, scan: RunManifest | None) -> tuple[dict[str, Entry | None], str | None]:
    """Check the genome that lies in the folder, and find its index; None for what is not shown."""
    url = scan.genome["fasta"] if scan and not job.hub else None
    if scan is None or url is None:
        return {}, None
    path, urls = job.folder / url, fasta_files(url)
    try:
        genome = _scanned(path, scan)
        if len(genome.files) != len(urls) or genome.files[0] != path:
            raise InputError(f"{path}: not the copy that gtrack made")
    except GtrackError as error:
        lost = "" if job.fasta else "; letters need it; copy the folder again, or give --fasta FILE"
        return dict.fromkeys(urls), f"{error}{lost}"
    entries = [ServedFile(path, job.folder.resolve()), *map(ServedFile, genome.files[1:])]
    return dict(zip(urls, entries, strict=True)), None


def _scanned(path: Path, scan: RunManifest) -> Genome:
    """Return a genome, closed, that is the one that was scanned."""
    if not path.is_file():
        raise InputError(f"{path}: not there")
    with Genome.open(path) as genome:
        if digest_of(genome.chrom_sizes) != scan.genome["sizes_sha256"]:
            raise InputError(f"{path}: not the genome that was scanned")
    return genome


@dataclass(frozen=True, slots=True)
class _Sequence:
    """Where the page reads the sequence of a genome that was not copied."""

    options: Mapping[str, object] = field(default_factory=dict)
    files: Mapping[str, Entry] = field(default_factory=dict)
    note: str | None = None
    hosts: tuple[str, ...] = ()
    not_online: str | None = None


def _genome(job: ViewJob, scan: RunManifest) -> _Sequence:
    """Find the genome that was scanned and not copied; say what is not seen without it."""
    name = str(scan.genome.get("id"))
    root = job.folder.resolve()
    beside = {key: str(scan.genome[key]) for key in ("sizes", "aliases") if key in scan.genome}
    files: dict[str, Entry] = {
        f"/{url}": ServedFile(job.folder / path_of(url), root) for url in beside.values()
    }
    alias = {"aliasURL": beside["aliases"]} if "aliases" in beside else {}
    try:
        path = job.fasta or source_fasta(job.folder)
        genome = _scanned(path, scan)
    except (GtrackError, KeyError) as error:
        if job.fasta is not None:
            raise
        return _without(job, name, str(error), beside["sizes"], alias, files)
    if genome.form == "2bit":  # of which igv.js must be told the sizes
        urls = ["_gtrack/genome.2bit"]
        where = {"twoBitURL": urls[0], "chromSizesURL": beside["sizes"]}
    else:
        urls = fasta_files("_gtrack/genome.fa" + (".gz" if genome.form == "bgzf" else ""))
        where = dict(zip(("fastaURL", "indexURL", "compressedIndexURL"), urls, strict=False))
    reference = {"id": name, "name": path.name if name == CUSTOM else name, **where, **alias}
    files |= {f"/{u}": ServedFile(f) for u, f in zip(urls, genome.files, strict=True)}
    return _Sequence({"reference": reference}, files)


def _without(
    job: ViewJob,
    name: str,
    why: str,
    sizes: str,
    alias: Mapping[str, str],
    files: Mapping[str, Entry],
) -> _Sequence:
    """Show bars by the lengths alone; letters of a known genome from UCSC where that is asked."""
    gone = f"the genome is not at hand ({why})"
    cure = "bars, not letters; --fasta FILE gives the letters"
    if name == CUSTOM:
        own = f"{gone}: {cure}"
        return _Sequence(files=files, note=own, not_online="only a known genome like hg38 can be")
    host = HOSTS[0].partition("//")[2]
    named = {"id": name, "name": name, **alias}
    if not job.online:
        bare = {"reference": {**named, "format": "chromsizes", "fastaURL": sizes}}
        own = f"{gone}: {cure}, and --online lets the page fetch {name} from {host}"
        return _Sequence(bare, files, own)
    reference = {**named, **online_sequence(name), "chromSizesURL": sizes}
    note = (
        f"{gone}: the page fetches the letters of {name} from {host}, which learns the places "
        "that are looked at; --fasta FILE spares it"
    )
    return _Sequence({"reference": reference, "sizes": sizes}, files, note, HOSTS)
