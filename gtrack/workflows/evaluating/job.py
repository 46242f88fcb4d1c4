"""What a user asked of an evaluation, before anything is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gtrack.attribution import GROUP, METHODS
from gtrack.core.catalogue import names
from gtrack.core.errors import InputError
from gtrack.core.metrics import METRICS, chosen_metrics

SAMPLE, STEPS, DRAWS, FULL_STEPS, FULL_DRAWS = 200, 10, 3, 20, 10
ALL_METHODS = ("attnlrp", "cplrp", "gradient", "ism")

GRADIENT, CENTRED = "gradient", "gradient_centred"
"""Input x gradient of a model of bases, as it is, and less its mean over the four bases."""

VARIANTS: dict[str, tuple[str, dict[str, str]]] = {
    CENTRED: (GRADIENT, {"centred": "yes"}),
    "attnlrp_uniform": ("attnlrp", {"alibi_rule": "uniform"}),
}
"""Methods with parameters of their own, by the name that stands in tables."""

FOLDER = "evaluation"
"""Where the results lie in the folder of the scan, unless the user says otherwise."""


@dataclass(frozen=True, slots=True)
class EvaluateJob:
    """The options of ``gtrack evaluate``.

    Parameters
    ----------
    scan : Path
        Folder of a finished scan.
    out : Path or None
        Where the results go; by default ``evaluation`` in the scan's folder.
    truth, labels : Path or None
        Sites that are known to matter (BED), and labels of regions (TSV).
    annotations : tuple of (str, Path)
        Names and files of what relevance is set against.
    metrics : tuple of str
        Names of metrics or of axes; none for all.
    methods : tuple of str
        Explanations beside the scan's own.
    sample : int or None
        Regions drawn for what needs the model; None for all.
    steps, draws : int
        Of the perturbation curves.
    seed : int
    models : mapping of str to str
        Where models are now, if not where the scan read them.
    fasta : Path or None
        The genome, where it is not where the scan read it.
    device : str
    workers : int or None
    overwrite : bool
        Replace an evaluation that was asked for otherwise.
    """

    scan: Path
    out: Path | None = None
    truth: Path | None = None
    labels: Path | None = None
    annotations: tuple[tuple[str, Path], ...] = ()
    metrics: tuple[str, ...] = ()
    methods: tuple[str, ...] = ALL_METHODS
    sample: int | None = SAMPLE
    steps: int = STEPS
    draws: int = DRAWS
    seed: int = 0
    models: Mapping[str, str] = field(default_factory=dict)
    fasta: Path | None = None
    device: str = "auto"
    workers: int | None = None
    overwrite: bool = False

    def __post_init__(self) -> None:
        for option, number in (("--sample", self.sample), ("--draws", self.draws)):
            if number is not None and number < 1:
                raise InputError(f"{option} {number}: a whole number above 0")
        known = (*names(METHODS, GROUP), *VARIANTS)
        for method in self.methods:
            if method not in known:
                raise InputError(f"--methods {method}: use {', '.join(known)}")
        chosen_metrics(self.metrics)

    @property
    def folder(self) -> Path:
        """Where the results go."""
        return self.out or self.scan / FOLDER

    @property
    def wanted(self) -> frozenset[str]:
        """Names of the metrics that are asked for."""
        return chosen_metrics(self.metrics) if self.metrics else frozenset(METRICS)

    def wants(self, axis: str) -> bool:
        """Tell whether any metric of an axis is asked for."""
        return any(METRICS[name].axis == axis for name in self.wanted)


def evaluate_job(*, sample: int | None, draws: int | None, full: bool, **given: Any) -> EvaluateJob:
    """Return the job; `full` stands for what a paper needs: all regions, finer curves.

    Raises
    ------
    InputError
        When `full` comes with a sample of some regions only.
    """
    if full and sample is not None:
        raise InputError("--full takes all regions; leave out --sample")
    usual = FULL_DRAWS if full else DRAWS
    return EvaluateJob(
        sample=None if full else sample or SAMPLE,
        draws=draws or usual,
        steps=FULL_STEPS if full else STEPS,
        **given,
    )
