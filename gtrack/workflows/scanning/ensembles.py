"""The tracks and the null of one target of an ensemble, from those of its members."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from gtrack.core.errors import VerificationError
from gtrack.core.manifest import TrackSpec
from gtrack.core.scan.member_values import Combined, combined_null, combined_stretches
from gtrack.core.scan.plan import Plan
from gtrack.core.scan.regions import merge_regions
from gtrack.core.scan.runs import ValuedRuns
from gtrack.core.scan.score_values import stretches
from gtrack.core.targets import Target, path_of, track_url
from gtrack.io.bigwig import BigWigReader
from gtrack.workflows.folder.new_track import NewTrack
from gtrack.workflows.folder.scan_folder import ScanFolder

_AT_ONCE = 1 << 18  # bases of every member in memory


@dataclass(frozen=True, slots=True)
class EnsembleSummary:
    """One target of an ensemble: what `members` say together.

    Of `signed` bases the mean is not 0; `agreed` of them have its sign from every member.
    """

    target: Target
    members: tuple[str, ...]
    signed: int
    agreed: int


@dataclass(frozen=True, slots=True)
class Averaged:
    """The tracks of one target of an ensemble: its relevance, and what is said of it."""

    mean: TrackSpec
    others: tuple[TrackSpec, ...]
    summary: EnsembleSummary


def average(folder: ScanFolder, plan: Plan, target: Target, members: Sequence[Target]) -> Averaged:
    """Write mean, standard deviation and sign agreement of the members' relevance.

    Raises
    ------
    InputError
        When a track of a member cannot be read.
    VerificationError
        When one lacks values.
    OutputError
        When the disk refuses.
    """
    signed = agreed = 0
    with ExitStack() as stack:
        paths = [folder.out / path_of(track_url(each.stem)) for each in members]
        readers = [stack.enter_context(BigWigReader(path)) for path in paths]
        mean, sd, agreement = (
            stack.enter_context(NewTrack(folder, plan.chrom_sizes, target, kind))
            for kind in ("relevance", "sd", "agreement")
        )
        for chrom, values, runs in _combined(plan, readers):
            signed, agreed = signed + values.signed, agreed + values.agreed
            for track, each in zip((mean, sd, agreement), runs, strict=True):
                track.add(chrom, each)
        bases, planned = mean.statistics.bases, plan.covered[members[0].model]
        if bases != planned:
            raise VerificationError(
                f"{folder.out}: {bases} bases have a value in all members of {target.title}, but "
                f"{planned} were planned; gtrack verify finds the track that is not whole"
            )
    return Averaged(
        mean.relevance_spec(),
        (sd.spec(unit=plan.model(members[0].model).head.unit), agreement.spec()),
        EnsembleSummary(target, tuple(each.model for each in members), signed, agreed),
    )


def _combined(
    plan: Plan, readers: Sequence[BigWigReader]
) -> Iterator[tuple[str, Combined, tuple[ValuedRuns, ...]]]:
    """Yield what members say together of the regions, some bases of one chromosome at a time."""
    for chrom, places in stretches(merge_regions(plan.regions), _AT_ONCE):
        read = [[reader.values_or_none(chrom, *each) for each in places] for reader in readers]
        combined, runs = combined_stretches(places, read)
        yield chrom, combined, runs


def average_null(
    folder: ScanFolder, plan: Plan, bases: int, target: Target, members: Sequence[Target]
) -> int:
    """Write the mean of the members' nulls, and return how many bases it has.

    Raises
    ------
    VerificationError
        When one is damaged.
    """
    read = [folder.parts.read_null(plan, bases, each) for each in members]
    segments = combined_null(read, f"null of {target.title}")
    folder.parts.write_null(plan, target, segments)
    return sum(map(len, segments))
