"""The frame of a page that is whole alone: a head, links to its sections, and the sections.

The page holds no script and asks for nothing (its policy forbids both). Names that users gave are
content of elements, never attributes or markup: see :mod:`gtrack.publish.markup`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gtrack.publish.markup import Markup, element, void

STYLE = Path(__file__).with_name("report.css")

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
"""Nothing is loaded and no script runs, whatever a name says."""


def framed(
    title: str,
    header: tuple[Markup, ...],
    sections: Mapping[str, tuple[str, Markup]],
    style: Path,
    **attributes: str,
) -> str:
    """Return the page; the same in gives the same bytes.

    Parameters
    ----------
    title : str
        Of the window.
    header : tuple of Markup
        What stands above the links.
    sections : mapping of str to tuple of str and Markup
        Title and content by id, in their order; what is empty is left out.
    style : Path
        Rules beside those of all such pages.
    **attributes : str
        Of the main element.
    """
    shown = {key: section for key, section in sections.items() if section[1]}
    head = element(
        "head",
        void("meta", charset="utf-8"),
        void("meta", http_equiv="Content-Security-Policy", content=POLICY),
        void("meta", name="viewport", content="width=device-width, initial-scale=1"),
        void("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("style", Markup(STYLE.read_text() + style.read_text())),
    )
    links = (element("li", element("a", name, href=f"#{key}")) for key, (name, _) in shown.items())
    nav = element("nav", element("ul", *links), aria_label="Sections")
    blocks = (
        element("section", element("h2", name), content, id=key)
        for key, (name, content) in shown.items()
    )
    main = element("main", element("header", *header, nav), *blocks, **attributes)
    page = element("html", head, element("body", main), lang="en")
    return f"<!DOCTYPE html>\n{page}\n"
