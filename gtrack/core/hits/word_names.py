"""The motif that a word looks most like, of those that are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.motifs import Motif
from gtrack.core.hits.word_groups import Word, information
from gtrack.core.ties import ranks

LEAST_SIMILAR = 0.8
"""Least cosine at which a motif is named."""

_LEAST_OVERLAP = 5
_BESIDE = 0.1  # weight of what of a motif lies beside the word


def named_words(words: Sequence[Word], motifs: Sequence[Motif]) -> tuple[Word, ...]:
    """Return the words with the nearest motif of each, where there is one.

    The similarity is the cosine of both logos (letter heights less their mean) over the bases where
    the motif lies, at the best of all shifts of at least 5 bases on either strand. What of the word
    the motif leaves over counts against it, and so does a tenth of what of the motif lies beside
    the word: a part of a long motif has its name unless another is as near as a whole. Of equals,
    the first id is named.
    """
    if not words or not motifs:
        return tuple(words)
    order = sorted(range(len(motifs)), key=lambda k: (motifs[k].id, motifs[k].name))
    profiles = [_profile(motifs[k].frequencies() * 1e6) for k in order]
    longest = max(len(word.counts) for word in words)
    widest = max(map(len, profiles))
    padded = np.zeros((len(profiles), widest + 2 * longest, 4))
    covered = np.zeros((len(profiles), widest + 2 * longest), np.bool_)
    for k, profile in enumerate(profiles):
        padded[k, longest : longest + len(profile)] = profile
        covered[k, longest : longest + len(profile)] = True
    found = []
    for word in words:
        similar = _similar(_profile(word.counts.astype(np.float64)), padded, covered)
        best = int(np.argmax(ranks(similar)))
        if similar[best] >= LEAST_SIMILAR:
            motif = motifs[order[best]]
            word = replace(
                word,
                nearest_id=motif.id,
                nearest_name=motif.name,
                similarity=float(similar[best]),
            )
        found.append(word)
    return tuple(found)


def _profile(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return letter heights less their mean, shape (width, 4)."""
    p = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return np.asarray((p - 0.25) * np.sqrt(information(counts))[:, None])


def _similar(
    word: NDArray[np.float64], motifs: NDArray[np.float64], covered: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the best cosine with each motif."""
    width, best = len(word), np.zeros(len(motifs))
    norm = float(np.linalg.norm(word))
    whole = (motifs**2).sum(axis=(1, 2))
    for at in range(motifs.shape[1] - width + 1):
        part = motifs[:, at : at + width]
        enough = covered[:, at : at + width].sum(axis=1) >= min(_LEAST_OVERLAP, width)
        if not enough.any():
            continue
        inside = (part**2).sum(axis=(1, 2))
        size = norm * np.sqrt(inside + _BESIDE * (whole - inside))
        for strand in (word, word[::-1, ::-1]):
            product = np.einsum("nwb,wb->n", part, strand)
            cosine = np.divide(product, size, out=np.zeros(len(motifs)), where=enough & (size > 0))
            best = np.maximum(best, cosine)
    return best
