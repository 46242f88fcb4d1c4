from __future__ import annotations

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.shuffle import dinucleotide_shuffle

DNA = st.text(alphabet="ACGTN", max_size=80)


def dinucleotides(sequence: str) -> Counter[str]:
    return Counter(sequence[i : i + 2] for i in range(len(sequence) - 1))


def every_rearrangement(sequence: str) -> set[str]:
    """All sequences of the same dinucleotide counts, first and last base: tried one by one."""
    middles = set(permutations(sequence[1:-1]))
    candidates = {sequence[0] + "".join(middle) + sequence[-1] for middle in middles}
    return {c for c in candidates if dinucleotides(c) == dinucleotides(sequence)}


@given(DNA, st.integers(0, 2**32))
def test_every_dinucleotide_count_is_kept_and_n_stays_in_place(sequence: str, seed: int) -> None:
    shuffled = dinucleotide_shuffle(sequence, np.random.default_rng(seed))
    assert dinucleotides(shuffled) == dinucleotides(sequence)
    assert [i for i, base in enumerate(shuffled) if base == "N"] == [
        i for i, base in enumerate(sequence) if base == "N"
    ]


@pytest.mark.parametrize("sequence", ["ACGACTA", "AACCACAA", "AATATAAT", "CAGCTGAC"])
def test_every_rearrangement_is_equally_likely(sequence: str) -> None:
    possible = sorted(every_rearrangement(sequence))
    assert len(possible) > 1
    rng = np.random.default_rng(7)
    draws = 600 * len(possible)
    seen = Counter(dinucleotide_shuffle(sequence, rng) for _ in range(draws))
    assert sorted(seen) == possible
    # chi-square with (k - 1) degrees of freedom: mean k - 1, standard deviation sqrt(2 (k - 1))
    expected = draws / len(possible)
    chi_square = sum((count - expected) ** 2 / expected for count in seen.values())
    freedom = len(possible) - 1
    assert chi_square < freedom + 5 * np.sqrt(2 * freedom)


def test_the_seed_decides() -> None:
    rng = np.random.default_rng(0)
    sequence = "".join(rng.choice(list("ACGT"), 300))
    first = dinucleotide_shuffle(sequence, np.random.default_rng(3))
    assert first == dinucleotide_shuffle(sequence, np.random.default_rng(3))
    assert first != dinucleotide_shuffle(sequence, np.random.default_rng(4))
    # little is left in place
    assert np.mean([a == b for a, b in zip(first, sequence, strict=True)]) < 0.45


@pytest.mark.parametrize("sequence", ["", "A", "AC", "ACG", "N", "AAAAAAAA", "ANCNG"])
def test_what_cannot_be_rearranged_comes_back(sequence: str) -> None:
    assert dinucleotide_shuffle(sequence, np.random.default_rng(0)) == sequence


def test_a_long_repeat_with_one_way_out_takes_no_time() -> None:
    sequence = "A" * 20_000 + "C" * 20_000 + "G"
    assert dinucleotide_shuffle(sequence, np.random.default_rng(0)) == sequence
