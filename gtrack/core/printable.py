"""Names and texts of others, made fit to be printed: no command to a terminal, no second line."""

from __future__ import annotations

import os
import shlex
from pathlib import Path


def shown(name: Path | str | bytes, limit: int = 400) -> str:
    """Give `name` as printable text of one line, for messages: odd bytes and controls escaped."""
    raw = name if isinstance(name, bytes) else str(name).encode("utf-8", "backslashreplace")
    text = raw.decode("utf-8", "backslashreplace")
    if len(text) > limit:
        text = text[:limit] + "..."
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def not_utf8(path: Path) -> str:
    r"""Say what is wrong with a name, and the cure, where libraries in C and Rust cannot open it.

    Examples
    --------
    >>> not_utf8(Path("ü")), not_utf8(Path("a\udcff"))[:23]
    ('', 'its name is not UTF-8, ')
    """
    try:
        if str(path).encode() == os.fsencode(path):
            return ""
    except UnicodeEncodeError:
        pass
    return (
        "its name is not UTF-8, which bigWigs and weights need; give another name "
        "(if it is UTF-8, set the locale: export LC_ALL=C.UTF-8)"
    )


def one_line(text: str, limit: int = 4000) -> str:
    r"""Give a message as one printable line; a long one loses its middle, not the cure at its end.

    Examples
    --------
    >>> one_line("label \x1b]0;X\x07\nstands twice")
    'label \\x1b]0;X\\x07 stands twice'
    """
    if len(text) > 2 * limit:  # before it is looked at letter by letter
        text = text[:limit] + text[-limit:]
    text = " ".join(text.split())
    if not text.isprintable():
        text = shown(text, 6 * len(text))
    if len(text) > limit:
        text = f"{text[: limit // 2]} ... {text[-limit // 2 :]}"
    return text


def pasted(path: Path | str) -> str:
    r"""Return a path as it can be pasted into a command of a shell, whatever it is called.

    Examples
    --------
    >>> pasted("out/my plan") == "'out/my plan'", pasted("out/a\nb"), pasted("-x")
    (True, "$'out/a\\012b'", './-x')
    """
    text = str(path)
    return quoted(f"./{text}" if text.startswith("-") else text)


def quoted(word: str) -> str:
    """Return a word as a shell takes it, whatever is in it.

    Blanks that a message would change, controls and odd bytes are written as ``$'...'``, which
    bash, zsh and ksh read.
    """
    if word.isprintable() and " ".join(word.split()) == word:
        return shlex.quote(word)
    safe = (
        chr(byte) if 32 < byte < 127 and byte not in b"'\\" else f"\\{byte:03o}"
        for byte in os.fsencode(word)
    )
    return f"$'{''.join(safe)}'"


def rate(per_second: float) -> str:
    """Say how many in a second.

    Examples
    --------
    >>> rate(0.1234), rate(12.34), rate(12345.6)
    ('0.123', '12.3', '12,346')
    """
    return f"{per_second:,.0f}" if per_second >= 100 else f"{per_second:.3g}"


def lasting(seconds: float) -> str:
    """Say how long, to no more digits than an estimate has.

    Examples
    --------
    >>> lasting(20), lasting(300)
    ('20 s', '5 min')
    """
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.2g} {unit}"
    return f"{max(1, round(seconds))} s"
