"""Names and texts of others, made fit to be printed: no command to a terminal, no second line."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Collection, Iterable
from itertools import islice
from pathlib import Path
from unicodedata import bidirectional, category, combining

_LONGEST = 4000  # characters of a message

JOINERS = "\u200c\u200d"
"""What keeps letters apart (Persian) and what binds them (Hindi, emoji); neither is seen itself."""

_VIRAMA = 9  # the class of marks that take a letter's vowel away
_SHAPED = {"AL", "R"}  # letters written from right to left, most of which change beside a joiner


def _escape(character: str) -> str:
    """Return a character as Python writes it in a text."""
    return character.encode("unicode_escape").decode()


def printable(text: str, instead: Callable[[str], str] = _escape) -> str:
    r"""Return text with an escape for each character that does not print.

    Controls, what turns the order of letters and what is not seen do not; a joiner does where it
    changes how its neighbours look.

    Parameters
    ----------
    text : str
    instead : callable
        Gives what stands for such a character.

    Examples
    --------
    >>> printable("a\u202eb"), printable("pay\u200dment")
    ('a\\u202eb', 'pay\\u200dment')
    """
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() or (each in JOINERS and _joins(text, at)) else instead(each)
        for at, each in enumerate(text)
    )


def _joins(text: str, at: int) -> bool:
    """Say whether a joiner is seen by what it does (RFC 5892); elsewhere it would hide."""
    before, after = (text[i] if 0 <= i < len(text) else " " for i in (at - 1, at + 1))
    if _VIRAMA in (combining(before), combining(after)):
        return category(before)[0] in "LM"
    if bidirectional(after) in _SHAPED:
        return bidirectional(before) in _SHAPED or category(before) == "Mn"
    emoji = category(before) == "So" or before == "\ufe0f" or "\U0001f3fb" <= before <= "\U0001f3ff"
    return emoji and text[at] == "\u200d" and (category(after) == "So" or after in "\u2194\u2195")


def shown(name: Path | str | bytes, limit: int = 400) -> str:
    """Give `name` as printable text of one line, for messages: odd bytes and controls escaped."""
    raw = name if isinstance(name, bytes) else str(name).encode("utf-8", "backslashreplace")
    text = raw.decode("utf-8", "backslashreplace")
    if len(text) > limit:
        text = text[:limit] + "..."
    return printable(text)


def few(names: Iterable[object], most: int = 3, longest: int = 400) -> str:
    """Name the first of many, each printable and no longer than that.

    Examples
    --------
    >>> few("abcd"), few({"chr1": 9})
    ('a, b, c, ...', 'chr1')
    """
    first = [shown(str(name), longest) for name in islice(names, most + 1)]
    return ", ".join([*first[:most], *["..."] * (len(first) > most)])


def some(names: Collection[object], most: int, longest: int = 400) -> str:
    """Name the first of many as :func:`few` does, and count the others.

    Examples
    --------
    >>> some("abcd", 2), some("ab", 2)
    ('a, b and 2 more', 'a, b')
    """
    named = ", ".join(shown(str(name), longest) for name in islice(names, most))
    more = len(names) - most
    return f"{named} and {more:,} more" if more > 0 else named


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


def one_line(text: str) -> str:
    r"""Give a message as one printable line; a long one loses its middle, not the cure at its end.

    Examples
    --------
    >>> one_line("label \x1b]0;X\x07\nstands twice")
    'label \\x1b]0;X\\x07 stands twice'
    """
    if len(text) > 2 * _LONGEST:  # before it is looked at letter by letter
        text = text[:_LONGEST] + text[-_LONGEST:]
    text = " ".join(text.split())
    if not text.isprintable():
        text = shown(text, 6 * len(text))
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 2]} ... {text[-_LONGEST // 2 :]}"
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
