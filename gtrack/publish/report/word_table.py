"""Recurrent words of a report: a line and a small logo each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gtrack.core.hits.word_groups import Word, information
from gtrack.publish.markup import Markup, element, join, shortened, void
from gtrack.publish.report.inks import FIGURE
from gtrack.publish.report.lanes import short
from gtrack.publish.report.letters import GLYPHS
from gtrack.publish.report.tables import table
from gtrack.publish.session import LETTERS
from gtrack.publish.signs import signed

MOST_WORDS = 20
"""Lines of the table; the file has them all."""

_STEP, _HIGH = 11, 36  # of a letter, in pixels: how wide, and how high one of two bits is
_SMALLEST = 0.01


def words_section(words: Mapping[str, Sequence[Word]]) -> Markup:
    """Return the tables of all models; nothing where no words were looked for."""
    if not words:
        return Markup()
    said = (
        "Words of 6 to 10 bases that stand among the top 1 % of relevance more often than their "
        "permutations do; no motif was needed to find them. A quick look: TF-MoDISco stays the "
        "tool for discovery. A name beside a word is the nearest of the motifs given, and no "
        "evidence for the factor."
    )
    return join(element("p", said), *_tables(words))


def _tables(words: Mapping[str, Sequence[Word]]) -> Iterator[Markup]:
    columns = (
        *("logo", "consensus", "word", "at the top", "expected", "places", "mean relevance"),
        *("q", "nearest motif", "similarity"),
    )
    for model, found in words.items():
        if not found:
            yield element("p", f"{model}: no word.", class_="under")
            continue
        rows = [
            (
                *(word_logo(each), each.consensus, each.word, f"{each.top:,}"),
                *(f"{each.expected:.3g}", f"{each.places:,}", signed(each.mean_relevance)),
                f"{each.q:.2g}",
                *_nearest(each),
            )
            for each in found[:MOST_WORDS]
        ]
        left_out = len(found) - len(rows)
        more = f"; {left_out:,} more in its table" if left_out else ""
        caption = f"{model}: {len(found):,} word{'s' * (len(found) != 1)}{more}"
        yield table(columns, rows, numbers=(3, 4, 5, 6, 7, 9), caption=caption, class_="words")


def _nearest(word: Word) -> tuple[str, str]:
    if not word.nearest_id:
        return "-", "-"
    return shortened(f"{word.nearest_name} {word.nearest_id}", 80), f"{word.similarity:.2f}"


def word_logo(word: Word) -> Markup:
    """Return letters as high as their information, the largest on top."""
    counts = word.counts.astype(float)
    bits = information(counts)
    drawn: list[Markup] = []
    for at, column in enumerate(counts):
        shares = column / max(column.sum(), 1)
        y = 0.0
        for base in sorted(range(4), key=lambda k: (shares[k], -k)):
            height = float(shares[base] * bits[at]) / 2 * _HIGH
            if height >= _SMALLEST * _HIGH:
                drawn.append(
                    void(
                        "path",
                        d=[*GLYPHS.values()][base],
                        fill=LETTERS[[*GLYPHS][base]],
                        fill_rule="evenodd",
                        transform=f"translate({at * _STEP} {short(_HIGH - y)}) "
                        f"scale({_STEP} {short(height)})",
                    )
                )
                y += height
    width = _STEP * len(counts)
    return element(
        "svg",
        element("title", f"Logo of {word.consensus}"),
        *drawn,
        viewBox=f"0 0 {width} {_HIGH}",
        width=width,
        height=_HIGH,
        class_="logo",
        role="img",
        xmlns=FIGURE["xmlns"],
    )
