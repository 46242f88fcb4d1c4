"""The end of a scan or a call, for a person: all accounted for, and where the results are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import isfinite
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from gtrack.cli.hit_reasons import FEW, reasons
from gtrack.cli.terminal import printable_console
from gtrack.core.heads import OUTPUTS
from gtrack.core.hits.motif_hit import MotifShare
from gtrack.core.manifest import TrackSpec
from gtrack.core.printable import shown
from gtrack.core.scan.widening import SHORT_BP
from gtrack.workflows.calling.results import HitsSummary, TargetHits
from gtrack.workflows.merge import ScanSummary
from gtrack.workflows.scanning.annotation_checks import Annotation
from gtrack.workflows.scanning.beside import BesideSummary
from gtrack.workflows.scanning.merged import ModelSummary, TargetSummary


def print_summary(summary: ScanSummary) -> None:
    """Print the account of a scan to stderr."""
    console = printable_console()
    dropped = f", {summary.duplicates:,} of them exact duplicates" if summary.duplicates else ""
    console.print(
        f"\n{summary.given:,} regions given{dropped}; {summary.scanned:,} scanned, 0 refused",
        soft_wrap=True,
    )
    if summary.without_bases:
        console.print(
            f"{summary.without_bases:,} of them hold no A, C, G or T and have no value in a track",
            soft_wrap=True,
        )
    if summary.models:
        console.print(_table(summary))
    for null in summary.null:
        console.print(
            f"{_said(null.target.title)}: null of {null.bases:,} bases from {null.windows:,} "
            f"shuffled windows, {null.times_scan:.3g} times the windows of the scan",
            soft_wrap=True,
        )
    for said in _assumed(summary.models):
        console.print(said, soft_wrap=True)
    for model in summary.models:
        for said in _noted(model):
            console.print(said, soft_wrap=True)
        for target in model.targets:
            for warning in _warnings(model, target):
                console.print(f"[yellow]warning:[/] {warning}", soft_wrap=True)
    for track in (*summary.tracks, *_beside(console, summary.beside)):
        console.print(f"{summary.out / track.path}", soft_wrap=True, markup=False)


def _beside(console: Console, beside: BesideSummary | None) -> Sequence[TrackSpec]:
    """Say what ensembles agree on, and return what was written beside the tracks of models."""
    if beside is None:
        return ()
    for each in beside.ensembles:
        console.print(
            f"{_said(each.target.title)}: mean of {_said(', '.join(each.members))}; all "
            f"{len(each.members)} have its sign in {each.agreed / max(1, each.signed):.1%} of the "
            f"{each.signed:,} bases where it is not 0",
            soft_wrap=True,
        )
    if beside.uncalled:
        console.print(
            f"no hits were called of {_said(', '.join(beside.uncalled))}: gtrack hits calls those "
            "of all models and ensembles again",
            soft_wrap=True,
        )
    return beside.tracks


def print_annotations(annotations: Iterable[Annotation]) -> None:
    """Print what of each annotation is shown to stderr."""
    console = printable_console()
    for each in annotations:
        what = "chromosome" if each.is_signal else "annotated feature"
        words = f"{each.name}: {each.features:,} {what}{'s'[: each.features > 1]}"
        if each.is_signal:
            words += " with a signal"
        if each.elsewhere:
            on = "" if each.is_signal else "on chromosomes "
            words += f", {each.elsewhere:,} more {on}that the genome lacks"
        if each.replaces:
            words += f"; replaces {each.replaces}"
        console.print(words, soft_wrap=True, markup=False)
        if each.note:
            console.print(
                f"[yellow]warning:[/] {escape(f'{each.name}: {each.note}')}", soft_wrap=True
            )


def print_older(paths: Iterable[Path], what: str = "annotations") -> None:
    """Say which pages were made before the annotations, or what else stands there anew."""
    console = printable_console()
    for path in paths:
        said = f"{path} shows the {what} of before; make it again"
        console.print(said, soft_wrap=True, markup=False)


def _table(summary: ScanSummary) -> Table:
    columns = ("model", "explained", "windows", "bases with a value", "strand agreement")
    table = Table(*columns, box=None)
    for model in summary.models:
        bases, windows = f"{model.bases:,}", f"{model.windows:,}"
        for target in model.targets:
            agreement = "-"
            if isfinite(target.strand_correlation):
                agreement = f"r = {target.strand_correlation:.2f}"
            explained = _said(target.explained)
            if len(model.head.names) > 1:  # a name may look like the index of another output
                explained += f" (output {target.target.index})"
            table.add_row(model.name, explained, windows, bases, agreement)
    return table


def _assumed(models: Sequence[ModelSummary]) -> Iterator[str]:
    """Say what was taken for granted of outputs, because a config says nothing."""
    for outputs in OUTPUTS:
        names = [
            model.name
            for model in models
            if (model.head.outputs, model.head.said_by) == (outputs, "rule")
        ]
        if names:
            others = "|".join(kind for kind in OUTPUTS if kind != outputs)
            yield (
                f"{', '.join(names)}: config.json does not say what the outputs are; taken as "
                f"{outputs} (Hugging Face's rule), unless --outputs NAME={others}"
            )


def _noted(model: ModelSummary) -> Iterator[str]:
    """Say what became of a model's windows."""
    if model.owned_elsewhere:
        yield (
            f"{model.name}: {model.owned_elsewhere:,} regions have some of their values from "
            "windows of neighbouring regions, whose centres are nearer"
        )
    if model.windows_dropped:
        dropped = f"{model.windows_dropped:,} windows"
        yield f"{model.name}: {dropped} owned no base and were not explained"


