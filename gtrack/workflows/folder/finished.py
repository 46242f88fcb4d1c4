"""A finished scan, read back: its plan, tracks and genome; no model is needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gtrack.core.errors import InputError
from gtrack.core.manifest import RunManifest, TrackSpec
from gtrack.core.scan.plan import Plan
from gtrack.core.scan.regions import merge_regions
from gtrack.core.segments import Segment, cut_segments
from gtrack.core.sequences import base_codes
from gtrack.core.targets import Target, named
from gtrack.io.bigwig import BigWigReader
from gtrack.io.fasta import Genome
from gtrack.workflows.folder.genome import is_planned
from gtrack.workflows.folder.scan_folder import ScanFolder


@dataclass(frozen=True, slots=True)
class FinishedScan:
    """The folder of a scan whose tracks are all there."""

    folder: ScanFolder
    plan: Plan
    manifest: RunManifest

    @property
    def out(self) -> Path:
        """Where it lies."""
        return self.folder.out

    def spec(self, target: Target) -> TrackSpec:
        """Return the relevance track of one target, as the manifest has it."""
        wanted = ("relevance", target.stem)
        return next(t for t in self.manifest.tracks if (t.kind, t.name) == wanted)

    def track(self, target: Target) -> Path:
        """Return the file of that track."""
        return self.out / self.spec(target).path


def open_finished(out: Path) -> FinishedScan:
    """Open a scan's folder.

    Raises
    ------
    InputError
        When there is no finished scan.
    """
    folder = ScanFolder(out)
    if not out.is_dir():
        raise InputError(f"{out}: no such folder; give the --out of a finished gtrack scan")
    if not folder.has_manifest():
        raise InputError(
            f"{out}: no finished scan here ({folder.how_far()}); gtrack scan --resume finishes one"
        )
    manifest, plan = folder.read_manifest(), folder.read_plan()
    if manifest.plan_sha256 != plan.digest:
        raise InputError(
            f"{out}: the scan is not finished ({folder.how_far()}); "
            "gtrack scan --resume finishes it"
        )
    if not _fit(manifest, plan):
        raise InputError(f"{out}: manifest.json is not of this plan; copy the whole folder again")
    return FinishedScan(folder, plan, manifest)


def _fit(manifest: RunManifest, plan: Plan) -> bool:
    """Whether a manifest speaks of the plan's models and genome."""
    place = manifest.locus
    models = [
        (model.name, [*model.head.names], [model.head.names[at] for at in model.targets])
        for model in plan.models
    ]
    stems = [target.stem for target in plan.targets]
    scored = [track.name for track in manifest.tracks if track.kind == "relevance"]
    explained = {tuple(named(target).values()) for target in plan.targets}
    others = {_subject(asdict(t)) for t in manifest.tracks if t.model is not None}
    called = {_subject(entry) for entry in (manifest.hits or {}).get("models", ())}
    return (
        [(each["name"], each["labels"], each["targets"]) for each in manifest.models] == models
        and scored == stems
        and (others | called).issubset(explained)
        and place["start"] < place["end"] <= plan.chrom_sizes.get(place["chrom"], 0)
    )


def _subject(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the model that an entry of the manifest is about, and its target of several."""
    return tuple(entry[key] for key in ("model", "target") if entry.get(key) is not None)


@contextmanager
def scanned_genome(scan: FinishedScan, fasta: Path | None = None) -> Iterator[Genome]:
    """Open the genome that was scanned: a given file, the copy in the folder, or the original.

    Raises
    ------
    InputError
        When it is not there, or is not the one that the models read.
    """
    copied = scan.manifest.genome["fasta"]
    path = fasta or (scan.out / copied if copied else Path(str(scan.folder.read_run()["fasta"])))
    if not path.is_file():
        raise InputError(f"{path}: the genome of the scan is not there; give it with --fasta")
    with Genome.open(path) as genome:
        if not is_planned(genome, scan.plan, [scan.plan.models[0].name]):
            raise InputError(f"{path}: not the genome that was scanned; give it with --fasta")
        yield genome


def scanned_segments(scan: FinishedScan, genome: Genome, target: Target) -> Iterator[Segment]:
    """Yield the scanned bases of one target that have a value, in the order of the genome."""
    with BigWigReader(scan.track(target)) as track:
        for chrom, runs in merge_regions(scan.plan.regions).items():
            for start, end in runs:
                codes = base_codes(genome.fetch(chrom, start, end))
                yield from cut_segments(chrom, start, codes, track.values(chrom, start, end))
