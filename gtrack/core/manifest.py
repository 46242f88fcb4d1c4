"""The record of a run, as its readers (hub, session, viewer, plugin) see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SCHEMA = "gtrack-manifest/1"


@dataclass(frozen=True, slots=True)
class TrackSpec:
    """One file to show.

    Parameters
    ----------
    name : str
        What the track is called.
    kind : str
        ``relevance``, or ``relevance-forward`` and ``relevance-reverse`` for one strand's;
        ``hits`` for motif hits.
    format : str
        ``bigWig``, for hits ``bigBed``.
    model : str
        Name of the model.
    url : str
        Relative to the manifest.
    p99 : float or None
        99th percentile of the absolute values: a scale on which few peaks are cut. Of a bigWig.
    bases : int or None
        Bases that have a value. Of a bigWig.
    records : int or None
        Lines. Of a bigBed.
    """

    name: str
    kind: str
    format: str
    model: str
    url: str
    p99: float | None = None
    bases: int | None = None
    records: int | None = None

    def __post_init__(self) -> None:
        if self.url.startswith(("/", "http:", "https:", "file:")) or ".." in self.url.split("/"):
            raise ValueError(f"track {self.name}: {self.url!r} is not relative to the manifest")


@dataclass(frozen=True, slots=True)
class RunManifest:
    """What was scanned, with what, and which files came out.

    It holds no time, host name or path outside its folder: equal runs have equal manifests.
    `null` and `hits` are there once shuffled windows were explained and motif hits were called.
    """

    genome: dict[str, Any]
    models: tuple[dict[str, Any], ...]
    tracks: tuple[TrackSpec, ...]
    regions: dict[str, Any]
    job: dict[str, Any]
    plan_sha256: str
    versions: dict[str, str]
    null: dict[str, Any] | None = None
    hits: dict[str, Any] | None = None
