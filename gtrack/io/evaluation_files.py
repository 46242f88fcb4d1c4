"""The tables of an evaluation, and the chunks that it is resumed from.

``metrics.tsv`` has a row per metric and group of regions, ``per_region.tsv`` a row per metric and
region: tab-separated, one header line, nine significant digits, ``NA`` where there is no number.
"""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from gtrack.core.evaluation_rows import MetricRow
from gtrack.core.small_file import whole_json
from gtrack.io.atomic import write_text

METRIC_COLUMNS = tuple(each.name for each in fields(MetricRow))

REGION_VALUE_COLUMNS = tuple(
    "region chrom start end name model target method metric level called value".split()
)
"""``region``: row of regions.bed (from 0); ``start``, ``end``: the region, 0-based half-open;
``called``: positive, negative or NA."""

ENRICHMENT_COLUMNS = tuple(
    "model target annotation what observed expected ratio ci_low ci_high p n reason".split()
)
"""``observed``, ``expected``: shares of the positive relevance, or of the hits; ``p``: one-sided,
how often chance gives as much; ``n``: regions, or annotated stretches, that count."""

_CHUNK_MOST = 64_000_000  # bytes: maps of its regions are kept
_CHUNK = "gtrack-evaluation-chunk/1"

CHUNK_MARK = _CHUNK.encode()
"""What every chunk holds near its beginning."""


def write_chunk(path: Path, seal: str, found: dict[str, Any]) -> None:
    """Write what was found out about some regions; `seal` says of which evaluation."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps({"schema": _CHUNK, "seal": seal, **found}) + "\n")


def read_chunk(path: Path, seal: str) -> dict[str, Any] | None:
    """Read it back; None where it is not there, damaged, or of another evaluation."""
    try:
        found = whole_json(path, _CHUNK_MOST)
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or (found.get("schema"), found.get("seal")) != (_CHUNK, seal):
        return None
    return found
