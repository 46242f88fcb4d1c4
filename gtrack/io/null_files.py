"""The null of a scan on disk: one ``.npz`` per model, what motif hits are tested against.

Arrays: ``codes`` (A 0, C 1, G 2, T 3) and ``relevance`` of all segments, one after the other;
``start`` and ``length`` of each; ``chrom``, their labels in UTF-8, one per line; ``plan``, the
digest that they belong to. Behind the zip archive stands its sha256, as for shards.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError, VerificationError
from gtrack.core.segments import Segment
from gtrack.io.sealed import read_sealed, write_sealed


def null_path(out: Path, name: str) -> Path:
    """Return where the null of one model of a scan is kept."""
    return out / "null" / f"{name}.npz"


def write_null(path: Path, digest: str, segments: Sequence[Segment]) -> None:
    """Write the segments of one model's shuffled windows, atomically.

    Parameters
    ----------
    path : Path
    digest : str
        sha256 (hex) of what the null belongs to.
    segments : sequence of Segment

    Raises
    ------
    OutputError
        When the disk refuses.
    """
    labels = "".join(f"{segment.chrom}\n" for segment in segments)
    arrays: dict[str, list[NDArray[Any]]] = {
        "chrom": [np.frombuffer(labels.encode(), np.uint8)],
        "start": [np.array([segment.start for segment in segments], np.int64)],
        "length": [np.array([len(segment) for segment in segments], np.int64)],
        "codes": [np.zeros(0, np.uint8), *(s.codes for s in segments)],
        "relevance": [np.zeros(0, np.float32), *(s.relevance for s in segments)],
    }
    write_sealed(path, digest, arrays)


def read_null(path: Path, digest: str | None = None) -> list[Segment]:
    """Read the segments back.

    Parameters
    ----------
    path : Path
    digest : str, optional
        What the null must belong to.

    Raises
    ------
    InputError
        When there is no such file.
    VerificationError
        When it is damaged, or belongs to something else.
    """
    if not path.exists():
        raise InputError(
            f"{path}: no null here; the command of the scan with --resume --null makes it"
        )
    try:
        found, arrays = read_sealed(path)
        ends = np.cumsum(arrays["length"]).tolist()
        labels = arrays["chrom"].tobytes().decode().split("\n")[:-1]
        codes, relevance = arrays["codes"], arrays["relevance"]
        segments = [
            Segment(label, start, codes[end - length : end], relevance[end - length : end])
            for label, start, length, end in zip(
                labels, arrays["start"].tolist(), arrays["length"].tolist(), ends, strict=True
            )
        ]
    except (OSError, ValueError, LookupError, TypeError, InputError) as error:
        raise VerificationError(
            f"{path}: damaged; remove it, then run the command of the scan with --resume --null"
        ) from error
    if digest is not None and found != digest:
        raise VerificationError(
            f"{path}: belongs to another scan; run the command of the scan with --resume --null"
        )
    return segments
