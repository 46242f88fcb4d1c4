"""The last line of a report: the sha256 of all that stands before it."""

from __future__ import annotations

import hashlib
import re

_END = b"</html>\n"
_LAST = re.compile(rb"<!-- sha256 of all above: ([0-9a-f]{64}) -->\n\Z")


def sealed(page: str) -> str:
    r"""Return a page with its last line.

    Examples
    --------
    >>> is_whole(sealed("<p>1</p>\n").encode()), is_whole(b"<p>1</p></html>\n"), is_whole(b"<p>")
    (True, None, False)
    """
    digest = hashlib.sha256(page.encode()).hexdigest()
    return f"{page}<!-- sha256 of all above: {digest} -->\n"


def is_whole(data: bytes) -> bool | None:
    """Tell whether a page is as it was written; None of an earlier version, which has no seal."""
    last = _LAST.search(data)
    if last is None:
        return None if data.endswith(_END) else False
    return hashlib.sha256(data[: last.start()]).hexdigest().encode() == last[1]
