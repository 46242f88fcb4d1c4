"""What differs between two plans, in words for a user."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

REGIONS = "the regions"
CHROMOSOMES = "the FASTA (its chromosomes)"
BASES = "the FASTA (its bases)"
"""What a plan knows of its inputs: whoever knows their files may say more."""

_OPTIONS = {
    "parameters": "the method's parameters",
    "weights_sha256": "the bigWig of --projection weighted",
    "device_kind": "--device",
}
_MODEL_OPTIONS = {
    "head": "--outputs",
    "targets": "--target",
    "window_bp": "--window",
    "stride": "--stride",
    "strand": "--strand",
    "batch_units": "--batch-tokens",
}


def differences(stored: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Name the facts of two plans that differ, in words for a user.

    Parameters
    ----------
    stored, now : mapping
        Of :meth:`Plan.facts`; one may come from JSON.
    """
    one, other = (json.loads(json.dumps(facts)) for facts in (stored, now))
    found = [
        f"{_OPTIONS.get(key, '--' + key.replace('_', '-'))} ({was} before, now {value})"
        for key in (*other["options"], *sorted({*one["options"]} - {*other["options"]}))
        if (was := one["options"].get(key)) != (value := other["options"].get(key))
    ]
    models = {model["name"]: model for model in one["models"]}
    if [*models] != [model["name"] for model in other["models"]]:
        found.append(f"the models ({', '.join(models)} before)")
    for model in other["models"]:
        found += _model_differences(models.get(model["name"], model), model)
    laid = [
        [(model["name"], model["window_bp"], model["stride"]) for model in facts["models"]]
        for facts in (one, other)
    ]
    if one["regions"] != other["regions"]:
        found.append(REGIONS)
    if one["chromosomes"] != other["chromosomes"]:
        found.append(CHROMOSOMES)
    elif REGIONS not in found and laid[0] == laid[1] and one["sequences"] != other["sequences"]:
        found.append(BASES)
    for name, value in other["versions"].items():
        if (was := one["versions"].get(name)) != value:
            found.append(f"the version of {name} ({was} before, now {value})")
    return found


def _model_differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    name = other["name"]
    if one["sha256"] != other["sha256"]:
        return [f"the files of model {name}"]
    one, other = ({**each, "head": each["head"]["outputs"]} for each in (one, other))
    return [
        f"{option} of model {name} ({_said(one[key])} before, now {_said(other[key])})"
        for key, option in _MODEL_OPTIONS.items()
        if one[key] != other[key]
    ]


def _said(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
