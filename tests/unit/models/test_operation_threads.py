"""One thread an operation: for those inside alone, however many there are, and in any order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
import torch

from gtrack.models.device import one_thread_per_operation


@pytest.fixture
def usual() -> int:
    return torch.get_num_threads() + 1


def of_a_new_thread() -> int:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(torch.get_num_threads).result()


@pytest.mark.parametrize("first", [0, 1])
def test_new_threads_have_their_usual_number_once_the_last_has_left(usual: int, first: int) -> None:
    """Whoever leaves first: the number was the other's for the rest of the process."""
    before = torch.get_num_threads()
    torch.set_num_threads(usual)
    try:
        with ThreadPoolExecutor(1) as a, ThreadPoolExecutor(1) as b:
            stacks = ExitStack(), ExitStack()
            for pool, stack in zip((a, b), stacks, strict=True):
                pool.submit(stack.enter_context, one_thread_per_operation(True)).result()
                assert pool.submit(torch.get_num_threads).result() == 1
            pools = [a, b]
            pools[first].submit(stacks[first].close).result()
            assert pools[first].submit(torch.get_num_threads).result() == usual
            assert pools[1 - first].submit(torch.get_num_threads).result() == 1
            assert of_a_new_thread() == 1  # which may be the other's
            pools[1 - first].submit(stacks[1 - first].close).result()
            assert pools[1 - first].submit(torch.get_num_threads).result() == usual
        assert of_a_new_thread() == torch.get_num_threads() == usual
    finally:
        torch.set_num_threads(before)


def test_one_within_another_changes_nothing(usual: int) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(usual)
    try:
        with one_thread_per_operation(True):
            with one_thread_per_operation(True), one_thread_per_operation(False):
                assert torch.get_num_threads() == 1
            assert torch.get_num_threads() == 1
        with one_thread_per_operation(False):
            assert torch.get_num_threads() == usual
        assert torch.get_num_threads() == usual
    finally:
        torch.set_num_threads(before)
