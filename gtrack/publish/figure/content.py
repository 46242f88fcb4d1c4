"""What a figure shows, and how; no drawing in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gtrack.core.features import Feature
from gtrack.core.hits.motif_hit import MotifHit

Floats = NDArray[np.float32]

Scale = Literal["own", "shared", "p99"] | float
"""Half of a track's height: per model the largest value shown, but no less than its 99th percentile
(``own``); the largest of all models (``shared``); the percentile; or a number."""


@dataclass(frozen=True, slots=True, eq=False)
class ModelTrack:
    """What one model says of a place.

    Parameters
    ----------
    name : str
    unit : str
        Of the relevance: ``logit`` or ``value``.
    values : ndarray of float32, shape (bases,)
        NaN where a base has none.
    p99 : float or None
        99th percentile of |relevance| of all the model's bases.
    hits : tuple of MotifHit
        Those that touch the place.
    spread : ndarray of float32, shape (bases,), or None
        Of an ensemble, the standard deviation of its members: a band around the values.
    """

    name: str
    unit: str
    values: Floats
    p99: float | None = None
    hits: tuple[MotifHit, ...] = ()
    spread: Floats | None = None


@dataclass(frozen=True, slots=True)
class FeatureTrack:
    """The features of one annotation that touch a place."""

    name: str
    features: tuple[Feature, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SignalTrack:
    """Values per base of an annotation, NaN where there is none."""

    name: str
    values: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One place, 0-based half-open, and what is shown of it.

    `bases` are the letters of the forward strand, ACGTN. The panels of a figure have the same
    models, annotations and signals, in the same order.
    """

    chrom: str
    start: int
    end: int
    bases: str
    models: tuple[ModelTrack, ...]
    annotations: tuple[FeatureTrack, ...] = ()
    signals: tuple[SignalTrack, ...] = ()
    name: str = ""

    @property
    def locus(self) -> str:
        """``chrom:start-end`` for a person: 1-based, inclusive."""
        return f"{self.chrom}:{self.start + 1:,}-{self.end:,}"

    @property
    def is_empty(self) -> bool:
        """Whether no model has a value at any of its bases."""
        return all(bool(np.isnan(model.values).all()) for model in self.models)


@dataclass(frozen=True, slots=True, eq=False)
class FigureContent:
    """Panels, and the letter probabilities (ACGT) of each motif's positions by its id.

    `says` are the words for a hit of positive relevance, and for one of negative.
    """

    panels: Sequence[Panel]
    logos: Mapping[str, Sequence[Sequence[float]]] = field(default_factory=dict)
    says: tuple[str, str] = ("supports the label", "opposes it")


@dataclass(frozen=True, slots=True)
class FigureStyle:
    """How wide a figure is in mm, how many panels stand side by side, and the scale."""

    width_mm: float = 180.0
    columns: int = 1
    scale: Scale = "own"
