"""A finished scan, read back: its plan, tracks and genome; no model is needed.

Tracks of another tool read alike: they have no plan, and what is asked of both is asked here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gtrack.core.errors import InputError
from gtrack.core.intervals import Interval
from gtrack.core.listed_files import Room
from gtrack.core.manifest import UNGUARDED, RunManifest, TrackSpec
from gtrack.core.scan.ensemble import Ensemble, check_members, ensemble_targets
from gtrack.core.scan.plan import Plan
from gtrack.core.scan.regions import merge_regions
from gtrack.core.segments import Segment, cut_segments
from gtrack.core.sequences import base_codes
from gtrack.core.targets import Target, named
from gtrack.io.bigwig import BigWigReader
from gtrack.io.fasta import Genome
from gtrack.workflows.folder.beside_record import ensembles_in
from gtrack.workflows.folder.foreign import LABEL, ForeignTracks, no_model, read_foreign
from gtrack.workflows.folder.genome import SIZES, is_planned, regions_digest
from gtrack.workflows.folder.integrity import refuse_changed
from gtrack.workflows.folder.run_record import source_fasta
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.folder.unfinished import no_folder, unfinished

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class FinishedScan:
    """The folder of a scan, or of tracks of another tool, whose tracks are all there.

    Parameters
    ----------
    folder : ScanFolder
    made_by : Plan or ForeignTracks
    manifest : RunManifest
    """

    folder: ScanFolder
    made_by: Plan | ForeignTracks
    manifest: RunManifest

    @property
    def out(self) -> Path:
        """Where it lies."""
        return self.folder.out

    @property
    def plan(self) -> Plan:
        """The plan of the scan; see :meth:`planned_to`."""
        return self.planned_to("do that with")

    def planned_to(self, to_do: str) -> Plan:
        """Return the plan of the scan, for what needs it or the models.

        Raises
        ------
        InputError
            Where another tool made the tracks: there is no model `to_do` that with.
        """
        if isinstance(self.made_by, ForeignTracks):
            raise no_model(self.out, [*self.made_by.sha256], to_do)
        return self.made_by

    @property
    def is_foreign(self) -> bool:
        """Whether another tool made the tracks: there is no model, no plan and no null."""
        return isinstance(self.made_by, ForeignTracks)

    @property
    def chrom_sizes(self) -> dict[str, int]:
        """Every chromosome of the FASTA, in its order, with its length in bp."""
        return self.made_by.chrom_sizes

    @property
    def regions(self) -> Sequence[Interval]:
        """What was scanned, sorted, without exact duplicates."""
        return self.made_by.regions

    @property
    def targets(self) -> tuple[Target, ...]:
        """What models, or tracks of another tool, were explained for; see :attr:`shown`."""
        return self.made_by.targets

    @property
    def shown(self) -> tuple[Target, ...]:
        """What has a track of relevance: :attr:`targets`, and those of ensembles."""
        if isinstance(self.made_by, ForeignTracks):
            return self.targets
        ensembles = ensembles_in(self.manifest.models)
        return (*self.targets, *ensemble_targets(ensembles, self.made_by))

    def read_by(self, name: str) -> str:
        """Return the model whose windows a model or an ensemble has: its own, or a member's."""
        members: list[str] = self.manifest.model(name).get("members", [name])
        return members[0]

    def targets_of(self, name: str) -> tuple[Target, ...]:
        """Return the targets of one model, or ensemble."""
        return tuple(target for target in self.shown if target.model == name)

    def is_still(self, manifest: RunManifest) -> bool:
        """Tell whether a manifest that was read again is of the same tracks."""
        if isinstance(self.made_by, ForeignTracks):
            same = self.manifest.models, self.manifest.genome, self.manifest.regions
            return (manifest.models, manifest.genome, manifest.regions) == same
        return manifest.plan_sha256 == self.made_by.digest

    def origin(self, target: Target) -> str:
        """Say in a few words where the track of a target is from."""
        if isinstance(self.made_by, ForeignTracks):
            return f"track of another tool, sha256 {self.made_by.sha256[target.model]}"
        return f"plan {self.made_by.digest}"

    @property
    def unguarded(self) -> str | None:
        """Say what hits are not guarded against here; None where there is a null."""
        if self.manifest.null is not None:
            return None
        return f"{'a foreign track has' if self.is_foreign else 'there is'} no null: {UNGUARDED}"

    def is_of(self, genome: Genome) -> bool:
        """Tell whether a genome is the one that was scanned: one model shows it of all regions."""
        made = self.made_by
        if isinstance(made, ForeignTracks):
            return (
                genome.chrom_sizes == made.chrom_sizes
                and regions_digest(genome, made.regions) == made.sequences_sha256
            )
        return is_planned(genome, made, [made.models[0].name])

    def spec(self, target: Target) -> TrackSpec:
        """Return the relevance track of one target, as the manifest has it."""
        wanted = ("relevance", target.stem)
        return next(t for t in self.manifest.tracks if (t.kind, t.name) == wanted)

    def track(self, target: Target) -> Path:
        """Return the file of that track."""
        return self.out / self.spec(target).path

    def spread(self, track: TrackSpec) -> TrackSpec | None:
        """Return the track of the standard deviation around the mean of an ensemble, if it is."""
        beside = (t for t in self.manifest.tracks if (t.kind, t.title) == ("sd", track.title))
        return next(beside, None)

    def values_at(
        self, track: TrackSpec, places: Iterable[tuple[str, int, int]]
    ) -> list[NDArray[np.float32]]:
        """Read a track at some places, 0-based half-open; NaN where a base has no value."""
        with BigWigReader(self.out / track.path) as reader:
            return [reader.values_or_none(*place) for place in places]


