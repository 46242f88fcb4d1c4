"""Batches of one shape, recorded once on CUDA and replayed: launching took longer than computing.

An explained batch of 16,384 units is 700 kernels: 20 ms of Python, in which no other thread of the
process gets on. A recording is one call, and gives the same bits.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import fields, is_dataclass, replace
from typing import Any

import torch
from torch import Tensor

from gtrack.core.optional_ports import Staying

_MOST = 48
"""Shapes that are recorded; windows of one length have few, and others are launched as ever."""

_CHECKED = 256
"""Of so many replays one is launched as well: what it read may have been given back meanwhile."""


class Recorded:
    """What a method answers on CUDA, by recordings where that is possible.

    Parameters
    ----------
    explain : Staying
        On a model and a device that do not change while this is used, by one thread at a time.
    weights : Tensor
        What it is given beside each batch.
    """

    def __init__(self, explain: Staying, weights: Tensor) -> None:
        self._explain, self._weights = explain, weights
        self._of_shape: dict[Hashable, _Recording | None] = {}
        self._memory: Any = None  # one for all: they are never replayed side by side
        self._stream: Any = None
        self._replays = 0
        self._wanted = weights.is_cuda and getattr(explain, "recordable", False)

    def __call__(self, batch: Any) -> tuple[Tensor, Tensor]:
        """Return outputs and relevance of a batch, without waiting for them.

        They are good until the next call.
        """
        shape = shape_of(batch) if self._wanted else None
        if shape is None:
            return self._explain.tensors(batch, self._weights)
        recording = self._of_shape.get(shape)
        if recording is None and shape in self._of_shape:
            try:
                recording = self._of_shape[shape] = self._record(batch)
            except RuntimeError:  # of memory, of a step that cannot be recorded, or of other bits
                self._forget()
        if recording is not None:
            found = recording.replayed(batch)
            self._replays += 1
            return found if self._replays % _CHECKED else self._checked(batch, *found)
        if len(self._of_shape) < _MOST:
            self._of_shape[shape] = None  # this time makes what is made once
        return self._launched(batch)

    def _launched(self, batch: Any) -> tuple[Tensor, Tensor]:
        try:
            return self._explain.tensors(batch, self._weights)
        except torch.OutOfMemoryError:
            if self._memory is None:
                raise
            self._forget()  # recordings hold what their batches need
            return self._explain.tensors(batch, self._weights)

    def _checked(self, batch: Any, outputs: Tensor, relevance: Tensor) -> tuple[Tensor, Tensor]:
        """Return the answers, NaN where they are not those of a launch; nothing waits for that."""
        _, again = self._launched(batch)
        return outputs, torch.where(relevance == again, relevance, torch.nan)

    def _forget(self) -> None:
        """Give memory back, and record no more."""
        self._wanted, self._memory = False, None
        self._of_shape.clear()
        torch.cuda.empty_cache()

    def _record(self, batch: Any) -> _Recording:
        given = replace(batch, **{name: each.clone() for name, each in _tensors(batch).items()})
        graph, stream = torch.cuda.CUDAGraph(), self._own_stream()
        # Other threads may use the device meanwhile: one lays the next pool in pinned memory. Where
        # recording fails, torch leaves its stream the current one.
        with (
            torch.cuda.stream(stream),
            torch.cuda.graph(graph, self._memory, stream, capture_error_mode="thread_local"),
        ):
            found = self._explain.tensors(given, self._weights)
        self._memory = graph.pool()
        recording = _Recording(given, graph, found)
        launched = self._explain.tensors(batch, self._weights)
        for each in found:
            each.fill_(torch.nan)  # what recorded nothing would still hold the right answer
        replayed = recording.replayed(batch)
        if not all(torch.equal(*each) for each in zip(launched, replayed, strict=True)):
            raise RuntimeError("a recording has other bits")
        return recording

    def _own_stream(self) -> Any:
        """Return the stream that is recorded, of the device of the batches.

        torch's own is of the device that was current when a process first recorded.
        """
        if self._stream is None:
            device = self._weights.device
            self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        return self._stream


class _Recording:
    """One batch that was recorded: where its input is read, and where its answer arrives."""

    def __init__(self, given: Any, graph: Any, found: tuple[Tensor, Tensor]) -> None:
        self._given, self._graph, self._found = _tensors(given), graph, found

    def replayed(self, batch: Any) -> tuple[Tensor, Tensor]:
        for name, tensor in _tensors(batch).items():
            self._given[name].copy_(tensor)
        self._graph.replay()
        return self._found


def shape_of(batch: Any) -> Hashable | None:
    """Return what two batches share that one recording serves; None of a batch that has none.

    Parameters
    ----------
    batch : object
        A dataclass of tensors and of what decides how they are computed.
    """
    if not is_dataclass(batch):
        return None
    parts: list[Hashable] = [type(batch).__qualname__]
    for field in fields(batch):
        value = getattr(batch, field.name)
        if isinstance(value, Tensor):
            parts.append((value.shape, value.dtype, value.device))
        elif value is None or isinstance(value, bool | int | str):
            parts.append(value)
        else:
            return None
    return tuple(parts)


def _tensors(batch: Any) -> dict[str, Tensor]:
    """Return the tensors of a batch by name."""
    values = {field.name: getattr(batch, field.name) for field in fields(batch)}
    return {name: value for name, value in values.items() if isinstance(value, Tensor)}
