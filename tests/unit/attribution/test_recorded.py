"""Recordings of batches: which batches share one, and what happens where there is none.

What is recorded on CUDA gives the bits of what is launched: test_staying.py, marked ``gpu``.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import pytest
import torch

from gtrack.attribution.recorded import Recorded, shape_of


@dataclass
class Batch:
    ids: torch.Tensor
    padded: bool = False
    extra: object = None


def batch(rows: int = 2, units: int = 8, **more) -> Batch:
    return Batch(torch.zeros(rows, units, dtype=torch.int64), **more)


def test_a_recording_serves_batches_of_one_shape_alone() -> None:
    same = shape_of(batch())
    assert same == shape_of(Batch(torch.ones(2, 8, dtype=torch.int64)))
    assert hash(same) == hash(shape_of(batch()))
    others = [
        batch(3, 8),
        batch(2, 16),
        batch(padded=True),
        Batch(torch.zeros(2, 8, dtype=torch.int32)),
        batch(extra="left"),
    ]
    assert len({same, *map(shape_of, others)}) == 6


@pytest.mark.parametrize("given", [{"ids": 1}, batch(extra=[1]), "text"])
def test_what_cannot_be_told_apart_is_never_recorded(given) -> None:
    assert shape_of(given) is None


class Explains:
    recordable = True

    def __init__(self) -> None:
        self.fails = 0

    def tensors(self, batch, weights):
        if self.fails:
            self.fails -= 1
            raise torch.OutOfMemoryError("CUDA out of memory")
        return batch.ids + weights, batch.ids


class Wanted(Recorded):
    """As on CUDA; to record here is to keep a copy."""

    def __init__(self, explain) -> None:
        super().__init__(explain, torch.ones(()))
        self._wanted, self.made, self.fails, self.answer = True, 0, False, "replayed"

    def _record(self, batch):
        if self.fails:
            raise RuntimeError("operation not permitted when stream is capturing")
        self.made += 1
        self._memory = object()
        return self

    def replayed(self, batch):
        return batch.ids + 1, self.answer


def test_the_second_batch_of_a_shape_is_recorded() -> None:
    recorded = Wanted(Explains())
    said = [recorded(batch(rows))[1] for rows in (2, 3, 2, 2, 3)]
    assert [isinstance(each, str) for each in said] == [False, False, True, True, True]
    assert recorded.made == 2


def test_on_a_cpu_nothing_is_recorded() -> None:
    recorded = Recorded(Explains(), torch.ones(()))
    for _ in range(3):
        assert torch.equal(recorded(batch())[0], torch.ones(2, 8))
    assert not recorded._of_shape


def test_what_cannot_be_recorded_is_launched_from_then_on() -> None:
    recorded = Wanted(Explains())
    recorded.fails = True
    for _ in range(3):
        assert torch.equal(recorded(batch())[0], torch.ones(2, 8))
    assert not recorded._wanted


def test_recordings_give_their_memory_back_where_it_is_short() -> None:
    explains = Explains()
    recorded = Wanted(explains)
    recorded(batch())
    recorded(batch())
    explains.fails = 1
    assert torch.equal(recorded(batch(9))[0], torch.ones(9, 8))
    assert not recorded._of_shape
    explains.fails = 1
    with pytest.raises(torch.OutOfMemoryError):
        recorded(batch(9))


def test_now_and_then_a_replay_is_launched_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gtrack.attribution.recorded._CHECKED", 3)
    recorded = Wanted(Explains())
    recorded.answer = torch.zeros(2, 8)
    for _ in range(9):
        assert torch.equal(recorded(batch())[1], torch.zeros(2, 8))
    recorded.answer = torch.full((2, 8), 0.5)  # memory that something else writes to
    wrong = [bool(recorded(batch())[1].isnan().all()) for _ in range(3)]
    assert wrong.count(True) == 1


class Graph:
    """A recording of what `Explains` does, made by what stands in for CUDA."""

    def pool(self) -> object:
        return self

    def replay(self) -> None:
        if self.works:
            self.outputs.copy_(self.ids + 1)
            self.relevance.copy_(self.ids)


class Floats(Explains):
    def tensors(self, batch, weights):
        outputs, relevance = batch.ids + weights, batch.ids.float()
        Graph.ids, Graph.outputs, Graph.relevance = batch.ids, outputs, relevance
        return outputs, relevance


@pytest.mark.parametrize("works", [True, False])
def test_a_recording_of_nothing_is_not_taken(monkeypatch: pytest.MonkeyPatch, works: bool) -> None:
    """As where what is recorded is another device than that of the model: each replay would give
    what the first batch gave."""

    @contextmanager
    def recording(graph, memory, stream, *, capture_error_mode):
        yield
        graph.works = works
        for name in ("ids", "outputs", "relevance"):
            setattr(graph, name, getattr(Graph, name))

    stands_in = {
        "CUDAGraph": Graph,
        "Stream": lambda device: device,
        "stream": lambda stream: nullcontext(),
        "graph": recording,
    }
    for name, made in stands_in.items():
        monkeypatch.setattr(torch.cuda, name, made)
    recorded = Recorded(Floats(), torch.ones(()))
    recorded._wanted = True
    for number in range(4):
        given = Batch(torch.full((2, 8), number))
        outputs, relevance = recorded(given)
        assert outputs.eq(number + 1).all()
        assert relevance.eq(number).all()
    assert any(recorded._of_shape.values()) == works
