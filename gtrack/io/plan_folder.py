"""A plan on disk: ``plan.json`` (options, models, digests) and ``regions.tsv`` beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gtrack.core.errors import GtrackError, InputError
from gtrack.core.heads import Head
from gtrack.core.printable import pasted, shown
from gtrack.core.scan.digests import digest_of
from gtrack.core.scan.null_windows import NullPlan
from gtrack.core.scan.plan import ModelPlan, Plan, ScanOptions
from gtrack.core.small_file import whole, whole_json
from gtrack.io.atomic import write_parts, write_text
from gtrack.io.planned_regions import read_back, written_regions

PLAN_MOST = 32_000_000
"""Bytes of ``plan.json``, at most: it lists the chromosomes, of a draft half a million."""

_REGIONS_MOST = 1 << 32  # bytes, of 40 million regions

_AGAIN = "the command of the scan again, with --resume"

SCHEMA, FIRST = "gtrack-plan/2", "gtrack-plan/1"


def write_plan(folder: Path, plan: Plan) -> None:
    """Write a plan into a folder that exists; ``plan.json`` comes last and makes it valid."""
    write_parts(folder / "regions.tsv", written_regions(plan.regions, plan.known))
    record = {
        "schema": SCHEMA,
        "digest": plan.digest,
        "facts": plan.facts(),
        "chrom_sizes": list(plan.chrom_sizes.items()),
        "given": plan.given,
        "pools": plan.pools,
        "covered": plan.covered,
        "n_shards": plan.n_shards,
        "null": None if plan.null is None else asdict(plan.null),
        **({"tried": plan.tried} if plan.tried else {}),
    }
    write_text(folder / "plan.json", json.dumps(record, indent=1) + "\n")


def read_plan(folder: Path) -> Plan:
    """Read a plan back and prove that it is the one that was written.

    A plan of gtrack 0.1 comes with its digest as `sealed`: its results can be read, not continued.

    Raises
    ------
    InputError
        When there is no plan, or it was changed.
    """
    record = _record(folder)
    try:
        facts, old = record["facts"], record["schema"] != SCHEMA
        regions, known = read_back(whole(folder / "regions.tsv", _REGIONS_MOST))
        options, models = (_from_first if old else _from_this)(facts)
        plan = Plan(
            options=options,
            models=models,
            chrom_sizes=dict(record["chrom_sizes"]),
            regions=regions,
            known=known,
            given=record["given"],
            pools={name: tuple(pools) for name, pools in record["pools"].items()},
            covered=record["covered"],
            versions=facts["versions"],
            n_shards=record["n_shards"],
            null=_null(record.get("null")),
            tried={name: dict(facts) for name, facts in record.get("tried", {}).items()},
            sealed=digest_of(facts) if old else None,
        )
        derived = plan.facts()
        changed = plan.digest != record["digest"] or any(
            derived[key] != facts[key] for key in ("chromosomes", "regions", "sequences")
        )
    except (OSError, AttributeError, KeyError, TypeError, ValueError, GtrackError) as error:
        said = f"{folder}: the plan is damaged ({_said(error)}); {_cure(folder)}"
        raise InputError(said) from error
    if changed:
        raise InputError(f"{folder}: the plan was changed after it was made; {_cure(folder)}")
    return plan


def _from_this(facts: Mapping[str, Any]) -> tuple[ScanOptions, tuple[ModelPlan, ...]]:
    models = []
    for model in facts["models"]:
        said = model["head"]
        head = Head(said["outputs"], tuple(said["names"]), said["said_by"])
        models.append(ModelPlan(**{**model, "head": head, "targets": tuple(model["targets"])}))
    return ScanOptions(**facts["options"]), tuple(models)


def _from_first(facts: Mapping[str, Any]) -> tuple[ScanOptions, tuple[ModelPlan, ...]]:
    """Read the facts of ``gtrack-plan/1`` (gtrack 0.1): one target, and what was explained then."""
    options = dict(facts["options"])
    rule = options.pop("alibi_rule")
    parameters = {} if rule is None else {"alibi_rule": rule}
    models = []
    for model in facts["models"]:
        given, tokens = dict(model), model["kind"] == "dnabert2"
        names, target = tuple(given.pop("labels")), given.pop("target")
        models.append(
            ModelPlan(
                **given,
                unit="token" if tokens else "base",
                exact=False,
                unit_limit=None,
                head=Head("classes" if len(names) > 1 else "labels", names, "rule"),
                targets=(target,),
                parameters=parameters if tokens else {},
            )
        )
    return ScanOptions(**options, parameters=parameters), tuple(models)


def _null(record: dict[str, Any] | None) -> NullPlan | None:
    if record is None:
        return None
    pools = {name: tuple(pools) for name, pools in record["pools"].items()}
    return NullPlan(int(record["bases"]), pools)


def _cure(folder: Path) -> str:
    """Say how a damaged plan is made whole; of a scan that is done, no result is lost by it."""
    if (folder.parent / "manifest.json").exists():
        return f"restore it from a copy, or move {pasted(folder)} away and give {_AGAIN}"
    return "restore it from a copy, or make it anew: the command that made it with --overwrite"


def _said(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{shown(error.filename or '')}: {error.strerror}"
    return shown(str(error))


def _record(folder: Path) -> dict[str, Any]:
    path = folder / "plan.json"
    try:
        record = whole_json(path, PLAN_MOST)
    except FileNotFoundError as error:
        cure = "make one with gtrack plan"
        if (folder.parent / "manifest.json").exists():
            cure = f"restore {folder} from a copy, or give {_AGAIN}"
        raise InputError(f"{folder.parent}: no plan here; {cure}") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}; {_cure(folder)}") from error
    except ValueError as error:
        raise InputError(f"{path}: not JSON; {_cure(folder)}") from error
    if not isinstance(record, dict) or record.get("schema") not in (SCHEMA, FIRST):
        raise InputError(f"{path}: not a {SCHEMA} file; make the plan with this version of gtrack")
    return record
