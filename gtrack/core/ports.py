"""What the rooms owe each other. A port says what; models, methods and engines say how.

Tensors are named under ``TYPE_CHECKING`` only: this floor runs without torch.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from gtrack.core.encodings import Encodings, Explained
from gtrack.core.heads import Head

if TYPE_CHECKING:
    from torch import Tensor, nn

Item = TypeVar("Item")
Piece = TypeVar("Piece", contravariant=True)
Result = TypeVar("Result")

Progress = Callable[[str, int, int], None]
"""``progress(name, done since the last call, in all)``: how far a piece of work is."""

OnBatch = Callable[[str, int, int], None]
"""``on_batch(name, windows, bases)``: what a scan did since the last call; the bases are those that
the windows own, the name is a model's or that of its null."""

OnStep = Callable[[int, int, float | None], None]
"""``on_step(step, steps, loss)``; the loss is a mean over the last steps, None before the first."""


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


class Budgeted(Explain, Protocol):
    """An Explain that makes batches of its own; others need not be."""

    def within(self, budget: int) -> Explain:
        """Return the same, with batches of at most so many units, padding included."""


class SequenceModel(Protocol):
    """A trained network together with the way from text to its input.

    Attributes
    ----------
    kind : str
        Name in the table of models: ``dnabert2``, ``cnn``.
    unit : {"token", "base"}
        What a unit of its input is.
    exact_length : bool
        Its input must have one length: it is never padded, and no window is shorter.
    network : torch.nn.Module
        In eval mode with frozen weights.
    labels : tuple of str
        One name per output, by index.
    window_bp : int or None
        Length of sequence that the model was trained on; None when its folder does not say.
    unit_limit : int or None
        Most units of an input: a longer one is refused, and none is padded beyond; None where
        memory alone is the limit.
    likely_window_bp : int or None
        What a message suggests where `window_bp` is None.
    strands : str or None
        ``both``, ``forward``, ``reverse`` or ``region`` as recorded at training; None when
        there is no record.
    default_batch_units : int
        Units (tokens or bases, padding included) of one batch that suit a CPU.
    """

    kind: str
    unit: str
    exact_length: bool
    network: nn.Module
    labels: tuple[str, ...]
    window_bp: int | None
    unit_limit: int | None
    likely_window_bp: int | None
    strands: str | None
    default_batch_units: int

    @property
    def head(self) -> Head:
        """What the outputs are, by the model's folder; ModelError when that makes no sense."""

    def encode(self, sequences: Sequence[str]) -> Encodings:
        """Encode upper-case sequences of A, C, G, T and N; nothing is ever truncated."""

    def collate(self, rows: Encodings, n_rows: int, n_units: int) -> Any:
        """Make one batch of exactly ``(n_rows, n_units)``, padded, missing rows as dummies."""

    def embed(self, batch: Any) -> Tensor:
        """Return the embedded batch, shape (rows, units, channels): where relevance is read."""

    def forward(self, embedded: Tensor, batch: Any) -> Tensor:
        """Return the logits, shape (rows, outputs), of an embedded batch."""


class Maskable(Protocol):
    """A model with a unit that says nothing ([MASK]); others need not be.

    Attributes
    ----------
    mask_unit : int
        Its id.
    """

    @property
    def mask_unit(self) -> int:
        """Return its id."""


class ModelKind(Protocol):
    """A class of models: an entry of the table ``gtrack.models.MODELS`` or of its entry points.

    Attributes
    ----------
    kind : str
        Its name in the table, or that of its entry point.
    files : tuple of str
        Files of its folder, beside ``config.json`` and the weights, that decide its output: they
        enter the digest where they are there.
    wrappers : tuple of str
        Prefixes that training tools put before the names of tensors, however nested.
    """

    kind: str
    files: tuple[str, ...]
    wrappers: tuple[str, ...]

    @classmethod
    def claims(cls, config: Mapping[str, Any], tensors: Collection[str]) -> bool:
        """Tell whether a folder with this ``config.json`` and these tensors holds such a model.

        The names come without `wrappers`.
        """

    @classmethod
    def load(cls, folder: Path, *, device: Any, dtype: Any) -> SequenceModel:
        """Open a folder that it claims; ModelError says what is wrong with it."""


class Attributor(Protocol):
    """A way to explain a model, made as ``Method(parameters, precision)``.

    Attributes
    ----------
    name : str
        ``attnlrp``, ``cplrp``, ``gradient``, ``ism``.
    per_base : bool
        False: relevance is per unit of the model, shape (targets, rows, units). True: per base of
        the window on the strand that was read, shape (targets, rows, bases).
    """

    name: str
    per_base: bool

    def __init__(self, parameters: Mapping[str, str], precision: Any) -> None: ...

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


class Priced(Attributor, Protocol):
    """A method so dear that its price is told before it is paid; others need not be."""

    def price(self, model: SequenceModel, bases: int, budget: int) -> tuple[int, float]:
        """Return the altered sequences read for one of so many bases, and their seconds.

        The seconds are those of one thread with batches of `budget` units, by a timed sample.
        """


def lacking(thing: object, *ports: type) -> list[str]:
    """Return the names of a port that a thing, or a class, lacks.

    Examples
    --------
    >>> lacking("text", Engine)
    ['close', 'live', 'map']
    """
    names = {name for port in ports for name in (*vars(port), *port.__annotations__)}
    there = dir(thing)  # without asking for values: properties may refuse
    return sorted(name for name in names if name[0] != "_" and name not in there)


class Runner(Protocol):
    """Runs the batches of one process."""

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield ``work(item)`` in the order of the items."""

    def close(self) -> None:
        """End; what has not begun is not done."""


class Work(Protocol[Piece]):
    """What an engine carries out, piece by piece. It can be pickled: that is what may travel."""

    def opened(
        self, device: str, workers: int | None
    ) -> AbstractContextManager[Callable[[Piece], object]]:
        """Open everything that pieces need on a device, in the process where they run.

        `workers` is the number of CPU threads; None for all cores.
        """


class Engine(Protocol):
    """Where the pieces of a scan run: a class of the table ``gtrack.engines.ENGINES``.

    It is made as ``Engine(devices, workers)``: names of torch devices, and CPU threads or None.

    Attributes
    ----------
    live : bool
        Pieces run in this process, and report their progress themselves.
    """

    live: bool

    def map(self, work: Work[Item], items: Iterable[Item]) -> Iterator[Item]:
        """Do every item, and yield it when it is done; in their order."""

    def close(self) -> None:
        """End; what has not begun is not done."""
