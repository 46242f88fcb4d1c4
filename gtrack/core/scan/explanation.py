"""Sequences explained: a matrix of bases, the units that the model read, and what it said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from gtrack.core.encodings import Encodings, one_length, positions
from gtrack.core.heads import Head
from gtrack.core.scan.answers import Answers
from gtrack.core.scan.projection import Projection, to_bases
from gtrack.core.sequences import is_known, lengths_of

Columns = dict[str, NDArray[Any]]
"""A table: NumPy columns of one length by name, as ``pandas.DataFrame`` takes them."""


@dataclass(frozen=True, slots=True, eq=False)
class ExplainedPool:
    """Consecutive sequences, each on the strands that were read; the given strand comes first.

    Parameters
    ----------
    texts : sequence of str, length N
        The rows as the model read them.
    reads : sequence of bool
        The strands of each sequence that were read: False as given, True its reverse complement.
    encodings : Encodings
        Units of the rows.
    answers : Answers
        Outputs and relevance of all rows.
    per_base : bool
        The method answered for bases, not for units.
    """

    texts: Sequence[str]
    reads: Sequence[bool]
    encodings: Encodings
    answers: Answers
    per_base: bool

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Bases of each row, shape (N,)."""
        return lengths_of(self.texts)

    def bases(self, target: int, projection: Projection) -> NDArray[np.float64]:
        """Return the relevance of all bases of all sequences, strands averaged; NaN at N."""
        values, lengths = self.answers.relevance[target], self.lengths
        if self.per_base:
            read = np.where(is_known("".join(self.texts)), values, np.nan)
        else:
            read = to_bases(values, self.encodings, lengths, projection)
        width = one_length(lengths)
        if width is not None:
            table = read.reshape(-1, len(self.reads), width)
            pairs = enumerate(self.reads)
            strands = [table[:, k, :: -1 if reverse else 1].ravel() for k, reverse in pairs]
            return _mean(strands)
        ends, strands = np.cumsum(lengths), []
        for first, reverse in enumerate(self.reads):
            size, end = lengths[first :: len(self.reads)], ends[first :: len(self.reads)]
            offset = positions(np.zeros_like(size), size)
            if reverse:
                strands.append(read[np.repeat(end - 1, size) - offset])
            else:
                strands.append(read[np.repeat(end - size, size) + offset])
        return _mean(strands)

    def units(self, row: int) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.float64]]:
        """Return spans, placed and relevance (targets, units) of a row, on its strand."""
        if self.per_base:
            end = int(self.lengths[: row + 1].sum())
            at = np.arange(len(self.texts[row]))
            found = self.answers.relevance[:, end - len(at) : end]
            return np.stack([at, at + 1], axis=1), is_known(self.texts[row]), found
        one = self.encodings[row]
        first = int(self.encodings.offsets[row])
        return (
            one.spans.astype(np.int64),
            one.placed,
            self.answers.relevance[:, first : first + len(one)],
        )


