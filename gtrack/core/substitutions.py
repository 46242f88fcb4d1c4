"""Single-base substitutions of a sequence: what in-silico mutagenesis reads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gtrack.core.sequences import BASES, base_codes

DRAWS = (3, 1)
"""Substitutions of a base: all three, or one that is drawn."""


def substitutes(text: str, draws: int) -> NDArray[np.uint8]:
    """Return the codes that are put in place of each base, shape (L, draws): A 0, C 1, G 2, T 3.

    Of one draw, each base has its own, taken from a hash of the whole sequence: it depends on
    nothing else, neither on the order of sequences nor on which of its bases are looked at.

    Parameters
    ----------
    text : str
        A, C, G, T and N; an N is replaced by nothing, code 4.
    draws : {3, 1}

    Raises
    ------
    ValueError
        When `draws` is another number.

    Examples
    --------
    >>> substitutes("AN", 3).tolist()
    [[1, 2, 3], [4, 4, 4]]
    """
    if draws not in DRAWS:
        raise ValueError(f"{draws} draws of the three other bases; 3 or 1")
    codes = base_codes(text)[:, None]
    if draws == 3:
        steps = np.array([[1, 2, 3]], np.uint8)
    else:
        drawn = hashlib.shake_256(text.encode("ascii")).digest(2 * len(text))
        steps = (1 + np.frombuffer(drawn, "<u2") % 3).astype(np.uint8)[:, None]
    return np.where(codes < len(BASES), (codes + steps) % 4, 4).astype(np.uint8)


def altered(text: str, places: NDArray[np.int64], codes: NDArray[np.uint8]) -> Iterator[str]:
    """Yield the sequence with one base replaced, place by place, code by code.

    Parameters
    ----------
    text : str
    places : ndarray of int64, shape (P,)
        0-based.
    codes : ndarray of uint8, shape (P, draws)
        What stands there instead.
    """
    for at, others in zip(places.tolist(), codes.tolist(), strict=True):
        before, after = text[:at], text[at + 1 :]
        for code in others:
            yield before + BASES[code] + after
