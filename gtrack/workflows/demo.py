"""``gtrack demo``: scan the example regions with both example models, and call motif hits."""

from __future__ import annotations

from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.null_windows import NULL_BASES
from gtrack.workflows.job import ScanJob
from gtrack.workflows.scan import Begin, Scanned, scan

MODELS = ("cnn", "dnabert2")
ANNOTATIONS = {"genes": "genes", "planted": "truth", "decoys": "decoys"}


def demo(out: Path, begin: Begin, data: Path | None = None) -> Scanned:
    """Scan ``example_data`` into `out`, replacing an earlier demo.

    Parameters
    ----------
    out : Path
    begin : callable
        As for :func:`gtrack.workflows.scan.scan`.
    data : Path, optional
        The example folder; by default the one of the source tree, or of the current folder.

    Raises
    ------
    InputError
        When there is no example folder.
    """
    folder = data or _find()
    job = ScanJob(
        bed=folder / "regions.bed",
        fasta=folder / "genome.fa",
        models=tuple((name, str(folder / "models" / name)) for name in MODELS),
        out=out,
        null_bases=NULL_BASES,
        motifs=str(folder / "motifs.meme"),
        annotations=tuple((name, folder / f"{file}.bed") for name, file in ANNOTATIONS.items()),
    )
    return scan(job, begin, overwrite=out.exists() and any(out.iterdir()))


def _find() -> Path:
    """Return the example folder: beside the package in a source tree, else in this folder."""
    for parent in (Path(__file__).parents[2], Path.cwd()):
        if (parent / "example_data" / "regions.bed").is_file():
            return parent / "example_data"
    raise InputError(
        "example_data: not found here; run gtrack demo in a clone of the repository, or give --data"
    )