class Explanation:
    """What `gtrack.explain` found, of n sequences.

    Attributes
    ----------
    bases : ndarray of float32, shape (n, L)
        Signed relevance per base of each sequence as it was given; L is the longest. NaN at N and
        other letters that are no base, and after the end of a shorter sequence. With both strands
        read, the mean of the two. Where several targets are explained, shape (targets, n, L).
    units : sequence of n dicts
        The tokens or bases that the model read: NumPy columns ``text`` (as read), ``start``,
        ``end`` (on the sequence as given, 0-based half-open), ``strand`` (``+`` as given, ``-``
        its reverse complement), ``placed`` (False for [CLS], [SEP] and N, whose relevance is on
        no base) and ``relevance``; where several targets are explained, ``relevance:LABEL`` of
        each. ``pandas.DataFrame`` takes one as it is.
    logits : ndarray of float64, shape (n, outputs)
        What the model said, in the order of `labels`; with both strands read, the mean of the two.
    scores : ndarray of float64, shape (n,) or (targets, n)
        What is explained: of two classes, for example, the difference of the logits.
    probabilities : ndarray of float64, shape (n,) or (targets, n)
        Of the target; NaN where outputs are values.
    targets : tuple of str
        Labels of the outputs that are explained.
    labels : tuple of str
        Names of all outputs.
    strand : {"forward", "reverse", "both"}
        What was read.
    """

    def __init__(
        self,
        pools: Sequence[ExplainedPool],
        head: Head,
        targets: Sequence[int],
        strand: str,
        projection: Projection,
    ) -> None:
        self._pools, self._head, self._indices = pools, head, tuple(targets)
        self._projection: Projection = projection
        self._rows = 2 if strand == "both" else 1
        self.strand = strand
        self.labels = head.names
        self.targets = tuple(head.names[index] for index in self._indices)

    def __len__(self) -> int:
        return sum(len(pool.texts) for pool in self._pools) // self._rows

    def __repr__(self) -> str:
        longest = int(self._lengths.max(initial=0))
        strands = "both strands" if self.strand == "both" else f"the {self.strand} strand"
        return (
            f"<gtrack.Explanation of {len(self)} sequences of up to {longest} bases, {strands}: "
            f"{', '.join(self._head.explained(index) for index in self._indices)}>"
        )

    @cached_property
    def bases(self) -> NDArray[np.float32]:
        """Relevance per base; see the class."""
        lengths = self._lengths
        inside = np.arange(lengths.max(initial=0)) < lengths[:, None]
        found = np.full((len(self._indices), *inside.shape), np.nan, np.float32)
        for target in range(len(self._indices)):
            parts = [pool.bases(target, self._projection) for pool in self._pools]
            found[target][inside] = np.concatenate([np.zeros(0), *parts])
        return self._one_or_all(found)

    @property
    def units(self) -> Units:
        """Tokens or bases of each sequence; see the class."""
        return Units(self._pools, self._rows, self.targets)

    @cached_property
    def logits(self) -> NDArray[np.float64]:
        """What the model said; see the class."""
        return self._mean(self._outputs)

    @cached_property
    def scores(self) -> NDArray[np.float64]:
        """What is explained; see the class."""
        contrasts = np.array([self._head.contrast(index) for index in self._indices])
        return self._one_or_all(contrasts @ self.logits.T)

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """Probability of the target; see the class."""
        said = self._outputs
        found = [self._mean(self._head.probability(said, index)) for index in self._indices]
        return self._one_or_all(np.array(found))

    @property
    def _lengths(self) -> NDArray[np.int64]:
        lengths = np.concatenate([np.zeros(0, np.int64), *(p.lengths for p in self._pools)])
        return lengths[:: self._rows]

    @property
    def _outputs(self) -> NDArray[np.float64]:
        none = np.zeros((0, len(self.labels)))
        return np.concatenate([none, *(pool.answers.outputs for pool in self._pools)])

    def _mean(self, of_rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean of the strands of each sequence."""
        return _mean([of_rows[which :: self._rows] for which in range(self._rows)])

    def _one_or_all(self, values: NDArray[Any]) -> NDArray[Any]:
        return values[0] if len(self._indices) == 1 else values


def _mean(strands: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    return strands[0] if len(strands) == 1 else np.asarray((strands[0] + strands[1]) / 2)


class Units(Sequence[Columns]):
    """The units of each sequence; see `Explanation`. A table is made when it is asked for."""

    def __init__(self, pools: Sequence[ExplainedPool], rows: int, targets: tuple[str, ...]) -> None:
        self._of = [(pool, at) for pool in pools for at in range(0, len(pool.texts), rows)]
        self._rows = rows
        one = len(targets) == 1
        self._columns = ["relevance" if one else f"relevance:{label}" for label in targets]

    def __len__(self) -> int:
        return len(self._of)

    @overload
    def __getitem__(self, index: int) -> Columns: ...
    @overload
    def __getitem__(self, index: slice) -> list[Columns]: ...
    def __getitem__(self, index: int | slice) -> Columns | list[Columns]:
        """Return the table of one sequence, or a list of them."""
        if isinstance(index, slice):
            return [self[at] for at in range(len(self))[index]]
        pool, first = self._of[index]
        tables = [self._table(pool, row) for row in range(first, first + self._rows)]
        return {name: np.concatenate([t[name] for t in tables]) for name in tables[0]}

    def _table(self, pool: ExplainedPool, row: int) -> Columns:
        text, reverse = pool.texts[row], pool.reads[row % len(pool.reads)]
        spans, placed, relevance = pool.units(row)
        start, end = spans.T
        read = np.array([text[a:b] for a, b in spans.tolist()], np.str_)
        if reverse:
            start, end = len(text) - end, len(text) - start
        strand = np.full(len(spans), "-" if reverse else "+")
        columns = {"text": read, "start": start, "end": end, "strand": strand, "placed": placed}
        return columns | dict(zip(self._columns, relevance, strict=True))
