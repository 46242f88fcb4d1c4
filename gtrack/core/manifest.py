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
        ``relevance``, or ``relevance-forward`` and ``relevance-reverse`` for one strand's.
    format : str
        ``bigWig``.
    model : str
        Name of the model.
    url : str
        Relative to the manifest.
    p99 : float
        99th percentile of the absolute values: a scale on which few peaks are cut.
    bases : int
        Bases that have a value.
    """

    name: str
    kind: str
    format: str
    model: str
    url: str
    p99: float
    bases: int

    def __post_init__(self) -> None:
        if self.url.startswith(("/", "http:", "https:", "file:")) or ".." in self.url.split("/"):
            raise ValueError(f"track {self.name}: {self.url!r} is not relative to the manifest")


@dataclass(frozen=True, slots=True)
class RunManifest:
    """What was scanned, with what, and which files came out.

    It holds no time, host name or path outside its folder: equal runs have equal manifests.
    """

    genome: dict[str, Any]
    models: tuple[dict[str, Any], ...]
    tracks: tuple[TrackSpec, ...]
    regions: dict[str, Any]
    job: dict[str, Any]
    plan_sha256: str
    versions: dict[str, str]
