"""What runs the batches of a model on a device, and how large they are by default."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from gtrack.core.ports import Runner, SequenceModel
from gtrack.engines.local import Serial, Threads, available_cores
from gtrack.models.device import one_thread_per_operation

_CUDA_BATCH = 16
"""A CUDA device gets batches this many times as large as a CPU thread."""


@contextmanager
def batch_runner(device: str, workers: int | None) -> Iterator[Runner]:
    """Yield what runs batches: on a CPU so many threads, all cores where None; else this one.

    Each operation on a CPU takes one thread meanwhile.
    """
    on_cpu = device == "cpu"
    runner: Runner = Threads(workers or available_cores()) if on_cpu else Serial()
    with closing(runner), one_thread_per_operation(on_cpu):
        yield runner


def default_units(model: SequenceModel, device: str) -> int:
    """Return the units of a batch, padding included, where nobody asks for others."""
    return model.default_batch_units * (_CUDA_BATCH if device.startswith("cuda") else 1)
