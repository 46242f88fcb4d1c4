"""The record of a run, as its readers (hub, session, viewer, plugin) see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from gtrack.core.heads import Head, Outputs
from gtrack.core.targets import Target, named, path_of, titled

SCHEMA = "gtrack-manifest/1"

BESIDE = {"score": "score", "sd": "sd of members", "agreement": "sign agreement"}
"""Kinds of signals beside the relevance of a model or an ensemble, and what they hold in words."""

KINDS = ("relevance", "relevance-forward", "relevance-reverse", "hits", *BESIDE, "annotation")
"""Kinds of tracks."""

FIRST_VIEW = 140
"""Bases that a viewer shows first: letters of two models are legible."""

TRACK = "track"
"""Kind of a model that is known by its track alone, which another tool made."""

UNGUARDED = (
    "relevance that is tied to a position in the model's window, whatever stands there, is not "
    "guarded against"
)
"""What hits without a null do not tell from motifs that a model uses."""


@dataclass(frozen=True, slots=True)
class TrackSpec:
    """One file to show.

    Parameters
    ----------
    name : str
        What the track is called.
    kind : str
        ``relevance``, or ``relevance-forward`` and ``relevance-reverse`` for one strand's;
        ``hits`` for motif hits; ``score`` for what the model says of windows; ``sd`` and
        ``agreement`` for how far the members of an ensemble agree; ``annotation`` for what the user
        gave.
    format : str
        ``bigWig``, for hits ``bigBed``, for annotations one of
        :data:`gtrack.core.annotation_formats.ANNOTATION_FORMATS`.
    url : str
        Relative to the manifest.
    model : str or None
        Name of the model; annotations have none.
    target : str or None
        Name of the output, where several of the model are explained; any text.
    index : str or None
        URL of the tabix index of an annotation.
    names : str or None
        URL of the table of an annotation's names and their places, for who searches one.
    p99 : float or None
        99th percentile of the absolute values: a scale on which few peaks are cut. Of relevance.
    largest : float or None
        The largest absolute value. Of relevance, and of what stands beside it.
    bases : int or None
        Bases that have a value. Of the same.
    records : int or None
        Lines. Of a bigBed of hits.
    peak : dict or None
        `FIRST_VIEW` bases around the strongest 20: ``chrom``, ``start``, ``end`` (0-based
        half-open). Of relevance.
    unit : str or None
        What a score or a standard deviation is in: ``logit`` or ``value``.
    """

    name: str
    kind: str
    format: str
    url: str
    model: str | None = None
    target: str | None = None
    index: str | None = None
    names: str | None = None
    p99: float | None = None
    largest: float | None = None
    bases: int | None = None
    records: int | None = None
    peak: dict[str, Any] | None = None
    unit: str | None = None

    def __post_init__(self) -> None:
        for url in map(path_of, (self.url, self.index or "", self.names or "")):
            if url.startswith(("/", "http:", "https:", "file:")) or ".." in url.split("/"):
                raise ValueError(f"track {self.name}: {url!r} is not relative to the manifest")
        if (self.model is None) != (self.kind == "annotation"):
            raise ValueError(f"track {self.name}: {self.kind} with model {self.model!r}")

    @property
    def is_relevance(self) -> bool:
        """Whether it holds relevance, of both strands or one."""
        return self.kind.partition("-")[0] == "relevance"

    @property
    def is_signal(self) -> bool:
        """Whether it is a bigWig of the user's, whose values are drawn as bars."""
        return self.kind == "annotation" and self.format == "bigWig"

    @property
    def is_beside(self) -> bool:
        """Whether it stands beside relevance: bars on a scale of their own, and no relevance."""
        return self.kind in BESIDE

    @property
    def title(self) -> str:
        """What a person reads of what is explained: the model, and the target of several."""
        return titled(self.model or self.name, self.target)

    @property
    def shown(self) -> str:
        """The track's name for a person; of several targets with the label as it is."""
        if self.is_beside:
            unit = "" if self.unit is None else f" ({self.unit})"
            return f"{self.title} {BESIDE[self.kind]}{unit}"
        if self.target is None:
            return self.name
        strand = self.kind.partition("-")[2]
        ends = {"relevance": f" ({strand})" if strand else "", "hits": " hits"}
        return self.title + ends[self.kind.partition("-")[0]]

    @property
    def path(self) -> str:
        """The file, relative to the manifest's folder."""
        return path_of(self.url)


@dataclass(frozen=True, slots=True)
class RunManifest:
    """What was scanned, with what, and which files came out.

    It holds no time, host name or path outside its folder: equal runs have equal manifests.
    `null` and `hits` are there once shuffled windows were explained and motif hits were called,
    `trust` once the maps were held to the model.
    `locus` is what a viewer shows first: ``chrom``, ``start``, ``end``, 0-based half-open.
    `files` has, by URL, what each listed file was when it was written: ``size``, ``sha256`` and, of
    a large one, ``edges``; a folder of an earlier version lacks some, or has none.
    Tracks of another tool come without a scan: they have no `job` and no `plan_sha256`.
    """

    genome: dict[str, Any]
    models: tuple[dict[str, Any], ...]
    tracks: tuple[TrackSpec, ...]
    regions: dict[str, Any]
    locus: dict[str, Any]
    job: dict[str, Any] | None
    plan_sha256: str | None
    versions: dict[str, str]
    null: dict[str, Any] | None = None
    hits: dict[str, Any] | None = None
    trust: dict[str, Any] | None = None
    files: dict[str, Any] | None = None

    @property
    def foreign(self) -> bool:
        """Whether another tool made the tracks."""
        return self.plan_sha256 is None

    @property
    def explained(self) -> tuple[TrackSpec, ...]:
        """Relevance that models gave, not the mean of an ensemble, which is made of it."""
        ensembles = {model["name"] for model in self.models if "members" in model}
        return tuple(t for t in self.tracks if t.is_relevance and t.model not in ensembles)

    def model(self, name: str | None) -> dict[str, Any]:
        """Return what is said of a model, or an ensemble."""
        return next(model for model in self.models if model["name"] == name)

    def unit(self, name: str | None) -> str:
        """Return what relevance to a model's outputs is measured in: ``logit`` or ``value``."""
        return head_in(self.model(name)).unit

    def hits_of(self, target: Target) -> dict[str, Any] | None:
        """Return what is said of the hits of a target; None where none were called of it."""
        entries = (self.hits or {}).get("models", ())
        return next((each for each in entries if named(target).items() <= each.items()), None)


def first_peak(tracks: Sequence[TrackSpec]) -> dict[str, Any]:
    """Return what a viewer shows first where no hit is known: the peak of the first track."""
    peak = tracks[0].peak
    assert peak is not None
    return peak


def head_in(model: Mapping[str, Any]) -> Head:
    """Return what the outputs of a model of a manifest are."""
    return Head(cast(Outputs, model["outputs"]["kind"]), tuple(model["labels"]))


def completed(model: Mapping[str, Any], job: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a model of a manifest with what gtrack 0.1 did not say: it knew two kinds of models.

    What was explained then was one target: its logit less the mean of the others, or of one output
    the logit.
    """
    tokens, several = model["kind"] == "dnabert2", len(model["labels"]) > 1
    rule = job.get("alibi_rule") if tokens and job else None
    meant = {
        "unit": "token" if tokens else "base",
        "outputs": {"kind": "classes" if several else "labels", "said_by": "rule"},
        "targets": [model["target"]],
        "parameters": {} if rule is None else {"alibi_rule": rule},
    }
    return {**model, **{key: value for key, value in meant.items() if key not in model}}
