"""A scan, run from Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from gtrack.api.models import Model
from gtrack.api.scans import Scan, open_scan
from gtrack.api.wording import in_python
from gtrack.core.errors import InputError
from gtrack.core.precision import PRECISIONS
from gtrack.core.scan.ensemble import Ensemble
from gtrack.core.scan.null_windows import NULL_BASES
from gtrack.core.scan.plan import Plan
from gtrack.core.scan.projection import PROJECTIONS
from gtrack.core.scan.tiling import WHOLE
from gtrack.models.undisturbed import undisturbed
from gtrack.workflows import scan as workflow
from gtrack.workflows.folder.beside_record import Beside
from gtrack.workflows.scanning.job import ScanJob
from gtrack.workflows.scanning.null import null_name

Path_ = str | Path
Value = TypeVar("Value")
Progress = Callable[[str, int, int], object]
"""``progress(what, bases done, bases in all)``."""

_AS_GIVEN = ("genome", "method", "per_strand_tracks", "device", "engine")
_PATHS = ("bed", "blacklist", "fasta", "sequences", "weights", "out")
_CHOICES = {
    "projection": PROJECTIONS,
    "strand": (None, "both", "forward", "reverse", "region"),
    "precision": (None, *PRECISIONS),
}
_LEAST_NULL, _MOST_NULL = 10_000, 100_000_000
_RANGES = {
    "batch_units": 10**9,
    "shards": 100_000,
    "workers": 1024,
    "flank": 10**9,
    "resize": 10**9,
}
"""Arguments that are options of a `ScanJob` as they are; what they can be, or the most."""


@in_python
@undisturbed()
def scan(
    *,
    bed: Path_ | None = None,
    fasta: Path_ | None = None,
    sequences: Path_ | None = None,
    models: Mapping[str, Path_ | Model],
    out: Path_,
    genome: str = "custom",
    method: str = "attnlrp",
    parameters: Mapping[str, str] | None = None,
    projection: str = "uniform",
    weights: Path_ | None = None,
    target: str | Sequence[str] | Mapping[str, str | Sequence[str]] | None = None,
    outputs: str | Mapping[str, str] | None = None,
    window: int | Mapping[str, int] | None = None,
    stride: int | Mapping[str, int] | None = None,
    strand: str | None = None,
    per_strand_tracks: bool = False,
    device: str = "auto",
    precision: str | None = None,
    batch_units: int | None = None,
    shards: int | None = None,
    engine: str = "local",
    workers: int | None = None,
    null: bool | int = False,
    motifs: Path_ | None = None,
    annotations: Mapping[str, Path_] | None = None,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
    flank: int | None = None,
    resize: int | None = None,
    tile: bool | str | Sequence[str] = False,
    blacklist: Path_ | None = None,
    score_track: bool = False,
    ensembles: Mapping[str, Sequence[str]] | None = None,
) -> Scan:
    """Explain every region with every model and write relevance tracks.

    As ``gtrack scan`` does: the same options give the same bytes. Nothing is printed.

    Parameters
    ----------
    bed : str or Path
        Regions: BED3 to BED12 or narrowPeak, plain or gz.
    fasta : str or Path
        Genome: FASTA, plain, bgzip or gzip; or 2bit.
    sequences : str or Path
        In the place of both: a FASTA, or a CSV with a column ``sequence``, of loose sequences. Each
        becomes a contig and a region of its own; a column ``label`` goes into the table of regions.
    models : mapping of str to str, Path or Model
        Your name for each model, and its folder or Hub id.
    out : str or Path
        Folder of the results.
    genome : str
        Assembly for viewers: ``hg38``, ``mm10``, ``sacCer3``, ...
    method : str
        ``attnlrp``, ``cplrp``, ``gradient``, ``ism``, or a method of another package.
    parameters : mapping of str to str, optional
        Parameters of the method, such as ``{"alibi_rule": "uniform"}`` or ``{"draws": "1"}``.
    projection : {"uniform", "repeat", "center", "weighted"}
        How a token's relevance is shared among its bases.
    weights : str or Path, optional
        The bigWig of ``weighted``.
    target : str or sequence of str, or mapping of these by model, optional
        Outputs to explain, by label or index; ``all`` is every one. Without it, the one output, or
        class 1 of two.
    outputs : {"classes", "labels", "values"}, or mapping of these by model, optional
        What the model's outputs are, where its folder does not say or is wrong.
    window, stride : int, or mapping of int by model, optional
        Length of the model's input, and the step between windows of long regions, in bp. As
        trained, and half a window, when not given.
    strand : {"both", "forward", "reverse", "region"}, optional
        Strands to read and explain; as trained, else both, when not given.
    per_strand_tracks : bool
        Write a track of each strand, too.
    device : str
        ``auto``, ``cpu``, ``cuda`` or ``cuda:0,1``. With several, each has a process of its own:
        call this under ``if __name__ == "__main__":``.
    precision : {"fp32", "tf32", "bf16"}, optional
        Arithmetic of matrix products; fp32 on a CPU and tf32 on CUDA when not given.
    batch_units : int, optional
        Tokens (of a CNN: bases) per batch. Smaller needs less memory.
    shards : int, optional
        Pieces that can be resumed; the results do not depend on it.
    engine : str
        Where the pieces run: this machine, or an engine of another package.
    workers : int, optional
        CPU threads; all cores when not given. The results do not depend on it.
    null : bool or int
        Explain shuffled windows, too: what `gtrack.call_hits` tests motifs against. A number
        says how many of their bases per model; True is 300,000.
    motifs : str or Path, optional
        Call motif hits at the end, as `gtrack.call_hits` does; implies `null`.
    annotations : mapping of str to str or Path, optional
        Files to show beside the tracks, each with its name.
    resume, overwrite : bool
        Go on with the scan in `out`, or replace it.
    progress : callable, optional
        Told ``(what, bases done, bases in all)`` after every batch; `what` is a model, or its null.
    flank, resize : int, optional
        Bases that every region gets on either side before it is scanned; or what it is long then,
        around its summit or middle. Of the two, one at most.
    tile : bool or str or sequence of str
        In the place of `bed`: True for the whole genome, or stretches of it, each a chromosome or
        ``chrom:start-end``, counted from 1, ends included. Runs of 100 N and more are left out.
    blacklist : str or Path, optional
        A BED of what `tile` leaves out, too.
    score_track : bool
        Write the score of windows as a track of each model, too.
    ensembles : mapping of str to sequence of str, optional
        Your name for each ensemble, and the models that it is the mean of.

    Returns
    -------
    Scan
        Opened.

    Raises
    ------
    GtrackError
        When an input is wrong, or the disk or a model refuses; names it.

    Examples
    --------
    >>> import gtrack
    >>> scan = gtrack.scan(
    ...     bed="example_data/regions.bed",
    ...     fasta="example_data/genome.fa",
    ...     models={"cnn": "example_data/models/cnn"},
    ...     out="out/first",
    ...     device="cpu",
    ... )
    >>> len(scan.regions()["score"])
    50
    """
    as_given = _checked(locals())
    job = ScanJob(
        models=tuple((name, _source(model)) for name, model in models.items()),
        parameters={name: str(value) for name, value in dict(parameters or {}).items()},
        targets={name: _several(wish) for name, wish in _by_name(target).items()},
        outputs=_by_name(outputs),
        null_bases=_null_bases(null, motifs is not None),
        motifs=None if motifs is None else str(motifs),
        **_shown_beside(annotations or {}, ensembles or {}, score_track),
        **as_given,
    )
    workflow.scan(job, _telling(progress), resume=resume, overwrite=overwrite)
    return open_scan(job.out)


def _shown_beside(
    annotations: Mapping[str, Path_], ensembles: Mapping[str, Sequence[str]], score_track: bool
) -> dict[str, Any]:
    """Return what of a job no track of a model depends on."""
    members = (Ensemble(name, tuple(_several(of))) for name, of in ensembles.items())
    return {
        "annotations": tuple((name, _path(file)) for name, file in annotations.items()),
        "beside": Beside(score_track, tuple(members)),
    }


def _telling(progress: Progress | None) -> workflow.Begin:
    """Return what a scan calls with its plan: it counts for `progress` what is done."""

    def begin(plan: Plan) -> Callable[[str, int, int], None]:
        grids = {model.name: plan.grid(model.name) for model in plan.models}
        grids |= {null_name(name): null.grid for name, null in plan.null_grids().items()}
        in_all = {name: grid.owned(0, len(grid)) for name, grid in grids.items()}
        done = dict.fromkeys(in_all, 0)

        def tell(name: str, windows: int, bases: int) -> None:
            done[name] += bases
            if progress is not None:
                progress(name, done[name], in_all[name])

        return tell

    return begin


def _path(given: Path_) -> Path:
    return Path(given).expanduser()


def _source(model: Path_ | Model) -> str:
    if isinstance(model, Model):
        return model.source
    path = _path(model)
    return str(path) if path.exists() else str(model)


def _by_name(given: Value | Mapping[str, Value] | None) -> dict[str | None, Value]:
    """Return options by model; under None what is for all."""
    if given is None:
        return {}
    return dict(given.items()) if isinstance(given, Mapping) else {None: given}


def _lengths(option: str, given: int | Mapping[str, int] | None) -> dict[str | None, int]:
    """Return lengths by model, once they are whole numbers."""
    lengths = _by_name(given)
    for length in lengths.values():
        if not isinstance(length, int | np.integer) or not 0 < length < 10**9:
            raise InputError(f"{option} {length!r}: give a length in bp, a positive whole number")
    return {name: int(length) for name, length in lengths.items()}


def _tiles(tile: bool | str | Sequence[str]) -> tuple[str, ...]:
    if isinstance(tile, bool):
        return (WHOLE,) * tile
    asked = _several(tile)
    if not asked or not all(asked):
        raise InputError("tile: give True for the whole genome, or names of stretches of it")
    return asked


def _several(wish: str | Sequence[str]) -> tuple[str, ...]:
    return (wish,) if isinstance(wish, str) else tuple(wish)


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that are options as they are, once they are in their ranges."""
    for name, choices in _CHOICES.items():
        if given[name] not in choices:
            known = ", ".join(choice for choice in choices if choice is not None)
            raise InputError(f"{name} {given[name]!r}: use {known}")
    for name, most in _RANGES.items():
        value = given[name]
        whole = isinstance(value, int | np.integer)
        if value is not None and not (whole and 1 <= value <= most):
            raise InputError(f"{name} {value}: a whole number from 1 to {most:,}")
    if not given["models"]:
        raise InputError("models: none given; give {NAME: FOLDER}")
    if (given["projection"] == "weighted") != (given["weights"] is not None):
        raise InputError("projection 'weighted' and weights=BIGWIG go together")
    as_given = {name: given[name] for name in (*_AS_GIVEN, *_CHOICES, *_RANGES)}
    paths = {name: None if given[name] is None else _path(given[name]) for name in _PATHS}
    lengths = {f"{name}s": _lengths(name, given[name]) for name in ("window", "stride")}
    return as_given | paths | lengths | {"tile": _tiles(given["tile"])}


def _null_bases(null: bool | int, motifs: bool) -> int | None:
    """Return how many bases of shuffled windows are wanted; None without a null."""
    if null is True or (null is False and motifs):
        return NULL_BASES
    if null is not False and not _LEAST_NULL <= null <= _MOST_NULL:
        raise InputError(f"null {null}: True, or {_LEAST_NULL:,} to {_MOST_NULL:,} bases")
    return null or None