def open_finished(out: Path, *rooms: Room) -> FinishedScan:
    """Open a scan's folder.

    Parameters
    ----------
    out : Path
    *rooms : str
        What is read of it beside the tracks: those files must look as they were written.

    Raises
    ------
    InputError
        When there is no finished scan.
    VerificationError
        When a file that is to be read is not as it was written.
    """
    scan = as_listed(out)
    refuse_changed(out, scan.manifest, ("tracks", *rooms))
    return scan


def as_listed(out: Path) -> FinishedScan:
    """Open a scan's folder by its manifest and plan; no other file of it is looked at.

    Raises
    ------
    InputError
        When there is no finished scan.
    """
    folder = ScanFolder(out)
    if not out.is_dir():
        raise no_folder(out)
    if not folder.has_manifest():
        raise InputError(f"{out}: no finished scan here: {unfinished(folder)}")
    manifest = folder.read_manifest()
    if manifest.foreign:
        tracks = read_foreign(manifest, folder.regions_bed, out / SIZES)
        if not _fit(manifest, tracks):
            raise InputError(
                f"{out}: manifest.json is not of these tracks; copy the whole folder again"
            )
        return FinishedScan(folder, tracks, manifest)
    plan = folder.read_plan()
    if manifest.plan_sha256 != plan.digest:
        raise InputError(f"{out}: the scan is not finished: {unfinished(folder)}")
    if not _fit(manifest, plan):
        raise InputError(f"{out}: manifest.json is not of this plan; copy the whole folder again")
    return FinishedScan(folder, plan, manifest)


def _fit(manifest: RunManifest, plan: Plan | ForeignTracks) -> bool:
    """Whether a manifest speaks of the plan's models, or the tracks, and their genome."""
    place = manifest.locus
    if isinstance(plan, ForeignTracks):
        models = [(name, [LABEL], [LABEL]) for name in plan.sha256]
    else:
        models = [
            (model.name, [*model.head.names], [model.head.names[at] for at in model.targets])
            for model in plan.models
        ]
    targets = plan.targets
    if isinstance(plan, Plan) and (ensembles := _ensembles(manifest, plan)) is not None:
        targets = (*targets, *ensemble_targets(ensembles, plan))
        heads = {name: (labels, told) for name, labels, told in models}
        models += [(each.name, *heads[each.members[0]]) for each in ensembles]
    stems = [target.stem for target in targets]
    scored = [track.name for track in manifest.tracks if track.kind == "relevance"]
    explained = {tuple(named(target).values()) for target in targets}
    others = {_subject(asdict(t)) for t in manifest.tracks if t.model is not None}
    said = (*(manifest.hits or {}).get("models", ()), *(manifest.trust or {}).get("models", ()))
    called = {_subject(entry) for entry in said}
    return (
        [(each["name"], each["labels"], each["targets"]) for each in manifest.models] == models
        and scored == stems
        and (others | called).issubset(explained)
        and place["start"] < place["end"] <= plan.chrom_sizes.get(place["chrom"], 0)
    )


def _ensembles(manifest: RunManifest, plan: Plan) -> tuple[Ensemble, ...] | None:
    """Return the ensembles of a manifest; None where they are none of the plan's models."""
    try:
        ensembles = ensembles_in(manifest.models)
        check_members(ensembles, [model.name for model in plan.models])
    except InputError:
        return None
    return ensembles


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
    path = fasta or (scan.out / copied if copied else source_fasta(scan.out))
    if not path.is_file():
        raise InputError(f"{path}: the genome of the scan is not there; give it with --fasta")
    with Genome.open(path) as genome:
        if not scan.is_of(genome):
            raise InputError(f"{path}: not the genome that was scanned; give it with --fasta")
        yield genome


def scanned_segments(scan: FinishedScan, genome: Genome, target: Target) -> Iterator[Segment]:
    """Yield the scanned bases of one target that have a value, in the order of the genome."""
    with BigWigReader(scan.track(target)) as track:
        for chrom, runs in merge_regions(scan.regions).items():
            for start, end in runs:
                codes = base_codes(genome.fetch(chrom, start, end))
                yield from cut_segments(chrom, start, codes, track.values(chrom, start, end))
