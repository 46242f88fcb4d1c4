"""What a model says of all that was given, and how good that is by a CSV of the truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gtrack.core.heads import Head
from gtrack.core.intervals import Interval
from gtrack.core.printable import shown
from gtrack.core.scan.prediction import Prediction
from gtrack.core.training.likeness import alike_groups
from gtrack.core.training.truth import Truth
from gtrack.evaluation.outputs import score_known
from gtrack.io.examples_csv import number_in
from gtrack.io.loose_files import LABEL

_SHOWN = 6  # labels in a message


@dataclass(frozen=True, slots=True)
class Measured:
    """How good the predictions of one model are.

    Parameters
    ----------
    scores : dict or None
        As :func:`gtrack.evaluation.outputs.score_known` gives them; None where nothing was.
    note : str
        Why not, or not all; empty where there is nothing to say.
    """

    scores: dict[str, Any] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ModelSaid:
    """What one model says.

    Parameters
    ----------
    name : str
        The user's name for it.
    prediction : Prediction
        A row for each that was given, in that order.
    windows : sequence of int
        How many windows each row is the mean of; 0 where nothing is said.
    reasons : sequence of str
        Why nothing is said of a row; empty where something is.
    measured : Measured
        How good that is, where the truth was given.
    """

    name: str
    prediction: Prediction
    windows: Sequence[int]
    reasons: Sequence[str]
    measured: Measured


def measure(
    said: Prediction,
    head: Head,
    regions: Sequence[Interval],
    fields: Sequence[Mapping[str, str]],
    bases: Callable[[Interval], str],
) -> Measured:
    """Measure predictions where the truth stands beside the sequences.

    For classes it is in the column `label`, by name or index; for labels and values, in a column
    under the name of each output, or for one output in `label`. Sequences that are alike are one
    observation, as in a training's test.

    Parameters
    ----------
    said : Prediction
        Of all rows.
    head : Head
        Of the model.
    regions : sequence of Interval
        The rows, with their labels.
    fields : sequence of mapping
        What a CSV says of each row; none of other files.
    bases : callable
        Returns the sequence of a row.

    Raises
    ------
    InputError
        When a number in such a column is none; names file, line and column.
    """
    given = [region.label or "" for region in regions]
    if head.outputs == "classes":
        return _of_classes(said, head, regions, bases) if any(given) else Measured()
    if fields and all(name in fields[0] for name in head.names):
        columns = {name: [row[name] for row in fields] for name in head.names}
    elif any(given) and len(head.names) == 1:
        columns = {LABEL: given}
    elif any(given):
        return Measured(None, f"not measured: no columns {_listed(head.names)} in the CSV")
    else:
        return Measured()
    rows = [at for at in range(len(regions)) if all(cells[at] for cells in columns.values())]
    numbers = [
        [
            number_in(
                cells[at],
                f"{regions[at].origin}: column {shown(name, 80)!r}",
                head.outputs == "labels",
            )
            for name, cells in columns.items()
        ]
        for at in rows
    ]
    truth = Truth.listed(head.outputs, head.names, numbers)
    return _scored(said, truth, rows, [bases(regions[at]) for at in rows])


def _of_classes(
    said: Prediction,
    head: Head,
    regions: Sequence[Interval],
    bases: Callable[[Interval], str],
) -> Measured:
    given = [region.label or "" for region in regions]
    rows = [at for at, label in enumerate(given) if label]
    indices = [_index_in(head, given[at]) for at in rows]
    if None in indices:
        odd = given[rows[indices.index(None)]]
        return Measured(
            None,
            f"not measured: label {shown(odd, 60)!r} is no output of it ({_listed(head.names)}); "
            "write these, or their numbers from 0 in this order, in the column label",
        )
    truth = Truth.listed("classes", head.names, indices)
    return _scored(said, truth, rows, [bases(regions[at]) for at in rows])


def _index_in(head: Head, label: str) -> int | None:
    """Return the class of a label: by name or number; pandas writes 1 as 1.0 beside empty ones."""
    found = head.index_of(label)
    return head.index_of(label.removesuffix(".0")) if found is None else found


def _scored(
    said: Prediction, truth: Truth, rows: Sequence[int], sequences: Sequence[str]
) -> Measured:
    """Score the rows that have both a truth and a prediction."""
    scores, lack = score_known(said.logits, truth, rows, alike_groups(sequences))
    return Measured(scores, "" if lack is None else f"not all is measured: {lack}")


def _listed(names: Sequence[str]) -> str:
    more = f", ... {len(names)} in all" if len(names) > _SHOWN else ""
    return ", ".join(shown(name, 40) for name in names[:_SHOWN]) + more
