"""What one model says of all that was given to a prediction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gtrack.core.scan.prediction import Prediction
from gtrack.workflows.predicting.measuring import Measured


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
