from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.core.sequences import reverse_complement
from gtrack.core.training import likeness
from gtrack.core.training.likeness import SHARE, K, alike_groups, first_alike


def random_dna(rng: np.random.Generator, length: int) -> str:
    return "".join(rng.choice(list("ACGT"), length))


def words(sequence: str) -> Counter[str]:
    every = (sequence[at : at + K] for at in range(len(sequence) - K + 1))
    return Counter(min(word, reverse_complement(word)) for word in every if "N" not in word)


def share(one: str, other: str) -> float:
    """What the module's first lines say, letter by letter."""
    a, b = words(one), words(other)
    return (a & b).total() / max(1, min(a.total(), b.total()))


def slow_groups(sequences: list[str]) -> list[int]:
    """All pairs compared, and joined until nothing changes."""
    number = list(range(len(sequences)))
    for one in range(len(sequences)):
        for other in range(one):
            if share(sequences[one], sequences[other]) >= SHARE:
                low, high = sorted((number[one], number[other]))
                number = [low if each == high else each for each in number]
    ranks = {each: rank for rank, each in enumerate(dict.fromkeys(number))}
    return [ranks[each] for each in number]


@st.composite
def families(draw: st.DrawFn) -> list[str]:
    """Loci with copies that are moved, mutated, shortened, turned round or joined with others."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    found = []
    for _ in range(draw(st.integers(1, 5))):
        length = draw(st.integers(1, 150))
        locus = random_dna(rng, length)
        if draw(st.booleans()):
            locus = (random_dna(rng, draw(st.integers(1, 6))) * length)[:length]
        for _ in range(draw(st.integers(1, 4))):
            cut = locus[draw(st.integers(0, length // 2)) :]
            letters = list(cut + random_dna(rng, draw(st.integers(0, 40))))
            for at in draw(st.lists(st.integers(0, len(letters)), max_size=4)):
                letters[at : at + 1] = draw(st.sampled_from("ACGTN"))
            copy = "".join(letters)
            found.append(reverse_complement(copy) if draw(st.booleans()) else copy)
    return [found[k] for k in rng.permutation(len(found))]


@settings(max_examples=80, deadline=None)
@given(families())
def test_groups_are_those_of_all_pairs(sequences: list[str]) -> None:
    assert alike_groups(sequences).tolist() == slow_groups(sequences)


@settings(max_examples=80, deadline=None)
@given(families(), families())
def test_what_training_shows_is_what_any_pair_says(tests: list[str], shown: list[str]) -> None:
    shown = [*shown, *tests[:1]]
    for found, sequence in zip(first_alike(tests, shown).tolist(), tests, strict=True):
        shares = [share(sequence, other) for other in shown]
        assert (found >= 0) == (max(shares) >= SHARE)
        assert found < 0 or shares[found] >= SHARE


@pytest.mark.parametrize("few", [8_000_000, 0])
@pytest.mark.parametrize("block", [1 << 20, 500])
def test_shifted_turned_and_mutated_copies_are_alike(
    monkeypatch: pytest.MonkeyPatch, block: int, few: int
) -> None:
    """What is held at once changes nothing, nor that of many bases minimizers alone take part."""
    monkeypatch.setattr(likeness, "_BLOCK", block)
    monkeypatch.setattr(likeness, "_FEW", few)
    rng = np.random.default_rng(0)
    loci = [random_dna(rng, 260) for _ in range(50)]
    copies = [loci[k][20:220] for k in range(50)]
    copies += [reverse_complement(loci[k][k % 60 : k % 60 + 200]) for k in range(50)]
    for locus in loci:
        letters = list(locus[10:210])
        for at in rng.integers(0, 200, 6).tolist():
            letters[at] = "ACGT"[("ACGT".index(letters[at]) + 1) % 4]
        copies.append("".join(letters))
    assert alike_groups(copies).tolist() == [*range(50)] * 3
    assert first_alike(copies[50:], copies[:50]).tolist() == [*range(50)] * 2


def test_an_old_repeat_does_not_become_one_group() -> None:
    """Copies of 300 bp that differ from their ancestor by a tenth, as most of Alu do."""
    rng = np.random.default_rng(1)
    ancestor = np.array(list(random_dna(rng, 300)))
    copies = []
    for _ in range(300):
        copy = ancestor.copy()
        hit = rng.random(300) < 0.1
        copy[hit] = rng.choice(list("ACGT"), int(hit.sum()))
        copies.append(random_dna(rng, 50) + "".join(copy) + random_dna(rng, 50))
    assert np.bincount(alike_groups(copies)).max() < 15


def test_rows_are_joined_by_links_and_short_ones_by_nothing_else() -> None:
    rows = ["ACGT", "ACGT", "ACGTNACGTNACGTNACGTNACGT", "", "A" * 14]
    assert alike_groups(rows).tolist() == [0, 1, 2, 3, 4]
    assert alike_groups(rows, np.array([[0, 3], [1, 3]])).tolist() == [0, 0, 1, 0, 2]
    assert alike_groups([]).tolist() == []
    assert first_alike(rows, []).tolist() == [-1] * 5
    assert first_alike([], rows).tolist() == []
