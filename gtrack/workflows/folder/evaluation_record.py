"""Which files of ``OUT/evaluation`` an evaluation made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from gtrack.io.atomic import finished_name
from gtrack.io.evaluation_files import CHUNK_MARK, METRIC_COLUMNS
from gtrack.io.folders import entries, is_folder

CHUNKS = "chunks"
OURS = re.compile(
    r"metrics\.tsv|per_region\.tsv|enrichment\.tsv|evaluation\.html|files\.json|chunks"
    r"|(similarity|perturbation|localisation|locus_[0-9]+)\.(svg|png)"
)
CHUNK = re.compile(r"[0-9]{6}\.json")


def evaluation_files(out: Path) -> Iterator[Path]:
    """Yield the files of an evaluation, chunks first; none of a folder that no evaluation made."""
    chunks = [out / CHUNKS / name for name in entries(out / CHUNKS) if CHUNK.fullmatch(name)]
    if not any(CHUNK_MARK in head_of(path) for path in chunks) and not has_metrics(out):
        return
    for folder, pattern in ((out / CHUNKS, CHUNK), (out, OURS)):
        for name in entries(folder):
            if pattern.fullmatch(finished_name(name) or name) and not is_folder(folder / name):
                yield folder / name


def has_metrics(out: Path) -> bool:
    """Tell whether a folder holds the table of an evaluation."""
    path = out / "metrics.tsv"
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as handle:
        return handle.readline().rstrip(b"\n") == "\t".join(METRIC_COLUMNS).encode()


def head_of(path: Path) -> bytes:
    """Return the first bytes of a chunk, where its seal stands."""
    with path.open("rb") as handle:
        return handle.read(400)
