"""Motif collections: MEME, JASPAR and TRANSFAC text, and JASPAR releases of pyjaspar.

The format of a file is told from its first line, not from its name; plain and gzip files read the
same. What a file or a release holds is returned sorted by id, so that its order changes nothing.
"""

from __future__ import annotations

from pathlib import Path

from gtrack.core.hits.motifs import Motif
from gtrack.io.motifs.counts import read_counts
from gtrack.io.motifs.draft import NumberedLines, finished, refusal, text_lines
from gtrack.io.motifs.meme import read_meme
from gtrack.io.motifs.release import RELEASE_PREFIX, read_release
from gtrack.io.motifs.transfac import FIELDS, read_transfac

__all__ = ["RELEASE_PREFIX", "read_motifs"]


def read_motifs(source: Path | str) -> list[Motif]:
    """Read the motifs of a file, or of a JASPAR release.

    Parameters
    ----------
    source : Path or str
        A file; or, as text, ``jaspar:GROUP`` or ``jaspar:GROUP@YEAR``, which needs
        ``gtrack[jaspar]``.

    Returns
    -------
    list of Motif
        At least one, sorted by id; no id twice. `Motif.source` is the file's name or the release.

    Raises
    ------
    InputError
        Naming file, line and cause, when the file is empty, broken, of another format or
        alphabet, or gives one id twice; naming the cure, when the release is not there.
    """
    if isinstance(source, str) and source.startswith(RELEASE_PREFIX):
        return read_release(source.removeprefix(RELEASE_PREFIX))
    path = Path(source)
    lines = text_lines(path)
    for number, text in lines:
        first = text.split()
        if not first or text.startswith("#"):
            continue
        rest = _put_back((number, text), lines)
        if text.startswith(("MEME version", "*****")):
            return finished(path, read_meme(path, rest))
        if text.startswith(">"):
            return finished(path, read_counts(path, rest))
        if first[0] in FIELDS:
            return finished(path, read_transfac(path, rest))
        raise refusal(
            path,
            number,
            "no motif format begins so; give MEME ('MEME version 4'), JASPAR ('>ID NAME') or "
            "TRANSFAC ('AC  ID') text",
        )
    raise refusal(path, 0, "empty: it holds no motif; give MEME, JASPAR or TRANSFAC text")


def _put_back(first: tuple[int, str], rest: NumberedLines) -> NumberedLines:
    yield first
    yield from rest
