"""``gtrack passport``: whether to believe the maps of a finished scan, model by model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from gtrack.core.errors import InputError
from gtrack.core.ports import Progress, SequenceModel
from gtrack.core.precision import Precision
from gtrack.core.scan.plan import Plan
from gtrack.core.targets import named
from gtrack.evaluation.evidence import judge
from gtrack.evaluation.passport import SCHEMA, Passport
from gtrack.evaluation.passport_cost import SHARE, WINDOWS, passes
from gtrack.evaluation.passport_words import shown
from gtrack.io.atomic import write_text
from gtrack.models.device import resolve_devices
from gtrack.workflows.folder.finished import FinishedScan, open_finished, scanned_genome
from gtrack.workflows.folder.run_log import RunLog, timed
from gtrack.workflows.folder.scan_folder import TRUST
from gtrack.workflows.judging.opened import Opened
from gtrack.workflows.scanning.batch_runner import batch_runner
from gtrack.workflows.scanning.method import make_method
from gtrack.workflows.scanning.reopened import reopen_models

_LOCAL = "cnn"
"""The kind of models whose substitutions are computed where they are seen."""


@dataclass(frozen=True, slots=True)
class PassportJob:
    """The options of ``gtrack passport``.

    Parameters
    ----------
    out : Path
        Folder of a finished scan.
    models : mapping of str to str
        Where models lie that moved since the scan, by name.
    windows : int
        Windows that the maps are held to the model on; 2.5 times as many are shuffled.
    seed : int
        Of every choice.
    device : str
    fasta : Path or None
        The genome, where it is not where the scan read it.
    workers : int or None
        CPU threads; the result does not depend on it.
    """

    out: Path
    models: Mapping[str, str] = field(default_factory=dict)
    windows: int = WINDOWS
    seed: int = 0
    device: str = "auto"
    fasta: Path | None = None
    workers: int | None = None


@dataclass(frozen=True, slots=True)
class PassportSummary:
    """What was written: the file, and a passport per target."""

    path: Path
    passports: tuple[Passport, ...]


@dataclass(frozen=True, slots=True)
class Price:
    """What the passports of a scan cost, and its rows, both in passes of its method."""

    passes: float
    scan: float

    @property
    def cheap(self) -> bool:
        """Whether a scan makes them by itself."""
        return self.passes <= SHARE * self.scan


def price(plan: Plan, windows: int = WINDOWS) -> Price:
    """Return what the passports of a plan's scan cost; nothing is opened."""
    cost, rows = 0.0, 0.0
    for model in plan.models:
        grid = plan.grid(model.name)
        targets = len(model.targets)
        both = bool((grid.reads > 1).any())
        local = model.kind == _LOCAL
        cost += targets * passes(model.unit, model.window_bp, both, windows, local=local)
        grids = [grid, *(each.grid for each in [plan.null_grids().get(model.name)] if each)]
        rows += targets * sum(int(each.reads.sum()) for each in grids)
    return Price(cost, rows)


def make_passports(job: PassportJob, progress: Progress = lambda *_: None) -> PassportSummary:
    """Judge every target of a finished scan; write ``trust.json`` and list it in the manifest.

    The same plan, windows and seed give the same bytes, whatever was there before.

    Raises
    ------
    InputError
        When there is no finished scan of gtrack's, or a model or the genome is not that of the
        scan.
    ModelError
        When a model cannot be opened or asked.
    OutputError
        When the disk refuses, or another run holds the folder.
    """
    if job.windows < 1:
        raise InputError(f"--windows {job.windows}: a whole number above 0")
    folder = open_finished(job.out).folder
    device = resolve_devices(job.device)[0]
    log = RunLog(job.out)
    with folder.held(), log.kept():
        scan = open_finished(job.out)
        models = reopen_models(scan, device, job.models)
        log.begin("passport", windows=job.windows, seed=job.seed, device=device)
        with timed("judging") as seconds:
            passports = _judge(job, scan, models, device, progress)
        record = {
            "schema": SCHEMA,
            "plan_sha256": scan.plan.digest,
            "windows": job.windows,
            "seed": job.seed,
            "passports": [_record(passport) for passport in passports],
        }
        path = folder.out / TRUST
        write_text(path, json.dumps(record, indent=1) + "\n")
        folder.publish(replace(scan.manifest, trust=_listed(scan, passports)), [TRUST])
        log.tell("judged", verdicts=[passport.verdict for passport in passports], seconds=seconds)
    return PassportSummary(path, passports)


def _judge(
    job: PassportJob,
    scan: FinishedScan,
    models: Mapping[str, SequenceModel],
    device: str,
    progress: Progress,
) -> tuple[Passport, ...]:
    from gtrack.workflows.judging.evidence import gather  # noqa: PLC0415  (torch: seconds)

    options = scan.plan.options
    same = device.partition(":")[0] == options.device_kind
    asked = options if same else replace(options, precision="fp32")
    methods = make_method(asked), make_method(replace(options, precision="fp32"))
    running = batch_runner(device, job.workers)
    found = []
    with running as runner, scanned_genome(scan, job.fasta) as genome:
        for target in scan.targets:
            plan, precision = scan.plan.model(target.model), cast(Precision, asked.precision)
            opened = Opened(plan, models[target.model], *methods, precision, runner)
            evidence = gather(scan, genome, opened, target, windows=job.windows, seed=job.seed)
            found.append(judge(evidence))
            progress("passport", 1, len(scan.targets))
    return tuple(found)


def _record(passport: Passport) -> dict[str, Any]:
    words = shown(passport)
    record = passport.to_json()
    kept = {key: words[key] for key in ("sentence", "axes", "cannot_see")}
    return {**record, **kept}


def _listed(scan: FinishedScan, passports: tuple[Passport, ...]) -> dict[str, Any]:
    """Return what the manifest says of the passports."""
    pairs = zip(scan.targets, passports, strict=True)
    return {"url": TRUST, "models": [{**named(target), **shown(each)} for target, each in pairs]}
