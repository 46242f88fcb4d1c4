"""Motif hits of a report: those of a place, and the families of motifs with all their hits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gtrack.core.hits.motif_hit import FamilyMember, MotifHit, MotifShare
from gtrack.core.manifest import RunManifest
from gtrack.core.targets import titled
from gtrack.publish.markup import Markup, element, join
from gtrack.publish.report.lanes import q_said
from gtrack.publish.report.tables import cut, table
from gtrack.publish.signs import signed

MOST_MOTIFS = 100
"""Lines of the table of families; the file has them all."""


def hit_table(places: Iterable[Sequence[tuple[str, MotifHit]]]) -> Markup:
    """Return the hits of every place, each with its model, in their order along it."""
    columns = (
        *(
            "locus",
            "motif",
            "id",
            "model",
            "strand",
            "position",
            "relevance",
            "z",
            "p of sequence",
            "q",
        ),
        "chance",
    )
    rows = [
        (
            element("a", f"{number}", href=f"#locus-{number}", aria_label=f"Locus {number}"),
            *(hit.name, hit.motif_id, model, hit.strand, f"{hit.start + 1:,}-{hit.end:,}"),
            *(signed(hit.rel_sum), f"{hit.rel_z:.3g}", f"{hit.seq_p:.2g}", q_said(hit)),
            "-" if hit.chance is None else f"{hit.chance:.2g}",
        )
        for number, hits in enumerate(places, 1)
        for model, hit in sorted(hits, key=lambda each: (each[1].start, each[1].end))
    ]
    if not rows:
        return element("p", "No motif hit in these places.", class_="under")
    return table(columns, rows, numbers=(0, *range(5, 11)))


def motifs_section(manifest: RunManifest, motifs: Mapping[str, Sequence[MotifShare]]) -> Markup:
    """Return a table of families for every model, or a sentence where it has no hit."""
    called = manifest.hits or {}
    best = {
        titled(each["model"], each.get("target")): each.get("best_q")
        for each in called.get("models", ())
    }
    return join(
        *(
            _families(model, shares) if shares else _none(model, called["q"], best.get(model))
            for model, shares in motifs.items()
        )
    )


def _none(model: str, q: float, best: float | None) -> Markup:
    nearest = "" if best is None else f"; the best candidate has q = {best:.2g}"
    return element("p", f"{model}: No motif hit at q < {q:g}{nearest}.", class_="under")


def _families(model: str, shares: Sequence[MotifShare]) -> Markup:
    columns = (
        *("motif family", "id", "source", "hits", "supporting", "opposing", "mean relevance"),
        *("share of |relevance|", "best q"),
    )
    rows = [
        (
            *(join(*_name(each)), each.motif_id, each.source, f"{each.hits:,}"),
            *(f"{each.supporting:,}", f"{each.opposing:,}", signed(each.mean_relevance)),
            "-" if each.relevance_share is None else f"{each.relevance_share:.1%}",
            f"{each.best_q:.2g}",
        )
        for each in shares[:MOST_MOTIFS]
    ]
    left_out = len(shares) - len(rows)
    more = f"; {left_out:,} more families in its table" if left_out else ""
    caption = f"{model}: {sum(each.hits for each in shares):,} hits{more}"
    return table(columns, rows, numbers=range(3, 9), caption=caption)


def _name(family: MotifShare) -> Iterator[str]:
    """Yield the motif that leads a family, and the others, folded."""
    yield cut(family.name)
    if family.members:
        others = len(family.members)
        yield element(
            "details",
            element("summary", f"and {others:,} motif{'s' * (others != 1)} at the same places"),
            element("ul", *(element("li", _member(each)) for each in family.members)),
        )


def _member(member: FamilyMember) -> str:
    return f"{cut(member.name)} {cut(member.motif_id)}: {member.hits:,}"
