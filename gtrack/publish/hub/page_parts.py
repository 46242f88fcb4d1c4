"""The parts of a hub's pages: plain HTML, no class and no style."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gtrack.publish.markup import Markup, element, join


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
            element("tr", element("th", name, scope="row"), element("td", str(value)))
            for name, value in rows
            if value not in (None, "")
        ),
    )


def believed(content: Markup) -> Iterator[Markup]:
    """Yield the section about belief in a map, where there is something to say."""
    if content:
        yield section("Whether to believe the map", content)
