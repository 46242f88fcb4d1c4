"""Values of a track, for one look."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gtrack.io.bigwig import BigWigReader


def read_values(path: Path, chrom: str, start: int, end: int) -> NDArray[np.float32]:
    with BigWigReader(path) as track:
        return track.values(chrom, start, end)
