"""Beside the tracks of models: the score of windows as tracks, and ensembles of models.

All of it is made from what the merge published, so it can be added to a finished scan, without a
model, and comes out the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gtrack.core.errors import InputError
from gtrack.core.manifest import RunManifest, TrackSpec
from gtrack.core.scan.ensemble import (
    KIND,
    Ensemble,
    ensemble_digest,
    ensemble_targets,
    fitted,
)
from gtrack.core.scan.plan import Plan
from gtrack.core.targets import Target, named, url_of
from gtrack.workflows.folder.beside_record import Beside, read_beside, write_beside
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.scanning.annotations import annotation_tracks
from gtrack.workflows.scanning.ensembles import EnsembleSummary, average, average_null
from gtrack.workflows.scanning.scores import score_tracks

_ENDS = ("", "-hits", "-score", "-sd", "-agreement")


@dataclass(frozen=True, slots=True)
class BesideSummary:
    """What was added: a line per target of an ensemble, and every new track.

    `uncalled` are titles that have no hits, where models have some.
    """

    ensembles: tuple[EnsembleSummary, ...]
    tracks: tuple[TrackSpec, ...]
    uncalled: tuple[str, ...] = ()


def ask(folder: ScanFolder, plan: Plan, wanted: Beside) -> None:
    """Keep what is wanted, with what was wanted before; the caller holds the folder.

    Raises
    ------
    InputError
        When members cannot be averaged, or a name is taken.
    """
    if not wanted:
        return
    before = read_beside(folder.out)
    both = before.with_more(wanted)
    both = replace(both, ensembles=fitted(both.ensembles, plan))
    _refuse_taken(annotation_tracks(folder.out), plan, both)
    if both != before:
        folder.make("plan")
        write_beside(folder.out, both)


def _refuse_taken(annotations: Sequence[TrackSpec], plan: Plan, wanted: Beside) -> None:
    """Refuse names under which an annotation is shown."""
    targets = ensemble_targets(wanted.ensembles, plan)
    scored = plan.targets if wanted.score_track else ()
    mine = {f"{each.stem}-score".casefold() for each in scored}
    mine |= {f"{each.stem}{end}".casefold() for each in targets for end in _ENDS}
    for track in annotations:
        if track.name.casefold() in mine:
            raise InputError(
                f"the annotation {track.name} has the name of a track that is to be made; "
                "gtrack annotate --remove takes it away, once the scan is merged"
            )


def add_beside(folder: ScanFolder, plan: Plan) -> BesideSummary | None:
    """Add what is wanted to a merged scan; None where all of it is there, or none is wanted.

    Raises
    ------
    InputError
        When a table or a track cannot be read.
    VerificationError
        When the null of a member is damaged.
    OutputError
        When the disk refuses.
    """
    wanted = read_beside(folder.out)
    if not wanted:
        return None
    ensembles = fitted(wanted.ensembles, plan)
    manifest = folder.read_manifest()
    targets = ensemble_targets(ensembles, plan)
    if _all_there(folder, manifest, plan, targets, wanted):
        return None
    folder.make("tracks")
    means: list[TrackSpec] = []
    others: list[TrackSpec] = []
    found: list[EnsembleSummary] = []
    for target in targets:
        members = _members(target, ensembles, plan)
        made = average(folder, plan, target, members)
        means.append(made.mean)
        others += made.others
        found.append(made.summary)
    if wanted.score_track:
        averaged = {target: _members(target, ensembles, plan) for target in targets}
        others += score_tracks(folder, plan, manifest, averaged)
    made_null = _with_null(folder, plan, manifest, targets, ensembles)
    names = [model.name for model in plan.models]
    tracks = _in_order(manifest.tracks, names, means, others)
    models = [model for model in manifest.models if model["name"] in names]
    records = [_record(each, plan, models) for each in ensembles]
    listed = replace(manifest, models=(*models, *records), tracks=tracks, null=made_null)
    new = [track.url for track in (*means, *others)]
    null_urls = [url_of("null", f"{target.stem}.npz") for target in targets]
    folder.publish(listed, [*new, *null_urls])
    called = {(e["model"], e.get("target")) for e in (manifest.hits or {}).get("models", ())}
    uncalled = [t.title for t in targets if called and (t.model, t.among) not in called]
    return BesideSummary(tuple(found), (*means, *others), tuple(uncalled))


def _all_there(
    folder: ScanFolder,
    manifest: RunManifest,
    plan: Plan,
    targets: Sequence[Target],
    wanted: Beside,
) -> bool:
    """Whether the manifest lists all that is wanted, and every file of it lies there."""
    there = {
        (track.kind, track.name) for track in manifest.tracks if (folder.out / track.path).is_file()
    }
    names = {("relevance", target.stem) for target in targets}
    names |= {(kind, f"{t.stem}-{kind}") for t in targets for kind in ("sd", "agreement")}
    if wanted.score_track:
        names |= {("score", f"{target.stem}-score") for target in (*plan.targets, *targets)}
    nulls = manifest.null is None or all(folder.parts.null(each).is_file() for each in targets)
    listed = {(n["model"], n.get("target")) for n in (manifest.null or {}).get("models", ())}
    with_null = manifest.null is None or all((t.model, t.among) in listed for t in targets)
    return names <= there and nulls and with_null


def _members(target: Target, ensembles: Sequence[Ensemble], plan: Plan) -> tuple[Target, ...]:
    """Return the targets of the members that a target of an ensemble is the mean of."""
    ensemble = next(each for each in ensembles if each.name == target.model)
    return tuple(plan.targets_of(name)[target.place] for name in ensemble.members)


def _in_order(
    before: Sequence[TrackSpec],
    models: Sequence[str],
    means: Sequence[TrackSpec],
    others: Sequence[TrackSpec],
) -> tuple[TrackSpec, ...]:
    """Return all tracks: relevance of models and ensembles, hits, what is beside, annotations."""
    relevance = [t for t in before if t.is_relevance and t.model in models]
    hits = [t for t in before if t.kind == "hits"]
    given = [t for t in before if t.kind == "annotation"]
    return (*relevance, *means, *hits, *others, *given)


def _with_null(
    folder: ScanFolder,
    plan: Plan,
    manifest: RunManifest,
    targets: Sequence[Target],
    ensembles: Sequence[Ensemble],
) -> dict[str, Any] | None:
    """Write the nulls of ensembles, where the scan has one, and return the manifest's record."""
    null = manifest.null
    if null is None:
        return None
    kept = [n for n in null["models"] if n["model"] in {m.name for m in plan.models}]
    for target in targets:
        members = _members(target, ensembles, plan)
        bases = average_null(folder, plan, null["bases"], target, members)
        first = next(n for n in kept if named(members[0]).items() <= n.items())
        url = url_of("null", f"{target.stem}.npz")
        kept.append({**named(target), "url": url, "windows": first["windows"], "bases": bases})
    return {**null, "models": kept}


def _record(ensemble: Ensemble, plan: Plan, models: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the manifest says of an ensemble: what its members share, and who they are."""
    first = next(model for model in models if model["name"] == ensemble.members[0])
    own = {"name": ensemble.name, "kind": KIND, "sha256": ensemble_digest(ensemble, plan)}
    return {**first, **own, "members": list(ensemble.members)}
