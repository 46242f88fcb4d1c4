"""What a model reads of a pool: windows on the strands that are wanted, encoded and checked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gtrack.core.encodings import Encodings, misplaced
from gtrack.core.errors import InputError, ModelError
from gtrack.core.ports import SequenceModel
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.shard import Rows, wanted_rows
from gtrack.core.sequences import is_known, reverse_complement
from gtrack.io.bigwig import BigWigReader


def read_rows(
    name: str,
    model: SequenceModel,
    grid: WindowGrid,
    first: int,
    sequences: Sequence[str],
    weights: BigWigReader | None,
) -> tuple[Rows, list[str]]:
    """Encode the windows from `first` on, and return the sequences as they were read, too.

    Raises
    ------
    InputError
        When a window is longer than the model takes.
    ModelError
        When the model cannot encode one, or its units do not stand for just the known bases.
    """
    wanted = list(wanted_rows(grid, first, first + len(sequences)))
    texts = [
        reverse_complement(sequences[window - first]) if reverse else sequences[window - first]
        for window, reverse in wanted
    ]
    window, reverse = np.array(wanted, np.int64).reshape(-1, 2).T
    known = is_known("".join(texts))
    try:
        encodings = model.encode(texts)
    except ModelError as error:
        near = f"window {locus(grid, first)} or one of the {len(sequences) - 1:,} after it"
        raise ModelError(f"model {name}, in {near}: {error}") from error
    _check(name, model, grid, window, texts, known, encodings)
    rows = Rows(window, reverse.astype(np.bool_), encodings, known, _weights(weights, grid, wanted))
    return rows, texts


def locus(grid: WindowGrid, window: int) -> str:
    """Return a window's place for a person: 1-based, both ends included."""
    return f"{grid.chroms[grid.chrom[window]]}:{grid.start[window] + 1}-{grid.end[window]}"


def _check(
    name: str,
    model: SequenceModel,
    grid: WindowGrid,
    window: NDArray[np.int64],
    texts: Sequence[str],
    known: NDArray[np.bool_],
    encodings: Encodings,
) -> None:
    lengths = np.array([len(text) for text in texts], np.int64)
    wrong = misplaced(encodings, known, lengths)
    if wrong >= 0:
        row = int(np.searchsorted(np.cumsum(lengths), wrong, side="right"))
        base = wrong - int(lengths[:row].sum())
        does = "leaves out" if known[wrong] else "has a unit for"
        raise ModelError(
            f"model {name}, window {locus(grid, int(window[row]))}: encode of kind {model.kind!r} "
            f"{does} base {base} of {lengths[row]} ({texts[row][base]}); placed units hold all "
            "A, C, G, T and nothing else (gtrack.core.encodings.Encoding)"
        )
    limit, longest = model.unit_limit, int(encodings.lengths.max(initial=0))
    if limit is not None and longest > limit:
        raise InputError(
            f"model {name} reads at most {limit} units, and a window has {longest}; give a smaller "
            f"--window {name}=BP"
        )


def _weights(
    track: BigWigReader | None, grid: WindowGrid, wanted: Sequence[tuple[int, bool]]
) -> NDArray[np.floating] | None:
    """Return the weights of all bases of all rows, each row on its strand."""
    if track is None:
        return None
    found = []
    for window, reverse in wanted:
        chrom = grid.chroms[grid.chrom[window]]
        weights = track.values(chrom, int(grid.start[window]), int(grid.end[window]))
        found.append(weights[::-1] if reverse else weights)
    return np.concatenate([np.zeros(0, np.float32), *found])
