"""``gtrack predict``: what models say of sequences or regions, without relevance."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from gtrack.attribution.forwards import outputs_alone
from gtrack.attribution.pool import PoolExplainer
from gtrack.core.errors import InputError, OutputError
from gtrack.core.intervals import Interval
from gtrack.core.ports import Progress, Runner, SequenceModel
from gtrack.core.precision import Precision
from gtrack.core.scan.apart import RegionsApart
from gtrack.core.scan.batches import pool_bounds, share
from gtrack.core.scan.gathering import RegionBases
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.loose import LooseGenome
from gtrack.core.scan.plan import ModelPlan
from gtrack.core.scan.prediction import WindowOutputs
from gtrack.core.scan.regions import canonical_regions, check_regions
from gtrack.core.scan.shard import Rows
from gtrack.core.scan.widening import said_of_loose, said_of_window, widened
from gtrack.core.sequences import is_known
from gtrack.io.atomic import write_parts
from gtrack.io.shell import renaming
from gtrack.io.tables import table_line
from gtrack.models.device import (
    always_there,
    resolve_devices,
    resolve_precision,
)
from gtrack.models.folder import open_model, refuse_none
from gtrack.workflows.folder.genome import genome_notes, window_sequences
from gtrack.workflows.folder.kept_inputs import refuse_inputs
from gtrack.workflows.predicting.measuring import ModelSaid, measure
from gtrack.workflows.scanning.batch_runner import batch_runner
from gtrack.workflows.scanning.job import ScanJob
from gtrack.workflows.scanning.model_plan import plan_model
from gtrack.workflows.scanning.rows import read_rows
from gtrack.workflows.scanning.sources import Source, opened_source

NO_BASES = "no A, C, G or T"


@dataclass(frozen=True, slots=True)
class PredictJob:
    """The options of ``gtrack predict``; each means what it means to a scan.

    `out` is the table to write; None where the caller takes its lines.
    """

    models: tuple[tuple[str, str], ...]
    bed: Path | None = None
    fasta: Path | None = None
    sequences: Path | None = None
    out: Path | None = None
    flank: int | None = None
    resize: int | None = None
    outputs: Mapping[str | None, str] = field(default_factory=dict)
    windows: Mapping[str | None, int] = field(default_factory=dict)
    strides: Mapping[str | None, int] = field(default_factory=dict)
    strand: str | None = None
    device: str = "auto"
    precision: str | None = None
    batch_units: int | None = None
    workers: int | None = None
    overwrite: bool = False

    def as_scan(self) -> ScanJob:
        """Return the scan that would read the same windows."""
        return ScanJob(
            *(self.bed, self.fasta, self.models, self.out or Path()),
            flank=self.flank,
            resize=self.resize,
            outputs=self.outputs,
            windows=self.windows,
            strides=self.strides,
            strand=self.strand,
            batch_units=self.batch_units,
            sequences=self.sequences,
        )


@dataclass(frozen=True, slots=True)
class Predicted:
    """What models say of all that was given, nothing left out.

    Parameters
    ----------
    source : Source
        What was given.
    regions : sequence of Interval
        Its regions, widened as was asked.
    models : tuple of ModelSaid
    notes : tuple of str
        What the user should know of the genome, or of the letters.
    """

    source: Source
    regions: Sequence[Interval]
    models: tuple[ModelSaid, ...]
    notes: tuple[str, ...]

    def reasons(self) -> list[str]:
        """Return why a model says nothing of each row, model by model; empty where all do."""
        found = []
        for row in range(len(self.regions)):
            said = {model.name: model.reasons[row] for model in self.models if model.reasons[row]}
            same = len(set(said.values())) == 1 and len(said) == len(self.models)
            listed = (f"{name}: {reason}" for name, reason in said.items())
            found.append(next(iter(said.values())) if same else "; ".join(listed))
        return found

    def lines(self) -> Iterator[bytes]:
        """Yield the table: a header, then a line for each that was given, in its order."""
        reasons, on_genome = self.reasons(), not isinstance(self.source.reference, LooseGenome)
        regions = self.regions
        labelled = any(region.label is not None for region in regions)
        places = ("chrom", "start", "end", "strand") if on_genome else ()
        columns: list[str] = ["row", "name", *places, "length", *(("label",) * labelled)]
        cells: list[Sequence[object]] = []
        for model in self.models:
            columns.append(f"{model.name}.windows")
            cells.append(model.windows)
            for name, column in model.prediction.columns().items():
                columns.append(f"{model.name}.{name}")
                cells.append([cell if cell != "" else "NA" for cell in column.tolist()])
        yield table_line([*columns, "note"])
        for row, region in enumerate(regions):
            place = (region.chrom, region.start, region.end, region.strand) if on_genome else ()
            label = (region.label or "",) * labelled
            said = (column[row] for column in cells)
            cut = [row + 1, region.name, *place, len(region), *label, *said, reasons[row]]
            yield table_line(cut)


def predict(job: PredictJob, tell: Progress = lambda *_: None) -> Predicted:
    """Say what models say of regions or loose sequences, and write it where the job has a file.

    Each is read for itself. What is longer than a model's window is tiled as a scan tiles it, and
    the numbers are means over the bases: those of ``regions.tsv`` of a scan of that region alone.

    Parameters
    ----------
    job : PredictJob
    tell : callable
        Told of the windows that are done, by model.

    Raises
    ------
    InputError
        When an input is wrong, or the file is there already.
    OutputError
        When it cannot be written.
    ModelError
        When a model cannot be opened, or cannot read a window.
    """
    asked = job.as_scan()
    if job.out is not None:
        _make_room(job, job.out)
    if not always_there(job.device, job.precision):
        _machine(job)
    with opened_source(job.bed, job.fasta, job.sequences) as source:
        sizes = dict(source.reference.chrom_sizes)
        check_regions(source.given.intervals, sizes, source.reference.path, renaming(job.bed))
        regions = widened(source.given.intervals, sizes, flank=job.flank, resize=job.resize)
        if job.out is not None:
            _make_folder(job.out.parent)
        said, notes = [], [*source.given.notes]
        if job.sequences is not None:
            notes += said_of_loose([len(region) for region in regions])
        refuse_none(where for _, where in job.models)
        device, precision = _machine(job)  # from here on torch is needed
        for name, where in job.models:
            model = open_model(where, device=device)
            plan = plan_model(asked, name, where, model, device, None)
            if plan.strand == "region":
                source.given.need_strands()
            notes += said_of_window(name, plan.window_bp, model.window_bp)
            with batch_runner(device, job.workers) as runner:
                reading = _Reading(source, regions, plan, model, precision, runner)
                said.append(reading.said(tell))
        read = RegionBases.of(source.reference, canonical_regions(regions, sizes)[0])
        notes += genome_notes(source.reference, asked.genome, read)
    found = Predicted(source, regions, tuple(said), tuple(notes))
    if job.out is not None:
        write_parts(job.out, found.lines())
    return found


def _machine(job: PredictJob) -> tuple[str, Precision]:
    """Return the device of a job, and the arithmetic on it."""
    devices = resolve_devices(job.device)
    if len(devices) > 1:
        raise InputError(f"--device {job.device}: a prediction uses one device; give one of them")
    return devices[0], cast(Precision, resolve_precision(job.precision, devices[0]))


@dataclass(frozen=True, slots=True)
class _Reading:
    """One model on its way through all that was given."""

    source: Source
    regions: Sequence[Interval]
    plan: ModelPlan
    model: SequenceModel
    precision: Precision
    runner: Runner

    def said(self, tell: Progress) -> ModelSaid:
        """Return what the model says of every region."""
        given, sizes = self.regions, dict(self.source.reference.chrom_sizes)
        reasons = [self._too_short(sizes[region.chrom]) for region in given]
        there = [region for region, why in zip(given, reasons, strict=True) if not why]
        apart = RegionsApart.of(there, sizes, self.plan.window_bp)
        grid = self.plan.lay(apart.regions, apart.chrom_sizes)
        found = WindowOutputs(self.plan.head, grid, self.plan.strand)
        self._read(apart.on_genome(grid), found, tell)
        reasons = [why or self._unknown(each) for why, each in zip(reasons, given, strict=True)]
        rows = [
            None if why else apart.places[region]
            for region, why in zip(given, reasons, strict=True)
        ]
        prediction, windows = found.of_regions(apart.regions, rows)
        measured = measure(prediction, self.plan.head, given, self.source.fields, self._bases)
        return ModelSaid(self.plan.name, prediction, windows.tolist(), reasons, measured)

    def _too_short(self, size: int) -> str:
        """Say why the model cannot read what lies on a chromosome; empty where it can."""
        exact = self.plan.window_bp
        short = self.plan.exact and size < exact
        return f"{size} bp, and the model reads exactly {exact}" if short else ""

    def _unknown(self, region: Interval) -> str:
        """Say why there is nothing to say of a region; empty where there is."""
        return "" if is_known(self._bases(region)).any() else NO_BASES

    def _bases(self, region: Interval) -> str:
        return self.source.reference.fetch(region.chrom, region.start, region.end)

    def _read(self, grid: WindowGrid, found: WindowOutputs, tell: Progress) -> None:
        """Read all windows in the pools and batches of a scan."""
        name, plan = self.plan.name, self.plan
        explainer = PoolExplainer(
            name=name,
            model=self.model,
            explain=outputs_alone(self.model, self.precision),
            contrasts=plan.head.contrasts(plan.targets)[:0],
            budget=plan.batch_units,
            per_base=False,
            runner=self.runner,
        )
        tell(name, 0, len(grid))
        for first, end in pool_bounds(len(grid)):
            sequences = window_sequences(self.source.reference, grid, first, end)
            rows, texts = read_rows(name, self.model, grid, first, sequences, None)

            def called(row: int, of: Rows = rows) -> str:
                return f"window {grid.locus(int(of.window[row]))}"

            def on_batch(number: int, batches: int, windows: int = end - first) -> None:
                (done,) = share(number, batches, windows)
                tell(name, done, len(grid))

            answers = explainer(rows.encodings, texts, called, on_batch)
            found.add(rows.window, answers.outputs)


def _make_room(job: PredictJob, out: Path) -> None:
    """Refuse a table that is there already, is an input, or would take the name of a device."""
    if os.path.isdir(out):
        raise InputError(f"{out}: is a folder; give --out a file")
    if out.exists() and not out.is_file():
        raise InputError(
            f"{out}: is a device or a pipe, no file; give --out - and a redirection, > {out}"
        )
    if os.path.lexists(out) and not job.overwrite:
        raise InputError(
            f"{out}: is there already; use --overwrite to replace it, or another --out"
        )
    refuse_inputs(job.as_scan().inputs(), [out], "--out replaces", "the folder of the table")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror or error}") from error
