"""The folder of a scan: where everything in it lies, how far the scan is, and what may go.

Only this room removes files of a scan, and only those that are gtrack's by name (``owned.py``).
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.listed_files import TABLES
from gtrack.core.manifest import RunManifest
from gtrack.core.printable import pasted
from gtrack.core.scan.plan import Plan
from gtrack.io.atomic import write_text
from gtrack.io.bbi import check_big_name
from gtrack.io.folders import entries, writing_in
from gtrack.io.lock import is_lock
from gtrack.io.packed_tables import either
from gtrack.io.plan_folder import read_plan, write_plan
from gtrack.publish.manifest import read_manifest, to_json
from gtrack.publish.session import igv_json, igv_xml
from gtrack.workflows.folder.foreign import no_model
from gtrack.workflows.folder.holding import holding
from gtrack.workflows.folder.integrity import records, refuse_changed
from gtrack.workflows.folder.kept_inputs import Inputs, refuse_inputs
from gtrack.workflows.folder.owned import (
    ENGINE,
    MANIFEST,
    PLAN,
    RUN,
    SHARDS,
    TRUST,
    Owned,
    foreign_tracks,
    stranger,
)
from gtrack.workflows.folder.parts import Parts
from gtrack.workflows.folder.run_log import RunLog
from gtrack.workflows.folder.run_record import read_run

__all__ = ["TRUST", "ScanFolder"]


@dataclass(frozen=True, slots=True)
class ScanFolder:
    """One scan's folder (``--out``), whatever is in it.

    Parameters
    ----------
    out : Path
    """

    out: Path

    # Where things lie.

    @property
    def regions_bed(self) -> Path:
        """The regions that were scanned."""
        return self.out / "regions.bed"

    @property
    def regions_table(self) -> Path:
        """One row per region, model and target."""
        return either(self.out / "regions.tsv")

    @property
    def windows_table(self) -> Path:
        """One row per window, strand, model and target."""
        return either(self.out / "windows.tsv")

    @property
    def hits(self) -> Path:
        """The folder of motif hits."""
        return self.out / "hits"

    @property
    def hub(self) -> Path:
        """The folder of the track hub."""
        return self.out / "hub"

    @property
    def parts(self) -> Parts:
        """Its shards and nulls."""
        return Parts(self.out)

    # What it holds.

    def read_plan(self) -> Plan:
        """Read the plan.

        Raises
        ------
        InputError
            When there is none, or it was changed.
        """
        if names := self.foreign_tracks():
            raise no_model(self.out, names, "scan with, and no plan")
        return read_plan(self.out / "plan")

    def read_manifest(self) -> RunManifest:
        """Read the manifest; the caller knows that there is one."""
        return read_manifest(self.out / MANIFEST)

    def read_run(self) -> dict[str, object]:
        """Read where the inputs are on this machine; see :func:`read_run`."""
        return read_run(self.out)

    def foreign_tracks(self) -> tuple[str, ...]:
        """Return the names of tracks of another tool, where it is about such; of a scan, none."""
        return foreign_tracks(self.out)

    # How far the scan is.

    def is_empty(self) -> bool:
        """Whether nothing lies here, or nothing but locks and what an engine keeps."""
        return all(is_lock(name) or name == ENGINE for name in entries(self.out.resolve()))

    def stranger(self) -> str | None:
        """Return an entry of a folder that is no scan's; see :func:`stranger`."""
        return stranger(self.out)

    def has_run(self) -> bool:
        """Whether it says where its inputs are on this machine."""
        return (self.out / RUN).exists()

    def is_planned(self) -> bool:
        """Whether there is a plan."""
        return (self.out / PLAN).exists()

    def has_manifest(self) -> bool:
        """Whether there is a manifest: then a scan of some plan was finished here."""
        return (self.out / MANIFEST).exists()

    def is_merged(self, plan: Plan) -> bool:
        """Whether the tracks and tables of just this plan are all there."""
        manifest = self.read_manifest() if self.has_manifest() else None
        if manifest is None:
            return False
        tracks = (each.path for each in manifest.explained)
        names = (*tracks, *(manifest.regions[key] for key in TABLES if key in manifest.regions))
        return manifest.plan_sha256 == plan.digest and all((self.out / n).is_file() for n in names)

    def refuse_changed(self, plan: Plan) -> None:
        """Refuse a finished scan of this plan that holds a file which is not as it was written.

        What is gone is made again; so are a damaged null, and sessions newer than the manifest.

        Raises
        ------
        VerificationError
            Naming the file and the cure.
        """
        manifest = self.read_manifest() if self.has_manifest() else None
        if manifest is not None and manifest.plan_sha256 == plan.digest:
            refuse_changed(self.out, manifest, ("tracks", "tables", "genome"), missing=False)

    def is_finished(self, plan: Plan) -> bool:
        """Whether tracks and null of just this plan are all there; then its shards may go."""
        if not (merged := self.is_merged(plan)) or plan.null is None:
            return merged
        same = (self.read_manifest().null or {}).get("bases") == plan.null.bases
        return same and all(self.parts.has_null(plan, target) for target in plan.targets)

    # What is done to it.

    def held(self, *, shared: bool = False) -> AbstractContextManager[None]:
        """Hold the folder against other runs; see :func:`holding`."""
        return holding(self.out, shared=shared)

    def refuse_unfit(self, inputs: Inputs, *, resume: bool, overwrite: bool) -> None:
        """Find out whether a scan may be written here, before anything slow; change nothing.

        Raises
        ------
        InputError
            When the folder holds files and neither `resume` nor `overwrite` is set, holds files
            that no scan made, or an input is among what would be replaced.
        """
        check_big_name(self.out)
        if resume and overwrite:
            raise InputError("--resume and --overwrite exclude each other")
        if not overwrite and (names := self.foreign_tracks()):
            raise no_model(
                *(self.out, names),
                "go on with; use --overwrite to replace all that is there, or another --out",
            )
        held = not self.is_empty()
        if held and not resume and not overwrite:
            raise InputError(
                f"{self.out}: the folder is not empty; use --resume to go on with its scan, "
                "--overwrite to replace it, or another --out"
            )
        if held and (foreign := stranger(self.out)) is not None:
            option = "--resume goes on with" if resume else "--overwrite replaces"
            raise InputError(
                f"{self.out}: {option} a scan only, and this folder holds {foreign!r} and no scan; "
                "choose another --out"
            )
        if overwrite:
            self.refuse_inputs(inputs, (), "--overwrite removes")
        else:
            self.refuse_inputs(inputs, ("hits", "annotations", "shards"), "the scan replaces")

    def refuse_unfit_tracks(self, inputs: Inputs, *, overwrite: bool) -> None:
        """Find out whether tracks of another tool may be written here; change nothing.

        Raises
        ------
        InputError
            When the folder holds anything but such tracks, or those and `overwrite` is not set, or
            an input is among what would be replaced.
        """
        check_big_name(self.out)
        if self.is_empty():
            return
        if not self.foreign_tracks():
            there = stranger(self.out)
            if there is None and not (self.has_run() or self.is_planned() or self.has_manifest()):
                return  # a run was killed before it had written anything
            holds = "a scan" if there is None else f"{there!r}"
            raise InputError(
                f"{self.out}: the folder holds {holds}, which gtrack hits --track does not replace;"
                " choose another --out"
            )
        if not overwrite:
            raise InputError(
                f"{self.out}: the folder is not empty; use gtrack hits {pasted(self.out)} --motifs "
                "FILE to call hits on the tracks in it, --overwrite to replace them, or another "
                "--out"
            )
        self.refuse_inputs(inputs, (), "--overwrite removes")

    def refuse_inputs(self, inputs: Inputs, folders: Sequence[str], why: str) -> None:
        """Refuse inputs that are among our files in `folders` (all by default)."""
        refuse_inputs(inputs, Owned.of(self.out).there(*folders), why)

    def make(self, *folders: str) -> None:
        """Make the folders that are written into, by default a scan's; those that are there stay.

        Raises
        ------
        OutputError
            When the system refuses.
        """
        with writing_in(self.out):
            for name in folders or ("plan", "shards", "tracks"):
                (self.out / name).mkdir(parents=True, exist_ok=True)

    def write_plan(self, plan: Plan) -> None:
        """Write the plan; the folder is made."""
        write_plan(self.out / "plan", plan)

    def publish(self, manifest: RunManifest, written: Collection[str]) -> None:
        """Write what readers open: the IGV sessions, then the manifest, which lists the rest.

        What is new since the manifest before (URLs that begin so) is read whole and recorded.
        """
        write_text(self.out / "igv_session.json", igv_json(manifest))
        write_text(self.out / "igv_session.xml", igv_xml(manifest))
        files = dict(records(self.out, manifest, written))
        write_text(self.out / MANIFEST, to_json(replace(manifest, files=files)))
        RunLog(self.out).published(files, written)

    def remove(self, *folders: str) -> None:
        """Remove what gtrack made in `folders` (all by default); see :meth:`Owned.remove`."""
        Owned.of(self.out).remove(*folders)

    @contextmanager
    def replacing_hits(self) -> Iterator[None]:
        """Remove the hits that the manifest lists now, once the block has published another."""
        before = Owned.of(self.out)
        yield
        before.remove("hits")

    def remove_genome_indexes(self) -> None:
        """Remove the indexes of the genome's copy; whoever opens it makes them again."""
        for path in Owned.of(self.out).there("genome"):
            if path.suffix in (".fai", ".gzi"):
                path.unlink(missing_ok=True)

    def remove_shards(self) -> None:
        """Remove what waited for a merge that is done."""
        self.remove(*SHARDS)

    def clear(self) -> None:
        """Remove all of a scan; what marks the folder as a scan's stays, if that is needed."""
        self.remove()
        with suppress(OSError):
            if all(name in (RUN, ENGINE) or is_lock(name) for name in os.listdir(self.out)):
                (self.out / RUN).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove unfinished files and leases of killed runs; only while no other is at work."""
        Owned.of(self.out).sweep()
