"""Which files of a scan's folder are this program's: only they are ever removed.

A file is ours by its name: one that the manifest lists, one that the shards, the merge and the
calls of hits of the plan there write, or one of the fixed names. Without a plan, the names that
``run.local.json`` gives to tracks of another tool stand for those of models.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gtrack.core.errors import InputError
from gtrack.core.manifest import BESIDE as KINDS_BESIDE
from gtrack.core.small_file import FAILS, whole_json
from gtrack.core.targets import ENDS, NAME, Target, name_targets, path_of
from gtrack.io.atomic import finished_name
from gtrack.io.event_log import is_event_log
from gtrack.io.folders import entries, is_folder, remove_empty, writing_in
from gtrack.io.lock import is_lock
from gtrack.io.plan_folder import PLAN_MOST
from gtrack.workflows.folder.annotation_record import FOLDER as ANNOTATIONS
from gtrack.workflows.folder.annotation_record import RECORD, recorded
from gtrack.workflows.folder.beside_record import RECORD as BESIDE
from gtrack.workflows.folder.evaluation_record import evaluation_files
from gtrack.workflows.folder.hub_folder import clear_unfinished_hubs, hub_files
from gtrack.workflows.folder.marks import SHARED, is_report, is_shared

MANIFEST, RUN, PLAN = "manifest.json", "run.local.json", "plan/plan.json"
TRUST = "trust.json"
GENOME = "genome/genome.fa"

SHARDS = ("shards/null", "shards")
LEASE = ".lease"
RUNS = "runs"
EVALUATION = ("evaluation/chunks", "evaluation")
FOLDERS = (
    *("tracks", "hits", ANNOTATIONS, "null", "hub", "genome"),
    *(*EVALUATION, *SHARDS, RUNS, "plan"),
)
"""The folders of a scan, in the order in which they are emptied."""

ENGINE = "engine"
"""What an engine keeps while it works: its own to remove, and no sign of whose the folder is."""

_REPORT = "report.html"
_TOP = (
    *(MANIFEST, "igv_session.json", "igv_session.xml", "regions.bed", "regions.tsv"),
    *("windows.tsv", TRUST, *SHARED, _REPORT, RUN),
    *(f"{name}.tsv.gz{end}" for name in ("regions", "windows") for end in ("", ".tbi", ".csi")),
)
_TOLD_BY_THEMSELVES = {_REPORT: is_report, **dict.fromkeys(SHARED, is_shared)}
_GENOME = (
    "chrom.sizes",
    "chromAlias.txt",
    *(f"genome.fa{end}" for end in ("", ".fai", ".gz", ".gz.fai", ".gz.gzi")),
)
_HITS = (
    *("hits.bed", "sites.bed", "hits.bb", "motifs.tsv", "words.tsv"),
    *("candidates.bed", "loci.narrowPeak"),
)
_LAST = {PLAN, RECORD}
_LISTED = re.compile(r"(tracks|hits|null|annotations)/[^/]+")
"""What a manifest may call ours, beside the fixed names."""

_MOST_SHARDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Owned:
    """The files of one folder that are gtrack's.

    Parameters
    ----------
    out : Path
        The folder of a scan.
    names : frozenset of str
        Relative to it, whether they are there or not; those of ``hub/`` are read when asked for.
    """

    out: Path
    names: frozenset[str]

    @classmethod
    def of(cls, out: Path) -> Owned:
        """Find out, from what lies in the folder, what of it is ours."""
        names = {*_TOP, PLAN, "plan/regions.tsv", RECORD, BESIDE}
        names |= {f"genome/{name}" for name in _GENOME}
        names |= {f"{ANNOTATIONS}/{name}" for name in recorded(out)}
        names |= {f"{RUNS}/{name}" for name in _names(out, RUNS) if is_event_log(name)}
        if manifest := _json(out / MANIFEST, "gtrack-manifest/"):
            listed = [manifest.get(key) for key in ("tracks", "hits", "null", "ensembles")]
            names |= {text for text in map(path_of, _texts(listed)) if _LISTED.fullmatch(text)}
        if plan := _json(out / PLAN, "gtrack-plan/"):
            names |= set(_of_plan(plan, _json(out / BESIDE, "gtrack-beside/") or {}))
        for stem in foreign_tracks(out):
            names |= {"hits/logos.json", *_of_stem(stem)}
        return cls(out, frozenset(names))

    def there(self, *folders: str) -> Iterator[Path]:
        """Yield our files in `folders` ("" is the top; all by default), unfinished ones included.

        They come in the order in which they can go: the manifest first, the plan last.
        """
        for folder in folders or ("", *FOLDERS):
            if folder == "hub":
                yield from hub_files(self.out / folder)
                continue
            if folder in EVALUATION:
                if folder == EVALUATION[0]:  # both at once
                    yield from evaluation_files(self.out / EVALUATION[1])
                continue
            mine = [name for name in _names(self.out, folder) if self._holds(folder, name)]
            for name in sorted(mine, key=lambda name: (f"{folder}/{name}" in _LAST, _rank(name))):
                yield self.out / folder / name

    def remove(self, *folders: str) -> None:
        """Remove our files in `folders` (all by default), and those folders if they are empty then.

        ``run.local.json`` stays: it says whose folder this is, should the removal be cut short.

        Raises
        ------
        OutputError
            When the system refuses.
        """
        with writing_in(self.out):
            for path in self.there(*folders):
                if path != self.out / RUN:
                    path.unlink(missing_ok=True)
            if not folders:
                clear_unfinished_hubs(self.out)
            for folder in folders or FOLDERS:
                remove_empty(self.out / folder)

    def sweep(self) -> None:
        """Remove unfinished files and leases of killed runs; only while no other is at work."""
        for path in self.there():
            if finished_name(path.name) is not None or path.suffix == LEASE:
                path.unlink(missing_ok=True)

    def _holds(self, folder: str, name: str) -> bool:
        path, whole = self.out / folder / name, finished_name(name) or name
        if (f"{folder}/{whole}" if folder else whole) not in self.names or is_folder(path):
            return False
        is_ours = None if folder else _TOLD_BY_THEMSELVES.get(name)
        return is_ours is None or is_ours(path)


def refuse_foreign(out: Path) -> None:
    """Refuse a folder that leads elsewhere, or whose manifest is somebody else's.

    Raises
    ------
    InputError
        Naming the entry.
    """
    for folder in FOLDERS:
        if folder != "hub" and (out / folder).is_symlink():  # a hub that is a link is left alone
            raise InputError(
                f"{out / folder}: a symbolic link in the place of gtrack's own folder; move it away"
            )
    manifest = out / MANIFEST
    if os.path.lexists(manifest) and not _json(manifest, "gtrack-manifest/"):
        raise InputError(f"{manifest}: is there and is no manifest of gtrack's; move it away")


def stranger(out: Path) -> str | None:
    """Return an entry of a folder that is no scan's; None of a scan's, begun, finished or empty."""
    for name, schema in ((MANIFEST, "manifest"), (PLAN, "plan"), (RUN, "run")):
        if _json(out / name, f"gtrack-{schema}/"):
            return None
    return next((name for name in _names(out) if not _begins(out, name)), None)


def _begins(out: Path, name: str) -> bool:
    """Tell whether an entry is what a run leaves that was killed before it had written anything."""
    if is_lock(name) or finished_name(name) == RUN or name == ENGINE:
        return True
    inside = [each for each in entries(out / name) if each != "null"]
    return name in FOLDERS and is_folder(out / name) and all(map(finished_name, inside))


def plan_targets(plan: dict[str, Any], beside: dict[str, Any]) -> tuple[Target, ...]:
    """Return the targets of a plan's record, of this version or the first, and of ensembles."""
    explained = []
    for model in plan["facts"]["models"]:
        names = model["head"]["names"] if "head" in model else model["labels"]
        indices = model["targets"] if "targets" in model else [model["target"]]
        explained.append((str(model["name"]), indices, names))
    known = {name: rest for name, *rest in explained}
    with suppress(AttributeError, LookupError, TypeError):  # of a damaged record no more is known
        for name, (first, *_) in beside.get("ensembles", {}).items():
            explained.append((name, *known[first]))
    return name_targets(explained)


