"""What a merge says of one model's tracks and rows, and what a scan tells of it at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gtrack.core.heads import Head
from gtrack.core.manifest import TrackSpec
from gtrack.core.scan.plan import Plan
from gtrack.core.targets import Target


@dataclass(frozen=True, slots=True)
class MergedModel:
    """One model's part of a merge: what only the values say; the rest stands in the plan.

    Parameters
    ----------
    tracks : tuple of TrackSpec
        Those that were written.
    strand_correlations, largest : tuple of float
        Of each target: of the scores of both strands, NaN where there is none; the largest
        |relevance|.
    constant : tuple of bool
        Of each target: every base has the same relevance.
    owned_elsewhere : int
        Regions that have values from windows of neighbouring regions.
    """

    tracks: tuple[TrackSpec, ...]
    strand_correlations: tuple[float, ...]
    largest: tuple[float, ...]
    constant: tuple[bool, ...]
    owned_elsewhere: int

    def facts(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)

    @classmethod
    def of_facts(cls, facts: Mapping[str, Any]) -> MergedModel:
        """Return it again."""
        return cls(
            tracks=tuple(TrackSpec(**each) for each in facts["tracks"]),
            strand_correlations=tuple(facts["strand_correlations"]),
            largest=tuple(facts["largest"]),
            constant=tuple(facts["constant"]),
            owned_elsewhere=facts["owned_elsewhere"],
        )


@dataclass(frozen=True, slots=True)
class TargetSummary:
    """What became of one target: a line of the end summary.

    `largest` is the largest |relevance|, 0 where all of it is 0; `constant` says that every base
    has the same.
    """

    target: Target
    explained: str
    strand_correlation: float
    largest: float
    constant: bool


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """What became of one model's scan.

    `owned_elsewhere` counts the regions that have values from windows of neighbouring regions;
    `stranded` says that every region has a strand of its own.
    """

    name: str
    head: Head
    targets: tuple[TargetSummary, ...]
    windows: int
    windows_dropped: int
    bases: int
    owned_elsewhere: int
    strand_from: str
    stranded: bool

    @classmethod
    def of(cls, plan: Plan, order: int, merged: MergedModel) -> ModelSummary:
        """Return the account of the model of this `order` in the plan."""
        model = plan.models[order]
        said = zip(merged.strand_correlations, merged.largest, merged.constant, strict=True)
        grid = plan.grid(model.name)
        return cls(
            name=model.name,
            head=model.head,
            targets=tuple(
                TargetSummary(target, model.head.explained(target.index), *of_target)
                for target, of_target in zip(plan.targets_of(model.name), said, strict=True)
            ),
            windows=len(grid),
            windows_dropped=grid.dropped,
            bases=plan.covered[model.name],
            owned_elsewhere=merged.owned_elsewhere,
            strand_from=model.strand_from,
            stranded=plan.regions.stranded,
        )
