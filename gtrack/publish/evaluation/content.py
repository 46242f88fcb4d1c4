"""What the page of an evaluation shows, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gtrack.core.evaluation_rows import MetricRow

VERDICTS = ("supported", "mixed", "not supported")

CONTROLS = (
    *("random", "flat_overlap", "shuffled_pair", "position_control"),
    *("untrained", "permuted", "label_permuted"),
)
"""Methods of rows that explain nothing and stand there to be beaten."""


@dataclass(frozen=True, slots=True)
class EvaluatedModel:
    """A model whose explanations were evaluated.

    Parameters
    ----------
    name, kind, target : str
    unit : str
        "base" or "token".
    window_bp : int
    strands : str
        "forward" or "both"; "" where it is not known.
    """

    name: str
    kind: str
    target: str
    unit: str
    window_bp: int
    strands: str = ""


@dataclass(frozen=True, slots=True)
class EvaluationFigure:
    """A figure with what it says in words.

    Parameters
    ----------
    name : str
        Its files are ``NAME.svg`` and ``NAME.png``.
    title, caption : str
    svg : str
        What the functions of :mod:`gtrack.publish.evaluation.figures` made; never another's.
    """

    name: str
    title: str
    caption: str
    svg: str


@dataclass(frozen=True, slots=True)
class PassportLine:
    """One line of the passport of a model and target.

    Parameters
    ----------
    model, target : str
    line : str
        "A1", "B", ...
    what : str
        What was measured, in words.
    value : str
        The number as it is read; "" where there is none.
    verdict : str
        One of `VERDICTS`, or another word where the line is a warning only.
    sentence : str
        What a reviewer would want to read.
    """

    model: str
    target: str
    line: str
    what: str
    value: str
    verdict: str
    sentence: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What the page shows.

    Parameters
    ----------
    regions, windows, sampled : int
        Regions of the scan, their windows, and how many of these were drawn for what needs the
        model (faithfulness, sanity).
    seed : int
    models : tuple of EvaluatedModel
    rows : tuple of MetricRow
        All of ``metrics.tsv``.
    truth : str
        Name of the file of truth; "" where none was given.
    figures : tuple of EvaluationFigure
    passport : tuple of PassportLine
    verdicts : mapping of (str, str) to str
        What the passport of a model and target comes to.
    versions : mapping of str to str
        Programs and their versions.
    facts : tuple of (str, str)
        Further facts of the run: settings, digests, files.
    controls : tuple of str
        Methods that are no explanations: none is recommended.
    notes : tuple of str
        What was done otherwise than asked.
    """

    regions: int
    windows: int
    sampled: int
    seed: int
    models: tuple[EvaluatedModel, ...]
    rows: tuple[MetricRow, ...]
    truth: str = ""
    figures: tuple[EvaluationFigure, ...] = ()
    passport: tuple[PassportLine, ...] = ()
    verdicts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[tuple[str, str], ...] = ()
    controls: tuple[str, ...] = CONTROLS
    notes: tuple[str, ...] = ()
