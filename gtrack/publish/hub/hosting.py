"""What a web host must answer so that browsers read a hub from it, as rules on its answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from gtrack.core.web_answer import Answer, Asked, Hop
from gtrack.publish.hub.hosts import cure

ORIGIN = "https://igv.org"
"""Whose page is said to ask."""

FIRST = 64
"""Bytes that are asked for at each end of a data file."""

_MAGIC: dict[str, tuple[str, tuple[bytes, ...]]] = {
    ".bw": ("bigWig", (b"\x26\xfc\x8f\x88", b"\x88\x8f\xfc\x26")),
    ".bb": ("bigBed", (b"\xeb\xf2\x89\x87", b"\x87\x89\xf2\xeb")),
    ".2bit": ("2bit file", (b"\x43\x27\x41\x1a", b"\x1a\x41\x27\x43")),
    ".gz": ("gzip file", (b"\x1f\x8b",)),
    ".tbi": ("gzip file", (b"\x1f\x8b",)),
    ".csi": ("gzip file", (b"\x1f\x8b",)),
}
_POINTER = b"version https://git-lfs"
_OPEN = ("*", ORIGIN)


class HostFinding(NamedTuple):
    """Something that a host does: how bad, with which file, what, and the cure.

    An error keeps a browser from showing it, a warning is trouble for some readers, a note is good
    to know.
    """

    level: str
    file: str
    said: str
    cure: str


def is_binary(file: str) -> bool:
    """Tell whether a file is one of those that are read in pieces or unpacked."""
    return any(file.lower().endswith(end) for end in (*_MAGIC, ".bigwig", ".bigbed"))


def check_asked(asked: Asked, host: str) -> list[HostFinding]:
    """Return what is wrong with the answers of one file, at a kind of host."""
    rules = _data(asked) if asked.first is not None else _text(asked)
    return [HostFinding(level, asked.file, said, cure(what, host)) for level, what, said in rules]


_Rule = tuple[str, str, str]
"""Level, what is to be cured, and what is said."""


def _text(asked: Asked) -> Iterator[_Rule]:
    answer = asked.whole
    level = "warning" if asked.file.endswith((".html", ".md")) else "error"
    if (bad := _no_file(answer, level)) is not None:
        yield bad
        return
    yield from _way(answer)
    is_page = asked.file.endswith(".html")
    if _is_page(answer.body) and not is_page:
        yield "error", "page", "is a web page, not the file"
    elif answer.body.startswith(_POINTER):
        yield "error", "pointer", "is a Git LFS pointer, not the file"
    elif answer.whole and asked.sha256 and not answer.packed:
        if hashlib.sha256(answer.body).hexdigest() != asked.sha256:
            yield "warning", "changed", "is not the text that files.json lists"


def _data(asked: Asked) -> Iterator[_Rule]:
    first = asked.first
    assert first is not None
    if first.status == 416 and asked.whole.length == 0:
        yield "error", "changed", "is empty"
        return
    if (bad := _no_file(first, "error")) is not None:
        yield bad
        return
    yield from _way(first)
    if (wrong := _content(asked.file, first.body)) is not None:
        yield wrong
        return
    yield from _ranges(first, asked.last)
    yield from _sizes(asked, first)
    yield from _packed(asked.whole, first)
    yield from _may_ask(asked.preflight, first)
    if asked.whole.failure or asked.whole.status >= 400:
        said = asked.whole.failure or f"{asked.whole.status}"
        yield "note", "head", f"does not answer HEAD, which some readers ask first ({said})"


def _no_file(answer: Answer, level: str) -> _Rule | None:
    if answer.failure:
        slow = answer.failure.startswith(("no ", "the connection broke"))
        return level, "slow" if slow else "unreached", answer.failure
    if answer.status in (401, 403, 407):
        return level, "closed", f"is not open to everybody (answer {answer.status})"
    if answer.status in (404, 410):
        return level, "missing", f"is not there (answer {answer.status})"
    if answer.status == 429 or answer.status >= 500:
        return level, "slow", f"the server gives up (answer {answer.status})"
    if answer.status not in (200, 206):
        return level, "missing", f"has the answer {answer.status}"
    return None


def _way(answer: Answer) -> Iterator[_Rule]:
    """Check each answer on the way: whether a page of another site may read it."""
    schemes = [urlsplit(hop.address).scheme for hop in answer.hops]
    if "https" in schemes[:1] and "http" in schemes:
        yield "error", "http", "leads from https to http, which browsers block"
    crossed = False
    for at, hop in enumerate(answer.hops):
        if not _may_read(hop, crossed):
            where = "" if len(answer.hops) == 1 else f" at step {at + 1} of {len(answer.hops)}"
            said = hop.headers.get("access-control-allow-origin")
            how = f"allows {said[:80]!r} alone" if said else "sends no Access-Control-Allow-Origin"
            yield "error", "cors", f"pages of other sites may not read it: it {how}{where}"
            return
        if at + 1 < len(answer.hops):
            onward = answer.hops[at + 1]
            crossed |= _origin(hop.address) != _origin(onward.address)


def _may_read(hop: Hop, crossed: bool) -> bool:
    """Tell whether a browser lets the page have it; once led to another host it says null."""
    said = hop.headers.get("access-control-allow-origin", "").strip()
    return said in (("*", "null") if crossed else _OPEN)


def _origin(address: str) -> tuple[str, str]:
    return urlsplit(address)[:2]


def _is_page(body: bytes) -> bool:
    return body[:256].lstrip().lower().startswith((b"<!doctype html", b"<html"))


def _content(file: str, body: bytes) -> _Rule | None:
    """Say what a file is by its first bytes, where it is not what its name says."""
    if _is_page(body):
        return "error", "page", "is a web page, not the file"
    if body.startswith(_POINTER):
        return "error", "pointer", "is a Git LFS pointer, not the file"
    ends = {".bigwig": ".bw", ".bigbed": ".bb"}
    name = file.lower()
    end = next((e for e in (*_MAGIC, *ends) if name.endswith(e)), None)
    if end is not None:
        kind, magic = _MAGIC[ends.get(end, end)]
        if not body.startswith(magic):
            return "error", "changed", f"does not begin as a {kind} does"
    return None


def _ranges(first: Answer, last: Answer | None) -> Iterator[_Rule]:
    """Check that pieces were sent, and those that were asked for."""
    if first.status == 200:
        yield (
            "error",
            "range",
            f"sends the whole file where {FIRST} bytes were asked for (no Range requests)",
        )
        return
    stretch = first.stretch
    if stretch is None or stretch[0] != 0 or stretch[1] - stretch[0] + 1 != len(first.body):
        yield "error", "range", "answers a Range request with another piece than it says"
        return
    if last is None or stretch[2] is None:
        return
    total, part = stretch[2], last.stretch
    begin = max(0, total - FIRST)
    if last.failure:
        yield "error", "slow", f"its last bytes do not come: {last.failure}"
    elif last.status != 206 or part is None or part[:2] != (begin, total - 1):
        yield "error", "range", "does not send its last bytes when asked for them"
    elif len(last.body) != total - begin:
        yield "error", "changed", f"has fewer than the {total:,} bytes that the server says"


def _sizes(asked: Asked, first: Answer) -> Iterator[_Rule]:
    """Hold the size that the server says against the hub's own list."""
    total = first.stretch[2] if first.stretch else first.length
    if asked.size is not None and total is not None and asked.size != total:
        yield "error", "changed", f"has {total:,} bytes, and {asked.size:,} in files.json"
    head = asked.whole
    if head.status == 200 and not head.packed and head.length not in (None, total, asked.size):
        yield "warning", "changed", f"has {head.length:,} bytes by HEAD, and others by Range"


def _packed(head: Answer, first: Answer) -> Iterator[_Rule]:
    if first.packed:
        yield (
            "error",
            "packed",
            f"comes with Content-Encoding: {first.packed[:40]}: browsers unpack it, and no place "
            "in it is where the index says",
        )
    elif head.packed:
        yield (
            "warning",
            "packed",
            f"is packed on its way when a browser allows it ({head.packed[:40]}); its size is lost",
        )


def _may_ask(preflight: Answer | None, first: Answer) -> Iterator[_Rule]:
    """Check the question before, and whether a page sees which piece it got."""
    if preflight is not None:
        allowed = preflight.header("access-control-allow-headers").lower()
        words = {word.strip() for word in allowed.split(",")}
        fine = len(preflight.hops) == 1 and 200 <= preflight.status < 300 and words & {"range", "*"}
        if not fine or preflight.header("access-control-allow-origin").strip() not in _OPEN:
            yield (
                "warning",
                "preflight",
                "older browsers ask first whether they may send Range, and are not told yes",
            )
    seen = first.header("access-control-expose-headers").lower()
    if first.status == 206 and not {"*", "content-range"} & {w.strip() for w in seen.split(",")}:
        yield "note", "exposed", "pages do not see which piece they got (Content-Range is hidden)"
