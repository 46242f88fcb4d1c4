"""Motif collections: MEME, JASPAR, HOMER, TRANSFAC and CIS-BP text, and releases of pyjaspar.

The format of a file is told from its first line, not from its name; plain and gzip files read the
same. What a file or a release holds is returned sorted by id, so that its order changes nothing.
"""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

from gtrack.core.hits.motifs import Motif
from gtrack.io.motifs.counts import numbered, read_counts
from gtrack.io.motifs.draft import NumberedLines, finished, is_number, refusal, text_lines
from gtrack.io.motifs.meme import read_meme
from gtrack.io.motifs.named_columns import begins_named, read_named
from gtrack.io.motifs.release import RELEASE_PREFIX, read_release
from gtrack.io.motifs.transfac import FIELDS, read_transfac
from gtrack.io.shell import filtered
from gtrack.io.table_head import position

_ROW_OF_BASE = re.compile(r"[ACGTUacgtu]\s*[:|\[]?\s*[|\[]?\s*[-+]?[0-9.]")

_CONSENSUS = re.compile("[ACGTRYSWKMBDHVNacgtryswkmbdhvn]{4,}")
_UNIPROBE = "sed -e '/^[ACGTacgt]:/b' -e 's/^Gene:[[:blank:]]*//' -e 's/^[^[:blank:]]/>&/'"

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
        rest = chain([(number, text)], lines)
        if text.startswith(("MEME version", "*****")):
            return finished(path, read_meme(path, rest))
        if text.startswith(">") or _ROW_OF_BASE.match(text):
            return finished(path, read_counts(path, rest))
        if begins_named(text):
            return finished(path, read_named(path, rest))
        if first[0] in FIELDS:
            return finished(path, read_transfac(path, rest))
        raise refusal(path, number, _refused(path, text, lines))
    raise refusal(path, 0, "empty: it holds no motif; give MEME, JASPAR or TRANSFAC text")


def _refused(path: Path, text: str, rest: NumberedLines) -> str:
    """Say what is wrong with a file that begins so, and the cure."""
    if text.startswith("<"):
        return "XML; give the text file beside it (meme.txt, streme.txt)"
    words = text.split()
    if len(words) > 1 and all(is_number(word) for word in words):
        return "rows of numbers without a name; write a line >NAME before them"
    after = next((line for _, line in rest if line and not line.startswith(";")), "")
    if text.startswith(";") and _ROW_OF_BASE.match(after):
        return numbered(path)
    if _ROW_OF_BASE.match(after):
        return f"matrices of UniPROBE, whose names lack the sign >: {filtered(path, _UNIPROBE)}"
    if len(words) > 1 and position(words[1]) is not None and len(words) > 2:
        return "regions, no motifs; give the motifs, and the regions to gtrack scan --bed"
    if words and _CONSENSUS.fullmatch(words[-1]):
        return (
            "sequences, no matrices; give counts or probabilities: of a consensus, iupac2meme of "
            "the MEME suite makes them"
        )
    return (
        "no motif format begins so; give MEME ('MEME version 4'), JASPAR ('>ID NAME'), TRANSFAC "
        "('AC  ID') or CIS-BP ('Pos A C G T') text"
    )
