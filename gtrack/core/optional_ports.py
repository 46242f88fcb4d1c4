"""What models, methods, engines and work may offer beyond their ports; who does not is served, too.

Tensors are named under ``TYPE_CHECKING`` only: this floor runs without torch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from gtrack.core.encodings import Encodings
from gtrack.core.ports import Engine, Explain, Item, Piece, SequenceModel, Work

if TYPE_CHECKING:
    from torch import Tensor

    from gtrack.core.scan.batches import BatchShape


class Pooling(SequenceModel, Protocol):
    """A model that takes a whole pool to its device at once; others need not.

    What it yields are the batches that `collate` would make one by one, value by value.
    """

    def lay(self, rows: Encodings, batches: Sequence[BatchShape]) -> Any:
        """Lay the rows of a pool in host memory, where another thread may wait for them."""

    def batches(self, laid: Any) -> Iterator[Any]:
        """Take to the device what was laid, and yield the batches."""


class Repeatable(SequenceModel, Protocol):
    """A model of which gtrack knows what its passes do on CUDA.

    Attributes
    ----------
    repeatable : bool
        Every step has a kernel that gives the same bits each time, so that torch is told to refuse
        others; and which steps there are depends on the shape of a batch alone.
    keeps_float32 : bool
        Its products stay float32 whatever `--precision` says: roundings would decide something.
    """

    repeatable: bool
    keeps_float32: bool


class Staying(Explain, Protocol):
    """What a method does to one batch when its answer may stay on the device; others need not.

    With an attribute ``recordable`` that is true, ``tensors`` launches the same kernels for all
    batches of a shape, whatever is in them: CUDA may record them once.
    """

    def weights(self, contrasts: NDArray[np.float64]) -> Tensor:
        """Return contrasts where the model is, in its type: once for all batches."""

    def tensors(self, batch: Any, weights: Tensor) -> tuple[Tensor, Tensor]:
        """Return outputs and relevance as `Explain` does, unchecked, without waiting for them."""

    def products(self) -> AbstractContextManager[None]:
        """Set the arithmetic of the batches while it lasts."""


class WrittenWork(Work[Item], Protocol[Item]):
    """Work that can be written down, for programs that share nothing but a disk; a scan's is so.

    Attributes
    ----------
    folder : Path
        Every host sees it. An engine keeps its files in ``engine/`` there, and removes them.
    """

    @property
    def folder(self) -> Path:
        """Return it."""

    @classmethod
    def reopened(cls, folder: Path) -> Self:
        """Return the same work in another program, by its folder alone."""

    def spelled(self, piece: Item) -> str:
        """Return a piece as words, which also name it to a user."""

    def piece(self, words: str) -> Item:
        """Return the piece of these words."""

    def is_done(self, piece: Item) -> bool:
        """Tell whether a piece is on disk, whole: nothing is to be done for it."""


class Recounted(Work[Piece], Protocol[Piece]):
    """Work that keeps account of what became of its pieces; other work need not."""

    def again(self, piece: Piece, why: str) -> None:
        """Note that an engine begins a piece again, and why."""


class Adjustable(Engine, Protocol):
    """An engine with options (``--jobs``, ``--executor``, ``--profile``); others need not be."""

    @classmethod
    def adjusted(cls, options: Mapping[str, str]) -> Callable[[Sequence[str], int | None], Engine]:
        """Return what makes the engine of devices and workers, once the options are found good.

        It is called before anything is computed, and with no options, too.

        Raises
        ------
        InputError
            Naming the option and the cure, or the package that is lacking.
        """
