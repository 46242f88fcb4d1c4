"""Copies of one place against a slow twin of strings."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.hits.copies import first_of_copies, packed_flanks

OTHER = {"A": "T", "C": "G", "G": "C", "T": "A", "N": "N"}


def turned(flank: str) -> str:
    return "".join(OTHER[base] for base in reversed(flank))


def differ(one: str, other: str) -> float:
    pairs = list(zip(one, other, strict=True))
    unknown = sum("N" in pair for pair in pairs)
    return sum(a != b for a, b in pairs if "N" not in (a, b)) + unknown / 2


def first(flanks: list[str], palindromic: bool) -> list[bool]:
    """Return which are no copy of an earlier one that is none."""
    leaders: list[str] = []
    found = []
    for flank in flanks:
        ways = [flank, turned(flank)] if palindromic else [flank]
        new = all(differ(way, leader) > 8 for way in ways for leader in leaders)
        leaders += [flank] if new else []
        found.append(new)
    return found


@st.composite
def places(draw: st.DrawFn) -> tuple[str, list[int], list[bool], int]:
    """Return a sequence that repeats itself, and sites of one width in it."""
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    unit = "".join(rng.choice(list("ACGT"), draw(st.integers(20, 50))))
    text = ""
    for _ in range(draw(st.integers(1, 12))):
        copy = "".join(b if rng.random() > 0.15 else str(rng.choice(list("ACGT"))) for b in unit)
        text += copy if rng.random() < 0.6 else turned(copy)
        text += "N" if rng.random() < 0.2 else ""
    width = draw(st.integers(4, 9))
    starts = [k for k in range(len(text) - width + 1) if "N" not in text[k : k + width]]
    chosen = draw(st.lists(st.sampled_from(starts), min_size=1, max_size=30))
    return text, chosen, [bool(rng.random() < 0.5) for _ in chosen], width


def flank(text: str, start: int, width: int, reverse: bool) -> str:
    """Return 12 bases of either side; beyond an N, or an end, all is N."""
    left = text[max(0, start - 12) : start].rpartition("N")[2].rjust(12, "N")
    right = text[start + width : start + width + 12].partition("N")[0].ljust(12, "N")
    return turned(left + right) if reverse else left + right


@given(places(), st.booleans())
def test_equals_the_slow_twin(
    given: tuple[str, list[int], list[bool], int], palindromic: bool
) -> None:
    text, starts, reverse, width = given
    codes = np.array(["ACGTN".index(base) for base in text], np.uint8)
    packed = packed_flanks(codes, np.array(starts, np.int64), width, np.array(reverse))
    flanks = [flank(text, at, width, way) for at, way in zip(starts, reverse, strict=True)]
    assert first_of_copies(*packed, palindromic).tolist() == first(flanks, palindromic)


def test_many_sites_are_compared_in_pieces() -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 4, 30_000).astype(np.uint8)
    start = np.arange(20, 29_000, 30, dtype=np.int64)
    packed = packed_flanks(codes, start, 8, start > 0)
    assert first_of_copies(*packed, False).mean() > 0.99, "random places are none"
    twice = tuple(np.concatenate([each, each]) for each in packed)
    assert not first_of_copies(*twice, False)[len(start) :].any()