_ENOUGH = 10
"""Windows from which on a low correlation of the strands is no accident."""


def _warnings(model: ModelSummary, target: TargetSummary) -> Iterator[str]:
    title = _said(target.target.title)
    if target.strand_correlation < 0.5 and model.windows >= _ENOUGH:
        hint = "it was trained so"
        if model.strand_from != "training":
            own = "region, that of each region" if model.stranded else "forward, if it was trained"
            hint = f"consider --strand {own}" + " on one strand" * (not model.stranded)
        yield (
            f"{title} scores the two strands differently (r = {target.strand_correlation:.2f}); "
            f"{hint}"
        )
    if target.largest == 0:
        yield (
            f"{title}: the relevance of every base is 0: the model does not use its input; look at "
            "its weights and its training"
        )
    elif target.constant and model.bases >= SHORT_BP:  # fewer may be of one token
        yield f"{title}: every base has the same relevance; look at the model's weights"


def _said(text: str) -> str:
    """Return a name as it may stand on a terminal."""
    return escape(shown(text))


_MOST_MOTIFS = 20
"""Lines of the table of families; the file has them all."""

_NAMED_WORDS = 3
"""With few hits, so many words that recur are named."""


def print_hits(summary: HitsSummary) -> None:
    """Print the hits of every model per family of motifs to stderr."""
    console = printable_console()
    for model in summary.targets:
        opposing = sum(not hit.supports for hit in model.hits)
        against = f", {opposing:,} of them opposing" if opposing else ""
        console.print(
            f"\n{_said(model.target.title)}: {len(model.hits):,} motif hits at "
            f"q < {summary.q:g}{against}; {len(model.candidates):,} candidates of "
            f"{summary.motifs:,} motif{'s' * (summary.motifs != 1)} in {model.bases:,} bases",
            soft_wrap=True,
        )
        for said in reasons(model, summary.q):
            console.print(said, soft_wrap=True)
        if len(model.hits) < FEW:
            console.print(_words(model), soft_wrap=True)
        if model.shares:
            console.print(_motif_table(model))
        if len(model.shares) > _MOST_MOTIFS:
            console.print(f"... and {len(model.shares) - _MOST_MOTIFS:,} families more")
        if model.loci is not None:
            console.print(f"{len(model.loci):,} loci of relevance, whatever the motif")
    for path in summary.files:
        console.print(f"{path}", soft_wrap=True, markup=False)
    for name in ("hub", "report.html"):
        if (summary.out / name).exists():
            said = f"{summary.out / name} shows what was called before; make it again"
            console.print(said, soft_wrap=True, markup=False)


def _words(model: TargetHits) -> str:
    """Say in one line which words recur where relevance is high, whatever the motifs."""
    found, low = model.words.words, model.words.low
    left_out = f"; {low:,} place{'s' * (low != 1)} of low complexity left out" if low else ""
    if not found:
        return f"no word recurs at the top of relevance{left_out}"
    named = []
    for each in found[:_NAMED_WORDS]:
        near = f", like {each.nearest_name}" if each.nearest_name else ""
        named.append(f"{each.consensus} ({each.top:,} places, q = {each.q:.2g}{near})")
    more = f" and {len(found) - _NAMED_WORDS:,} more" if len(found) > _NAMED_WORDS else ""
    words = f"recurrent words at the top of relevance, whatever the motifs: {', '.join(named)}"
    return escape(f"{words}{more} (words.tsv){left_out}")


def _motif_table(model: TargetHits) -> Table:
    columns = ("hits", "supporting", "opposing", "mean relevance", "share", "best q")
    table = Table(Column("motif", overflow="fold"), *columns, box=None)
    for each in model.shares[:_MOST_MOTIFS]:
        share = "-" if each.relevance_share is None else f"{each.relevance_share:.1%}"
        table.add_row(
            *(_said(_family(each)), f"{each.hits:,}"),
            *(f"{each.supporting:,}", f"{each.opposing:,}", f"{each.mean_relevance:.3g}"),
            *(share, f"{each.best_q:.2g}"),
        )
    return table


def _family(family: MotifShare) -> str:
    """Return the motif that leads a family, and how many others stand at its places."""
    others = f" (+{len(family.members):,})" if family.members else ""
    named = f" {family.motif_id}" if family.motif_id != family.name else ""  # HOCOMOCO has one
    return f"{family.name}{named}{others}"
