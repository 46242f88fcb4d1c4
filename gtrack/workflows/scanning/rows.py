"""What a model reads of a pool: windows on the strands that are wanted, encoded and checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from numpy.typing import NDArray

from gtrack.attribution.passes import encoded
from gtrack.core.encodings import Encodings, misplaced
from gtrack.core.errors import InputError, ModelError
from gtrack.core.ports import SequenceModel
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.shard import Rows, wanted_rows
from gtrack.core.sequences import BASES, is_known, reverse_complements
from gtrack.io.bigwig import BigWigReader

if TYPE_CHECKING:
    import numpy as np


def read_rows(
    name: str,
    model: SequenceModel,
    grid: WindowGrid,
    first: int,
    sequences: Sequence[str],
    track: BigWigReader | None,
) -> tuple[Rows, list[str]]:
    """Encode the windows from `first` on, and return the sequences as they were read, too.

    Parameters
    ----------
    name : str
        What the user calls the model.
    model : SequenceModel
    grid : WindowGrid
    first : int
    sequences : sequence of str
        Of the windows from `first` on.
    track : BigWigReader or None
        Weights of the bases.

    Raises
    ------
    InputError
        When a window is longer than the model takes.
    ModelError
        When the model cannot encode one, or its units do not stand for just the known bases.
    """
    wanted = wanted_rows(grid, first, first + len(sequences))
    texts = _texts(sequences, wanted[0] - first, wanted[1])
    try:
        encodings = encoded(model, texts)
    except ModelError as error:
        near = f"window {grid.locus(first)} or one of the {len(sequences) - 1:,} after it"
        raise ModelError(f"model {name}, in {near}: {error}") from error
    known = is_known("".join(texts))
    each = zip(wanted[0].tolist(), wanted[1].tolist(), strict=True)
    weights = None if track is None else [_weights(track, grid, *row) for row in each]
    rows = Rows.of(wanted, texts, encodings, known, weights)
    refuse_misplaced(
        *(name, model, encodings, known, texts, rows.lengths),
        lambda row: f"window {grid.locus(int(rows.window[row]))}",
    )
    limit, longest = model.unit_limit, int(rows.encodings.lengths.max(initial=0))
    if limit is not None and longest > limit:
        raise InputError(
            f"model {name} reads at most {limit} units, and a window has {longest}; give a smaller "
            f"--window {name}=BP"
        )
    return rows, texts


def _texts(
    sequences: Sequence[str], window: NDArray[np.int64], reverse: NDArray[np.bool_]
) -> list[str]:
    """Return the sequence of every row."""
    others = reverse_complements(sequences) if reverse.any() else []
    if len(window) == 2 * len(sequences):  # both strands of all, most often
        texts = [""] * len(window)
        texts[::2], texts[1::2] = sequences, others
        return texts
    rows = zip(window.tolist(), reverse.tolist(), strict=True)
    return [(others if other else sequences)[at] for at, other in rows]


def refuse_misplaced(
    name: str,
    model: SequenceModel,
    encodings: Encodings,
    known: NDArray[np.bool_],
    texts: Sequence[str],
    lengths: NDArray[np.int64],
    called: Callable[[int], str],
) -> None:
    """Refuse units that do not stand for just the known bases of sequences, row after row.

    Raises
    ------
    ModelError
        Naming the model, the row as it is `called`, and the base.
    """
    wrong = misplaced(encodings, known, lengths)
    if wrong is not None:
        row, base = wrong
        letter = texts[row][base]
        does = "leaves out" if letter in BASES else "has a unit for"
        raise ModelError(
            f"model {name}, {called(row)}: encode of kind {model.kind!r} {does} base {base} of "
            f"{len(texts[row])} ({letter}); placed units hold all A, C, G, T and nothing else "
            "(gtrack.core.encodings.Encoding)"
        )


def _weights(
    track: BigWigReader, grid: WindowGrid, window: int, reverse: bool
) -> NDArray[np.floating]:
    """Return the weights of the bases of one row, on its strand."""
    chrom = grid.chroms[grid.chrom[window]]
    weights = track.values(chrom, int(grid.start[window]), int(grid.end[window]))
    return weights[::-1] if reverse else weights
