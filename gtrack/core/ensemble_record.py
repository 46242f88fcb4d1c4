"""Ensembles in the text of a manifest: apart, where readers that do not know them pass over them.

In memory an ensemble is one more model, with the members that it stands for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_APART = {"relevance": "ensemble", "hits": "ensemble-hits"}
_TOGETHER = {apart: kind for kind, apart in _APART.items()}


def set_apart(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of a manifest with its ensembles apart; without any it is as before."""
    ensembles = [model for model in record["models"] if "members" in model]
    if not ensembles:
        return dict(record)
    names = {model["name"] for model in ensembles}
    tracks = [
        {**track, "kind": _APART.get(track["kind"], track["kind"])}
        if track.get("model") in names
        else track
        for track in record["tracks"]
    ]
    models = [model for model in record["models"] if model["name"] not in names]
    apart: dict[str, Any] = {"models": ensembles}
    made = {**record, "models": models, "tracks": tracks, "ensembles": apart}
    if record.get("hits") is not None:
        entries = record["hits"]["models"]
        if mine := [entry for entry in entries if entry["model"] in names]:
            apart["hits"] = mine
        others = [entry for entry in entries if entry["model"] not in names]
        made["hits"] = {**record["hits"], "models": others}
    return made


def put_together(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of a manifest with its ensembles among the models; see `set_apart`."""
    apart = record.get("ensembles")
    if apart is None:
        return dict(record)
    tracks = [
        {**track, "kind": _TOGETHER.get(track["kind"], track["kind"])} for track in record["tracks"]
    ]
    made = {**record, "models": [*record["models"], *apart["models"]], "tracks": tracks}
    if record.get("hits") is not None:
        entries = [*record["hits"]["models"], *apart.get("hits", ())]
        made["hits"] = {**record["hits"], "models": entries}
    return made
