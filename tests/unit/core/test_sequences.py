"""DNA as text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.sequences import as_read, base_codes, is_known, plain, reverse_complement

PARTNER = {"A": "T", "C": "G", "G": "C", "T": "A", "N": "N"}
dna = st.text("ACGTN", max_size=40)


@given(dna)
def test_the_other_strand_base_by_base(sequence: str) -> None:
    other = reverse_complement(sequence)
    assert other == "".join([PARTNER[base] for base in reversed(sequence)])
    assert reverse_complement(other) == sequence


@given(dna, dna)
def test_the_other_strand_reads_the_parts_in_turn(one: str, two: str) -> None:
    assert reverse_complement(one + two) == reverse_complement(two) + reverse_complement(one)


@given(st.text(st.characters(max_codepoint=127), max_size=40) | dna)
def test_codes_and_known_bases(sequence: str) -> None:
    table = {"A": 0, "C": 1, "G": 2, "T": 3}
    assert base_codes(sequence).tolist() == [table.get(base, 4) for base in sequence]
    assert is_known(sequence).tolist() == [base in table for base in sequence]
    many = sequence * (1 + 20_000 // max(1, len(sequence)))  # which are looked at otherwise
    assert np.array_equal(is_known(many), [base in table for base in many])
    assert is_known(many).flags.writeable == is_known(sequence).flags.writeable


@given(st.text(st.characters(max_codepoint=127), max_size=40) | st.text("acgtnACGTN", max_size=40))
def test_plain_letters_are_read_as_any(sequence: str) -> None:
    for times in (1, 1 + 20_000 // max(1, len(sequence))):  # many are looked at otherwise
        letters = (sequence * times).encode()
        read = as_read(letters).encode() if set(sequence) <= set("acgtnACGTN") else None
        assert plain(letters) == read


@given(dna)
def test_codes_of_the_other_strand_mirror(sequence: str) -> None:
    codes = base_codes(sequence)
    mirrored = np.where(codes == 4, 4, 3 - codes.astype(int))[::-1]
    assert base_codes(reverse_complement(sequence)).tolist() == mirrored.tolist()


def test_text_that_is_not_ascii_is_no_sequence() -> None:
    with pytest.raises(UnicodeEncodeError):
        base_codes("ACÅT")
