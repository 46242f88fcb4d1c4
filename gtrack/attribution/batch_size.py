"""How many units a batch should have, found by trying: by time on a CPU, by memory on CUDA."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from gtrack.attribution.passes import encoded
from gtrack.attribution.pool import PoolExplainer
from gtrack.attribution.precision import any_weight
from gtrack.core.encodings import Encodings
from gtrack.core.ports import Attributor, Runner, SequenceModel
from gtrack.core.scan.batches import POOL

_ENOUGH = 3.0
"""Seconds of one trial after which no larger one is made."""

_NEAR = 1.03
"""The smallest number that costs so many times what the best one costs, at most, is taken."""

_PART = 0.5
"""Part of the free memory that a batch may take: what is read and written needs some, too."""


def found_batch_units(
    name: str,
    model: SequenceModel,
    method: Attributor,
    contrasts: NDArray[np.float64],
    window_bp: int,
    strands: int,
    default: int,
    runner: Runner,
) -> int:
    """Return a number of units of a batch, padding included, for windows of one length.

    Parameters
    ----------
    name : str
        What messages call the model.
    model : SequenceModel
    method : Attributor
    contrasts : ndarray of float64, shape (targets, outputs)
    window_bp : int
        Letters of the random sequences that are tried.
    strands : int
        Rows of a window: a batch never has more rows than a pool.
    default : int
        The number without trying.
    runner : Runner
        For one thread's work.
    """
    rng = np.random.default_rng(0)
    letters = np.array(list("ACGT"))
    texts = ["".join(letters[rng.integers(0, 4, window_bp)]) for _ in range(POOL * strands)]
    rows = encoded(model, texts)
    most = int(len(rows) * -(-rows.lengths.max() // 16) * 16)
    device = any_weight(model).device

    with method.applied(model) as explain:

        def explained(budget: int) -> float:
            """Return the seconds of one full batch of so many units."""
            count = max(1, min(len(rows), budget // -(-int(rows.lengths.max()) // 16) // 16))
            explainer = PoolExplainer(
                name, model, explain, contrasts, budget, method.per_base, runner
            )
            part: Encodings = rows[:count]
            begun = time.perf_counter()
            explainer(part, texts[:count], lambda row: "a random sequence of --batch-tokens auto")
            return (time.perf_counter() - begun) / count

        if device.type != "cuda":
            return by_time(explained, default, most)
        import torch  # noqa: PLC0415  (seconds)

        explained(default)  # what is made once
        torch.cuda.reset_peak_memory_stats(device)
        held = torch.cuda.memory_allocated(device)
        explained(default)
        used = torch.cuda.max_memory_allocated(device) - held
        torch.cuda.empty_cache()
        free, _ = torch.cuda.mem_get_info(device)
        return by_memory(free, used / min(default, most), default, most)


def by_time(cost: Callable[[int], float], default: int, most: int) -> int:
    """Return the smallest of some numbers that costs hardly more than the best of them.

    Parameters
    ----------
    cost : callable
        Seconds of a row, in batches of so many units.
    default : int
        In the middle of the numbers.
    most : int
        More than so many are of no use.
    """
    found: dict[int, float] = {}
    for budget in (default // 4, default // 2, default, 2 * default, 4 * default):
        begun = time.perf_counter()
        found[budget] = min(cost(budget), cost(budget))
        if budget >= most or time.perf_counter() - begun > 2 * _ENOUGH:
            break
    return cheapest(found)


def cheapest(costs: Mapping[int, float]) -> int:
    """Return the smallest number whose cost is near the least.

    Examples
    --------
    >>> cheapest({256: 1.3, 512: 1.01, 1024: 1.0, 2048: 1.2})
    512
    """
    least = min(costs.values())
    return min(number for number, cost in costs.items() if cost <= _NEAR * least)


def by_memory(free: float, per_unit: float, default: int, most: int) -> int:
    """Return the greatest number that memory allows, in whole steps of the default.

    Examples
    --------
    >>> by_memory(free=100e9, per_unit=1e6, default=8192, most=1 << 20)
    49152
    >>> by_memory(free=100e9, per_unit=1e6, default=8192, most=20_000)
    24576
    >>> by_memory(free=1e9, per_unit=1e6, default=8192, most=20_000)
    500
    """
    fits = int(_PART * free / per_unit)
    if fits < default:
        return max(1, fits)
    return min(fits // default, -(-most // default)) * default
