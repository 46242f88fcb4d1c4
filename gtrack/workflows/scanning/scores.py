"""The score of windows as tracks, from ``windows.tsv``: no model is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gtrack.core.errors import InputError
from gtrack.core.manifest import RunManifest, TrackSpec
from gtrack.core.scan.plan import Plan
from gtrack.core.scan.score_values import StrandMeans, mean_scores, score_runs
from gtrack.core.targets import Target, path_of
from gtrack.io.bed_columns import cell
from gtrack.io.table_rows import read_table
from gtrack.io.tables import OPTIONAL, WINDOW_COLUMNS
from gtrack.workflows.folder.new_track import NewTrack
from gtrack.workflows.folder.scan_folder import ScanFolder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def score_tracks(
    folder: ScanFolder,
    plan: Plan,
    manifest: RunManifest,
    averaged: Mapping[Target, Sequence[Target]],
) -> list[TrackSpec]:
    """Write a track of the score of every target, and of those that are means of others.

    Parameters
    ----------
    folder : ScanFolder
        Whose tables are there.
    plan : Plan
    manifest : RunManifest
    averaged : mapping of Target to sequence of Target
        Targets of ensembles, each with those of its members.

    Raises
    ------
    InputError
        When the table is not the plan's.
    OutputError
        When the disk refuses.
    """
    scores = _window_scores(folder, plan, manifest)
    for target, members in averaged.items():
        scores[target] = mean_scores(scores[each] for each in members)
    grids = {target: plan.grid(target.model) for target in plan.targets}
    grids |= {target: grids[members[0]] for target, members in averaged.items()}
    heads = {target: plan.model(target.model).head for target in plan.targets}
    heads |= {target: heads[members[0]] for target, members in averaged.items()}
    specs = []
    for target, values in scores.items():
        with NewTrack(folder, plan.chrom_sizes, target, "score") as track:
            for chrom, runs in score_runs(grids[target], values):
                track.add(chrom, runs)
        specs.append(track.spec(unit=heads[target].unit))
    return specs


def _window_scores(
    folder: ScanFolder, plan: Plan, manifest: RunManifest
) -> dict[Target, NDArray[np.float64]]:
    """Return the score of every window for each target of the plan."""
    path = folder.out / path_of(manifest.regions["windows"])
    targets = {model.name: plan.targets_of(model.name) for model in plan.models}
    names = [cell(chrom) for chrom in plan.chrom_sizes]
    found = {target: StrandMeans(plan.grid(target.model), names) for target in plan.targets}
    seen = dict.fromkeys(targets, 0)
    try:
        for row in read_table(path, WINDOW_COLUMNS, optional=OPTIONAL):
            of_model = targets[row["model"]]  # their rows of a window stand together
            found[of_model[seen[row["model"]] % len(of_model)]].add(row)
            seen[row["model"]] += 1
        return {target: scores.values() for target, scores in found.items()}
    except (LookupError, ValueError) as error:
        raise InputError(
            f"{path}: is not the table of this scan's windows; restore it from a copy"
        ) from error
