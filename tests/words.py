"""Motifs of a word, and windows whose bases and relevance are drawn."""

from __future__ import annotations

import numpy as np

from gtrack.core.hits.motifs import Motif
from gtrack.core.segments import Segment


def codes_of(word: str) -> np.ndarray:
    """Return the bases of a word as a segment holds them."""
    return np.array(["ACGT".index(base) for base in word], np.uint8)


def motif(word: str, ident: str | None = None, name: str | None = None) -> Motif:
    """Return a motif with 97 counts of 100 on each base of a word; the word is its default name."""
    counts = np.full((len(word), 4), 1.0)
    counts[np.arange(len(word)), codes_of(word)] = 97.0
    ident = word if ident is None else ident
    return Motif(ident, ident if name is None else name, counts)


def windows(count: int, seed: int, chrom: str = "") -> list[Segment]:
    """Return windows of 500 bp, 700 bp apart on a chromosome or each on its own."""
    rng = np.random.default_rng(seed)
    return [
        Segment(
            chrom or f"w{k}",
            700 * k if chrom else 0,
            rng.integers(0, 4, 500, dtype=np.uint8),
            rng.laplace(size=500).astype(np.float32),
        )
        for k in range(count)
    ]
