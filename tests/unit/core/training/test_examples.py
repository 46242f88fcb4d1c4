from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.training.examples import NO_PLACE, Example, ExampleSet
from gtrack.core.training.truth import Truth

DNA = st.text("ACGTN", min_size=1, max_size=60)


def windows(*examples: Example) -> list[str]:
    truth = Truth.listed("classes", ("a", "b"), [0] * len(examples))
    columns = ExampleSet.of(truth, examples, {})
    return [columns.window(row) for row in range(len(columns))]


@given(DNA, st.integers(1, 40), st.integers(0, 5))
def test_the_middle_is_the_middle(sequence: str, window_bp: int, reach: int) -> None:
    example = Example.middle(sequence, window_bp, reach, "e.csv:2")
    spare = max(0, len(sequence) - window_bp)
    assert windows(example) == [sequence[spare // 2 : spare // 2 + window_bp]]
    at = spare // 2 - example.left
    assert example.sequence == sequence[at : at + len(example.sequence)]
    assert example.left == min(reach, spare // 2)
    assert example.right == min(reach, spare - spare // 2)


def test_the_other_strand_swaps_the_flanks() -> None:
    example = Example("AACCCGT", 2, 1, "p.bed:1", "chr1", 9)
    other = example.reverse_complement()
    assert (other.sequence, other.left, other.right) == ("ACGGGTT", 1, 2)
    assert windows(example, other) == ["CCCG", "CGGG"]
    assert other.start == 9
    assert other.reverse_complement() == example


def test_a_shuffle_keeps_the_dinucleotides_of_window_and_flanks() -> None:
    rng = np.random.default_rng(0)
    example = Example("".join(rng.choice(list("ACGT"), 90)), 20, 10, "p.bed:1", "chr1", 9)
    other = example.shuffled(rng)
    assert (other.left, other.right, other.chrom, other.start) == (20, 10, "chr1", NO_PLACE)
    for part in (slice(0, 20), slice(20, 80), slice(80, 90)):
        one, two = example.sequence[part], other.sequence[part]
        assert Counter(pairwise(one)) == Counter(pairwise(two))
    assert windows(example) != windows(other)
