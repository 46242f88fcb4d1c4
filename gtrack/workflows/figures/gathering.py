"""What is drawn at the places of a figure, read from a finished scan."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from gtrack.core.errors import InputError
from gtrack.core.features import Feature
from gtrack.core.hits.motif_hit import MotifHit
from gtrack.core.manifest import TrackSpec
from gtrack.core.named_places import NamedPlace
from gtrack.core.printable import shown
from gtrack.core.targets import Target, path_of
from gtrack.io.bbi import big_file
from gtrack.io.fasta import Genome
from gtrack.publish.figure.content import FeatureTrack, ModelTrack, Panel, SignalTrack
from gtrack.workflows.folder.finished import FinishedScan

NONE = "none"
"""Instead of the name of an annotation: show none."""


def chosen_targets(scan: FinishedScan, wishes: Sequence[str]) -> list[Target]:
    """Return what is shown of the models, in the order of the wishes; without any, all.

    A wish is a model, or one target of several as ``NAME:LABEL``.

    Raises
    ------
    InputError
        When a wish is none of them.
    """
    if not wishes:
        return list(scan.shown)
    found: dict[Target, None] = {}
    for wish in _split(scan, wishes):
        mine = [target for target in scan.shown if wish in _called(target)]
        if not mine:
            titles = ", ".join(
                target.model if target.alone else f"{target.model}:{target.label}"
                for target in scan.shown
            )
            raise InputError(f"--models {shown(wish, 80)}: no such model; the scan has {titles}")
        found.update(dict.fromkeys(mine))
    return list(found)


def _split(scan: FinishedScan, wishes: Sequence[str]) -> Iterator[str]:
    """Yield wishes; one that is no model, with its commas cut."""
    known = {name for target in scan.shown for name in _called(target)}
    for wish in wishes:
        yield from [wish] if wish in known else wish.split(",")


def _called(target: Target) -> tuple[str, str, str]:
    return target.model, f"{target.model}:{target.label}", target.title


def chosen_annotations(scan: FinishedScan, wishes: Sequence[str]) -> list[TrackSpec]:
    """Return the annotations to show, in the order of the wishes; without any, all.

    Raises
    ------
    InputError
        When a wish is none of them.
    """
    there = [track for track in scan.manifest.tracks if track.kind == "annotation"]
    if not wishes:
        return there
    if list(wishes) == [NONE]:
        return []
    names = {track.name: track for track in there}
    for wish in wishes:
        if wish not in names:
            known = ", ".join(names) or "no annotation"
            raise InputError(f"--annotation {shown(wish, 80)}: the scan has {known}")
    return [names[wish] for wish in dict.fromkeys(wishes)]


def read_logos(scan: FinishedScan) -> dict[str, list[list[float]]]:
    """Return the letter probabilities of every motif that has hits, by its id."""
    if scan.manifest.hits is None:
        return {}
    path = scan.out / path_of(scan.manifest.hits["logos"])
    try:
        logos = {key: each["probabilities"] for key, each in json.loads(path.read_text()).items()}
        if not all(len(row) == 4 for rows in logos.values() for row in rows):
            raise ValueError("a position has not four probabilities")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"{path}: {error}; call the hits again") from error
    return logos


def panels(
    scan: FinishedScan,
    places: Sequence[NamedPlace],
    models: Sequence[tuple[Target, Sequence[MotifHit]]],
    annotations: Sequence[tuple[str, Sequence[Feature]]],
    signals: Sequence[TrackSpec],
    genome: Genome,
) -> list[Panel]:
    """Read everything of every place."""
    rows = [_model_tracks(scan, target, hits, places) for target, hits in models]
    bars = [_signal_tracks(scan, track, places) for track in signals]
    return [
        Panel(
            chrom=place.chrom,
            start=place.start,
            end=place.end,
            bases=genome.fetch(place.chrom, place.start, place.end),
            models=tuple(row[k] for row in rows),
            annotations=tuple(
                FeatureTrack(name, tuple(each for each in features if _touches(each, place)))
                for name, features in annotations
            ),
            signals=tuple(bar[k] for bar in bars),
            name=place.name,
        )
        for k, place in enumerate(places)
    ]


def _model_tracks(
    scan: FinishedScan, target: Target, hits: Sequence[MotifHit], places: Sequence[NamedPlace]
) -> list[ModelTrack]:
    spec = scan.spec(target)
    spread, at = scan.spread(spec), _spans(places)
    values = scan.values_at(spec, at)
    spreads = None if spread is None else scan.values_at(spread, at)
    return [
        ModelTrack(
            name=spec.title,
            unit=scan.manifest.unit(target.model),
            values=values[k],
            p99=spec.p99,
            hits=tuple(hit for hit in hits if _touches(hit, place)),
            spread=None if spreads is None else spreads[k],
        )
        for k, place in enumerate(places)
    ]


def _signal_tracks(
    scan: FinishedScan, track: TrackSpec, places: Sequence[NamedPlace]
) -> list[SignalTrack]:
    big_file(scan.out / track.path)  # a broken file must not reach the reader
    return [SignalTrack(track.shown, each) for each in scan.values_at(track, _spans(places))]


def _spans(places: Sequence[NamedPlace]) -> list[tuple[str, int, int]]:
    return [(each.chrom, each.start, each.end) for each in places]


def _touches(thing: MotifHit | Feature, place: NamedPlace) -> bool:
    return thing.chrom == place.chrom and thing.start < place.end and thing.end > place.start
