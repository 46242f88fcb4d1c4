"""A figure as a file that the page carries in a link: to be saved without a script."""

from __future__ import annotations

import re
from urllib.parse import quote

from gtrack.publish.markup import Markup

_PLAIN = " /:;,=()'!*+"  # what a data: address in double quotes may hold as it is, but letters
_LONGEST = 60


def save_link(svg: Markup, name: str, called: str) -> Markup:
    """Return a link that saves a figure.

    Parameters
    ----------
    svg : Markup
        All of the file. No attribute of it holds a single quote, which :func:`element` escapes.
    name : str
        Of the file, without its ending; of a user's text what is safe is left.
    called : str
        The link's own words, for those who hear it: the program's.
    """
    address = quote(svg.replace('"', "'"), safe=_PLAIN)
    file = re.sub(r"[^A-Za-z0-9.-]+", "_", name)[:_LONGEST]
    return Markup(
        f'<a class="save" download="{file}.svg" aria-label="{called}" '
        f'href="data:image/svg+xml;charset=utf-8,{address}">Download SVG</a>'
    )
