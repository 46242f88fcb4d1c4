"""What the referee of B says: maps of some windows, and what changing their units does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from numpy.typing import NDArray

from gtrack.attribution.leave_one_out import leave_one_out
from gtrack.attribution.substitutions import substitution_effects
from gtrack.core.errors import ModelError
from gtrack.core.scan.projection import to_units
from gtrack.evaluation.passport_cost import DRAWS
from gtrack.evaluation.passport_windows import bases_to_change, rows
from gtrack.workflows.judging.opened import Opened

if TYPE_CHECKING:
    import numpy as np

    Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Refereed:
    """Of every sequence what the map gives to some units, and what each of them is worth.

    `reason` says why there is nothing.
    """

    maps: tuple[Array, ...] = ()
    effects: tuple[Array, ...] = ()
    reason: str = ""


def referee(
    opened: Opened, texts: Sequence[str], contrast: NDArray[np.float64], seed: int
) -> Refereed:
    """Compare maps with what the model does: by [MASK] of tokens, else by changing bases."""
    if opened.model.unit == "token":
        return _by_masking(opened, texts, contrast)
    return _by_changing(opened, texts, contrast, seed)


def _by_masking(opened: Opened, texts: Sequence[str], contrast: NDArray[np.float64]) -> Refereed:
    try:
        found = leave_one_out(
            opened.model,
            texts,
            contrast[None],
            budget=opened.plan.batch_units,
            precision=opened.precision,
            runner=opened.runner,
        )
    except ModelError as error:
        return Refereed(reason=str(error))
    pool = opened.explained(texts, contrast)
    maps, effects = [], []
    for row, answer in enumerate(found):
        encoding = pool.encodings[row]
        relevance = pool.units(row)[2][0]
        if pool.per_base:
            relevance = to_units(relevance, encoding)
        maps.append(relevance[encoding.placed])
        effects.append(answer[0][encoding.placed])
    return Refereed(tuple(maps), tuple(effects))


def _by_changing(
    opened: Opened, texts: Sequence[str], contrast: NDArray[np.float64], seed: int
) -> Refereed:
    pool = opened.explained(texts, contrast)
    bases = rows(pool.bases(0, "uniform"), texts)
    places = [bases_to_change(each, seed + number) for number, each in enumerate(bases)]
    found = substitution_effects(
        opened.model,
        texts,
        places,
        contrast[None],
        draws=DRAWS,
        budget=opened.plan.batch_units,
        precision=opened.precision,
        runner=opened.runner,
    )
    maps = tuple(each[at] for each, at in zip(bases, places, strict=True))
    return Refereed(maps, tuple(answer[0] for answer in found))
