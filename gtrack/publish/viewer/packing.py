"""Texts as gzip, for browsers that take it: igv.js is a third of its size then."""

from __future__ import annotations

import gzip
import io
import re
from collections import OrderedDict
from threading import Lock

from gtrack.publish.viewer.served import Opened, content_type

_TEXTS = ("text/", "application/json", "application/xml")
_SMALLEST = 1 << 10  # bytes; below that headers are all there is
_LARGEST = 32 << 20  # of a text, before
_KEPT = 32 << 20  # of all texts that are kept, after
_LEVEL = 6
_NONE = re.compile(r"q\s*=\s*0(\.0{0,3})?")


def is_packable(url: str) -> bool:
    """Tell whether what lies behind a URL is text; indexes and big files are read in pieces.

    Examples
    --------
    >>> is_packable("/_gtrack/page.js"), is_packable("/tracks/cnn.relevance.bw")
    (True, False)
    """
    return content_type(url).startswith(_TEXTS)


def takes_gzip(header: str) -> bool:
    """Tell whether a client takes gzip, by its ``Accept-Encoding`` (RFC 9110, section 12.5.3).

    Examples
    --------
    >>> takes_gzip("gzip, deflate, br"), takes_gzip("gzip;q=0, *"), takes_gzip("*"), takes_gzip("")
    (True, False, True, False)
    """
    given = {}
    for part in header.lower().split(","):
        name, _, rest = part.partition(";")
        given[name.strip()] = not _NONE.fullmatch(rest.strip())
    return given.get("gzip", given.get("*", False))


class Packs:
    """Packed texts, each made once and kept for as long as the file is the same."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[str, bytes]] = OrderedDict()
        self._lock = Lock()  # ten requests for igv.js pack it once

    def packed(self, url: str, opened: Opened) -> Opened | None:
        """Return the packed text of a file that is open, with a tag of its own.

        None where that is too small or too large for it, or is not read as long as it was.
        """
        if not _SMALLEST <= opened.size <= _LARGEST:
            return None
        with self._lock:
            tag, data = self._kept.get(url, ("", b""))
            if tag != opened.tag:
                text = opened.handle.read(opened.size)
                if len(text) != opened.size:  # it is being written
                    opened.handle.seek(0)
                    return None
                data = gzip.compress(text, _LEVEL, mtime=0)
                self._kept[url] = (opened.tag, data)
            self._kept.move_to_end(url)
            while sum(len(each) for _, each in self._kept.values()) > _KEPT:
                self._kept.popitem(last=False)
        return Opened(io.BytesIO(data), len(data), f'{opened.tag[:-1]}-gzip"')
