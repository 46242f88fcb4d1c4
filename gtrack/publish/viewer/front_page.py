"""The viewer's first page: what is opened and what is being loaded, before a script has run."""

from __future__ import annotations

from collections.abc import Iterable

from gtrack.publish.markup import text

_NAME, _MODULES = "this scan", "<!-- modules -->"
"""What stands for them in ``page/index.html``, which is a page as it is, too."""


def front_page(template: str, name: str, modules: Iterable[str], texts: Iterable[str]) -> str:
    """Fill in what is opened, and what the browser is to fetch at once.

    A browser that learns of each module from the one before waits for the network at each step.

    Parameters
    ----------
    template : str
        The text of ``index.html``.
    name : str
        What is opened.
    modules : iterable of str
        Paths of JavaScript modules.
    texts : iterable of str
        Paths of what these read first.
    """
    ahead = [
        *(f'<link rel="modulepreload" href="{text(path)}">' for path in modules),
        *(f'<link rel="preload" as="fetch" crossorigin href="{text(path)}">' for path in texts),
    ]
    links = "\n".join(ahead)
    return template.replace(_MODULES, links).replace(_NAME, text(name))
