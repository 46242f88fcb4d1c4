"""Families: the motif with most hits leads those that it matches at half of their hits."""

from __future__ import annotations

import numpy as np

from gtrack.core.hits.families import families


def test_motifs_that_coincide_go_by_the_most_frequent() -> None:
    motif = np.array([1, 1, 1, 2, 2, 3, 0])  # of seven hits
    beside = np.array([3, 5]), np.array([1, 1])  # motif 1 matches at one hit of 2, and that of 3
    assert families(motif, beside, 5).tolist() == [0, 1, 1, 1, 4]


def test_less_than_half_does_not_join() -> None:
    motif = np.array([1, 1, 1, 1, 2, 2, 2])
    assert families(motif, (np.array([4]), np.array([1])), 3).tolist() == [0, 1, 2]


def test_of_equals_the_first_leads_and_what_follows_a_member_does_not() -> None:
    motif = np.array([0, 0, 1, 1, 2])
    beside = np.array([2, 3, 4]), np.array([0, 0, 1])
    assert families(motif, beside, 3).tolist() == [0, 0, 2]


def test_no_hit_is_a_family_of_its_own() -> None:
    none = np.zeros(0, np.int64)
    assert families(none, (none, none), 3).tolist() == [0, 1, 2]
