"""The folder of an evaluation: what lies where, and what may be replaced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.io.atomic import finished_name
from gtrack.io.evaluation_files import CHUNK_MARK
from gtrack.io.file_lists import LIST, write_list
from gtrack.io.folders import entries, is_folder, writing_in
from gtrack.io.lock import is_lock
from gtrack.workflows.folder.evaluation_record import (
    CHUNK,
    CHUNKS,
    OURS,
    evaluation_files,
    head_of,
)
from gtrack.workflows.folder.holding import holding


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
        """Return where a figure goes, as ``svg`` or ``png``."""
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
        with writing_in(self.out):
            self.out.mkdir(parents=True, exist_ok=True)
        with holding(self.out):
            self._refuse_unfit(overwrite)
            self._sweep()
            yield

    def list_files(self) -> None:
        """Put what is there on record, the chunks apart, which are sealed."""
        names = [name for name in entries(self.out) if OURS.fullmatch(name)]
        write_list(self.out, [name for name in names if name not in (CHUNKS, LIST)])

    def _refuse_unfit(self, overwrite: bool) -> None:
        ours, chunks = set(evaluation_files(self.out)), self.out / CHUNKS
        strange = [
            name
            for name in entries(self.out)
            if not (is_lock(name) or self.out / name in ours)
            and not (name == CHUNKS and is_folder(chunks))
        ]
        strange += [f"{CHUNKS}/{name}" for name in entries(chunks) if not self._is_chunk(name)]
        if strange:
            raise InputError(
                f"{self.out}: holds {strange[0]!r}, which no evaluation made; choose another --out"
            )
        if self.metrics.exists() and not self._is_mine():
            if not overwrite:
                raise InputError(
                    f"{self.out}: holds an evaluation that was asked for otherwise (options, "
                    "truth, scan or version); use --overwrite to replace it, or another --out"
                )
            for path in ours:  # its figures, too: the new one may have fewer
                path.unlink(missing_ok=True)

    def _is_chunk(self, name: str) -> bool:
        if CHUNK.fullmatch(name):
            return CHUNK_MARK in head_of(self.out / CHUNKS / name)
        return CHUNK.fullmatch(finished_name(name) or "") is not None

    def _is_mine(self) -> bool:
        return any(
            self.seal.encode() in head_of(self.out / CHUNKS / name)
            for name in entries(self.out / CHUNKS)
            if CHUNK.fullmatch(name)
        )

    def _sweep(self) -> None:
        """Remove chunks of other evaluations, and what a killed run left unfinished."""
        for folder, pattern in ((self.out, OURS), (self.out / CHUNKS, CHUNK)):
            for name in entries(folder):
                whole = finished_name(name)
                if whole is not None and pattern.fullmatch(whole):
                    (folder / name).unlink(missing_ok=True)
        for name in entries(self.out / CHUNKS):
            path = self.out / CHUNKS / name
            if CHUNK.fullmatch(name) and self.seal.encode() not in head_of(path):
                path.unlink(missing_ok=True)
