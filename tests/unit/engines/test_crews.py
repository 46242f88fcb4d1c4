"""Pieces of work given as they come: here, and in processes that may die."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gtrack.core.errors import ModelError
from gtrack.engines.local import Local


class Marks:
    """Work that leaves a mark for every piece, and dies once at some."""

    def __init__(self, folder: Path, fatal: tuple[int, ...] = (), always: bool = False) -> None:
        self.folder, self.fatal, self.always = folder, fatal, always

    @contextmanager
    def opened(self, device: str, workers: int | None) -> Iterator[Callable[[int], None]]:
        def do(item: int) -> None:
            mark = self.folder / f"{item}"
            before = mark.read_text() if mark.exists() else ""
            mark.write_text(f"{before}{device} {workers} {os.getpid()}\n")
            if item in self.fatal and (self.always or not before):
                os._exit(9)
            if item == 99:
                raise ModelError("piece 99 cannot be done")

        yield do


def all_of(engine: Local, work: Marks, items: list[int]) -> list[int]:
    done: list[int] = []
    with engine.crew(pickle.loads(pickle.dumps(work))) as crew:
        left, under_way = list(items), 0
        while left or under_way:
            while left and crew.idle:
                crew.give(left.pop(0))
                under_way += 1
            for item in crew.wait(0.2):
                done.append(item)
                under_way -= 1
    return done


def test_one_device_works_here(tmp_path: Path) -> None:
    assert all_of(Local(["cpu"], 3), Marks(tmp_path), [4, 2, 7]) == [4, 2, 7]
    assert (tmp_path / "4").read_text() == f"cpu 3 {os.getpid()}\n"


def test_several_devices_share_cores_and_pieces(tmp_path: Path) -> None:
    done = all_of(Local(["cpu", "cpu"], 5), Marks(tmp_path, fatal=(1, 3)), list(range(6)))
    assert sorted(done) == list(range(6))
    tries = {item: (tmp_path / f"{item}").read_text().splitlines() for item in range(6)}
    assert [len(tries[item]) for item in range(6)] == [1, 2, 1, 2, 1, 1]
    assert {line.rpartition(" ")[0] for lines in tries.values() for line in lines} == {"cpu 2"}


def test_a_piece_that_always_dies_is_told(tmp_path: Path) -> None:
    work = Marks(tmp_path, fatal=(1,), always=True)
    with pytest.raises(ModelError, match="3 times at the same piece"):
        all_of(Local(["cpu", "cpu"], 2), work, [0, 1, 2, 3])


def test_what_a_piece_raises_comes_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="piece 99 cannot be done"):
        all_of(Local(["cpu", "cpu"], 2), Marks(tmp_path), [0, 99, 2])
