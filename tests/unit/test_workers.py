"""How the tests are dealt out to the workers of a run."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.workers import long_first


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 8))
def test_each_worker_begins_with_its_share_of_the_long_ones(
    is_long: list[bool], workers: int
) -> None:
    dealt = long_first(range(len(is_long)), is_long, workers)
    assert sorted(dealt) == list(range(len(is_long)))
    rest = [test for test in dealt if not is_long[test]]
    assert rest == sorted(rest)
    slow = sum(is_long)
    if len(is_long) < workers * (1 + slow // workers):
        return  # hardly any but long ones
    left, at = len(dealt), 0
    for worker in range(workers):  # as xdist deals them out
        size = left // (workers - worker)
        part = [is_long[test] for test in dealt[at : at + size]]
        share = (slow - worker + workers - 1) // workers
        assert part == [True] * share + [False] * (size - share)
        left, at = left - size, at + size
