"""What a model reads: units (tokens or single bases), and the bases that each unit stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Encoding:
    """One sequence as a model reads it.

    Parameters
    ----------
    ids : ndarray of int32, shape (U,)
        Token ids, or base codes (A 0, C 1, G 2, T 3, N 4) for a model that reads bases.
    spans : ndarray of int32, shape (U, 2)
        Bases of each unit, 0-based half-open from the start of the sequence as the model read it
        (its own strand). Special tokens have an empty span. Spans may overlap (k-mers of stride 1).
    placed : ndarray of bool, shape (U,)
        True for units whose relevance belongs to A, C, G or T bases; False for [CLS], [SEP] and N.
        The spans of the placed units hold all A, C, G, T bases and no other: an unknown word (a
        k-mer with an N) is placed where known bases lie in no other unit, with its span cut to
        them.
    """

    ids: NDArray[np.int32]
    spans: NDArray[np.int32]
    placed: NDArray[np.bool_]

    def __post_init__(self) -> None:
        _check(self.ids, self.spans, self.placed)

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class Encodings:
    """Sequences as a model reads them: one ragged batch, row after row.

    Parameters
    ----------
    ids, spans, placed : ndarray
        As of an :class:`Encoding`, all rows joined; a row's spans count from its own start.
    offsets : ndarray of int64, shape (rows + 1,)
        Where each row begins; the last is the number of units.
    """

    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]
    spans: NDArray[np.int32]
    placed: NDArray[np.bool_]
    _asked: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        _check(self.ids, self.spans, self.placed)
        edges = self.offsets
        if (
            not len(edges)
            or edges[0] != 0
            or edges[-1] != len(self.ids)
            or (edges[1:] < edges[:-1]).any()
        ):
            raise ValueError(f"offsets {edges} do not cut {len(self.ids)} units into rows")

    @classmethod
    def of(cls, rows: Sequence[Encoding]) -> Encodings:
        """Join rows."""
        return cls(
            np.concatenate([np.zeros(0, np.int32), *(row.ids for row in rows)]),
            np.cumsum([0, *map(len, rows)], dtype=np.int64),
            np.concatenate([np.zeros((0, 2), np.int32), *(row.spans for row in rows)]),
            np.concatenate([np.zeros(0, np.bool_), *(row.placed for row in rows)]),
        )

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Units of each row, shape (rows,)."""
        return self.offsets[1:] - self.offsets[:-1]

    def are_bases(self, lengths: NDArray[np.int64]) -> bool:
        """Tell whether every unit is the base at its place, of rows of these lengths."""
        return bool(self._once(self._are_bases, lengths))

    def tile_sizes(self, lengths: NDArray[np.int64]) -> NDArray[np.int32] | None:
        """Return the bases of each placed unit where these lie end to end over rows, in order.

        None where a base lies in no placed unit or in two, or units are out of order.
        """
        sizes: NDArray[np.int32] | None = self._once(self._tile_sizes, lengths)
        return sizes

    def _once(self, answer: Callable[[NDArray[np.int64]], Any], lengths: NDArray[np.int64]) -> Any:
        """Answer what several steps ask of the same rows."""
        name = answer.__name__
        if name not in self._asked or not np.array_equal(self._asked[name][0], lengths):
            self._asked[name] = lengths, answer(lengths)
        return self._asked[name][1]

    def _are_bases(self, lengths: NDArray[np.int64]) -> bool:
        if len(self.ids) != lengths.sum() or not np.array_equal(self.lengths, lengths):
            return False
        width = one_length(lengths)
        if width is not None:
            row = base_spans(lengths[:1]).ravel()
            return bool((self.spans.reshape(len(lengths), -1) == row).all())
        place = np.arange(len(self.ids)) - np.repeat(self.offsets[:-1], lengths)
        starts, ends = self.spans.T
        return bool((starts == place).all() and (ends == place + 1).all())

    def _tile_sizes(self, lengths: NDArray[np.int64]) -> NDArray[np.int32] | None:
        at = np.flatnonzero(self.placed)
        starts, ends = self.spans.take(at, axis=0).T
        head = np.flatnonzero(starts == 0)
        if not len(head) or len(head) != len(lengths) or not (starts < ends).all():
            return None
        last = np.append(head[1:], len(at)) - 1
        tiled = (
            head[0] == 0
            # No unit ends at 0, so each head but the first is a gap: there are no others.
            and np.count_nonzero(starts[1:] != ends[:-1]) == len(head) - 1
            and (ends[last] == lengths).all()
            and (at[head] >= self.offsets[:-1]).all()
            and (at[last] < self.offsets[1:]).all()
        )
        return ends - starts if tiled else None

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __iter__(self) -> Iterator[Encoding]:
        return (self[row] for row in range(len(self)))

    @overload
    def __getitem__(self, rows: int) -> Encoding: ...
    @overload
    def __getitem__(self, rows: slice | NDArray[np.int64]) -> Encodings: ...
    def __getitem__(self, rows: int | slice | NDArray[np.int64]) -> Encoding | Encodings:
        """Return one row, a view; or some rows, in the order asked for."""
        if isinstance(rows, int):
            row = range(len(self))[rows]
            cut = slice(int(self.offsets[row]), int(self.offsets[row + 1]))
            return Encoding(self.ids[cut], self.spans[cut], self.placed[cut])
        chosen = np.arange(len(self))[rows]
        at = positions(self.offsets[chosen], self.lengths[chosen])
        edges = np.concatenate([[0], np.cumsum(self.lengths[chosen])]).astype(np.int64)
        return Encodings(self.ids[at], edges, self.spans[at], self.placed[at])


