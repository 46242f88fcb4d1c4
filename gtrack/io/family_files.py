"""``motifs.tsv``: motifs that have hits, one row per family."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote

from gtrack.core.hits.motif_hit import FamilyMember, MotifShare
from gtrack.io.atomic import write_text
from gtrack.io.bed_columns import cell
from gtrack.io.hit_columns import number

MOTIF_COLUMNS = (
    "motif_id name source hits supporting opposing mean_relevance relevance_share best_q members"
).split()
"""``mean_relevance``: mean signed sum of a site; ``relevance_share``: of the |relevance| of all
scanned bases, ``NA`` where that is zero; ``members``: the other motifs of the family as
``name(id):hits``, separated by ``;``, or ``.``."""

NEW_COLUMNS = ("members",)
"""What tables of earlier versions lack."""


def write_motifs_tsv(path: Path, shares: Iterable[MotifShare]) -> None:
    """Write one line per family, in the order given, atomically; see :data:`MOTIF_COLUMNS`."""
    rows = (MOTIF_COLUMNS, *map(_cells, shares))
    write_text(path, "".join("\t".join(row) + "\n" for row in rows))


def _cells(each: MotifShare) -> tuple[str, ...]:
    share = "NA" if each.relevance_share is None else number(each.relevance_share)
    return (
        *(cell(each.motif_id), cell(each.name), cell(each.source), str(each.hits)),
        *(str(each.supporting), str(each.opposing), number(each.mean_relevance), share),
        *(number(each.best_q), ";".join(map(_member_cell, each.members)) or "."),
    )


def _member_cell(member: FamilyMember) -> str:
    # read from the right: the last "(" begins the id, so that only an id may not hold one
    motif_id = _escaped(member.motif_id).replace("(", "%28")
    return f"{_escaped(member.name)}({motif_id}):{member.hits}"


def _escaped(text: str) -> str:
    return cell(text).replace("%", "%25").replace(";", "%3B")


def parsed_share(row: Mapping[str, str]) -> MotifShare:
    """Return a row as what it says of a family.

    Raises
    ------
    ValueError
        When a cell is no number, or the members are no list.
    """
    share, members = row["relevance_share"], row.get("members", ".")
    return MotifShare(
        motif_id=row["motif_id"],
        name=row["name"],
        source=row["source"],
        hits=int(row["hits"]),
        supporting=int(row["supporting"]),
        opposing=int(row["opposing"]),
        mean_relevance=float(row["mean_relevance"]),
        relevance_share=None if share == "NA" else float(share),
        best_q=float(row["best_q"]),
        members=() if members == "." else tuple(map(_member, members.split(";"))),
    )


def _member(text: str) -> FamilyMember:
    motif, _, hits = text.rpartition(":")
    name, opened, motif_id = motif.removesuffix(")").rpartition("(")
    if not (opened and motif.endswith(")")):
        raise ValueError(f"{text!r} is no member of a family: name(id):hits")
    return FamilyMember(unquote(motif_id), unquote(name), int(hits))
