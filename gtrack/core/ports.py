"""What the rooms owe each other. A port says what; models, methods and engines say how.

Tensors are named under ``TYPE_CHECKING`` only: this floor runs without torch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from gtrack.core.units import Encoding, Explained

if TYPE_CHECKING:
    from torch import Tensor, nn

Item = TypeVar("Item")
Result = TypeVar("Result")


class Explain(Protocol):
    """What a method does to one batch while it is on the model."""

    def __call__(
        self, batch: Any, contrasts: NDArray[np.float64], sequences: Sequence[str] = ()
    ) -> Explained:
        """Explain several scalars of every row.

        Parameters
        ----------
        batch : object
            What ``model.collate`` made.
        contrasts : ndarray of float64, shape (targets, outputs)
            The scalar ``outputs @ contrasts[t]`` of every row is explained for each target t.
        sequences : sequence of str
            The rows' sequences as the model reads them (upper case, own strand), in the batch's
            order; dummy rows have none. A method may read altered ones (in-silico mutagenesis).

        Returns
        -------
        Explained
        """


class SequenceModel(Protocol):
    """A trained network together with the way from text to its input.

    Attributes
    ----------
    kind : str
        Name in the table of models: ``dnabert2``, ``cnn``.
    network : torch.nn.Module
        A ``transformers.PreTrainedModel`` in eval mode with frozen weights.
    labels : tuple of str
        One name per logit, by index.
    window_bp : int or None
        Length of sequence that the model was trained on; None when its folder does not say.
    max_units : int or None
        Longest input, in units, that the tokenizer names; None where there is no such limit.
    strands : str or None
        ``both``, ``forward``, ``reverse`` or ``region`` as recorded at training; None when
        there is no record.
    default_batch_units : int
        Units (tokens or bases, padding included) of one batch that suit a CPU.
    """

    kind: str
    network: nn.Module
    labels: tuple[str, ...]
    window_bp: int | None
    max_units: int | None
    strands: str | None
    default_batch_units: int

    def encode(self, sequences: Sequence[str]) -> list[Encoding]:
        """Encode upper-case sequences of A, C, G, T and N; nothing is ever truncated."""

    def collate(self, rows: Sequence[Encoding], n_rows: int, n_units: int) -> Any:
        """Make one batch of exactly ``(n_rows, n_units)``, padded, missing rows as dummies."""

    def embed(self, batch: Any) -> Tensor:
        """Return the embedded batch, shape (rows, units, channels): where relevance is read."""

    def forward(self, embedded: Tensor, batch: Any) -> Tensor:
        """Return the logits, shape (rows, labels), of an embedded batch."""


class Attributor(Protocol):
    """A way to explain a model, made as ``Method(parameters, precision)``.

    Attributes
    ----------
    name : str
        ``attnlrp``, ``cplrp``, ``gradient``.
    per_base : bool
        False: relevance is per unit of the model, shape (targets, rows, units). True: per base of
        the window on the strand that was read, shape (targets, rows, bases).
    """

    name: str
    per_base: bool

    @classmethod
    def validated(cls, given: Mapping[str, str]) -> dict[str, str]:
        """Return all parameters of the method, defaults filled in.

        Raises
        ------
        InputError
            Naming the method, the unknown parameter or value, and what is allowed.
        """

    def used(self, kind: str) -> dict[str, str]:
        """Return those parameters that matter to a model of this kind."""

    def applied(self, model: SequenceModel) -> AbstractContextManager[Explain]:
        """Put the rules on the model; it is given back as it was found, also after an error."""


class Engine(Protocol):
    """Where work runs."""

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield ``work(item)`` in the order of the items."""


class TrackWriter(Protocol):
    """A file of values per base, written in genome order."""

    def add(self, chrom: str, start: int, values: NDArray[np.float32]) -> None:
        """Add adjacent values from `start` (0-based)."""

    def close(self) -> Path:
        """Finish, verify and name the file."""
