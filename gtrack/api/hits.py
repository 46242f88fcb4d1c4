"""Motif hits, called from Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from gtrack.api.scans import Scan, open_scan
from gtrack.api.wording import in_python
from gtrack.core.hits.motifs import PSEUDOCOUNT
from gtrack.core.hits.options import HitOptions
from gtrack.core.scan.explanation import Columns
from gtrack.workflows import hits as workflow
from gtrack.workflows.calling.given_tracks import TracksJob
from gtrack.workflows.calling.results import HitsJob


@in_python
def call_hits(
    scan: Scan | str | Path,
    motifs: str | Path,
    *,
    q: float = 0.05,
    max_chance: float = 1.0,
    everything: bool = False,
    loci: bool = False,
    fasta: str | Path | None = None,
    p_sequence: float = 1e-3,
    gate: float = 0.01,
    gap: int = 3,
    pseudocount: float = PSEUDOCOUNT,
    progress: Callable[[str, int, int], object] | None = None,
) -> Columns:
    """Call motif hits: sites that match a motif and that the model's relevance supports.

    As ``gtrack hits`` does, which replaces what was called before: the same options give the same
    files in ``hits/`` of the scan. No model is needed; without a null of the scan nothing guards
    against relevance that follows the place in a window.

    Parameters
    ----------
    scan : Scan, str or Path
        A finished scan, or its folder.
    motifs : str or Path
        MEME, JASPAR or TRANSFAC text, plain or gz; or ``jaspar:GROUP[@YEAR]``.
    q : float
        Hits have a q-value below it: the share of false places among the hits at least as good.
    max_chance : float
        Hits have at most this chance: expected matches as good in shuffled sequence per match as
        good here, 0 to 1.
    everything : bool
        Write every candidate, too; ``scan.hits(everything=True)`` reads them.
    loci : bool
        Write relevance without a motif, too (narrowPeak).
    fasta : str or Path, optional
        The genome, where it is not where the scan read it.
    p_sequence : float
        Largest p-value of a sequence match.
    gate : float
        Largest p-value of the relevance.
    gap : int
        Free bases between two hits.
    pseudocount : float
        Added to every position of a motif, in sites.
    progress : callable, optional
        Told ``(target, done, in all)`` now and then, in bases x motifs.

    Returns
    -------
    dict of str to ndarray
        Hits of all models, as `gtrack.Scan.hits` returns them; ``model`` says whose.

    Raises
    ------
    GtrackError
        When there is no finished scan, or the motifs or the genome do not fit.

    Examples
    --------
    >>> import gtrack
    >>> hits = gtrack.call_hits("out/demo", "example_data/motifs.meme", q=0.01)
    >>> bool((hits["qValue"] < 0.01).all()), sorted(set(hits["model"].tolist()))
    (True, ['cnn:1', 'dnabert2:1'])
    """
    opened = scan if isinstance(scan, Scan) else open_scan(scan)
    job = HitsJob(
        out=opened.out,
        motifs=str(motifs),
        q=q,
        max_chance=max_chance,
        options=HitOptions(p_sequence=p_sequence, gate=gate, gap=gap, pseudocount=pseudocount),
        everything=everything,
        loci=loci,
        fasta=None if fasta is None else Path(fasta).expanduser(),
    )
    workflow.call(job, _summed(progress))
    return opened.hits()


@in_python
def call_hits_on_tracks(
    tracks: Mapping[str, str | Path],
    motifs: str | Path,
    *,
    bed: str | Path,
    fasta: str | Path,
    out: str | Path,
    genome: str = "custom",
    overwrite: bool = False,
    q: float = 0.05,
    max_chance: float = 1.0,
    everything: bool = False,
    p_sequence: float = 1e-3,
    gate: float = 0.01,
    gap: int = 3,
    pseudocount: float = PSEUDOCOUNT,
    progress: Callable[[str, int, int], object] | None = None,
) -> Columns:
    """Call motif hits on contributions that another tool wrote as bigWig.

    As ``gtrack hits --track`` does. The values of the regions are copied into `out`, which
    `gtrack.open_scan` and `gtrack.call_hits` then take; the bigWigs are not needed again. There is
    no null: relevance that is tied to a position in that model's window is not guarded against.

    Parameters
    ----------
    tracks : mapping of str to str or Path
        Your name for each bigWig, and the file.
    motifs : str or Path
        MEME, JASPAR or TRANSFAC text, plain or gz; or ``jaspar:GROUP[@YEAR]``.
    bed : str or Path
        Regions in which contributions were computed: BED3 to BED12 or narrowPeak, plain or gz.
    fasta : str or Path
        Their genome: FASTA, plain or bgzipped.
    out : str or Path
        Folder of the results: new, or with `overwrite` that of an earlier call.
    genome : str
        Assembly for viewers: ``hg38``, ``mm10``, ``sacCer3``, ...
    overwrite : bool
        Replace the tracks that an earlier call took into `out`.
    q, max_chance, everything, p_sequence, gate, gap, pseudocount
        As of `gtrack.call_hits`.
    progress : callable, optional
        Told ``(what, done, in all)`` now and then.

    Returns
    -------
    dict of str to ndarray
        Hits of all tracks, as `gtrack.Scan.hits` returns them; ``model`` is ``NAME:track``.

    Raises
    ------
    GtrackError
        When a track is no bigWig, is of another genome or has nothing in the regions, or another
        input is wrong.

    Examples
    --------
    >>> import gtrack
    >>> where = {"bed": "example_data/regions.bed", "fasta": "example_data/genome.fa"}
    >>> tracks = {"bpnet": "example_data/genome.fa"}
    >>> call = gtrack.call_hits_on_tracks
    >>> call(tracks, "example_data/motifs.meme", **where, out="out/new")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    gtrack.core.errors.InputError: example_data/genome.fa: is no bigWig and no bigBed; ...
    """
    folder = Path(out).expanduser()
    given = TracksJob(
        tracks=tuple((name, Path(path).expanduser()) for name, path in tracks.items()),
        bed=Path(bed).expanduser(),
        fasta=Path(fasta).expanduser(),
        motifs=str(motifs),
        out=folder,
        genome=genome,
        overwrite=overwrite,
    )
    job = HitsJob(
        out=folder,
        motifs=str(motifs),
        q=q,
        max_chance=max_chance,
        options=HitOptions(p_sequence=p_sequence, gate=gate, gap=gap, pseudocount=pseudocount),
        everything=everything,
    )
    workflow.call_on_tracks(given, job, _summed(progress))
    return open_scan(folder).hits()


def _summed(
    progress: Callable[[str, int, int], object] | None,
) -> Callable[[str, int, int], None]:
    """Return what is told of steps and tells of their sums."""
    done: dict[str, int] = {}

    def tell(title: str, more: int, in_all: int) -> None:
        done[title] = done.get(title, 0) + more
        if progress is not None:
            progress(title, done[title], in_all)

    return tell
