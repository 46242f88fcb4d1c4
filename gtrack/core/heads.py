"""Heads: what the outputs of a model are, what of one is explained, and its probability.

=========  ==============================  =====================================  ===========
outputs    ``problem_type``                explained                              probability
=========  ==============================  =====================================  ===========
classes    single_label_classification     target minus mean of the others        softmax
labels     multi_label_classification      the label's own logit                  its sigmoid
values     regression                      the value                              none
=========  ==============================  =====================================  ===========

Where a config says nothing, Hugging Face's rule holds: one output is a regression, more are
classes (``transformers`` chooses a model's loss so).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError, ModelError

Outputs = Literal["classes", "labels", "values"]
OUTPUTS: tuple[Outputs, ...] = get_args(Outputs)

PROBLEM_TYPES: dict[str, Outputs] = {
    "single_label_classification": "classes",
    "multi_label_classification": "labels",
    "regression": "values",
}

PROBLEM_TYPE_OF = {outputs: problem for problem, outputs in PROBLEM_TYPES.items()}

MOST_AT_ONCE = 16
"""Targets that ``all`` stands for; more must be named."""

_SHOWN = 12  # labels in a message
_ALL = "all"


@dataclass(frozen=True, slots=True)
class Head:
    """The outputs of a model.

    Parameters
    ----------
    outputs : {"classes", "labels", "values"}
        Classes exclude each other, labels do not, values are no decisions.
    names : tuple of str
        One per output, distinct.
    said_by : {"config", "rule", "option"}
        The model's folder, Hugging Face's rule because that says nothing, or the user.
    """

    outputs: Outputs
    names: tuple[str, ...]
    said_by: Literal["config", "rule", "option"] = "config"

    def __post_init__(self) -> None:
        if self.outputs not in OUTPUTS:
            raise InputError(f"outputs {self.outputs!r}: use {', '.join(OUTPUTS)}")
        if not self.names or len(set(self.names)) != len(self.names):
            raise ModelError(f"the outputs have no distinct names: {', '.join(self.names)}")
        if self.outputs == "classes" and len(self.names) == 1:
            raise InputError(
                "one output cannot be a class among others; say --outputs labels (a decision, with "
                "a probability) or --outputs values (a number)"
            )

    @property
    def unit(self) -> str:
        """What relevance is measured in: ``logit``, or ``value`` of a regression."""
        return "value" if self.outputs == "values" else "logit"

    def contrast(self, target: int) -> NDArray[np.float64]:
        """Return the weights of the outputs in what is explained of one, shape (outputs,)."""
        count = len(self.names)
        weights = np.full(count, -1 / (count - 1)) if self.outputs == "classes" else np.zeros(count)
        weights[target] = 1.0
        return weights

    def contrasts(self, targets: Sequence[int]) -> NDArray[np.float64]:
        """Return those of some targets, shape (targets, outputs)."""
        return np.array([self.contrast(target) for target in targets])

    def probability(self, outputs: NDArray[np.float64], target: int) -> NDArray[np.float64]:
        """Return a target's probability.

        Parameters
        ----------
        outputs : ndarray, shape (rows, outputs)
            Logits.
        target : int

        Returns
        -------
        ndarray, shape (rows,)
            NaN where outputs are values.
        """
        if self.outputs == "values":
            return np.full(len(outputs), np.nan)
        at = target
        if self.outputs == "labels":  # the sigmoid is the softmax against a logit of 0
            chosen = outputs[:, [target]]
            outputs, at = np.hstack([np.zeros_like(chosen), chosen]), 1
        powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        return np.asarray(powers[:, at] / powers.sum(axis=1))

    def explained(self, target: int) -> str:
        """Return in words what of a target is explained."""
        name = self.names[target]
        if self.outputs == "values":
            return f"value of {name}"
        others = [other for other in self.names if other != name]
        if self.outputs == "labels":
            return f"logit of {name}"
        if len(others) == 1:
            return f"logit of {name} - logit of {others[0]}"
        return f"logit of {name} - mean of the {len(others)} other logits"

    def targets(self, model: str, wishes: Iterable[str]) -> tuple[int, ...]:
        """Return the indices of the outputs to explain, in the order of the wishes.

        Parameters
        ----------
        model : str
            The user's name for the model, for messages.
        wishes : iterable of str
            Each an output's name, ``all``, an index, or several names or indices with commas
            between them, tried in this order. None takes the one output, or class 1 of two.

        Raises
        ------
        InputError
            When there is no such output, or no default.
        """
        chosen = [index for wish in wishes for index in self._wished(model, wish)]
        if chosen:
            return tuple(dict.fromkeys(chosen))
        if len(self.names) == 1:
            return (0,)
        if len(self.names) == 2 and self.outputs == "classes":
            return (1,)
        raise InputError(
            f"model {model} has {len(self.names)} {self.outputs} ({self._listed()}): choose by "
            "--target, several with commas between them"
        )

    def _wished(self, model: str, wish: str) -> list[int]:
        found = self.index_of(wish)
        if found is not None:
            return [found]
        if wish == _ALL:
            if len(self.names) > MOST_AT_ONCE:
                raise InputError(
                    f"--target {wish}: model {model} has {len(self.names)} outputs, and each costs "
                    f"a backward pass and a track; name those you want ({self._listed()})"
                )
            return list(range(len(self.names)))
        parts = [self.index_of(part) for part in wish.split(",")]
        if None in parts:
            hint = "; before a = stands the name of a model, or nothing" if "=" in wish else ""
            raise InputError(f"--target {wish}: model {model} has only {self._listed()}{hint}")
        return [part for part in parts if part is not None]

    def index_of(self, wish: str) -> int | None:
        """Return the index of an output that is given by name or index; None where none is."""
        if wish in self.names:
            return self.names.index(wish)
        if wish.isascii() and wish.isdigit() and int(wish[:9]) < len(self.names):
            return int(wish)
        return None

    def _listed(self) -> str:
        shown = ", ".join(f"{i}={name}" for i, name in enumerate(self.names[:_SHOWN]))
        return shown + (f", ... {len(self.names)} in all" if len(self.names) > _SHOWN else "")


def head_of(problem_type: object, names: tuple[str, ...], *, own: bool = False) -> Head:
    """Return what a model's ``config.json`` says of its outputs.

    Parameters
    ----------
    problem_type : object
        What stands there under this name; None where nothing does.
    names : tuple of str
        One per output.
    own : bool
        A model of gtrack's own: without a ``problem_type``, its one output is a label, because
        earlier versions trained it so (binary cross entropy).

    Raises
    ------
    ModelError
        When the config names a problem that is not known, or of one class.
    """
    if problem_type is None:
        if len(names) > 1:
            return Head("classes", names, "rule")
        return Head("labels", names, "config") if own else Head("values", names, "rule")
    outputs = PROBLEM_TYPES.get(problem_type) if isinstance(problem_type, str) else None
    if outputs is None:
        raise ModelError(
            f"problem_type {str(problem_type)[:60]!r} is none of {', '.join(PROBLEM_TYPES)}; "
            "correct config.json, or say --outputs"
        )
    if outputs == "classes" and len(names) == 1:
        raise ModelError(
            "problem_type single_label_classification with one output: nothing excludes it; write "
            "multi_label_classification (a decision) or regression (a number) into config.json, or "
            "say --outputs labels or values"
        )
    return Head(outputs, names)