def joined(first: Encodings, second: Encodings) -> Encodings:
    """Return the rows of one batch, then those of another."""
    return Encodings(
        np.concatenate([first.ids, second.ids]),
        np.concatenate([first.offsets, first.offsets[-1] + second.offsets[1:]]),
        np.concatenate([first.spans, second.spans]),
        np.concatenate([first.placed, second.placed]),
    )


def one_length(lengths: NDArray[np.integer]) -> int | None:
    """Return the length that all rows have, so that they are a matrix; None of no rows, or more."""
    return int(lengths[0]) if len(lengths) and (lengths == lengths[0]).all() else None


def positions(starts: NDArray[np.integer], lengths: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return all positions of spans, span after span: shape (sum of lengths,).

    Examples
    --------
    >>> positions(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    if (lengths == 1).all():  # a model that reads bases
        return np.asarray(starts, np.int64)
    if (width := one_length(lengths)) is not None:
        return (np.asarray(starts, np.int64)[:, None] + np.arange(width)).ravel()
    first = np.cumsum(lengths) - lengths
    return np.asarray(np.arange(lengths.sum()) - np.repeat(first - starts, lengths), np.int64)


def base_spans(lengths: NDArray[np.integer]) -> NDArray[np.int32]:
    """Return the spans of the single bases of sequences, shape (sum of lengths, 2).

    Examples
    --------
    >>> base_spans(np.array([2, 1])).tolist()
    [[0, 1], [1, 2], [0, 1]]
    """
    if len(lengths) > 1 and one_length(lengths) is not None:
        return np.tile(base_spans(lengths[:1]), (len(lengths), 1)).reshape(-1, 2)
    spans = np.empty((int(lengths.sum()), 2), np.int32)
    spans[:, 0] = positions(np.zeros_like(lengths), lengths)
    spans[:, 1] = spans[:, 0] + 1
    return spans


def misplaced(
    encodings: Encodings, known: NDArray[np.bool_], lengths: NDArray[np.int64]
) -> tuple[int, int] | None:
    """Find the first base that is known and in no placed unit, or the other way round.

    Parameters
    ----------
    encodings : Encodings
        The rows.
    known : ndarray of bool, shape (sum of lengths,)
        Which bases of the sequences are A, C, G or T, row after row.
    lengths : ndarray of int64, shape (rows,)
        Bases of each row.

    Returns
    -------
    tuple of (int, int), or None
        Its row and place there, from 0; the first base of a row that a span leaves.
    """
    if encodings.are_bases(lengths) and np.array_equal(encodings.placed, known):
        return None
    if known.all() and encodings.tile_sizes(lengths) is not None:  # most often
        return None
    row = np.repeat(np.arange(len(encodings)), encodings.lengths)[encodings.placed]
    origin = np.cumsum(lengths) - lengths
    starts, ends = encodings.spans[encodings.placed].T
    outside = (starts < 0) | (ends > lengths[row]) | (ends <= starts)
    if outside.any():
        return int(row[outside][0]), 0
    starts, ends = starts + origin[row], ends + origin[row]
    covered = np.zeros(len(known), np.bool_)
    covered[positions(starts, ends - starts)] = True
    wrong = np.flatnonzero(covered != known)
    if not len(wrong):
        return None
    at = int(np.searchsorted(np.cumsum(lengths), wrong[0], side="right"))
    return at, int(wrong[0] - origin[at])


def padded(
    rows: Encodings, n_rows: int, n_units: int, pad: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the ids of a batch and its mask, both of shape (n_rows, n_units).

    Parameters
    ----------
    rows : Encodings
        At most `n_rows`; what is missing is padding from end to end.
    n_rows, n_units : int
        The shape.
    pad : int
        Id at padding, where the mask is False.

    Raises
    ------
    ValueError
        When the rows do not fit.
    """
    longest = int(rows.lengths.max(initial=0))
    if len(rows) > n_rows or longest > n_units:
        raise ValueError(
            f"{len(rows)} rows of up to {longest} units do not fit a batch of {n_rows} x {n_units}"
        )
    lengths = np.zeros(n_rows, np.int64)
    lengths[: len(rows)] = rows.lengths
    mask = np.arange(n_units) < lengths[:, None]
    ids = np.full((n_rows, n_units), pad, np.int64)
    ids[mask] = rows.ids
    return ids, mask


def _check(ids: NDArray[np.int32], spans: NDArray[np.int32], placed: NDArray[np.bool_]) -> None:
    if spans.shape != (len(ids), 2) or placed.shape != (len(ids),):
        raise ValueError(
            f"{len(ids)} ids, spans of shape {spans.shape}, placed of shape {placed.shape}: the "
            "three must agree"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """One batch explained.

    Parameters
    ----------
    logits : ndarray, shape (rows, outputs)
        The model's outputs.
    relevance : ndarray, shape (targets, rows, units)
        Signed relevance of every unit, in units of the explained scalar; of every base of the
        window, shape (targets, rows, bases), where the method is ``per_base``. float32, or
        float64 when the model is.
    """

    logits: NDArray[np.floating]
    relevance: NDArray[np.floating]
