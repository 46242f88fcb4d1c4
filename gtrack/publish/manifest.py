"""``manifest.json``: a scan's results for programs (schema ``gtrack-manifest/1``)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from gtrack.core.ensemble_record import put_together, set_apart
from gtrack.core.errors import InputError
from gtrack.core.manifest import KINDS, SCHEMA, RunManifest, TrackSpec, completed
from gtrack.core.small_file import whole

SCHEMA_FILE = Path(__file__).with_name("manifest.schema.json")
"""JSON Schema of the manifest, the contract with the plugin."""


def to_json(manifest: RunManifest) -> str:
    """Return the text of ``manifest.json``; equal manifests give equal bytes."""
    record = {"schema": SCHEMA, **_present(asdict(manifest))}
    record["tracks"] = [_present(track) for track in record["tracks"]]
    return json.dumps(set_apart(record), indent=1) + "\n"


def read_manifest(path: Path) -> RunManifest:
    """Read a manifest back; keys and kinds of tracks that are not known are passed over.

    Raises
    ------
    InputError
        When the file is missing, no manifest, or of another schema.
    """
    try:
        record: dict[str, Any] = json.loads(whole(path), parse_constant=_no_number)
        schema = record["schema"]
    except OSError as error:
        raise InputError(
            f"{path}: no manifest: {error.strerror}; is this a finished scan?"
        ) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{path}: not a gtrack manifest; copy the folder again") from error
    if schema != SCHEMA:
        raise InputError(
            f"{path}: schema {str(schema)[:40]!r}, but this gtrack reads {SCHEMA!r}; use the "
            "gtrack that made it, or scan again"
        )
    from jsonschema import Draft202012Validator  # noqa: PLC0415  (many files)

    checker = Draft202012Validator(json.loads(SCHEMA_FILE.read_text()))
    for problem in checker.iter_errors(record):
        raise InputError(
            f"{path}: not a whole {SCHEMA} manifest ({problem.json_path.removeprefix('$.')}: "
            f"{problem.message[:200]}); copy the folder again"
        )
    record = {"job": None, "plan_sha256": None, **put_together(record)}
    record["models"] = tuple(completed(model, record["job"]) for model in record["models"])
    record["tracks"] = tuple(
        TrackSpec(**_known(track, TrackSpec))
        for track in record["tracks"]
        if track["kind"] in KINDS
    )
    return RunManifest(**_known(record, RunManifest))


def _known(record: Mapping[str, Any], noun: type[Any]) -> dict[str, Any]:
    """Leave out what this version does not know."""
    names = {field.name for field in fields(noun)}
    return {key: value for key, value in record.items() if key in names}


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def _present(record: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a run or a track does not have."""
    return {key: value for key, value in record.items() if value is not None}
