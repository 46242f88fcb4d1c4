"""HTML and SVG as text, in which data cannot become markup.

Only :func:`element` makes elements: what it is given as plain text is escaped, what it made itself
is :class:`Markup` and is not. Attributes are for the program's own words and numbers; a name that a
user gave belongs into the content.
"""

from __future__ import annotations

from html import escape

from gtrack.core.printable import JOINERS, printable


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def element(tag: str, *content: str, **attributes: str | float) -> Markup:
    """Return an element; ``class_`` stands for ``class`` and ``_`` in names for ``-``.

    Examples
    --------
    >>> element("td", "a<b", class_="number")
    '<td class="number">a&lt;b</td>'
    """
    given = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{text(str(value))}"'
        for name, value in attributes.items()
    )
    return Markup(f"<{tag}{given}>{join(*content)}</{tag}>")


def void(tag: str, **attributes: str | float) -> Markup:
    """Return an element that has no content, closed as XML and HTML both read it."""
    return Markup(element(tag, **attributes).removesuffix(f"></{tag}>") + "/>")


def join(*content: str) -> Markup:
    """Return pieces one after the other, those escaped that are not markup."""
    return Markup("".join(each if isinstance(each, Markup) else text(each) for each in content))


def text(value: str) -> Markup:
    """Return plain text as markup; characters that do not print stand as their escapes."""
    return Markup(escape(printable(value)))


def shortened(value: str, limit: int) -> str:
    """Return at most so many characters, an ellipsis in the middle where some are left out.

    Names are told apart by their ends as by their beginnings.
    """
    if len(value) <= limit:
        return value
    tail = (limit - 1) // 2
    head, end = value[: limit - 1 - tail], value[len(value) - tail :]
    return f"{head.rstrip(JOINERS)}…{end.lstrip(JOINERS)}"
