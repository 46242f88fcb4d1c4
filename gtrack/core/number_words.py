"""Numbers as text, many at once, in words of four bytes; a byte of `FILL` stands for nothing.

Without those, the words of a number are what ``"%d"`` or ``"%.9g"`` write. Digits are taken in
float64 where that is exact. Where a ninth digit could round either way, or a number is very large
or small, Python's own formatting decides.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint32]
"""Shape (words of a number, numbers)."""

FILL = b"\xff"
"""No byte of UTF-8."""

_LEADING, _TRAILING, _ZERO = 10_000, 20_000, 30_000  # in _DIGITS
_LOWEST, _HIGHEST = -14, 30  # exponents: 10 to the power of 22 is a float64, and to no larger one
_DECIMALS = 12  # digits behind the point of any number without an exponent
_UNSURE = 0.5 - 1e-6  # a scaled number is off by less than 3e-7


def _packed(texts: list[str]) -> NDArray[np.uint32]:
    """Return texts of up to four characters as a word each."""
    return np.frombuffer(b"".join(each.encode().ljust(4, FILL) for each in texts), np.uint32)


def _digits() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return four digits as a word: all, those from the first or to the last that is not 0; and 0.

    And a point and three digits: all, and those to the last that is not 0.
    """
    numbers = np.arange(10_000, dtype=np.uint16)[:, None]
    tens, fill = np.array([1000, 100, 10, 1], np.uint16), FILL[0]
    full = (numbers // tens % 10 + ord("0")).astype(np.uint8)
    leading = np.where(numbers < tens, fill, full).astype(np.uint8)
    trailing = np.where(numbers % (10 * tens) == 0, fill, full).astype(np.uint8)
    digits = np.concatenate([full, leading, trailing, [[fill, fill, fill, ord("0")]]])
    pointed = np.concatenate([full[:1000], trailing[:1000]])
    pointed[:, 0] = ord(".")
    pointed[1000] = fill
    return digits.astype(np.uint8).view(np.uint32).ravel(), pointed.view(np.uint32).ravel()


_DIGITS, _POINTED = _digits()
_EXPONENTS = range(_LOWEST, _HIGHEST + 1)
_LAST = _packed(["", *"123456789", *(f"e{each:+03}" for each in _EXPONENTS)])
_MINUS = _packed(["", "-"])
_NONE = _MINUS[0]

# By exponent, the lowest first:
_SCALE = np.array([float(f"1e{8 - each}") for each in _EXPONENTS])  # makes nine digits of it
_SHORT = [each < -4 or each > 8 for each in _EXPONENTS]  # written with it
_BEHIND = [8 if short else 8 - at for at, short in zip(_EXPONENTS, _SHORT, strict=True)]
_UNIT = np.array([float(10**each) for each in _BEHIND])
_RAISE = np.array([float(10 ** (_DECIMALS - each)) for each in _BEHIND])
_WRITTEN = np.array([10 + at if short else 0 for at, short in enumerate(_SHORT)])  # in _LAST

# By the 11 bits of a float64 that are its power of two:
_TWOS = np.arange(2048) - 1023
_LOW = np.clip(np.floor(_TWOS * math.log10(2)), _LOWEST, _HIGHEST - 1).astype(np.intp)
_POWER = _LOW - _LOWEST  # place of the exponent of ten of the smallest such number
_NEXT = np.array([float(f"1e{each + 1}") for each in _LOW.tolist()])  # has the one after


def whole_words(numbers: NDArray[np.integer]) -> Words:
    """Return the words of whole numbers.

    Examples
    --------
    >>> whole_words(np.array([-12345, 0])).T.tobytes().translate(None, FILL)
    b'-123450'
    """
    below = numbers < 0
    size = np.abs(numbers.astype(np.int64)).astype(np.uint64)  # the smallest one, too
    words = _groups(size)
    return np.array([_MINUS[below.astype(np.intp)], *words] if below.any() else words)


def _groups(numbers: NDArray[np.uint64]) -> list[NDArray[np.uint32]]:
    """Return the digits of whole numbers, as many words as the largest has."""
    words: list[NDArray[np.uint32]] = []
    rest, more = numbers, True
    while more:
        more = bool(rest.max(initial=0) >= _LEADING)
        above = rest // np.uint64(_LEADING) if more else np.zeros_like(rest)
        index = (rest - above * np.uint64(_LEADING)).astype(np.intp)
        index += _LEADING * (above == 0)
        if not words:
            index[rest == 0] = _ZERO
        words.insert(0, _DIGITS[index])
        rest = above
    return words


def decimal_words(numbers: NDArray[np.floating]) -> Words:
    """Return the words of numbers to nine digits; ``NA`` where they are not finite.

    Examples
    --------
    >>> decimal_words(np.array([-0.25, 1e-7])).T.tobytes().translate(None, FILL)
    b'-0.251e-07'
    """
    numbers = np.asarray(numbers, np.float64)
    there = np.isfinite(numbers)
    size = np.abs(numbers)
    some = there & (size > 0)
    one = np.where(some, size, 1.0)
    octave = one.view(np.int64) >> 52
    power = _POWER[octave] + (one >= _NEXT[octave])
    scaled = one * _SCALE[power]
    digits = np.rint(scaled)
    sure = (scaled >= 1e8) & (digits < 1e9) & (np.abs(scaled - digits) < _UNSURE)
    digits[~(sure & some)] = 0  # 0, and what is written below
    words = _laid(digits, power)
    words[0] = _MINUS[np.signbit(numbers).astype(np.intp)]
    words[:, ~there] = _NONE
    words[:1, ~there] = _packed(["NA"])
    for at in np.flatnonzero(~sure & there).tolist():
        text = f"{numbers[at]:.9g}".encode().ljust(4 * len(words), FILL)
        words[:, at] = np.frombuffer(text, np.uint32)
    return words


def _laid(digits: NDArray[np.float64], power: NDArray[np.intp]) -> Words:
    """Return the words of nine digits and the place of an exponent, the first word empty."""
    unit = _UNIT[power]
    whole = np.floor(digits / unit)
    rest = (digits - whole * unit) * _RAISE[power]
    parts: list[NDArray[np.intp]] = []
    left: list[NDArray[np.bool_]] = []
    for ten in (1e9, 1e5, 10.0):
        part = np.floor(rest / ten)
        rest -= part * ten
        parts.append(part.astype(np.intp))
        left.append(rest == 0)
    return np.array(
        [
            np.zeros(len(digits), np.uint32),
            *_groups(whole.astype(np.uint64)),
            _POINTED[parts[0] + 1000 * left[0]],
            _DIGITS[parts[1] + _TRAILING * left[1]],
            _DIGITS[parts[2] + _TRAILING * left[2]],
            _LAST[rest.astype(np.intp) + _WRITTEN[power]],
        ]
    )
