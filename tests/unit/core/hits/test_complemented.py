"""Decoys of motifs that have no permutation, and what stands against them."""

from __future__ import annotations

import numpy as np

from gtrack.core.hits.calling import call_hits
from gtrack.core.hits.lending import NullWindows
from gtrack.core.hits.permutations import complemented_columns, permuted_columns
from gtrack.core.segments import Segment
from tests.words import motif

FLAT = np.full(4, 0.25)


def decoys(word: str) -> list[str]:
    columns = word + word.translate(str.maketrans("ACGT", "TGCA"))
    orders = complemented_columns(motif(word), FLAT, 5, 0)
    return ["".join(columns[at] for at in order) for order in orders]


def test_complements_keep_the_content_and_lose_the_word() -> None:
    for word in ("AAAAAAAAAA", "GGGGCGGGG", "GGGGAGGGG"):
        assert not permuted_columns(motif(word), FLAT, 5, 0)
        found = decoys(word)
        assert len(found) == len(set(found)) == 5
        strong = sum(base in "GC" for base in word)
        assert all(sum(base in "GC" for base in other) == strong for other in found)


def island_windows(count: int, seed: int, *, islands: bool) -> list[Segment]:
    """Relevance on G and C of GC-rich stretches, whatever they spell."""
    rng, made = np.random.default_rng(seed), []
    for k in range(count):
        codes = rng.choice(4, 600, p=[0.3, 0.2, 0.2, 0.3]).astype(np.uint8)
        if islands:
            codes[200:400] = rng.choice(4, 200, p=[0.12, 0.38, 0.38, 0.12])
        strong = (codes == 1) | (codes == 2)
        dense = np.convolve(strong, np.ones(21) / 21, "same")
        value = rng.laplace(scale=0.2, size=600) + strong * np.maximum(dense - 0.55, 0) * 6
        made.append(Segment("chr1", 700 * k, codes, value.astype(np.float32)))
    return made


def test_islands_of_gc_are_no_hits_of_a_motif_without_permutations() -> None:
    targets = island_windows(120, 0, islands=True)
    null = [
        Segment(f"n{k}", 0, one.codes, one.relevance)
        for k, one in enumerate(island_windows(200, 1, islands=False))
    ]
    table = call_hits(
        lambda: iter(targets), NullWindows.of(null), [motif("GGGGCGGGG")], background=FLAT
    )
    assert table.unpermuted.tolist() == [0]
    assert len(table) > 20
    assert not table.hits(0.05).any()