def _of_plan(plan: dict[str, Any], beside: dict[str, Any]) -> Iterator[str]:
    """Yield what the shards, the merge and the calls of hits of a plan write."""
    # Of a damaged plan no more is known.
    with suppress(ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        yield "hits/logos.json"
        shards = min(int(plan["n_shards"]), _MOST_SHARDS)
        yield from (f"shards/{k:06d}{end}" for k in range(shards) for end in (".npz", LEASE))
        pools = (plan.get("null") or {}).get("pools", {})
        for target in plan_targets(plan, beside):
            stem, parts = target.stem, pools.get(target.model, ())
            yield from _of_stem(stem)
            yield f"null/{stem}.npz"
            yield from (f"shards/null/{stem}.{k:06d}.npz" for k in range(len(parts)))


def _of_stem(stem: str) -> Iterator[str]:
    """Yield the tracks of a target, and what calls of hits write of it."""
    yield from (f"tracks/{stem}{end}.relevance.bw" for end in ENDS)
    yield from (f"tracks/{stem}.{kind}.bw" for kind in KINDS_BESIDE)
    yield from (f"hits/{stem}.{end}" for end in _HITS)


def foreign_tracks(out: Path) -> tuple[str, ...]:
    """Return the names of the tracks of another tool that a folder is about; of a scan, none.

    A scan has a plan. They stand in the manifest, or before that is there in ``run.local.json``.
    """
    if os.path.lexists(out / PLAN):
        return ()
    manifest = _json(out / MANIFEST, "gtrack-manifest/")
    if manifest is None:
        begun = (_json(out / RUN, "gtrack-run/") or {}).get("tracks")
        listed = list(begun) if isinstance(begun, dict) else []
    elif manifest.get("plan_sha256") is None and isinstance(manifest.get("models"), list):
        listed = [each.get("name") for each in manifest["models"] if isinstance(each, dict)]
    else:
        return ()
    return tuple(name for name in listed if isinstance(name, str) and NAME.fullmatch(name))


def _names(out: Path, folder: str = "") -> list[str]:
    """Return the names in a folder of the scan; `out` itself may be a link, what is in it not."""
    return entries(out / folder if folder else out.resolve())


def _rank(name: str) -> tuple[int, str]:
    return (_TOP.index(name) if name in _TOP else len(_TOP)), name


def _json(path: Path, schema: str) -> dict[str, Any] | None:
    """Return a record of one of gtrack's schemas, of any version; None where there is none."""
    try:
        record = None if path.is_symlink() else whole_json(path, PLAN_MOST)
        if isinstance(record, dict) and str(record.get("schema")).startswith(schema):
            return record
    except OSError as error:
        if error.errno in FAILS:  # what is there is not known
            raise
    except (ValueError, RecursionError):
        pass
    return None


def _texts(record: Any) -> Iterator[str]:
    """Yield every text in a record."""
    if isinstance(record, str):
        yield record
    elif isinstance(record, dict | list):
        for each in record.values() if isinstance(record, dict) else record:
            yield from _texts(each)
