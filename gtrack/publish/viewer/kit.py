"""igv.js and the plugin as one packed text, for a page that no server serves: a notebook's cell."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gtrack.publish.viewer.assets import asset_files

CELL = Path(__file__).parent / "page" / "cell"
_PARTS = ("channel.js", "door.js", "modules.js", "widget.js")
_IMPORT, _EXPORT = re.compile(r"^import .*\n", re.M), re.compile(r"^export (?!default)", re.M)
_ROOM = "/_gtrack/"
_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Kit:
    """What a page needs to show a scan.

    Parameters
    ----------
    data : bytes
        gzip of JSON: ``modules`` by path, and the ``style`` sheet.
    digest : str
        Of what is in it: pages keep one of each.
    """

    data: bytes
    digest: str


@cache  # of a process: packing takes 0.1 s
def kit() -> Kit:
    """Pack what ``gtrack view`` serves."""
    texts = {
        path.removeprefix(_ROOM): file.read_text(encoding="utf-8")
        for path, file in asset_files().items()
        if path.startswith((f"{_ROOM}plugin/", f"{_ROOM}igv/"))
    }
    modules = {path: text for path, text in texts.items() if path.endswith(".js")}
    style = "\n".join(text for path, text in texts.items() if path.endswith(".css"))
    data = json.dumps({"modules": modules, "style": style}).encode()
    return Kit(gzip.compress(data, _LEVEL, mtime=0), hashlib.sha256(data).hexdigest()[:32])


@cache
def widget_source() -> str:
    """Return the widget's module: the files of ``page/cell`` as one, without what joins them."""
    texts = ((CELL / name).read_text(encoding="utf-8") for name in _PARTS)
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", text)) for text in texts)
