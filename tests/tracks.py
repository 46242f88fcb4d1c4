"""Values of a track, for one look; and tracks that a test has changed."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from gtrack.io.bigwig import BigWigReader
from gtrack.io.file_records import record_file


def read_values(path: Path, chrom: str, start: int, end: int) -> NDArray[np.float32]:
    with BigWigReader(path) as track:
        return track.values(chrom, start, end)


def take_as_written(out: Path) -> None:
    """Record every file of a folder as it is now, as if gtrack had written it so."""
    path = out / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["files"] = {
        url: record_file(out / unquote(url)).to_json() for url in manifest["files"]
    }
    path.write_text(json.dumps(manifest))
