"""Sequence motifs: how often each base was seen at each position of a binding site."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gtrack.core.errors import InputError
from gtrack.core.printable import printable

WIDEST = 300
"""Most columns of a motif: the cost of exact p-values grows with the square of the width."""

PSEUDOCOUNT = 0.1
"""Sites that the background adds to every column, as FIMO does (`--motif-pseudo 0.1`)."""

_LARGEST = 1e9
_LONGEST = 255  # characters of a BED name that browsers take


@dataclass(frozen=True, eq=False)
class Motif:
    """A position count matrix with its names.

    Attributes
    ----------
    id : str
        What tells it from every other motif, with the version where there is one (``MA0139.1``).
    name : str
        What people call it (``CTCF``); several motifs may share one.
    counts : ndarray of float64, shape (width, 4)
        Weight of each base (columns A, C, G, T) at each position of the motif's own strand, read 5'
        to 3'; in sites. A matrix of probabilities comes multiplied by its number of sites.
    source : str
        Where it is from: a file, or a database and its release.

    Raises
    ------
    InputError
        Naming the motif, when its matrix cannot be one, or a name cannot stand in a BED field.
    """

    id: str
    name: str
    counts: NDArray[np.float64]
    source: str = ""

    def __post_init__(self) -> None:
        for field, text in (("id", self.id), ("name", self.name), ("source", self.source)):
            if printable(text) != text or len(text) > _LONGEST:
                raise InputError(
                    f"motif {self.id[:40]!r}: its {field} has more than {_LONGEST} characters or "
                    "unprintable ones; rename it"
                )
        if not self.id.strip() or not self.name.strip():
            raise InputError(f"motif {self.id or self.name!r}: an empty id or name; name it")
        counts = np.array(self.counts, np.float64)
        counts.flags.writeable = False
        object.__setattr__(self, "counts", counts)
        problem = _problem(counts)
        if problem:
            raise InputError(f"motif {self.id}: {problem}; remove or repair this motif")

    @property
    def width(self) -> int:
        """Number of positions, in bases."""
        return len(self.counts)

    def frequencies(self) -> NDArray[np.float64]:
        """Return how often each base was seen at each position, as shares; shape ``(width, 4)``."""
        return np.asarray(self.counts / self.counts.sum(axis=1, keepdims=True))

    def probabilities(
        self, background: ArrayLike, pseudocount: float = PSEUDOCOUNT
    ) -> NDArray[np.float64]:
        """Return the probability of each base at each position, shape ``(width, 4)``.

        ``p = (count + pseudocount * background) / (sum of counts + pseudocount)``

        Parameters
        ----------
        background : array_like, shape (4,)
            Probability of A, C, G, T outside of sites; positive, sums to 1.
        pseudocount : float
            How many sites the background counts for in every column; positive.
        """
        base = checked_background(background)
        if not (np.isfinite(pseudocount) and pseudocount > 0):
            raise InputError(f"pseudocount {pseudocount} is not a positive number; use 0.1")
        mass = self.counts.sum(axis=1, keepdims=True)
        return np.asarray((self.counts + pseudocount * base) / (mass + pseudocount))

    def log_odds(
        self, background: ArrayLike, pseudocount: float = PSEUDOCOUNT
    ) -> NDArray[np.float64]:
        """Return ``log2(p / background)``, shape ``(width, 4)``, in bits."""
        base = checked_background(background)
        return np.asarray(np.log2(self.probabilities(base, pseudocount) / base))

    def information(
        self, background: ArrayLike, pseudocount: float = PSEUDOCOUNT
    ) -> NDArray[np.float64]:
        """Return each position's relative entropy to the background, shape ``(width,)``, in bits.

        It is ``sum over bases of p * log2(p / background)`` (Schneider et al., J. Mol. Biol.
        188:415, 1986), 0 where the column is the background.
        """
        p = self.probabilities(background, pseudocount)
        return np.asarray(np.maximum((p * self.log_odds(background, pseudocount)).sum(axis=1), 0))


def checked_background(background: ArrayLike) -> NDArray[np.float64]:
    """Return a background as float64, shape ``(4,)``.

    Raises
    ------
    InputError
        Unless it is four positive numbers that sum to 1.
    """
    base = np.asarray(background, np.float64)
    if base.shape != (4,) or not (base > 0).all() or not abs(base.sum() - 1) < 1e-6:
        raise InputError(
            f"background {base.tolist()} is not four positive shares of A, C, G, T that sum to 1"
        )
    return base


def symmetric_background(base_counts: ArrayLike) -> NDArray[np.float64]:
    """Turn counts of A, C, G, T into the background of both strands, shape ``(4,)``.

    What stands on one strand stands complemented on the other, so A is as frequent as T and C as
    G. One count is added to each base, so that none is impossible.

    Examples
    --------
    >>> symmetric_background([30, 10, 12, 44]).tolist()
    [0.38, 0.12, 0.12, 0.38]
    """
    counts = np.asarray(base_counts, np.float64) + 1
    both = counts + counts[::-1]
    return np.asarray(both / both.sum())


def _problem(counts: NDArray[np.float64]) -> str:
    if counts.ndim != 2 or counts.shape[1] != 4:
        return f"its matrix has shape {counts.shape}, not (width, 4)"
    if len(counts) < 2:
        return f"its matrix has {len(counts)} column(s); a motif has at least 2"
    if len(counts) > WIDEST:
        return f"its matrix has {len(counts)} columns, more than {WIDEST}"
    if not np.isfinite(counts).all():
        return "its matrix holds a value that is no finite number"
    if (counts < 0).any():
        return "its matrix holds a negative value (log-odds? counts or probabilities are needed)"
    if counts.max() > _LARGEST:
        return f"its matrix holds a count above {_LARGEST:.0e}"
    empty = np.flatnonzero(counts.sum(axis=1) <= 0)
    if len(empty) == len(counts):
        return "its matrix is all zero"
    if len(empty):
        return f"position {empty[0] + 1} of its matrix is all zero"
    return ""
