"""``gtrack demo``: scan the example regions with both example models, and call motif hits."""

from __future__ import annotations

from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.scan.null_windows import NULL_BASES
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.scan import Begin, Scanned, scan
from gtrack.workflows.scanning.job import ScanJob

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
        The example folder; by default the one of the installed package, or of the source tree.

    Raises
    ------
    InputError
        When there is no example folder, or `out` holds anything but a demo.
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
    return scan(job, begin, overwrite=_is_there(out))


def _is_there(out: Path) -> bool:
    """Tell whether a folder holds a demo, which may go, or nothing.

    Raises
    ------
    InputError
        When it holds anything else.
    """
    folder = ScanFolder(out)
    if folder.is_empty():
        return False
    foreign = folder.stranger() is not None or (folder.has_manifest() and not folder.has_run())
    if not foreign and folder.has_run():
        run = folder.read_run()
        parts = (run.get("models"), MODELS), (run.get("annotations"), ANNOTATIONS)
        foreign = any(set(there or ()) != set(names) for there, names in parts)  # type: ignore[call-overload]
    if foreign:
        raise InputError(f"{out}: the folder is not empty and holds no demo; choose another --out")
    return True


def _find() -> Path:
    """Return the example folder: in the package of a wheel, beside it in a source tree."""
    package = Path(__file__).parents[1]
    for parent in (package, package.parent):
        if (parent / "example_data" / "regions.bed").is_file():
            return parent / "example_data"
    raise InputError(
        f"{package}: this gtrack has no example_data; install it again, or give --data"
    )
