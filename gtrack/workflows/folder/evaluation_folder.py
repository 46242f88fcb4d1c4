"""The folder of an evaluation: what lies where, and what may be replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gtrack.core.errors import InputError, OutputError
from gtrack.io.atomic import finished_name
from gtrack.io.evaluation_files import CHUNK_MARK, METRIC_COLUMNS
from gtrack.io.folders import entries, is_folder
from gtrack.io.lock import is_lock
from gtrack.workflows.folder.holding import holding

CHUNKS = "chunks"
_OURS = re.compile(
    r"metrics\.tsv|per_region\.tsv|enrichment\.tsv|evaluation\.html|chunks"
    r"|(similarity|perturbation|localisation|locus_[0-9]+)\.(svg|png)"
)
_CHUNK = re.compile(r"[0-9]{6}\.json")


@dataclass(frozen=True, slots=True)
class EvaluationFolder:
    """Where an evaluation goes.

    Parameters
    ----------
    out : Path
    seal : str
        What marks its chunks.
    """

    out: Path
    seal: str

    @property
    def metrics(self) -> Path:
        """A row per metric and group of regions."""
        return self.out / "metrics.tsv"

    @property
    def region_values(self) -> Path:
        """A row per metric and region."""
        return self.out / "per_region.tsv"

    @property
    def enrichment(self) -> Path:
        """A row per annotation and target."""
        return self.out / "enrichment.tsv"

    @property
    def page(self) -> Path:
        """The page."""
        return self.out / "evaluation.html"

    def figure(self, name: str, end: str) -> Path:
        """A figure, as ``svg`` or ``png``."""
        return self.out / f"{name}.{end}"

    def chunk(self, number: int) -> tuple[Path, str]:
        """Return where a chunk is kept, and the seal that it bears."""
        return self.out / CHUNKS / f"{number:06d}.json", self.seal

    @contextmanager
    def held(self, *, overwrite: bool) -> Iterator[None]:
        """Hold the folder, which is made, against other runs; refuse what holds other things.

        Raises
        ------
        InputError
            When the folder holds what no evaluation made, or a finished evaluation that was asked
            for otherwise and `overwrite` is not set.
        OutputError
            When the system refuses.
        """
        try:
            self.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = error.strerror or error
            raise OutputError(f"{self.out}: cannot write here: {why}") from error
        with holding(self.out):
            self._refuse_unfit(overwrite)
            self._sweep()
            yield

    def _refuse_unfit(self, overwrite: bool) -> None:
        names = [name for name in entries(self.out) if not is_lock(name)]
        for name in names:
            if not _OURS.fullmatch(finished_name(name) or name):
                raise InputError(
                    f"{self.out}: holds {name!r}, which no evaluation made; choose another --out"
                )
        if self.metrics.exists() and not overwrite and not self._is_mine():
            raise InputError(
                f"{self.out}: holds an evaluation that was asked for otherwise (options, truth, "
                "scan or version); use --overwrite to replace it, or another --out"
            )

    def _is_mine(self) -> bool:
        mark = self.out / CHUNKS / "000000.json"
        return _has_metrics(self.out) and (not mark.exists() or self.seal.encode() in _head(mark))

    def _sweep(self) -> None:
        """Remove chunks of other evaluations, and what a killed run left unfinished."""
        for folder, pattern in ((self.out, _OURS), (self.out / CHUNKS, _CHUNK)):
            for name in entries(folder):
                whole = finished_name(name)
                if whole is not None and pattern.fullmatch(whole):
                    (folder / name).unlink(missing_ok=True)
        for name in entries(self.out / CHUNKS):
            path = self.out / CHUNKS / name
            if _CHUNK.fullmatch(name) and self.seal.encode() not in _head(path):
                path.unlink(missing_ok=True)


def evaluation_files(out: Path) -> Iterator[Path]:
    """Yield the files of an evaluation, chunks first; none of a folder that no evaluation made."""
    chunks = [out / CHUNKS / name for name in entries(out / CHUNKS) if _CHUNK.fullmatch(name)]
    if not any(CHUNK_MARK in _head(path) for path in chunks) and not _has_metrics(out):
        return
    for folder, pattern in ((out / CHUNKS, _CHUNK), (out, _OURS)):
        for name in entries(folder):
            if pattern.fullmatch(finished_name(name) or name) and not is_folder(folder / name):
                yield folder / name


def _has_metrics(out: Path) -> bool:
    path = out / "metrics.tsv"
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as handle:
        return handle.readline().rstrip(b"\n") == "\t".join(METRIC_COLUMNS).encode()


def _head(path: Path) -> bytes:
    with path.open("rb") as handle:
        return handle.read(400)
