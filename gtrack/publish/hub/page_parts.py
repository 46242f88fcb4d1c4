"""The parts of a hub's pages: plain HTML, no class and no style."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gtrack.publish.markup import Markup, element, join, void

_PART = 16
_LONG = re.compile(rf"(\S{{{2 * _PART + 1},}})")
"""A word that a narrow page cannot hold."""


def section(title: str, *content: str) -> Markup:
    """Return content below a title."""
    return join(element("h2", title), *content)


def paragraphs(*texts: str) -> Markup:
    """Return a paragraph a text."""
    return join(*(element("p", each) for each in texts))


def table(rows: Iterable[tuple[str, object]]) -> Markup:
    """Return rows of a name and a value; those without a value are left out."""
    return element(
        "table",
        *(
            element("tr", element("th", name, scope="row"), element("td", *_breakable(str(value))))
            for name, value in rows
            if value not in (None, "")
        ),
    )


def _breakable(text: str) -> Iterator[str]:
    """Yield a text with places where a narrow page may break a word that has none (a digest)."""
    for at, word in enumerate(_LONG.split(text)):
        if at % 2 == 0:
            yield word
            continue
        for part in range(0, len(word), _PART):
            yield word[part : part + _PART]
            yield void("wbr")


def believed(content: Markup) -> Iterator[Markup]:
    """Yield the section about belief in a map, where there is something to say."""
    if content:
        yield section("Whether to believe the map", content)
