"""Motif hits as text: BED6+14 and plain BED6; narrowPeak for loci without a motif."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite, log10
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.hits.motif_hit import LARGEST_SCORE, MotifHit, score_of
from gtrack.core.printable import shown
from gtrack.io import text
from gtrack.io.atomic import write_parts
from gtrack.io.bed_columns import bed_chrom, cell
from gtrack.io.hit_columns import COLUMNS, EARLIER_COLUMNS, NO_NUMBER, hit_rows, number

_HEADERS = (COLUMNS, EARLIER_COLUMNS)
_SMALLEST = 1e-300


@dataclass(frozen=True, slots=True)
class NarrowPeak:
    """A stretch of relevance without a motif, as a narrowPeak line gives it.

    Parameters
    ----------
    chrom : str
    start, end : int
        0-based half-open, in bp.
    name : str
    signal : float
        Relevance summed over the stretch, signed.
    q : float
        False discovery rate, between 0 and 1.
    peak : int
        Offset from `start` of the base with the largest |relevance|, in bp.

    Raises
    ------
    InputError
        When the coordinates or a number break these rules.
    """

    chrom: str
    start: int
    end: int
    name: str
    signal: float
    q: float
    peak: int

    def __post_init__(self) -> None:
        where = f"locus {self.name} at {self.chrom} {self.start} {self.end}"
        if not 0 <= self.start < self.end:
            raise InputError(f"{where}: not 0 <= start < end")
        if not 0 <= self.peak < self.end - self.start:
            raise InputError(f"{where}: peak offset {self.peak} lies outside")
        if not (isfinite(self.signal) and 0.0 <= self.q <= 1.0):
            raise InputError(f"{where}: signal {self.signal}, q {self.q}")


def write_hits_bed(path: Path, hits: Iterable[MotifHit], comments: Sequence[str] = ()) -> None:
    """Write hits as BED6+14, sorted (as ``LC_ALL=C sort -k1,1 -k2,2n -k3,3n`` does), atomically.

    Parameters
    ----------
    path : Path
    hits : iterable of MotifHit
        In any order; none is allowed.
    comments : sequence of str
        Each becomes a ``#`` line at the top. The last ``#`` line holds the names of the columns,
        separated by tabs.

    Raises
    ------
    OutputError
        When a chromosome's name cannot stand in a BED line, or the disk refuses.
    """
    lines = [f"# {cell(comment)}" for comment in comments]
    lines.append("#" + "\t".join(COLUMNS))
    lines.extend("\t".join(cells) for _, cells in hit_rows(hits))
    _write_lines(path, lines)


def write_sites_bed(path: Path, hits: Iterable[MotifHit]) -> None:
    """Write hits as BED6 without any other line, in the order of :func:`write_hits_bed`.

    Raises
    ------
    OutputError
        When a chromosome's name cannot stand in a BED line, or the disk refuses.
    """
    _write_lines(path, ("\t".join(cells[:6]) for _, cells in hit_rows(hits)))


def read_hits_bed(path: Path) -> list[MotifHit]:
    """Read a file of :func:`write_hits_bed`, in file order; the score is not read but derived.

    In files of earlier versions q is that of words, every motif is its own family, and the rest is
    unknown.

    Raises
    ------
    InputError
        When the columns are not those of gtrack's hits, or at the first line that is broken.
    """
    hits: list[MotifHit] = []
    header: tuple[str, ...] = ()
    for row, line in text.read_lines(path):
        if not line:
            continue
        fields = line.decode("utf-8", "backslashreplace").split("\t")
        if line.startswith(b"#"):
            header = (fields[0][1:], *fields[1:])
            continue
        where = f"{shown(path)}:{row}"
        if header not in _HEADERS:
            raise InputError(f"{where}: no header of gtrack hits above; give a NAME.hits.bed")
        if len(fields) != len(header):
            raise InputError(f"{where}: {len(fields)} columns, not {len(header)}; make it again")
        try:
            hits.append(_parsed(fields))
        except (ValueError, InputError) as error:
            raise InputError(f"{where}: {error}") from error
    if header not in _HEADERS:
        raise InputError(f"{shown(path)}: no header of gtrack hits; give a NAME.hits.bed")
    return hits


def write_narrow_peak(path: Path, peaks: Iterable[NarrowPeak]) -> None:
    """Write loci as narrowPeak, sorted as the hits are, atomically.

    The score comes from q as that of a hit does; signalValue is the summed relevance, pValue
    is -1 (there is none), qValue is -log10, and the strand is ``.``: relevance has none.

    Raises
    ------
    OutputError
        When a chromosome's name cannot stand in a BED line, or the disk refuses.
    """
    ordered = sorted(
        peaks, key=lambda p: (p.chrom.encode("utf-8", "backslashreplace"), p.start, p.end, p.name)
    )
    _write_lines(
        path,
        (
            "\t".join(
                (
                    *(bed_chrom(p.chrom), str(p.start), str(p.end), cell(p.name)),
                    *(str(score_of(p.q)), ".", number(p.signal), "-1"),
                    *(_minus_log10(p.q), str(p.peak)),
                )
            )
            for p in ordered
        ),
    )


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    write_parts(path, (f"{line}\n".encode() for line in lines))


def _minus_log10(p: float) -> str:
    return number(-log10(max(p, _SMALLEST)))


def _parsed(fields: Sequence[str]) -> MotifHit:
    chrom, start, end, name, score, strand, motif_id, source, *rest = fields
    if not 0 <= int(score) <= LARGEST_SCORE:
        raise ValueError(f"score {score} is not between 0 and {LARGEST_SCORE}")
    if strand not in ("+", "-"):
        raise ValueError(f"strand {strand!r} is not one of + -")
    rel_sum, rel_z, seq_p, rel_p, q_value = map(float, rest[:5])
    earlier = (rest[4], NO_NUMBER, NO_NUMBER, "0", name)
    q_word, q_place, chance, bound, family = rest[7:] or earlier
    if bound not in ("0", "1"):
        raise ValueError(f"bound {bound!r} is not one of 0 1")
    return MotifHit(
        chrom=chrom,
        start=int(start),
        end=int(end),
        name=name,
        strand="+" if strand == "+" else "-",
        motif_id=motif_id,
        source=source,
        rel_sum=rel_sum,
        rel_z=rel_z,
        seq_p=seq_p,
        rel_p=rel_p,
        q_value=q_value,
        model=rest[5],
        region=rest[6],
        q_word=float(q_word),
        q_place=_number_or_none(q_place),
        chance=_number_or_none(chance),
        bound=bound == "1",
        family=family,
    )


def _number_or_none(cell: str) -> float | None:
    return None if cell == NO_NUMBER else float(cell)
